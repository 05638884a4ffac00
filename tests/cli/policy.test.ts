import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseCases } from '../../src/policy/cases/parse.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { type Ran, runHere, start } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-policy-'))
const at = (name: string): string => join(folder, name)
const NAME = 'Quibblethwaite'
const seen: Ran[] = []

const policy = async (...args: readonly string[]): Promise<Ran> => {
  const ran = await runHere(['policy', ...args])
  seen.push(ran)
  return ran
}
const json = async (...args: readonly string[]): Promise<unknown> =>
  JSON.parse((await policy(...args, '--json')).stdout)

function expectRefusal(ran: Ran, code: string, field?: string): void {
  expect(ran.stderr).toMatch(/^child-index: ERR_[A-Z_]+: [^\n]+\n$/)
  expect(ran.stderr).toContain(`child-index: ${code}: `)
  if (field !== undefined) expect(ran.stderr.trimEnd().endsWith(`(${field})`), ran.stderr).toBe(true)
  expect(ran).toMatchObject({ code: 2, stdout: '' })
}

function read(name: string): string {
  return readFileSync(at(name), 'utf8')
}

/** Writes the policy of `start.json`, or the cases of `start.cases.json`, changed. */
function changed(to: string, change: (document: Record<string, never>) => void, from = 'start.json'): string {
  const document = JSON.parse(read(from))
  change(document)
  writeFileSync(at(to), JSON.stringify(document))
  return at(to)
}

beforeAll(async () => {
  expect(await policy('new', at('start.json'), '--id', 'anytown')).toMatchObject({ code: 0, stderr: '' })
  writeFileSync(
    at('history.csv'),
    'agency,kind,incident,indicators,occurred_at,withdrawn\n' +
      'clinic,health,first-known,health-missed,2026-02-20,\n' +
      'school,education,first-known,safety-injury,2026-02-21,TRUE\n' +
      'school,education,first-known,health-missed;home-crowded,2026-03-01T10:00+01:00,\n',
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('new', () => {
  test('writes a policy that is valid, passes its cases and has no finding that is not accepted', async () => {
    expect(parsePolicy(read('start.json'))).toMatchObject({ id: 'anytown', version: 1 })
    expect(parseCases(read('start.cases.json')).policy).toBe('./start.json')
    expect(await json('test', at('start.cases.json'))).toMatchObject({ failed: 0, coverage: { complete: true } })
    const { stdout } = await policy('test', at('start.cases.json'))
    expect(stdout).toContain(
      'Of 7 atoms 7 hold in one case and fail in another, 7 are tried on both sides of their boundary.',
    )
    expect(await policy('analyse', at('start.json'), '--accepted', at('start.accepted.json'))).toMatchObject({
      code: 0,
    })
  })

  test('overwrites nothing, and leaves nothing behind', async () => {
    for (const taken of ['one.json', 'two.cases.json', 'three.accepted.json']) {
      writeFileSync(at(taken), 'kept')
      const [stem = ''] = taken.split('.')
      expectRefusal(await policy('new', at(`${stem}.json`), '--id', 'x'), 'ERR_FILE_EXISTS', 'file')
      expect(read(taken)).toBe('kept')
      expect(readdirSync(folder).filter((name) => name.startsWith(stem))).toEqual([taken])
    }
  })

  test.each(['', 'two words', `${NAME} `, 'x'.repeat(65)])('refuses the id %j', async (id) => {
    expectRefusal(await policy('new', at('never.json'), '--id', id), 'ERR_REQUEST_INVALID', '--id')
    expect(readdirSync(folder)).not.toContain('never.json')
  })

  test('names its files after the policy’s, whatever its ending', async () => {
    expect(await policy('new', at('plain'), '--id', 'plain')).toMatchObject({ code: 0 })
    expect(await policy('test', at('plain.cases.json'))).toMatchObject({ code: 0 })
    expectRefusal(await policy('new', at('nowhere/x.json'), '--id', 'x'), 'ERR_FILE_MISSING')
  })
})

describe('validate', () => {
  test('says what a policy is', async () => {
    expect(await json('validate', 'england-illustrative')).toMatchObject({
      id: 'england-illustrative',
      version: 1,
      policyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      vocabularyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      horizonDays: 400,
      levels: ['review', 'child-in-need', 'child-protection'],
      atoms: 19,
      indicators: 144,
      incidents: 29,
    })
    const { stdout } = await policy('validate', at('start.json'))
    expect(stdout).toContain('Valid: anytown, version 1\n')
    expect(stdout).toContain('review < child-in-need < child-protection, by 7 atoms; looks back 400 days')
  })

  test('is the same for a name and for the file of that name in the package', async () => {
    const file = new URL('../../policies/england-illustrative.json', import.meta.url).pathname
    expect(await json('validate', file)).toEqual(await json('validate', 'england-illustrative'))
  })
})

describe('explain', () => {
  test('tells the rules, each with its place', async () => {
    const { code, stdout } = await policy('explain', at('start.json'))
    expect(code).toBe(0)
    expect(stdout).toContain(
      'child-protection: Children Act 1989, section 47: reasonable cause to suspect significant harm. Opens the sealed details: identity and carers.\n' +
        '  at least 1 check within 365 days with an observation that is flagged significant-harm  [levels[2].reachedWhen]\n',
    )
    expect(stdout).toContain('\n      at least 45 points after decay and caps within 365 days')
    expect(stdout).toContain('At review, 2 officers may judge that child-in-need is met.')
    expect(stdout).toContain('never a decision about a child or a family')
    expect(await json('explain', at('start.json'))).toMatchObject({
      levels: [
        {
          level: 'review',
          threshold: 'none',
          opens: [],
          rules: [{ path: 'levels[0].reachedWhen', depth: 0 }, {}, {}, {}],
        },
        { level: 'child-in-need', rules: [{}, {}, {}, { path: 'levels[1].reachedWhen.any[1].all[0]', depth: 2 }, {}] },
        { level: 'child-protection' },
      ],
      points: [expect.stringContaining('500‰'), expect.stringContaining('at most 2 count')],
      determination: { officers: 2 },
    })
  })

  test('tells the verdict on a file of checks', async () => {
    const args = ['explain', at('start.json'), '--checks', at('history.csv'), '--as-of', '2026-03-02'] as const
    const { code, stdout } = await policy(...args)
    expect(code).toBe(0)
    expect(stdout).toContain('No level is reached as of 2026-03-02 00:00 UTC.')
    expect(stdout).toContain('25 points, 15 short')
    expect(stdout).toContain('Left out, withdrawn: row 2 (safety-injury), row 2 (first-known)\n')
    expect(stdout).toContain('It would take 1 more check. For example:')
    expect(stdout).toContain('No level holds now.')
    expect(stdout.split('never a decision about a child')).toHaveLength(2)
    expect(await json(...args)).toMatchObject({
      level: 'none',
      at: null,
      asOf: Date.UTC(2026, 2, 2),
      support: [],
      next: { level: 'review', outcome: 'reachable', checks: 1, exact: true },
      reviewAt: null,
      notice: expect.stringContaining('never a decision'),
    })
  })

  test('tells what was reached, by what, and until when', async () => {
    const rows = ['health-disability', 'school-absence'].map((indicator, index) => ({
      id: `r/${index}`,
      agency: 'school',
      agencyKind: 'education',
      incident: 'first-known',
      indicators: [indicator],
      occurredAt: Date.UTC(2026, 0, 1 + index),
    }))
    writeFileSync(at('reached.ndjson'), rows.map((row) => JSON.stringify(row)).join('\n'))
    const args = ['explain', at('start.json'), '--checks', at('reached.ndjson'), '--as-of', '1767571200000'] as const
    expect(await json(...args)).toMatchObject({
      level: 'child-in-need',
      at: Date.UTC(2026, 0, 1),
      asOf: Date.UTC(2026, 0, 5),
      support: ['r/0'],
      next: { level: 'child-protection' },
      reviewAt: Date.UTC(2027, 0, 1),
    })
    const { stdout } = await policy(...args)
    expect(stdout).toContain('- r/0 of 2026-01-01 00:00 UTC by school: health-disability')
    expect(stdout).toContain('the level that holds now falls on 2027-01-01 00:00 UTC')
  })

  test('an instant without checks, and one that is none', async () => {
    expectRefusal(await policy('explain', at('start.json'), '--as-of', '2026-03-02'), 'ERR_REQUEST_INVALID', '--checks')
    for (const instant of ['yesterday', '2026-02-30', '2026-03-02T09:00', '12'])
      expectRefusal(
        await policy('explain', at('start.json'), '--checks', at('history.csv'), '--as-of', instant),
        'ERR_REQUEST_INVALID',
        '--as-of',
      )
  })
})

describe('test', () => {
  test('the shipped cases of the default policy pass', async () => {
    const file = new URL('../../policies/england-illustrative.cases.json', import.meta.url).pathname
    expect(await json('test', file)).toMatchObject({ failed: 0, coverage: { complete: true } })
  })

  test('says what failed and why, and what the cases do not try', async () => {
    changed(
      'failing.cases.json',
      (file) => {
        const [first, second] = file.cases as unknown as { name: string; expect: object }[]
        Object.assign(file, {
          cases: [
            { ...first, expect: { level: 'review', reasons: ['levels[0].reachedWhen.any[0]'] } },
            { ...second, expect: { level: 'none', not: ['levels[0].reachedWhen.any[1]'] } },
          ],
        })
      },
      'start.cases.json',
    )
    const { code, stdout } = await policy('test', at('failing.cases.json'))
    expect(code).toBe(1)
    expect(stdout).toContain('FAILED  A first contact alone is nothing\n  expected review, came none\n')
    expect(stdout).toContain('  should decide and does not: levels[0].reachedWhen.any[0] (at least 1 check')
    expect(stdout).toContain('0 checks, 1 short')
    expect(stdout).toContain('2 cases for anytown, version 1: 1 passed, 1 failed')
    expect(stdout).toContain(
      'Of 4 levels 2 are expected by a case.\n  no case expects child-in-need\n  no case expects child-protection\n',
    )
    expect(stdout).toContain('  levels[1].reachedWhen.any[0]: never holds (at least 1 check')
    expect(stdout).toContain('  levels[0].reachedWhen.any[2]: never holds, never comes to exactly 39 points (')
    expect(await json('test', at('failing.cases.json'), '--mutants')).toEqual({
      policyHash: expect.any(String),
      passed: 1,
      failed: 1,
      results: [
        {
          name: 'A first contact alone is nothing',
          passed: false,
          expected: 'review',
          level: 'none',
          unmet: [{ kind: 'level' }, { kind: 'reason', path: 'levels[0].reachedWhen.any[0]' }],
        },
        expect.objectContaining({ passed: true, unmet: [] }),
      ],
      coverage: expect.objectContaining({ complete: false }),
    })
  })

  test('--mutants lists the mistakes that no case would notice', async () => {
    const ran = (await json('test', at('start.cases.json'), '--mutants')) as {
      mutants: { all: number; surviving: { id: string; path: string; change: string }[] }
    }
    expect(ran.mutants.all).toBeGreaterThan(80)
    const noticed = ran.mutants.surviving.filter(({ id }) => /caps|atLeast [+-]1$|horizonDays/.test(id))
    expect(noticed).toEqual([])
    expect(Object.keys(ran.mutants.surviving[0] ?? {}).sort()).toEqual(['change', 'id', 'path'])
    const { code, stdout } = await policy('test', at('start.cases.json'), '--mutants')
    expect(code).toBe(0)
    expect(stdout).toContain(`would be noticed.\n  not noticed: `)
    expect(stdout).toMatch(/not noticed: \d+ in the weight, severity or flags of single codes/)
  })

  test('finds the policy beside the cases, by name, or where the option says', async () => {
    mkdirSync(at('elsewhere'))
    for (const name of ['start.json', 'start.cases.json']) cpSync(at(name), at(`elsewhere/${name}`))
    changed('elsewhere/start.json', (document) => Object.assign(document, { version: 7 }))
    expect((await policy('test', at('elsewhere/start.cases.json'))).stdout).toContain('for anytown, version 7')
    const given = await policy('test', at('elsewhere/start.cases.json'), '--policy', at('start.json'))
    expect(given.stdout).toContain('for anytown, version 1')
    writeFileSync(at('bare'), read('start.json'))
    const bare = changed('bare.cases.json', (file) => Object.assign(file, { policy: 'bare' }), 'start.cases.json')
    expect(await policy('test', bare)).toMatchObject({ code: 0 })
    const other = await policy('test', at('start.cases.json'), '--policy', 'england-illustrative')
    expectRefusal(other, 'ERR_ASSESSMENT_INVALID', 'cases[1].checks[0].indicators[0]')
    const nameless = changed(
      'nameless.cases.json',
      (file) => Reflect.deleteProperty(file, 'policy'),
      'start.cases.json',
    )
    expectRefusal(await policy('test', nameless), 'ERR_REQUEST_INVALID', '--policy')
    expect(await policy('test', nameless, '--policy', at('start.json'))).toMatchObject({ code: 0 })
  })
})

describe('analyse', () => {
  test('says what it found, and ends with 1 until somebody accepts it', async () => {
    const { code, stdout } = await policy('analyse', at('start.json'))
    expect(code).toBe(1)
    expect(stdout).toContain('warning   SA-4/child-protection/one-agency-alone\n')
    expect(stdout).toContain('  at levels[2].reachedWhen\n')
    const [, shown = ''] = /shown by this case:\n([\s\S]*?)\n\n/.exec(stdout) ?? []
    expect(parseCases(`{ "cases": [ ${shown} ] }`).cases[0]?.expect.level).toBe('child-protection')
    expect(stdout).toContain('anytown, version 1: 1 finding open, 0 accepted')
    expect(stdout).toMatch(/child-protection +1 +1 +1 +1 +1 +one agency alone can reach it/)
    expect(stdout).toContain('By nothing but vulnerabilities, however many checks: child-in-need')
    expect(stdout).toContain(
      'What reaches child-protection, by up to 3 checks of one code each:\n  safety-injury  (1 agency, 1 day; 1 way)',
    )
  })

  test('accepts by id, for this policy alone', async () => {
    const accepted = ['--accepted', at('start.accepted.json')] as const
    const done = await policy('analyse', at('start.json'), ...accepted)
    expect(done.code).toBe(0)
    expect(done.stdout).toContain(
      'accepted  SA-4/child-protection/one-agency-alone: Significant harm needs no second agency',
    )
    expect(await json('analyse', at('start.json'), ...accepted)).toMatchObject({
      open: 0,
      findings: [{ id: 'SA-4/child-protection/one-agency-alone', accepted: expect.stringContaining('second agency') }],
    })
    const other = changed('other.json', (document) => Object.assign(document, { version: 2 }))
    const stale = await policy('analyse', other, ...accepted)
    expect(stale.code).toBe(1)
    expect(stale.stdout).toContain('The accepted findings are of another policy: look at them again.')
    expect(await json('analyse', other, ...accepted)).toMatchObject({ open: 1, findings: [{ accepted: null }] })
    const gone = changed(
      'gone.json',
      (file) => (file.accepted as unknown as unknown[]).push({ id: 'SA-9/gone', reason: 'x' }),
      'start.accepted.json',
    )
    expect((await policy('analyse', at('start.json'), '--accepted', gone)).stdout).toContain(
      'Accepted, and no longer found: SA-9/gone',
    )
  })

  test('the default policy has no finding that is not accepted', async () => {
    const file = new URL('../../policies/england-illustrative.accepted.json', import.meta.url).pathname
    expect(await policy('analyse', 'england-illustrative', '--accepted', file)).toMatchObject({ code: 0 })
    expect(await policy('analyse', 'england-illustrative')).toMatchObject({ code: 0 })
  })

  test('takes the policy’s own words for circumstances', async () => {
    const found = (circumstances: string) => json('analyse', at('start.json'), '--circumstances', circumstances)
    expect(await found('housing, education')).toMatchObject({
      fairness: [{}, { of: 'circumstances', indicators: 2 }, {}],
    })
    expect(await found('education')).toMatchObject({ fairness: [{}, { of: 'circumstances', indicators: 1 }, {}] })
  })

  test('writes a page, and never over another file', async () => {
    const args = [
      'analyse',
      at('start.json'),
      '--accepted',
      at('start.accepted.json'),
      '--html',
      at('page.html'),
    ] as const
    const { code, stdout } = await policy(...args)
    expect(code).toBe(0)
    expect(stdout).toContain(`Wrote ${at('page.html')}`)
    const page = read('page.html')
    expect(page).toContain('<title>Policy anytown, version 1</title>')
    expect(page).toContain('each of which was looked at and accepted with a reason')
    expectRefusal(await policy(...args), 'ERR_FILE_EXISTS', '--html')
    expect(read('page.html')).toBe(page)
  })
})

describe('diff', () => {
  test('says which is stricter, and shows where they differ as a case', async () => {
    const laxer = changed('laxer.json', (document) => {
      const levels = document.levels as unknown as { reachedWhen: { any: unknown[] } }[]
      Object.assign(document, { version: 2 })
      levels[0]?.reachedWhen.any.push({
        count: { atLeast: 1, withinDays: 365, where: { indicators: ['home-crowded'] } },
      })
    })
    const { code, stdout } = await policy('diff', at('start.json'), laxer)
    expect(code).toBe(0)
    expect(stdout).toContain(
      'anytown, version 2, compared with anytown, version 1, is laxer: it never gives a lower level',
    )
    expect(stdout).toContain('Proved, or shown by a history.')
    expect(stdout).toContain('Changed in the document:\n  version: ')
    const [, shown = ''] = /No shorter history shows it\.\n(\{[\s\S]*?\n\})/.exec(stdout) ?? []
    expect(parseCases(`{ "cases": [ ${shown} ] }`).cases).toMatchObject([
      {
        name: 'none before the change, review after it',
        checks: [{ indicators: ['home-crowded'] }],
        expect: { level: 'review' },
      },
    ])
    writeFileSync(at('shown.cases.json'), `{ "cases": [ ${shown} ] }`)
    expect(await policy('test', at('shown.cases.json'), '--policy', laxer)).toMatchObject({ code: 0 })
    expect(await policy('test', at('shown.cases.json'), '--policy', at('start.json'))).toMatchObject({ code: 1 })
    expect(await json('diff', laxer, at('start.json'))).toMatchObject({
      before: expect.stringMatching(/^[0-9a-f]{64}$/),
      relation: 'stricter',
      proved: true,
      bound: null,
      comparedBy: 'level',
      raises: null,
      lowers: { before: 'review', after: 'none', shortest: true, case: { expect: { level: 'none' } } },
      changes: expect.arrayContaining([expect.objectContaining({ path: 'version' })]),
    })
    expect(await policy('diff', at('start.json'), laxer, '--exit-code')).toMatchObject({ code: 1 })
  })

  test('policies that find the same end with 0, whatever they are called', async () => {
    const renamed = changed('renamed.json', (document) => Object.assign(document, { title: 'Another title' }))
    const ran = await policy('diff', at('start.json'), renamed, '--exit-code')
    expect(ran.code).toBe(0)
    expect(ran.stdout).toContain('finds the same')
    expect(ran.stdout).not.toContain('as a case')
  })

  test('of policies with other levels the thresholds are compared, and long lists are cut short', async () => {
    const { stdout } = await policy('diff', 'england-illustrative', at('start.json'))
    expect(stdout).toMatch(/\n {2}and \d+ more \(--json lists them\)\n/)
    expect(stdout.split('Changed in the document:\n')[1]?.trimEnd().split('\n')).toHaveLength(41)
    const renamed = changed('levels.json', (document) => {
      const levels = document.levels as unknown as { name: string }[]
      Object.assign(levels[0] ?? {}, { name: 'look' })
      Object.assign(document.determination as unknown as object, { from: 'look' })
    })
    expect((await policy('diff', at('start.json'), renamed)).stdout).toContain(
      'what is compared is the thresholds of the law',
    )
  })
})

describe('replay', () => {
  const header = 'child,agency,kind,incident,indicators,occurred_at\n'
  const stricter = (): string =>
    changed('stricter.json', (document) => {
      const levels = document.levels as unknown as { reachedWhen: { any: unknown[] } }[]
      levels[0]?.reachedWhen.any.splice(0, 1)
    })

  beforeEach(() => {
    const rows = Array.from({ length: 40 }, (_, child) => {
      const indicator = child < 20 ? 'school-absence' : ''
      return `${NAME}-${child},school,education,first-known,${indicator},2026-02-20\n`
    })
    writeFileSync(at('checks.csv'), header + rows.join(''))
  })

  test('counts the children of a file under both, and draws the shift', async () => {
    const args = [
      'replay',
      at('start.json'),
      stricter(),
      '--checks',
      at('checks.csv'),
      '--as-of',
      '2026-03-02',
    ] as const
    const { code, stdout } = await policy(...args, '--svg', at('shift.svg'))
    expect(code).toBe(0)
    expect(stdout).toContain('40 children, as of 2026-03-02 00:00 UTC')
    expect(stdout).toMatch(/Would move:\n {2}review to none {2,}20\n/)
    expect(stdout).toContain('counts from 1 to 9 are not shown')
    expect(stdout).not.toContain(NAME)
    expect(read('shift.svg')).toMatch(/^<svg /)
    expect(read('shift.svg')).not.toContain(NAME)
    expectRefusal(await policy(...args, '--svg', at('shift.svg')), 'ERR_FILE_EXISTS', '--svg')
    expect(await json(...args)).toMatchObject({
      children: 40,
      unassessed: 0,
      moves: [
        [20, 0, 0, 0],
        [20, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    })
  })

  test('hides small counts, and says who could not be assessed', async () => {
    const args = ['replay', at('start.json'), stricter(), '--as-of', '2026-03-02'] as const
    const hidden = await policy(...args, '--checks', at('checks.csv'), '--suppress-below', '30')
    expect(hidden.stdout).toMatch(/review to none {2,}fewer than 30\n/)
    const unknown = await policy('replay', 'england-illustrative', at('start.json'), '--checks', at('checks.csv'))
    expect(unknown.stdout).toContain('Not assessed, for a code that one policy does not have: 20')
    const same = await policy('replay', at('start.json'), at('start.json'), '--checks', at('checks.csv'))
    expect(same.stdout).toContain('Nobody would move.')
    for (const below of ['4', '0', 'x'])
      expectRefusal(
        await policy(...args, '--checks', at('checks.csv'), '--suppress-below', below),
        'ERR_REQUEST_INVALID',
        '--suppress-below',
      )
  })

  test('counts the children of a hub', async () => {
    expect((await runHere(['init', '--name', 'Anytown', '--dir', at('hub')])).code).toBe(0)
    const args = ['replay', 'england-illustrative', 'england-illustrative', '--dir', at('hub')] as const
    expect(await json(...args)).toMatchObject({ children: 0, unassessed: 0 })
    expectRefusal(
      await policy('replay', 'england-illustrative', at('start.json'), '--dir', at('nowhere')),
      'ERR_FILE_MISSING',
      '--dir',
    )
  })

  test('rows that cannot be read stop it, by line and field', async () => {
    const good = 'c,school,education,first-known,school-absence,2026-02-20\n'
    const wrong: readonly (readonly [row: string | Buffer, field?: string])[] = [
      [',school,education,first-known,,2026-02-20\n', 'child'],
      ['c,,education,first-known,,2026-02-20\n', 'agency'],
      [`c,school,${NAME} ${NAME},first-known,,2026-02-20\n`, 'agencyKind'],
      ['c,school,education,,,2026-02-20\n', 'incident'],
      [`c,school,education,first-known,${NAME}!,2026-02-20\n`, 'indicators[0]'],
      ['c,school,education,first-known,,2026-02-30\n', 'occurredAt'],
      ['c,school,education,first-known\n'],
      [Buffer.from(`c,schoöl,education,first-known,,2026-02-20\n`, 'latin1')],
    ]
    for (const [row, field] of wrong) {
      writeFileSync(at('wrong.csv'), Buffer.concat([Buffer.from(header + good), Buffer.from(row)]))
      const ran = await policy('replay', at('start.json'), at('start.json'), '--checks', at('wrong.csv'))
      expectRefusal(ran, 'ERR_ROW_MALFORMED', field)
      expect(ran.stderr).toContain('line 3: ')
    }
    writeFileSync(at('childless.csv'), 'agency,kind,incident,occurred_at\n')
    const childless = await policy('replay', at('start.json'), at('start.json'), '--checks', at('childless.csv'))
    expectRefusal(childless, 'ERR_FILE_INVALID', 'child')
    writeFileSync(at('headless.csv'), good)
    const headless = await policy('replay', at('start.json'), at('start.json'), '--checks', at('headless.csv'))
    expectRefusal(headless, 'ERR_FILE_INVALID')
  })
})

describe('wrong files', () => {
  const commands: readonly (readonly [string, (file: string) => readonly string[], string])[] = [
    ['a policy', (file) => ['validate', file], 'ERR_POLICY_INVALID'],
    ['a policy to explain', (file) => ['explain', file], 'ERR_POLICY_INVALID'],
    ['a policy to analyse', (file) => ['analyse', file], 'ERR_POLICY_INVALID'],
    ['the policy before', (file) => ['diff', file, at('start.json')], 'ERR_POLICY_INVALID'],
    [
      'the policy after',
      (file) => ['replay', at('start.json'), file, '--checks', at('history.csv')],
      'ERR_POLICY_INVALID',
    ],
    ['cases', (file) => ['test', file, '--policy', at('start.json')], 'ERR_FILE_INVALID'],
    ['accepted findings', (file) => ['analyse', at('start.json'), '--accepted', file], 'ERR_FILE_INVALID'],
  ]

  test.each(commands)('%s', async (_, command, code) => {
    const wrong: readonly (readonly [content: string | Buffer, code: string])[] = [
      ['', code],
      [`{"${NAME}": `, code],
      [`{"${NAME}": 1}`, code],
      ['[]', code],
      ['"text"', code],
      [Buffer.from([0, 1, 2, 255, 254]), 'ERR_FILE_INVALID'],
      [Buffer.from(`{"title": "Zoë ${NAME}"}`, 'latin1'), 'ERR_FILE_INVALID'],
      [Buffer.from('\uFEFF{}', 'utf16le'), 'ERR_FILE_INVALID'],
      [' '.repeat(1024 * 1024 + 1), 'ERR_FILE_INVALID'],
      ['['.repeat(100_000), code],
    ]
    for (const [content, expected] of wrong) {
      writeFileSync(at('wrong.json'), content)
      expectRefusal(await policy(...command(at('wrong.json'))), expected)
    }
    expectRefusal(await policy(...command(at('absent.json'))), 'ERR_FILE_MISSING')
    expectRefusal(await policy(...command(folder)), 'ERR_FILE_INVALID')
  })

  test('a byte order mark is no harm', async () => {
    writeFileSync(at('marked.json'), `\uFEFF${read('start.json')}`)
    expect(await policy('validate', at('marked.json'))).toMatchObject({ code: 0 })
  })

  test('a name that is no policy’s says which there are', async () => {
    const ran = await policy('validate', NAME)
    expectRefusal(ran, 'ERR_POLICY_UNKNOWN')
    expect(ran.stderr).toContain('england-illustrative')
  })

  test('checks of a code that the policy does not have, and far too many', async () => {
    const header = 'agency,kind,incident,occurred_at\n'
    writeFileSync(at('code.csv'), `${header}a,health,${NAME},2026-01-01\n`)
    expectRefusal(
      await policy('explain', at('start.json'), '--checks', at('code.csv')),
      'ERR_ASSESSMENT_INVALID',
      'incident',
    )
    writeFileSync(at('many.csv'), header + 'a,health,first-known,2026-01-01\n'.repeat(2_001))
    expectRefusal(await policy('explain', at('start.json'), '--checks', at('many.csv')), 'ERR_FILE_INVALID')
    expectRefusal(
      await policy('explain', at('start.json'), '--checks', at('history.xls')),
      'ERR_REQUEST_INVALID',
      '--format',
    )
  })

  test('arguments that are missing, too many, or no command’s', async () => {
    expectRefusal(await policy('validate'), 'ERR_REQUEST_INVALID', 'policy')
    expectRefusal(await policy('diff', 'england-illustrative'), 'ERR_REQUEST_INVALID', 'after')
    expectRefusal(await policy(NAME), 'ERR_REQUEST_INVALID')
    expectRefusal(await policy('validate', 'england-illustrative', NAME), 'ERR_REQUEST_INVALID')
  })
})

test('every command says what it does, with an example and the shape of its JSON', async () => {
  for (const command of ['new', 'validate', 'explain', 'test', 'analyse', 'diff', 'replay', 'adopt']) {
    const help = await policy(command, '--help')
    expect(help, command).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toContain(`$ child-index policy ${command}`)
    expect(help.stdout).toContain('With --json: ')
  }
})

test('as people start it: standard input, exit codes and pipes of a process of its own', async () => {
  const input = 'agency,kind,incident,indicators,occurred_at\nclinic,health,first-known,safety-injury,2026-02-20\n'
  const args = [
    'policy',
    'explain',
    'start.json',
    '--checks',
    '-',
    '--format',
    'csv',
    '--as-of',
    '2026-03-02',
    '--json',
  ]
  const explained = await start(args, folder, input)
  expect(explained).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(explained.stdout)).toMatchObject({ level: 'child-protection', next: null })
  const refused = await start(['policy', 'validate', 'absent.json', '--json'], folder)
  expect(refused.code).toBe(2)
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'ERR_FILE_MISSING' } })
})

test('no refusal repeated a value, and none showed a stack', () => {
  expect(seen.length).toBeGreaterThan(150)
  for (const { stderr } of seen) {
    expect(stderr).not.toContain(NAME)
    expect(stderr).not.toMatch(/ {4}at |\.ts:|node:/)
    expect(stderr).not.toContain(folder)
  }
})
