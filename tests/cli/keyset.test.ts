import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { initHub } from '../../src/index.js'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-keyset-'))
const dir = join(folder, 'hub')
const here = (...args: readonly string[]) => runHere([...args, '--dir', dir])

beforeAll(async () => {
  await using _ = await initHub({ path: dir, name: 'Anytown' })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('key files that were made for later are enrolled in one change', async () => {
  const [police, births] = [join(folder, 'police.json'), join(folder, 'births.json')]
  const made = await here('enrol', 'agency', 'front', '--kind', 'police', '--key', police, '--later')
  expect(made.stdout).toContain('Not enrolled yet: agency front')
  await here('enrol', 'sealer', 'births', '--key', births, '--later')
  const ran = await here('enrol', 'together', police, births)
  expect(ran).toMatchObject({ code: 0, stdout: 'Enrolled agency front, sealer births (roster version 2)\n' })
  const again = await here('enrol', 'together', police, births)
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_PARTY_EXISTS') })
  const wrong = await here('enrol', 'together', join(dir, 'keys', 'hub.key.json'))
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_KEY_WRONG') })
})

test('another quorum is a new keyset, and a quorum that is no majority is none', async () => {
  const members = 'custodian-3,custodian-1,custodian-2'
  const few = await here('keyset', '--members', members, '--quorum', '1')
  expect(few).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_REQUEST_INVALID') })
  const ran = await here('keyset', '--members', members, '--quorum', '3', '--json')
  expect(JSON.parse(ran.stdout)).toMatchObject({
    keyset: { id: 'keyset-2', members: ['custodian-1', 'custodian-2', 'custodian-3'], quorum: 3 },
    outcome: 'in-force',
  })
  const unknown = await here('keyset', '--members', 'custodian-1,nobody', '--quorum', '2')
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_ROSTER_INVALID') })
})
