import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { replaceFile } from '../../src/embedded/files.js'
import { openHub } from '../../src/embedded.js'
import { createSealer } from '../../src/index.js'
import { decodeKeyFile, encodeKeyFile } from '../../src/key-file.js'
import { nextPartyKey } from '../../src/party.js'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-rotate-key-'))
const dir = join(folder, 'hub')
const at = (name: string): string => join(folder, name)
const cli = (...args: readonly string[]) => runHere([...args, '--dir', dir])
const json = async (...args: readonly string[]) => JSON.parse((await cli(...args, '--json')).stdout)

const CSV = 'NHS_NUMBER,GIVEN_NAME,FAMILY_NAME,DATE_OF_BIRTH,POST_CODE\n9990000018,Amina,Okafor,2019-03-04,NX1 1AA\n'
const checks = (reference: string): string =>
  `child_nhs_number,incident,indicators,occurred_at,reference,practitioner\n9990000018,police-protection,,2026-03-04,${reference},PC 1\n`

beforeAll(async () => {
  await cli('init', '--name', 'Anytown')
  await cli('enrol', 'sealer', 'births', '--key', at('births.json'))
  await cli('enrol', 'agency', 'met-police', '--kind', 'police', '--key', at('police.json'))
  const until = ['--training-until', '2099-01-01', '--vetting-until', '2099-01-01']
  await cli('enrol', 'officer', 'o-1', '--person', 'p-1', ...until, '--key', at('officer.json'))
  writeFileSync(at('children.csv'), CSV)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const submit = (reference: string) => {
  writeFileSync(at('checks.csv'), checks(reference))
  return json('check', at('checks.csv'), '--agency', at('police.json'), '--test-numbers')
}
const seedOf = (name: string): string => JSON.parse(readFileSync(at(name), 'utf8')).key.signing

test('an agency goes on under another key, and the old signing key is gone from its file', async () => {
  expect(await submit('a')).toMatchObject({ recorded: 1 })
  const before = JSON.parse(readFileSync(at('police.json'), 'utf8'))
  writeFileSync(at('police-old.json'), JSON.stringify(before))
  const rotated = await json('rotate-key', 'agency', '--key', at('police.json'))
  expect(rotated).toMatchObject({ outcome: 'rotated', rotated: { party: 'agency', id: 'met-police' } })
  const after = JSON.parse(readFileSync(at('police.json'), 'utf8'))
  expect(after.key.pseudonymKey).toBe(before.key.pseudonymKey)
  expect(after.key.formerHpke).toEqual([before.key.hpke])
  expect(after.next).toBeUndefined()
  expect(readFileSync(at('police.json'), 'utf8')).not.toContain(before.key.signing)
  expect(await submit('b')).toMatchObject({ recorded: 1 })
  // What the former key signs now is refused.
  const old = await cli('check', at('checks.csv'), '--agency', at('police-old.json'), '--test-numbers')
  expect(old).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_SIGNATURE_INVALID') })
})

test('a check of before and one of after open a case together, and a one-use key survives the officer’s rotation', async () => {
  await cli('register', at('children.csv'), '--sealer', at('births.json'), '--test-numbers')
  const [one] = (await cli('cases', '--json')).stdout.trim().split('\n')
  const { number } = JSON.parse(one ?? '')
  const officer = ['--officer', at('officer.json')]
  await cli('take', String(number), ...officer)
  const opened = await cli(
    'open',
    String(number),
    ...officer,
    '--purpose',
    'referral',
    '--basis',
    'public-task',
    '--json',
  )
  expect(opened).toMatchObject({ code: 0 })
  const { opening } = JSON.parse(opened.stdout)
  const seed = seedOf('officer.json')
  expect(await json('rotate-key', 'officer', '--key', at('officer.json'))).toMatchObject({ outcome: 'rotated' })
  expect(seedOf('officer.json')).not.toBe(seed)
  const { oneUseKeys } = decodeKeyFile(readFileSync(at('officer.json'), 'utf8'), 'officer')
  expect(oneUseKeys.map((each) => each.opening)).toContain(opening)
  await using hub = await openHub({ path: dir })
  const { officerFrom } = await import('../../src/cli/keys.js')
  const read = await (await officerFrom(hub, at('officer.json'))).read(opening)
  expect(read.details).toMatchObject({ familyName: 'Okafor' })
})

test.each(['drawn', 'asked for', 'in force'])(
  'a rotation that is cut short once the next key is %s goes on',
  async (moment) => {
    const file = at('births.json')
    const before = decodeKeyFile(readFileSync(file, 'utf8'), 'sealer')
    const next = await nextPartyKey(before.key)
    if (moment !== 'drawn') {
      await using hub = await openHub({ path: dir })
      const sealer = createSealer({ id: before.id, key: before.key, hub })
      const replacement = await sealer.replacement(next)
      if (moment === 'in force') await hub.replace(replacement)
    }
    await replaceFile(file, encodeKeyFile({ ...before, next }))
    // Whatever the moment, the file as it lies there works.
    writeFileSync(at('children.csv'), CSV.replace('NX1 1AA', moment === 'drawn' ? 'NX1 1AB' : 'NX1 1AC'))
    const registered = await json('register', at('children.csv'), '--sealer', file, '--test-numbers')
    expect(registered).toMatchObject({ rejected: 0 })
    const ran = await json('rotate-key', 'sealer', '--key', file)
    expect(ran).toMatchObject({ outcome: 'rotated' })
    const after = decodeKeyFile(readFileSync(file, 'utf8'), 'sealer')
    expect(after.next).toBeUndefined()
    // The one that was drawn before, unless the use of the file had completed the rotation already.
    if (moment !== 'in force') expect(after.key.signing.seed).toEqual(next.signing.seed)
    expect(after.key.signing.seed).not.toEqual(before.key.signing.seed)
    expect(await json('register', at('children.csv'), '--sealer', file, '--test-numbers')).toMatchObject({
      unchanged: 1,
    })
  },
)

test('a file whose key the roster does not name is refused', async () => {
  expect(await cli('rotate-key', 'agency', '--key', at('police-old.json'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('ERR_KEY_WRONG'),
  })
})

test('standing: suspended, listed, in standing again; dates renewed', async () => {
  expect(await json('suspend', 'met-police')).toMatchObject({ suspended: 'met-police' })
  const { parties } = await json('roster')
  expect(parties).toContainEqual(expect.objectContaining({ id: 'met-police', suspended: true }))
  expect((await cli('roster')).stdout).toContain('agency met-police, suspended')
  expect(await json('reinstate', 'met-police')).toMatchObject({ outcome: 'in-force' })
  expect(await cli('reinstate', 'met-police')).toMatchObject({ code: 2 })
  const renewed = await json('renew', '--key', at('officer.json'), '--training-until', '2098-12-31')
  expect(renewed).toMatchObject({ renewed: 'o-1', outcome: 'in-force' })
  await using hub = await openHub({ path: dir })
  expect(hub.roster().parties.get('o-1')).toMatchObject({ trainingUntil: Date.UTC(2099, 0, 1) })
})

test('nothing is activated where nothing waits', async () => {
  expect(await cli('activate')).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_ROSTER_INVALID') })
})
