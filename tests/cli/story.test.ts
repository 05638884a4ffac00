import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, type Ran, runHere, start } from './run-cli.js'

/** The whole job from the command line, in one folder, step by step: each test carries on from the one before it. */

const folder = mkdtempSync(join(tmpdir(), 'child-index-cli-'))
const seen: Ran[] = []
const at = (name: string): string => join(folder, name)
const cli = async (...args: string[]): Promise<Ran> => {
  const ran = await start(args, folder)
  seen.push(ran)
  return ran
}
const json = (ran: Ran): Record<string, unknown> => JSON.parse(ran.stdout)
const lines = (ran: Ran): Record<string, unknown>[] =>
  ran.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

// Invented people with names that occur nowhere else, and NHS numbers of the range for tests.
const FAMILY = 'Quibblethwaite'
const OTHER = 'Zyzzogeton'
const CSV =
  `\uFEFFNHS_NUMBER,GIVEN_NAME,OTHER_GIVEN_NAME,FAMILY_NAME,DATE_OF_BIRTH,ADDRESS_LINE_1,POST_CODE,GENDER,Notes\r\n` +
  `9990000018,Zerelda,Maude,${FAMILY},20190304,1 High Street,NX1 1AA,F,\r\n` +
  `9990000026,Ptolemy,,${FAMILY},05/06/2018,"Flat 2, The Mews",NX1 1AB,male,"two\r\nlines"\r\n` +
  `9990000027,Wrong,,${OTHER},20180101,,NX1 1AC,F,\r\n` +
  `,Late,,${OTHER},19800101,,NX1 1AD,F,\r\n` +
  `,"Open quote,,${OTHER},20180101,,NX1 1AD,F,\r\n` +
  `,Last,,${FAMILY},2017-02-28,,NX1 1AE,F,\r\n`
const NDJSON = [
  JSON.stringify({
    givenNames: 'Own',
    familyName: FAMILY,
    dateOfBirth: '2016-01-01',
    addresses: [{ lines: [], postcode: 'NX1 1AF' }],
  }),
  `{"given_name": "Flat", "family_name": "${FAMILY}", "dob": "2015-01-01", "postcode": "NX1 1AG"}`,
  `{"given_name": "${OTHER}`,
].join('\n')
const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
const CHECKS =
  'child_nhs_number,given_names,family_name,date_of_birth,postcode,incident,indicators,occurred_at,reference,practitioner\n' +
  `9990000018,,,,,police-protection,,${DAY}T10:00:00Z,A/1,pc one\n` +
  `,Zerelda,${FAMILY},2019-03-04,NX1 1AA,police-notice,,${DAY.split('-').reverse().join('/')},A/2,pc one\n` +
  `,Nobody,${OTHER},2018-01-01,NX9 9AA,police-notice,,${DAY},A/3,pc two\n` +
  `9990000018,,,,,no-such-incident,,${DAY},A/4,pc one\n` +
  `9990000018,,,,,police-protection,,${DAY}T10:00:00Z,A/1,pc one\n`

beforeAll(() => {
  writeFileSync(at('children.csv'), CSV)
  writeFileSync(at('more.ndjson'), NDJSON)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('init founds a hub and warns of what one process does not protect', async () => {
  const ran = await cli('init', '--name', 'Anytown')
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toMatch(/^hub {2}[0-9a-f]{64}$/m)
  expect(ran.stdout).toMatch(/^pin {2}[0-9a-f]{64}$/m)
  expect(ran.stdout).toMatch(/^Warning: the custodians run in this process/m)
})

test('enrol makes key files for their owner alone', async () => {
  const until = ['--training-until', '2099-12-31', '--vetting-until', '2099-12-31']
  const enrolled = await Promise.all([cli('enrol', 'sealer', 'births', '--key', 'births.key.json', '--json')])
  expect(json(enrolled[0])).toEqual({
    enrolled: { party: 'sealer', id: 'births' },
    outcome: 'in-force',
    key: 'births.key.json',
    hub: expect.stringMatching(/^[0-9a-f]{64}$/),
    pin: expect.stringMatching(/^[0-9a-f]{64}$/),
    rosterVersion: 2,
  })
  const here = [
    ['enrol', 'agency', 'anytown-police', '--kind', 'police', '--key', at('police.key.json')],
    ['enrol', 'agency', 'anytown-care', '--kind', 'social-care', '--key', at('care.key.json')],
    ['enrol', 'officer', 'o-1', '--person', 'p-1', ...until, '--key', at('o1.key.json')],
    [
      'enrol',
      'officer',
      'o-2',
      '--person',
      'p-2',
      ...until,
      '--key',
      at('o2.key.json'),
      '--role',
      'caseworker',
      'shielding',
    ],
  ]
  for (const args of here)
    expect(await runHere([...args, '--dir', at('child-index')])).toMatchObject({ code: 0, stderr: '' })
  for (const name of ['births', 'police', 'care', 'o1', 'o2']) {
    expect(statSync(at(`${name}.key.json`)).mode & 0o777, name).toBe(0o600)
  }
})

test('register takes CSV with a byte order mark and CRLF, and lists what it rejects without a value', async () => {
  const args = ['register', 'children.csv', '--sealer', 'births.key.json', '--test-numbers']
  const ran = await cli(...args)
  expect(ran).toMatchObject({ code: 1, stderr: '' })
  expect(ran.stdout).toContain('6 rows: 3 registered, 0 changed, 0 unchanged, 3 rejected')
  expect(readFileSync(at('children.csv.rejects.csv'), 'utf8')).toBe(
    'line,field,code\n5,nhsNumber,ERR_NHS_NUMBER_INVALID\n6,dateOfBirth,ERR_TOO_OLD\n7,,ERR_ROW_MALFORMED\n',
  )
  expect(statSync(at('children.csv.rejects.csv')).mode & 0o777).toBe(0o600)
})

test('registering again changes nothing', async () => {
  const before = json(await runHere(['status', '--json', '--dir', at('child-index')]))
  const again = await cli('register', 'children.csv', '--sealer', 'births.key.json', '--test-numbers', '--json')
  expect(again.code).toBe(1)
  expect(json(again)).toEqual({
    rows: 6,
    registered: 0,
    changed: 0,
    unchanged: 3,
    rejected: 3,
    rejectsFile: 'children.csv.rejects.csv',
  })
  const after = json(await runHere(['status', '--json', '--dir', at('child-index')]))
  expect(after.journalSize).toBe(before.journalSize)
})

test('register takes NDJSON in the library’s form and flat, from standard input too', async () => {
  const args = [
    'register',
    '-',
    '--format',
    'ndjson',
    '--sealer',
    'births.key.json',
    '--rejects',
    'more.rejects.csv',
    '--json',
  ]
  const ran = await start(args, folder, NDJSON)
  seen.push(ran)
  expect(ran.code).toBe(1)
  expect(json(ran)).toMatchObject({ rows: 3, registered: 2, rejected: 1, rejectsFile: 'more.rejects.csv' })
  expect(readFileSync(at('more.rejects.csv'), 'utf8')).toBe('line,field,code\n3,,ERR_ROW_MALFORMED\n')
  const file = await runHere([
    'register',
    at('more.ndjson'),
    '--sealer',
    at('births.key.json'),
    '--json',
    '--dir',
    at('child-index'),
  ])
  expect(json(file)).toMatchObject({ rows: 3, registered: 0, unchanged: 2, rejected: 1 })
})

test('check records each reference once, says what is known and that it is no referral', async () => {
  writeFileSync(at('checks.csv'), CHECKS)
  const args = ['check', 'checks.csv', '--agency', 'police.key.json', '--test-numbers']
  const first = await cli(...args, '--json', '--receipts', 'receipts.ndjson')
  expect(first.code).toBe(1)
  expect(json(first)).toEqual({
    rows: 5,
    recorded: 3,
    again: 1,
    known: 3,
    unknown: 1,
    unresolved: 0,
    rejected: 1,
    rejectsFile: 'checks.csv.rejects.csv',
    notice: expect.stringContaining('not a referral'),
  })
  expect(readFileSync(at('checks.csv.rejects.csv'), 'utf8')).toBe('line,field,code\n5,incident,ERR_CODE_UNKNOWN\n')
  const receipts = readFileSync(at('receipts.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(receipts.map(({ line }) => line)).toEqual([2, 3, 4, 6])
  expect(receipts.map(({ receipt }) => receipt.known)).toEqual(['known', 'known', 'unknown', 'known'])
  expect(receipts[0].receipt.checkId).toBe(receipts[3].receipt.checkId)
  const second = await cli(...args)
  expect(second.code).toBe(1)
  expect(second.stdout).toContain('5 rows: 0 recorded, 4 recorded before, 1 rejected')
  expect(second.stdout).toContain('refer now')
})

test('cases are by number, and their dossier by identifier only', async () => {
  const [raised, ...more] = lines(await cli('cases', '--json'))
  expect(more).toEqual([])
  expect(raised).toMatchObject({ number: 1, status: 'new', level: 'child-protection', threshold: 'child-protection' })
  const dossier = await runHere(['case', '1', '--dir', at('child-index')])
  expect(dossier.stdout).toContain('Taken into police protection')
  expect(dossier.stdout).not.toContain(FAMILY)
  expect(dossier.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  const asOfficer = ['case', '1', '--dir', at('child-index'), '--officer', at('o1.key.json')]
  expect((await runHere(asOfficer)).stdout).toContain('Case 1: child-protection, new, nobody has taken it')
  const page = ['--html', at('case-1.html')]
  expect((await runHere([...asOfficer, ...page, '--json'])).stdout).toBe(
    `${JSON.stringify({ case: 1, written: at('case-1.html') })}\n`,
  )
  const written = readFileSync(at('case-1.html'), 'utf8')
  expect(written).toContain('<h1>Case 1: child-protection</h1>')
  expect(written).not.toContain(FAMILY)
  expect(await runHere([...asOfficer, ...page])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('ERR_FILE_EXISTS'),
  })
  expect(readFileSync(at('case-1.html'), 'utf8')).toBe(written)
  expect((await runHere(['cases', '--status', 'closed', '--dir', at('child-index')])).stdout).toBe('')
})

test('open shows details to the officer, and keeps the one-use key in the officer’s file', async () => {
  expect(await cli('take', '1', '--officer', 'o1.key.json')).toMatchObject({ code: 0, stdout: 'Case 1 is yours\n' })
  const opened = await cli(
    'open',
    '1',
    '--officer',
    'o1.key.json',
    '--purpose',
    'referral',
    '--basis',
    'public-task',
    '--json',
  )
  expect(opened).toMatchObject({ code: 0, stderr: '' })
  const { opening, details, released, group } = json(opened)
  expect(group).toBe('identity')
  expect(released).toHaveLength(3)
  expect(details).toMatchObject({ familyName: FAMILY, givenNames: 'Zerelda Maude', nhsNumber: '9990000018' })
  const key = JSON.parse(readFileSync(at('o1.key.json'), 'utf8'))
  expect(key.oneUseKeys.map((each: { opening: string }) => each.opening)).toEqual([opening])
  expect(statSync(at('o1.key.json')).mode & 0o777).toBe(0o600)
  const read = await runHere(['read', String(opening), '--officer', at('o1.key.json'), '--dir', at('child-index')])
  expect(read.stdout).toContain(FAMILY)
  const other = await runHere(['read', String(opening), '--officer', at('o2.key.json'), '--dir', at('child-index')])
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_OPENING_EXPIRED') })
})

test('an expired one-use key is deleted from the officer’s file', async () => {
  const file = at('o1.key.json')
  const key = JSON.parse(readFileSync(file, 'utf8'))
  const [live] = key.oneUseKeys
  const stale = { ...live, opening: '0'.repeat(32), expiry: 1 }
  writeFileSync(file, JSON.stringify({ ...key, oneUseKeys: [stale, live] }))
  const ran = await runHere(['read', stale.opening, '--officer', file, '--dir', at('child-index')])
  expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('ERR_OPENING_EXPIRED') })
  expect(JSON.parse(readFileSync(file, 'utf8')).oneUseKeys).toEqual([live])
})

test('refer sends what the key file can still read; the agency alone reads it and decides', async () => {
  const sent = await cli(
    'refer',
    '1',
    '--to',
    'anytown-care',
    '--because',
    'acts-on-referral',
    '--officer',
    'o1.key.json',
    '--json',
  )
  expect(sent).toMatchObject({ code: 0, stderr: '' })
  expect(json(sent)).toMatchObject({
    referral: 1,
    to: 'anytown-care',
    openings: [expect.stringMatching(/^[0-9a-f]{32}$/)],
  })
  const inbox = await cli('referrals', '--agency', 'care.key.json', '--json')
  expect(lines(inbox)).toMatchObject([
    { referral: 1, status: 'received', details: { identity: { familyName: FAMILY } } },
  ])
  const dir = ['--dir', at('child-index')]
  expect((await runHere(['referrals', '--agency', at('police.key.json'), ...dir])).stdout).toBe('')
  const decided = await runHere(['decide', '1', '--agency', at('care.key.json'), '--outcome', 'assessment', ...dir])
  expect(decided.code).toBe(0)
  const none = await runHere([
    'refer',
    '1',
    '--to',
    'anytown-care',
    '--because',
    'acts-on-referral',
    '--officer',
    at('o2.key.json'),
    ...dir,
  ])
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_OPENING_UNKNOWN') })
})

test('enquiries, withdrawals and closing', async () => {
  const dir = ['--dir', at('child-index')]
  const [enquiry, ...more] = lines(await runHere(['enquiries', '--status', 'open', '--json', ...dir]))
  expect(more).toEqual([])
  expect(enquiry).toMatchObject({
    number: 1,
    sources: [{ agency: 'anytown-police', reference: 'A/3' }],
    desk: 'management',
  })
  const done = [
    ['enquiry', 'end', '1', '--officer', at('o1.key.json'), '--outcome', 'visitor'],
    ['withdraw', 'A/2', '--agency', at('police.key.json'), '--reason', 'duplicate'],
    ['close', '1', '--officer', at('o1.key.json'), '--reason', 'services-in-place', '--outcome', 'child-in-need-plan'],
  ]
  for (const args of done) expect(await runHere([...args, ...dir])).toMatchObject({ code: 0, stderr: '' })
  const status = json(await runHere(['status', '--json', ...dir]))
  expect(status).toMatchObject({
    name: 'Anytown',
    custodians: 3,
    quorum: 2,
    custodiansApart: false,
    parties: { custodian: 3, sealer: 1, agency: 2, officer: 2 },
    cases: { closed: 1 },
    enquiries: { ended: 1 },
    referrals: { decided: 1 },
    warnings: [expect.stringContaining('this process')],
  })
})

test('an interrupt ends an import between batches; what was recorded stays, and repeating is safe', async () => {
  const rows = Array.from({ length: 300 }, (_, index) => `Anna,${FAMILY},2015-01-01,ZA${index} 1AA\n`)
  const csv = `given_name,family_name,dob,postcode\n${rows.join('')}`
  const args = ['register', '-', '--format', 'csv', '--sealer', 'births.key.json']
  const { child, ended } = launch(args, folder)
  const before = bytesOfDatabase()
  // Standard input stays open: without the interrupt the command would wait for ever.
  child.stdin.write(csv)
  while (bytesOfDatabase() < before + 200_000) await new Promise((resolve) => setTimeout(resolve, 50))
  child.kill('SIGINT')
  const ran = await ended
  seen.push(ran)
  expect(ran).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^child-index: ERR_ABORTED: [^\n]*\n$/),
  })
  writeFileSync(at('anna.csv'), csv)
  const again = await runHere([
    'register',
    at('anna.csv'),
    '--sealer',
    at('births.key.json'),
    '--json',
    '--dir',
    at('child-index'),
  ])
  expect(json(again)).toEqual({ rows: 300, registered: 44, changed: 0, unchanged: 256, rejected: 0, rejectsFile: null })
})

function bytesOfDatabase(): number {
  return readdirSync(at('child-index'))
    .filter((name) => name.startsWith('index.db'))
    .reduce((total, name) => total + statSync(at(`child-index/${name}`)).size, 0)
}

test('verify recomputes the journal; a journal that was tampered with ends in exit code 1', async () => {
  const sound = await cli('verify', '--json')
  expect(sound).toMatchObject({ code: 0, stderr: '' })
  expect(json(sound)).toMatchObject({
    verified: true,
    root: expect.stringMatching(/^[0-9a-f]{64}$/),
    cosignedBy: [expect.anything(), expect.anything(), expect.anything()],
    byType: { roster: expect.any(Number), 'check-batch': expect.any(Number) },
    head: expect.stringContaining('child-index/v1/'),
  })
  tamper(at('child-index/index.db'))
  const tampered = await runHere(['verify', '--json', '--dir', at('child-index')])
  expect(tampered).toMatchObject({ code: 1, stderr: '' })
  const { verified, findings } = json(tampered)
  expect(verified).toBe(false)
  expect(findings).toContainEqual({ ok: false, code: 'ERR_JOURNAL_INVALID', text: expect.any(String) })
  expect((await runHere(['verify', '--dir', at('child-index')])).stdout).toMatch(/^NOT VERIFIED/)
})

/** Alters the second entry, as somebody with the file and a little patience can. */
function tamper(file: string): void {
  const db = new Database(file)
  const { sql } = db.prepare(`SELECT sql FROM sqlite_master WHERE name = 'entry_is_only_erased'`).get() as {
    sql: string
  }
  const { salt } = db.prepare('SELECT salt FROM entry WHERE position = 1').get() as { salt: Buffer }
  db.exec('DROP TRIGGER entry_is_only_erased')
  db.prepare('UPDATE entry SET salt = ? WHERE position = 1').run(salt.map((byte) => byte ^ 1))
  db.exec(sql)
  db.close()
}

test('nothing that the command line or the hub left behind names a child', () => {
  const errors = seen.map(({ stderr }) => stderr).join('\n')
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /rejects|receipts|key\.json|^child-index\//.test(name) && statSync(at(name)).isFile())
    .map((name) => readFileSync(at(name), 'latin1'))
  expect(left.length).toBeGreaterThan(8)
  for (const word of [FAMILY, OTHER, 'Zerelda', '9990000018', 'NX1 1A', 'High Street', 'pc one']) {
    expect(errors.includes(word), word).toBe(false)
    for (const text of left) expect(text.includes(word), word).toBe(false)
  }
})
