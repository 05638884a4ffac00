import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'duplicates-'))
const at = (name: string): string => join(folder, name)
const dir = ['--dir', at('child-index')]
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function done(...args: readonly string[]): Promise<string> {
  const ran = await runHere([...args, ...dir])
  expect(ran, args.join(' ')).toMatchObject({ code: 0, stderr: '' })
  return ran.stdout
}
const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
const CHECKS =
  'child_nhs_number,incident,occurred_at,reference,practitioner\n' +
  `9990000018,child-disclosure,${DAY}T10:00:00Z,A/1,pc one\n` +
  `9990000026,police-protection,${DAY}T10:00:00Z,A/2,pc one\n`

test('officers list, suspect, merge and split from the command line', async () => {
  await done('init', '--name', 'Anytown')
  const until = ['--training-until', '2099-12-31', '--vetting-until', '2099-12-31']
  await done('enrol', 'sealer', 'births', '--key', at('births.key.json'))
  await done('enrol', 'agency', 'police', '--kind', 'police', '--key', at('police.key.json'))
  for (const id of ['o1', 'o2'])
    await done('enrol', 'officer', id, '--person', id, ...until, '--key', at(`${id}.key.json`))
  writeFileSync(
    at('children.csv'),
    'nhs_number,given_name,family_name,dob\n9990000018,Zerelda,Quibblethwaite,2019-03-04\n',
  )
  await done('register', at('children.csv'), '--sealer', at('births.key.json'), '--test-numbers')
  writeFileSync(at('checks.csv'), CHECKS)
  await done('check', at('checks.csv'), '--agency', at('police.key.json'), '--test-numbers')
  const by = (id: string) => ['--officer', at(`${id}.key.json`)]
  expect(await done('duplicates', 'list')).toBe('')
  expect(JSON.parse(await done('duplicates', 'suspect', '1', '2', ...by('o1'), '--json'))).toEqual({ duplicate: 1 })
  const listed = await done('duplicates', 'list', '--status', 'open')
  expect(listed).toMatch(
    /^duplicate 1 +open +cases +(registered|unknown), 1 checks, a case +(registered|unknown), 1 checks, a case/,
  )
  const why = ['--reason', 'confirmed-by-agency']
  expect(await done('duplicates', 'merge', '1', ...by('o1'), ...why)).toContain('another officer must say the same')
  const waiting: unknown = JSON.parse(await done('duplicates', 'list', ...by('o2'), '--json'))
  expect(waiting).toMatchObject({ number: 1, waiting: { kind: 'merge', officer: 'o1' } })
  const linked: unknown = JSON.parse(await done('duplicates', 'merge', '1', ...by('o2'), ...why, '--json'))
  expect(linked).toEqual({ duplicate: 1, outcome: 'linked' })
  await done('duplicates', 'split', '1', ...by('o1'), '--reason', 'linked-in-error')
  expect(await done('duplicates', 'split', '1', ...by('o2'), '--reason', 'linked-in-error')).toContain(
    'every custodian',
  )
  expect(await done('duplicates', 'list', '--status', 'distinct')).toContain('duplicate 1')
  const unknown = await runHere(['duplicates', 'distinct', '2', ...by('o1'), '--reason', 'siblings', ...dir])
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_DUPLICATE_UNKNOWN') })
}, 60_000)
