import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { adoptPolicyCommand } from '../../src/cli/commands/adopt-policy.js'
import { createAgency, initHub, newPartyKey } from '../../src/index.js'
import { counting, countingData, FIRST } from '../hub/policies.js'
import { nhsNumber } from '../support/house.js'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-adopt-'))
const dir = join(folder, 'hub')
const file = (name: string, policy: unknown): string => {
  writeFileSync(join(folder, name), JSON.stringify(policy))
  return join(folder, name)
}

beforeAll(async () => {
  await using hub = await initHub({ path: dir, name: 'Anytown', policy: counting(1, FIRST) })
  const police = createAgency({ id: 'police', kind: 'police', key: await newPartyKey(), hub, neverIssuedNumbers: true })
  await hub.enrol(police.enrolment())
  for (const child of [1, 2, 2])
    await police.check({
      child: { nhsNumber: nhsNumber(child) },
      incident: 'called',
      occurredAt: Date.now() - 1000,
      reference: `c/${Math.trunc(performance.now() * 1e6)}`,
      practitioner: '1',
    })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => vi.restoreAllMocks())

/** What the command writes, started as `child-index policy adopt …` is. */
async function adopt(...args: readonly string[]): Promise<string> {
  let text = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  const before = process.exitCode
  const policy = new Command('policy').addCommand(adoptPolicyCommand())
  try {
    await policy.parseAsync(['adopt', ...args, '--dir', dir], { from: 'user' })
  } finally {
    process.exitCode = before
    vi.restoreAllMocks()
  }
  return text
}

test('adopts a policy, says what became of it, and how many cases rose', async () => {
  const second = file('second.json', countingData(2, { review: 1 }))
  const said = JSON.parse(await adopt(second, '--json'))
  expect(said).toEqual({
    outcome: 'adopted',
    id: 'counting',
    version: 2,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    from: expect.any(Number),
    raised: 2,
    levelChanged: 0,
  })
  const again = await adopt(second)
  expect(again).toContain('Nothing to do, it was adopted before: counting 2')
  expect(again).toContain('0 cases raised, 0 raised to a higher level')
  const third = await adopt(file('third.json', countingData(3, { review: 1, need: 2 })))
  expect(third).toMatch(/^Adopted: counting 3, [0-9a-f]{64}\ndecides from \d{4}-\d\d-\d\d \d\d:\d\d UTC\n/)
  expect(third).toContain('0 cases raised, 1 raised to a higher level')
  const status = await runHere(['status', '--dir', dir])
  expect(status.stdout).toMatch(/^policy {5}counting 3, [0-9a-f]{64}$/m)
})

test('takes a day, or a minute of it, in UTC', async () => {
  const fourth = file('fourth.json', countingData(4, FIRST))
  expect(await adopt(fourth, '--from', '2999-01-31')).toContain('decides from 2999-01-31 00:00 UTC')
  const fifth = file('fifth.json', countingData(5, FIRST))
  expect(await adopt(fifth, '--from', '2999-02-01T06:30Z')).toContain('decides from 2999-02-01 06:30 UTC')
  const sixth = file('sixth.json', countingData(6, FIRST))
  for (const wrong of [
    'tomorrow',
    '2999-02-30',
    '2999-13-01',
    '2999-03-01T25:00Z',
    '2999-03-01T06:30',
    '2999-03-01 06:30Z',
    '',
  ])
    await expect(adopt(sixth, '--from', wrong), wrong).rejects.toMatchObject({
      code: 'ERR_REQUEST_INVALID',
      field: '--from',
    })
  await expect(adopt(sixth, '--from', '2020-01-01')).rejects.toMatchObject({
    code: 'ERR_REQUEST_INVALID',
    field: 'from',
  })
})

test('refuses what is no policy, or none that may follow, and a file that is not there', async () => {
  const refused = { code: 'ERR_POLICY_INVALID' }
  await expect(adopt(file('none.json', { id: 'x' }))).rejects.toMatchObject(refused)
  const { incidents } = countingData(7, FIRST)
  const dropped = file('dropped.json', countingData(7, FIRST, { incidents: { called: incidents.called } }))
  await expect(adopt(dropped, '--from', '2999-05-01')).rejects.toMatchObject({ ...refused, field: 'incidents.seen' })
  await expect(adopt(join(folder, 'nowhere.json'))).rejects.toMatchObject({ code: 'ERR_FILE_MISSING' })
})
