import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Ran, runHere } from './run-cli.js'

/**
 * A day of the management function at a terminal: every step of an officer, a manager and an agency is a process of its own, on one
 * folder, in the order in which people do it. Only the enrolling before it and the wrong inputs run inside this process.
 */

// A step is a process; on a busy machine each takes a while.
vi.setConfig({ testTimeout: 120_000 })

const program = join(dirname(fileURLToPath(import.meta.url)), '../../dist/cli.js')
const folder = mkdtempSync(join(tmpdir(), 'child-index-day-'))
const at = (name: string): string => join(folder, name)
const hub = ['--dir', at('hub')]
const FIRST = ['--officer', at('first.key.json')]
const SECOND = ['--officer', at('second.key.json')]
const AGAIN = ['--officer', at('again.key.json')]
const THIRD = ['--officer', at('third.key.json')]
const MANAGER = ['--officer', at('manager.key.json')]
const RECORDS = ['--officer', at('records.key.json')]
const CARE = ['--agency', at('care.key.json')]
const POLICE = ['--agency', at('police.key.json')]

/** What was shown to people who may not know who a child is, and what was shown to those who may. */
const byIdentifierOnly: Ran[] = []
const withDetails: Ran[] = []

const cli = async (...args: string[]): Promise<Ran> => {
  const ran = await processOf([...args, ...hub])
  byIdentifierOnly.push(ran)
  return ran
}
/** `open`, `read` and an agency's own referrals: the three that show details, on standard output alone. */
const cliWithDetails = async (...args: string[]): Promise<Ran> => {
  const ran = await processOf([...args, ...hub])
  withDetails.push(ran)
  return ran
}
const here = async (...args: string[]): Promise<Ran> => {
  const ran = await runHere([...args, ...hub])
  byIdentifierOnly.push(ran)
  return ran
}

function processOf(args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    const text = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk
      })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, ...text }))
  })
}

const json = (ran: Ran): Record<string, unknown> => JSON.parse(ran.stdout)
const lines = (ran: Ran): Record<string, unknown>[] =>
  ran.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

function expectDone(ran: Ran): void {
  expect(ran).toMatchObject({ code: 0, stderr: '' })
}

/** Nothing ran: exit code 2, one line on standard error with this code, nothing on standard output. */
function expectRefused(ran: Ran, code: string): void {
  expect(ran.stderr).toMatch(/^child-index: ERR_[A-Z_]+: [^\n]+\n$/)
  expect(ran.stderr).toContain(`child-index: ${code}: `)
  expect(ran).toMatchObject({ code: 2, stdout: '' })
}

async function numbers(...filter: string[]): Promise<unknown[]> {
  const listed = await here('cases', ...filter, '--json')
  expectDone(listed)
  return lines(listed).map(({ number }) => number)
}

/** What runs on everybody's agenda. */
async function dueNow(): Promise<string[]> {
  const listed = await here('deadlines', ...MANAGER, '--json')
  expectDone(listed)
  return lines(listed).map(({ kind, number }) => `${kind} ${number}`)
}

// Invented people, with names that occur nowhere else, and NHS numbers of the range for tests.
const PROTECTED = {
  name: 'Quibblethwaite',
  given: 'Zerelda',
  nhs: '9990000018',
  born: '2019-03-04',
  postcode: 'NX1 1AA',
}
const REVIEWED = { name: 'Zyzzogeton', given: 'Ptolemy', nhs: '9990000026', born: '2018-06-05', postcode: 'NX2 2BB' }
const STREETS = ['Gallimaufry', 'Ombrellino']
const CHILDREN =
  'nhs_number,given_name,family_name,dob,address_line_1,postcode,carer_name,carer_relationship,carer_telephone\n' +
  `${PROTECTED.nhs},${PROTECTED.given},${PROTECTED.name},${PROTECTED.born},1 ${STREETS[0]} Street,${PROTECTED.postcode},Ermintrude Okonjo,mother,07700900461\n` +
  `${REVIEWED.nhs},${REVIEWED.given},${REVIEWED.name},${REVIEWED.born},2 ${STREETS[1]} Row,${REVIEWED.postcode},Ethelbald Okonjo,father,07700900462\n`
const PLANTED = [
  ...[PROTECTED, REVIEWED].flatMap(({ name, given, nhs, born, postcode }) => [name, given, nhs, born, postcode]),
  ...['20190304', '20180605', '04/03/2019', '05/06/2018', '4 March 2019', '5 June 2018', 'NX11AA', 'NX22BB'],
  ...['999 000 0018', '999 000 0026', ...STREETS, 'Ermintrude', 'Ethelbald', 'Okonjo', '0770090046', 'pc one'],
]
const DAY_MS = 86_400_000
const DAY = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10)
const CHECKS =
  'child_nhs_number,incident,occurred_at,reference,practitioner\n' +
  `${PROTECTED.nhs},police-protection,${DAY},CAD/1,pc one\n` +
  `${REVIEWED.nhs},child-disclosure,${DAY},CAD/2,pc one\n`

beforeAll(async () => {
  expect(existsSync(program), 'run npm run build first').toBe(true)
  writeFileSync(at('children.csv'), CHILDREN)
  writeFileSync(at('checks.csv'), CHECKS)
  const until = ['--training-until', '2099-12-31', '--vetting-until', '2099-12-31']
  const officer = (id: string, ...more: string[]): string[] => [
    ...['enrol', 'officer', id, '--person', `p-${id}`, ...until, '--key', at(`${id}.key.json`), '--later'],
    ...more,
  ]
  const agency = (id: string, kind: string): string[] => [
    ...['enrol', 'agency', id, '--kind', kind, '--key', at(`${id}.key.json`), '--later'],
  ]
  for (const args of [
    ['init', '--name', 'Anytown'],
    ['enrol', 'sealer', 'births', '--key', at('births.key.json'), '--later'],
    agency('police', 'police'),
    agency('care', 'social-care'),
    officer('first'),
    officer('second'),
    officer('third'),
    officer('again', '--person', 'p-second'),
    officer('manager', '--role', 'manager'),
    officer('records', '--role', 'records'),
  ])
    expectDone(await here(...args))
  const ids = ['births', 'police', 'care', 'first', 'second', 'third', 'again', 'manager', 'records']
  expectDone(await here('enrol', 'together', ...ids.map((id) => at(`${id}.key.json`))))
  expectDone(await here('register', at('children.csv'), '--sealer', at('births.key.json'), '--test-numbers'))
  expectDone(await here('check', at('checks.csv'), ...POLICE, '--test-numbers'))
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('in the morning', () => {
  test('the list of cases is by number, and can be narrowed down', async () => {
    const all = await cli('cases', ...FIRST)
    expectDone(all)
    expect(all.stdout).toMatch(/case 1\b.*child-protection.*\n.*case 2\b.*review/)
    expect(await numbers('--status', 'new')).toEqual([1, 2])
    expect(await numbers('--threshold', 'child-protection')).toEqual([1])
    expect(await numbers('--unowned', '--after', '1')).toEqual([2])
    expect(await numbers('--mine', ...FIRST)).toEqual([])
    expect(await numbers('--again')).toEqual([])
    const wrong = [['--status', 'late'], ['--threshold', 'none', '--owner', 'first', '--unowned'], ['--mine']]
    for (const args of wrong) expectRefused(await here('cases', ...args), 'ERR_REQUEST_INVALID')
    expectRefused(await here('cases', ...RECORDS), 'ERR_ROLE_MISSING')
  })

  test('the next case is the most urgent one', async () => {
    const next = await cli('next', ...FIRST, '--json')
    expectDone(next)
    expect(json(next)).toMatchObject({ case: { number: 1, threshold: 'child-protection' } })
  })

  test('a dossier says what happened, and to nobody’s name', async () => {
    const dossier = await cli('case', '1', ...FIRST)
    expectDone(dossier)
    expect(dossier.stdout).toContain('Taken into police protection')
    expect(json(await here('case', '2', ...FIRST, '--json'))).toMatchObject({
      verdict: { level: 'review' },
      mayDetermine: { from: 'review', to: 'child-in-need', officers: 2 },
    })
    expectRefused(await here('case', '9', ...FIRST), 'ERR_CASE_UNKNOWN')
    expectRefused(await here('case', '1', ...RECORDS), 'ERR_ROLE_MISSING')
    expectRefused(await here('case', '1', ...CARE.with(0, '--officer')), 'ERR_KEY_WRONG')
  })

  test('and its page, which is never written over another file', async () => {
    const written = ['case', '1', ...FIRST, '--html', at('case-1.html')]
    expectDone(await cli(...written))
    const page = readFileSync(at('case-1.html'), 'utf8')
    expect(page).toContain('Content-Security-Policy')
    expect(page).toContain('Taken into police protection')
    byIdentifierOnly.push({ code: 0, stdout: page, stderr: '' })
    expectRefused(await here(...written), 'ERR_FILE_EXISTS')
  })

  test('an officer takes cases on, and until then opens none', async () => {
    const ask = ['--purpose', 'referral', '--basis', 'public-task']
    expect(await dueNow()).toEqual(['review 1', 'review 2'])
    expectRefused(await here('open', '1', ...FIRST, ...ask), 'ERR_DISCLOSURE_DENIED')
    expect(json(await cli('next', '--take', ...FIRST, '--json'))).toMatchObject({ case: { number: 1 }, taken: true })
    expect(await cli('take', '2', ...FIRST)).toMatchObject({ code: 0, stdout: 'Case 2 is yours\n' })
    // To another officer the next one is none of these.
    expect(json(await here('next', ...SECOND, '--json'))).toEqual({})
    expect(await dueNow()).toEqual([])
    expect(await numbers('--status', 'under-review', '--mine', ...FIRST)).toEqual([1, 2])
    expectRefused(await here('take', '1', ...SECOND), 'ERR_CASE_STATUS')
  })
})

describe('details', () => {
  let opening = ''

  test('what the level does not open stays shut, whatever is asked', async () => {
    const basis = ['--basis', 'public-task']
    const wrong: [string[], string][] = [
      [['2', ...FIRST, '--purpose', 'assessment', ...basis], 'ERR_DISCLOSURE_DENIED'],
      [['1', ...FIRST, '--purpose', 'curiosity', ...basis], 'ERR_REQUEST_INVALID'],
      [['1', ...FIRST, '--purpose', 'referral', '--basis', 'none'], 'ERR_REQUEST_INVALID'],
      [['9', ...FIRST, '--purpose', 'referral', ...basis], 'ERR_CASE_UNKNOWN'],
      [['1', ...RECORDS, '--purpose', 'referral', ...basis], 'ERR_ROLE_MISSING'],
    ]
    for (const [args, code] of wrong) expectRefused(await here('open', ...args), code)
  })

  test('an opening shows them to the officer who asked', async () => {
    const asked = ['open', '1', ...FIRST, '--purpose', 'referral', '--basis', 'public-task', '--json']
    const opened = await cliWithDetails(...asked)
    expectDone(opened)
    expect(json(opened)).toMatchObject({
      group: 'identity',
      details: { familyName: PROTECTED.name, nhsNumber: PROTECTED.nhs },
      involvement: [{ agency: 'police', references: ['CAD/1'] }],
    })
    opening = String(json(opened).opening)
    const read = await cliWithDetails('read', opening, ...FIRST)
    expectDone(read)
    expect(read.stdout).toContain(PROTECTED.name)
  })

  test('and to nobody else', async () => {
    expectRefused(await here('read', opening, ...SECOND), 'ERR_OPENING_EXPIRED')
    expectRefused(await here('read', opening, ...MANAGER), 'ERR_OPENING_EXPIRED')
    expectRefused(await here('read', '0'.repeat(32), ...FIRST), 'ERR_OPENING_EXPIRED')
  })
})

describe('two officers determine what the checks alone do not reach', () => {
  const reasons = ['--reason', 'cumulative-concern', 'several-agencies-concerned']
  const ask = ['open', '2', ...FIRST, '--purpose', 'assessment', '--basis', 'public-task']

  test('for reasons that go with what they find', async () => {
    const wrong: [string[], string][] = [
      [['2', ...SECOND], 'ERR_REQUEST_INVALID'],
      [['2', ...SECOND, '--reason', 'a-feeling'], 'ERR_REQUEST_INVALID'],
      [['2', ...SECOND, '--reason', 'isolated-incident'], 'ERR_REQUEST_INVALID'],
      [['2', ...SECOND, '--not-met', ...reasons], 'ERR_REQUEST_INVALID'],
      [['2', ...SECOND, '--reason', 'disability', 'disability'], 'ERR_REQUEST_INVALID'],
      [['2', ...RECORDS, ...reasons], 'ERR_ROLE_MISSING'],
      [['1', ...SECOND, ...reasons], 'ERR_THRESHOLD_NOT_REACHED'],
      [['9', ...SECOND, ...reasons], 'ERR_CASE_UNKNOWN'],
    ]
    for (const [args, code] of wrong) expectRefused(await here('determine', ...args), code)
  })

  test('as two persons, whatever their ids', async () => {
    expectDone(await cli('determine', '2', ...SECOND, ...reasons))
    expectRefused(await here('determine', '2', ...AGAIN, ...reasons), 'ERR_DETERMINED_BEFORE')
    expectRefused(await here(...ask), 'ERR_DISCLOSURE_DENIED')
  })

  test('and whoever disagrees says so, and takes it back before agreeing', async () => {
    expectDone(await cli('determine', '2', ...THIRD, '--not-met', '--reason', 'isolated-incident'))
    expectRefused(await here(...ask), 'ERR_DISCLOSURE_DENIED')
    expectRefused(await here('determine', '2', ...THIRD, ...reasons), 'ERR_DETERMINED_BEFORE')
    expectRefused(await here('withdraw-determination', '2', ...THIRD, '--reason', 'regret'), 'ERR_REQUEST_INVALID')
    expectDone(await cli('withdraw-determination', '2', ...THIRD, '--reason', 'new-information'))
    expectDone(await cli('determine', '2', ...THIRD, ...reasons))
    expectRefused(await here(...ask, '--group', 'carers'), 'ERR_THRESHOLD_NOT_REACHED')
    const opened = await cliWithDetails(...ask)
    expectDone(opened)
    expect(opened.stdout).toContain(REVIEWED.name)
  })

  test('until one of them takes it back', async () => {
    expectDone(await cli('withdraw-determination', '2', ...SECOND, '--reason', 'circumstances-changed'))
    expectRefused(await here(...ask), 'ERR_DISCLOSURE_DENIED')
  })
})

describe('what people say', () => {
  test('is recorded by number and role, and taken back', async () => {
    const about = ['--kind', 'data-protection', '--information', 'identity', '--to', 'care']
    const record = ['consent', 'record', '1', ...FIRST, '--by', 'carer', ...about]
    const wrong: [string[], string][] = [
      [record, 'ERR_REQUEST_INVALID'],
      [[...record, '--given', '--refused'], 'ERR_REQUEST_INVALID'],
      [[...record, '--given', '--carer', PROTECTED.name], 'ERR_REQUEST_INVALID'],
      [['consent', 'record', '1', ...SECOND, '--by', 'carer', ...about, '--given'], 'ERR_DISCLOSURE_DENIED'],
      [['consent', 'withdraw', '1', '7', ...FIRST], 'ERR_CONSENT_UNKNOWN'],
    ]
    for (const [args, code] of wrong) expectRefused(await here(...args), code)
    const kept = await cli(...record, '--given', '--json')
    expectDone(kept)
    expect(json(kept)).toEqual({ case: 1, consent: 1 })
    expectDone(await here('consent', 'withdraw', '1', '1', ...FIRST))
    const said = lines(await cli('consents', '1', ...FIRST, '--json'))
    expect(said).toMatchObject([{ number: 1, by: 'carer', given: true, withdrawnAt: expect.any(Number) }])
  })
})

describe('a referral', () => {
  test('goes to an agency that is enrolled, from an officer who has opened', async () => {
    const wrong: [string[], string][] = [
      [['1', '--to', 'nobody', '--because', 'acts-on-referral', ...FIRST], 'ERR_PARTY_UNKNOWN'],
      [['1', '--to', 'care', '--because', 'curiosity', ...FIRST], 'ERR_REQUEST_INVALID'],
      [['1', '--to', 'care', '--because', 'acts-on-referral', ...SECOND], 'ERR_OPENING_UNKNOWN'],
      // It was opened, and no longer may be: what was determined has been taken back.
      [['2', '--to', 'care', '--because', 'acts-on-referral', ...FIRST], 'ERR_DISCLOSURE_DENIED'],
    ]
    for (const [args, code] of wrong) expectRefused(await here('refer', ...args), code)
    const sent = await cli('refer', '1', '--to', 'care', '--because', 'acts-on-referral', ...FIRST, '--json')
    expectDone(sent)
    expect(json(sent)).toMatchObject({ referral: 1, to: 'care', decisionDueAt: expect.any(Number) })
  })

  test('its deadline can be silenced for some days by a manager, and stays on the list', async () => {
    const until = ['--until', new Date(Date.now() + DAY_MS).toISOString().slice(0, 10)]
    const because = ['--reason', 'awaiting-agency']
    const wrong: [string[], string][] = [
      [['decision', '1', ...FIRST, ...because, ...until], 'ERR_ROLE_MISSING'],
      [['decision', '1', ...MANAGER, ...until], 'ERR_REQUEST_INVALID'],
      [['decision', '1', ...MANAGER, '--reason', 'busy', ...until], 'ERR_REQUEST_INVALID'],
      [['decision', '1', ...MANAGER, ...because, '--until', '2099-01-05'], 'ERR_REQUEST_INVALID'],
      [['decision', '9', ...MANAGER, ...because, ...until], 'ERR_DEADLINE_UNKNOWN'],
      [['birthday', '1', ...MANAGER, ...because, ...until], 'ERR_REQUEST_INVALID'],
    ]
    for (const [args, code] of wrong) expectRefused(await here('silence', ...args), code)
    expectDone(await cli('silence', 'decision', '1', ...MANAGER, ...because, ...until))
    const mine = await cli('deadlines', '--mine', ...FIRST, '--json')
    expect(lines(mine)).toMatchObject([
      {
        kind: 'decision',
        number: 1,
        case: 1,
        officer: 'first',
        silenced: { by: 'manager', reason: 'awaiting-agency' },
      },
    ])
  })

  test('is read by that agency alone, as text and as a page for its owner', async () => {
    const inbox = await cliWithDetails('referrals', ...CARE, '--html', at('pages'), '--json')
    expectDone(inbox)
    expect(lines(inbox)).toMatchObject([{ referral: 1, details: { identity: { familyName: PROTECTED.name } } }])
    expect(readFileSync(at('pages/referral-1.html'), 'utf8')).toContain(PROTECTED.name)
    expect(statSync(at('pages/referral-1.html')).mode & 0o777).toBe(0o600)
    expect((await here('referrals', ...POLICE)).stdout).toBe('')
  })

  test('is accepted, decided on and reported on by that agency alone', async () => {
    const wrong: [string[], string][] = [
      [['accept', '1', ...POLICE], 'ERR_REFERRAL_UNKNOWN'],
      [['decide', '1', ...POLICE, '--outcome', 'assessment'], 'ERR_REFERRAL_UNKNOWN'],
      [['decide', '1', ...CARE, '--outcome', 'later'], 'ERR_REQUEST_INVALID'],
      [['accept', '1', ...CARE.with(0, '--officer')], 'ERR_REQUEST_INVALID'],
    ]
    for (const [args, code] of wrong) expectRefused(await here(...args), code)
    expectDone(await cli('accept', '1', ...CARE))
    expect(await dueNow()).toContain('decision 1')
    expectDone(await cli('decide', '1', ...CARE, '--outcome', 'assessment'))
    expect(await dueNow()).toEqual(['assessment 1'])
    expectDone(await cli('report', '1', ...CARE, '--milestone', 'strategy-discussion-held'))
    expect(await dueNow()).toEqual(['conference 1', 'assessment 1'])
    const tooLate: [string[], string][] = [
      [['decide', '1', ...CARE, '--outcome', 'early-help'], 'ERR_CASE_STATUS'],
      [['decline', '1', ...CARE, '--reason', 'not-ours'], 'ERR_CASE_STATUS'],
      [['report', '1', ...CARE, '--milestone', 'conference-held', '--on', '2099-01-05'], 'ERR_REQUEST_INVALID'],
    ]
    for (const [args, code] of tooLate) expectRefused(await here(...args), code)
    expect(lines(await cli('referrals', ...FIRST, '--json'))).toMatchObject([
      { number: 1, case: 1, to: 'care', status: 'decided', outcome: 'assessment' },
    ])
  })
})

describe('in the evening', () => {
  test('a case is closed with a reason and an outcome, once, and opens no more', async () => {
    const said = ['--reason', 'assessed', '--outcome', 'child-in-need-plan']
    const wrong: [string[], string][] = [
      [['1', ...FIRST, '--reason', 'assessed'], 'ERR_REQUEST_INVALID'],
      [['1', ...FIRST, '--reason', 'bored', '--outcome', 'unfounded'], 'ERR_REQUEST_INVALID'],
      [['1', ...FIRST, '--reason', 'assessed', '--outcome', 'unknown'], 'ERR_REQUEST_INVALID'],
      [['1', ...RECORDS, ...said], 'ERR_ROLE_MISSING'],
      [['9', ...FIRST, ...said], 'ERR_CASE_UNKNOWN'],
    ]
    for (const [args, code] of wrong) expectRefused(await here('close', ...args), code)
    const closed = await cli('close', '1', ...FIRST, ...said, '--json')
    expectDone(closed)
    expect(json(closed)).toEqual({ case: 1, status: 'closed' })
    const ask = ['--purpose', 'referral', '--basis', 'public-task']
    expectRefused(await here('close', '1', ...SECOND, ...said), 'ERR_CASE_STATUS')
    expectRefused(await here('take', '1', ...SECOND), 'ERR_CASE_STATUS')
    expectRefused(await here('open', '1', ...FIRST, ...ask), 'ERR_CASE_STATUS')
    expect(await numbers('--status', 'closed')).toEqual([1])
  })

  test('the journal of the day verifies', async () => {
    const verified = await cli('verify', '--json')
    expectDone(verified)
    expect(json(verified)).toMatchObject({ verified: true })
  })

  test('only the three who may have seen who a child is', () => {
    const shown = byIdentifierOnly.map(({ stdout, stderr }) => stdout + stderr).join('\n')
    const errors = withDetails.map(({ stderr }) => stderr).join('\n')
    for (const word of PLANTED) {
      expect(shown.includes(word), word).toBe(false)
      expect(errors.includes(word), word).toBe(false)
    }
    const details = withDetails.map(({ stdout }) => stdout).join('\n')
    for (const word of [PROTECTED.name, PROTECTED.nhs, PROTECTED.born, PROTECTED.postcode]) {
      expect(details.includes(word), word).toBe(true)
    }
  })
})
