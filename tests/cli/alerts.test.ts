import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgency, initHub, newPartyKey, PRACTITIONER_LIMITS } from '../../src/index.js'
import { nhsNumber } from '../support/house.js'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-alerts-'))
const dir = ['--dir', join(folder, 'hub')]
const key = join(folder, 'officer.key.json')

beforeAll(async () => {
  {
    const limits = { watchPractitioner: { ...PRACTITIONER_LIMITS, burst: 1 } }
    await using hub = await initHub({ path: join(folder, 'hub'), name: 'Anytown', limits })
    const police = createAgency({
      id: 'met-police',
      kind: 'police',
      key: await newPartyKey(),
      hub,
      neverIssuedNumbers: true,
    })
    await hub.enrol(police.enrolment())
    for (let n = 0; n < 3; n += 1) await police.identify({ nhsNumber: nhsNumber(n) }, 'PC 42')
  }
  const until = ['--training-until', '2099-01-01', '--vetting-until', '2099-01-01']
  await runHere(['enrol', 'officer', 'o-1', '--person', 'p-1', ...until, '--key', key, ...dir])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('are listed and ended', async () => {
  const listed = await runHere(['alerts', ...dir])
  expect(listed).toMatchObject({ code: 0, stderr: '' })
  expect(listed.stdout).toMatch(
    /^alert 1 {7}open {4}burst {24}\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}met-police [0-9a-f]{32}\n$/,
  )
  const json = JSON.parse((await runHere(['alerts', '--officer', key, '--json', ...dir])).stdout) as object
  expect(json).toMatchObject({ number: 1, kind: 'burst', agency: 'met-police', status: 'open', times: 1 })
  const ended = await runHere(['alert', 'end', '1', '--officer', key, '--outcome', 'explained', ...dir])
  expect(ended).toEqual({ code: 0, stdout: 'Alert 1 has ended: explained\n', stderr: '' })
  expect((await runHere(['alerts', '--status', 'open', ...dir])).stdout).toBe('')
  expect((await runHere(['alerts', '--status', 'ended', ...dir])).stdout).toContain('explained')
})

test.each<[string, readonly string[], string]>([
  [
    'an alert that there is none of',
    ['alert', 'end', '7', '--officer', key, '--outcome', 'error'],
    'ERR_ALERT_UNKNOWN',
  ],
  ['an outcome of our own', ['alert', 'end', '1', '--officer', key, '--outcome', 'whatever'], 'ERR_REQUEST_INVALID'],
  ['another status', ['alerts', '--status', 'new'], 'ERR_REQUEST_INVALID'],
  ['no number', ['alert', 'end', 'one', '--officer', key, '--outcome', 'error'], 'ERR_REQUEST_INVALID'],
])('refuses %s', async (_, args, code) => {
  const ran = await runHere([...args, ...dir])
  expect(ran.code).toBe(2)
  expect(ran.stderr).toContain(code)
})
