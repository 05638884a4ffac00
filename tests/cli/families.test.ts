import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ran, runHere } from './run-cli.js'

/** Enquiries, accounts and corrections from the command line, in one folder: each test carries on from the one before it. */

const folder = mkdtempSync(join(tmpdir(), 'child-index-families-'))
const at = (name: string): string => join(folder, name)
const cli = (...args: readonly string[]): Promise<Ran> => runHere([...args, '--dir', at('hub')])
const done = async (...args: readonly string[]): Promise<string> => {
  const ran = await cli(...args)
  expect(ran, args.join(' ')).toMatchObject({ code: 0, stderr: '' })
  return ran.stdout
}
const json = async (...args: readonly string[]): Promise<readonly Record<string, unknown>[]> =>
  (await done(...args, '--json'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
const by = (who: string): readonly string[] => ['--officer', at(`${who}.key.json`)]
const from = (who: string): readonly string[] => ['--agency', at(`${who}.key.json`)]

const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
let childId = ''

beforeAll(async () => {
  await done('init', '--name', 'Anytown')
  await done('enrol', 'sealer', 'births', '--key', at('births.key.json'))
  await done('enrol', 'agency', 'hill-school', '--kind', 'education', '--key', at('school.key.json'))
  const dates = ['--training-until', '2099-12-31', '--vetting-until', '2099-12-31']
  for (const [id, role] of [
    ['amber', 'caseworker'],
    ['slate', 'manager'],
    ['rose', 'records'],
  ] as const)
    await done('enrol', 'officer', id, '--person', `p-${id}`, '--role', role, ...dates, '--key', at(`${id}.key.json`))
  writeFileSync(
    at('children.csv'),
    'NHS_NUMBER,GIVEN_NAME,FAMILY_NAME,DATE_OF_BIRTH,POST_CODE\n9990000018,Zerelda,Quibblethwaite,2014-03-04,NX1 1AA\n',
  )
  await done('register', at('children.csv'), '--sealer', at('births.key.json'), '--test-numbers')
  writeFileSync(
    at('checks.csv'),
    `child_nhs_number,incident,occurred_at,reference,practitioner\n9990000018,first-known,${DAY},S/1,j\n9990000042,first-known,${DAY},S/2,j\n`,
  )
  await done('check', at('checks.csv'), ...from('school'), '--test-numbers')
  writeFileSync(at('one.csv'), 'nhs_number\n9990000018\n')
  await done(
    'back-fill',
    at('one.csv'),
    ...from('school'),
    '--practitioner',
    'j',
    '--out',
    at('ids.csv'),
    '--test-numbers',
  )
  childId = readFileSync(at('ids.csv'), 'utf8').split('\n')[1]?.split(',')[2] ?? ''
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('an enquiry is given to an officer, asked, answered and ended', async () => {
  await done('enquiry', 'assign', '1', '--to', 'amber', ...by('slate'))
  await done('enquiry', 'take', '1', ...by('amber'))
  expect(await json('enquiries', '--mine', ...by('amber'))).toMatchObject([{ number: 1, owner: 'amber' }])
  await done('enquiry', 'ask', '1', '--question', 'where-do-they-live', ...by('amber'))
  expect(await done('enquiries', ...from('school'))).toMatch(/^S\/2 .*where-do-they-live: no answer yet\n$/)
  const answer = ['--question', 'where-do-they-live', '--answer', 'lives-elsewhere', '--authority', 'E06000001']
  await done('enquiry', 'answer', 'S/2', ...answer, ...from('school'))
  expect(await done('enquiries', ...by('amber'))).toMatch(
    /enquiry 1 .*1 hill-school S\/2 1\? where-do-they-live: lives-elsewhere E06000001/,
  )
  const end = ['enquiry', 'end', '1', '--outcome', 'trafficking-concern', ...by('amber')]
  expect(await cli(...end)).toMatchObject({ code: 2, stderr: expect.stringContaining('(referralMade)') })
  await done(...end, '--referral-made', 'made-now')
  expect(await json('enquiries')).toMatchObject([{ status: 'ended', outcome: 'trafficking-concern' }])
})

test('accounts are asked for, withheld in part, shown and ended', async () => {
  const ask = ['account', 'ask', childId, ...from('school')]
  expect(await json(...ask, '--reference', 'Q/1', '--for', 'child', '--assessed-by', 'nurse')).toEqual([{ account: 1 }])
  expect(await json(...ask, '--reference', 'Q/2', '--for', 'carer')).toEqual([{ account: 2 }])
  expect(await done('account', 'list', ...by('rose'))).toMatch(
    /^request 1 .*child .*due .*hill-school Q\/1\nrequest 2 .*carer/,
  )
  expect(await done('account', 'show', '1', ...by('rose'))).toContain('Checks about you'.toUpperCase())
  const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
  const withhold = ['account', 'withhold', '1', '--part', 'checks', '--reason', 'crime', '--until', until]
  expect(await json(...withhold, ...by('rose'))).toMatchObject([{ outcome: 'waiting' }])
  expect(await json(...withhold, ...by('amber'))).toMatchObject([{ outcome: 'withheld' }])
  const [child] = await json('account', 'show', '1', ...by('rose'))
  expect(child).toMatchObject({ for: 'child', held: { checks: [], details: [{}, {}] } })
  expect(JSON.stringify(child)).not.toMatch(/Zerelda|Quibble|9990000018/)
  const [carer] = await json('account', 'show', '2', ...by('rose'))
  expect(carer).not.toHaveProperty('held')
  expect(await done('account', 'show', '2', '--html', ...by('rose'))).toMatch(/^<!doctype html>/)
  expect(await cli('account', 'show', '2', '--html', '--json', ...by('rose'))).toMatchObject({ code: 2 })
  await done('account', 'delay', '2', '--reason', 'complexity', ...by('rose'))
  await done('account', 'end', '1', '--outcome', 'given', ...by('rose'))
  expect(await done('account', 'list', '--status', 'ended', ...by('rose'))).toMatch(
    /given .*withheld: checks {2}look again/,
  )
  expect(await cli('account', 'show', '1', ...by('amber'))).toMatchObject({
    stderr: expect.stringContaining('ERR_ROLE_MISSING'),
  })
})

test('corrections are passed on, pursued and decided', async () => {
  const ask = ['correction', 'ask', childId, '--reason', 'misspelt', ...from('school')]
  expect(await cli(...ask, '--reference', 'K/0')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('(--check)'),
  })
  expect(await json(...ask, '--reference', 'K/1', '--details', 'identity')).toEqual([{ correction: 1 }])
  expect(await done('correction', 'list', ...by('rose'))).toMatch(
    /^correction 1 .*identity .*misspelt .*hill-school K\/1\n$/,
  )
  expect(await cli('correction', 'pursue', '1', ...by('rose'))).toMatchObject({ code: 2 })
  await done('correction', 'decide', '1', '--outcome', 'upheld', ...by('rose'))
  expect(await json('correction', 'list', ...by('rose'))).toMatchObject([{ outcome: 'upheld' }])
})

test('the journal holds all of it', async () => {
  await done('verify')
})
