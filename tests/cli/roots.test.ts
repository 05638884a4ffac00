import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createSealer, initHub, newPartyKey } from '../../src/index.js'
import { childDetails } from '../support/house.js'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-roots-'))
const dir = join(folder, 'hub')
const custodian = (...args: readonly string[]) => runHere(['custodian', ...args, '--here', '1', '--dir', dir])

beforeAll(async () => {
  await using hub = await initHub({ path: dir, name: 'Anytown' })
  const sealer = createSealer({ id: 'births', key: await newPartyKey(), hub })
  await hub.enrol(sealer.enrolment())
  await sealer.register(childDetails(1), { neverIssuedNumbers: true })
})
afterEach(() => vi.useRealTimers())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a root is drawn, the shares are wrapped anew, and the former one goes when nothing needs it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  expect(await custodian('rotate-root', '--json')).toMatchObject({ code: 0, stdout: '{"generation":2}\n' })
  expect(await custodian('retire-root', '1')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/may still need/),
  })
  expect(await custodian('retire-root', '2')).toMatchObject({ code: 2, stderr: expect.stringMatching(/in use/) })
  expect(await custodian('retire-root', 'one')).toMatchObject({ code: 2 })
  vi.setSystemTime(Date.now() + 16 * 60_000)
  const rewrap = (...args: readonly string[]) => runHere(['rewrap', ...args, '--dir', dir])
  const counted = await rewrap('--count')
  expect(counted).toMatchObject({ code: 0, stderr: '' })
  expect(counted.stdout).toMatch(/^custodian-1, root 1: 2 records$/m)
  expect((await rewrap('--custodian', 'custodian-9')).stderr).toContain('ERR_PARTY_UNKNOWN')
  const wrapped = await rewrap('--custodian', 'custodian-1')
  expect(wrapped.stdout).toMatch(
    /^custodian-1: 2 wrapped anew\ncustodian-1, root 2: 2 records\ncustodian-2, root 1: 2 records\n/,
  )
  expect(await custodian('retire-root', '1')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Deleted root 1/),
  })
  expect(await custodian('retire-root', '1')).toMatchObject({ code: 2, stderr: expect.stringMatching(/no root/) })
  expect((await rewrap('--json')).code).toBe(0)
})

test('a folder without a custodian is said to be one', async () => {
  const ran = await runHere(['custodian', 'rotate-root', '--dir', join(folder, 'nobody')])
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_KEY_MISSING') })
})
