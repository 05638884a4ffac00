import { describe, expect, test } from 'vitest'
import type { Case } from '../../../src/policy/cases/cases.js'
import { type CaseResult, type CasesReport, runCases } from '../../../src/policy/cases/run.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import type { Policy } from '../../../src/policy/policy.js'
import { check, DAY, policyData, policyWith, T } from '../fixtures.js'

/** Raised by two checks, or by 80 points; harm by a check with H-4 by two agencies. */
const policy: Policy = parsePolicy({
  ...policyData(),
  levels: [
    {
      name: 'raised',
      threshold: 'none',
      opens: [],
      reachedWhen: {
        any: [{ count: { atLeast: 2, withinDays: 10 } }, { points: { atLeast: 80, withinDays: 10 } }],
      },
    },
    {
      name: 'harm',
      threshold: 'child-protection',
      opens: ['identity'],
      reachedWhen: {
        all: [
          { count: { atLeast: 1, withinDays: 10, where: { indicators: ['H-4'] } } },
          { distinct: { of: 'agency', atLeast: 2, withinDays: 10 } },
        ],
      },
    },
  ],
})
const RAISED = 'levels[0].reachedWhen'
const HARM = 'levels[1].reachedWhen'

function run(parts: Partial<Case>, under = policy): CaseResult {
  const [result] = report([{ name: 'one', asOf: T, checks: [], expect: { level: 'none' }, ...parts }], under).results
  if (result === undefined) throw new Error('no result')
  return result
}

function report(cases: readonly Case[], under = policy): CasesReport {
  return runCases(under, { cases })
}

const twice = [check(), check({ occurredAt: T - DAY })]

test('a case passes when its level comes, and says which level came when it does not', () => {
  expect(run({ checks: twice, expect: { level: 'raised' } })).toMatchObject({
    passed: true,
    expected: 'raised',
    unmet: [],
  })
  const failed = run({ checks: twice, expect: { level: 'harm' } })
  expect(failed).toMatchObject({ passed: false, expected: 'harm', unmet: [{ kind: 'level' }] })
  expect(failed.verdict).toMatchObject({ level: 'raised', asOf: T })
  expect(run({ checks: [], expect: { level: 'none' } }).passed).toBe(true)
  expect(run({ checks: [], expect: { level: 'raised' } }).passed).toBe(false)
})

describe('reasons', () => {
  const unmet = (checks: Case['checks'], ...reasons: readonly string[]): unknown =>
    run({ checks, expect: { level: 'raised', reasons } }).unmet

  test('are rules that hold with all that enclose them', () => {
    expect(unmet(twice, `${RAISED}.any[0]`, RAISED)).toEqual([])
    expect(unmet(twice, `${RAISED}.any[1]`)).toEqual([{ kind: 'reason', path: `${RAISED}.any[1]` }])
    // Two agencies, but nothing of H-4: the atom holds, its rule does not.
    const agencies = [check(), check({ agency: 'B' })]
    expect(unmet(agencies, `${HARM}.all[1]`)).toEqual([{ kind: 'reason', path: `${HARM}.all[1]` }])
    expect(run({ checks: agencies, expect: { level: 'raised', not: [`${HARM}.all[1]`] } }).unmet).toEqual([
      { kind: 'not', path: `${HARM}.all[1]` },
    ])
  })

  test('may hold at any instant that the verdict looks at, and at no other', () => {
    const then = (days: number): Case['checks'] =>
      twice.map((one) => ({ ...one, occurredAt: one.occurredAt - days * DAY }))
    expect(unmet(then(29), `${RAISED}.any[0]`)).toEqual([])
    expect(unmet(then(30), `${RAISED}.any[0]`)).toEqual([
      { kind: 'level' },
      { kind: 'reason', path: `${RAISED}.any[0]` },
    ])
    // 80 points come only later than the two checks that raised it first.
    const later = [...then(5), check({ indicators: ['H-4'] })]
    expect(
      run({ checks: later, expect: { level: 'raised', reasons: [`${RAISED}.any[0]`, `${RAISED}.any[1]`] } }).passed,
    ).toBe(true)
  })

  test('after a closing, are rules that count a check recorded since', () => {
    const old = twice.map((one) => ({ ...one, position: 5 }))
    const expectNone = { level: 'none', reasons: [`${RAISED}.any[0]`] }
    expect(run({ checks: old, closedAt: 5, expect: expectNone }).unmet).toEqual([
      { kind: 'reason', path: `${RAISED}.any[0]` },
    ])
    const renewed = [...old, check({ position: 6 })]
    const reasons = { level: 'raised', reasons: [RAISED, `${RAISED}.any[0]`] }
    expect(run({ checks: renewed, closedAt: 5, expect: reasons }).passed).toBe(true)
    expect(run({ checks: renewed, closedAt: 6, expect: reasons }).unmet).toHaveLength(3)
    // What held before the closing still holds: `not` is about holding.
    expect(run({ checks: old, closedAt: 5, expect: { level: 'none', not: [`${RAISED}.any[0]`] } }).passed).toBe(false)
  })
})

test('what must not hold must hold at no instant', () => {
  const past = twice.map((one) => ({ ...one, occurredAt: one.occurredAt - 20 * DAY }))
  expect(run({ checks: past, expect: { level: 'raised', not: [`${RAISED}.any[1]`] } }).passed).toBe(true)
  const { unmet } = run({ checks: past, expect: { level: 'raised', not: [`${RAISED}.any[1]`, `${RAISED}.any[0]`] } })
  expect(unmet).toEqual([{ kind: 'not', path: `${RAISED}.any[0]` }])
})

describe('refused with the path of the field', () => {
  const field = (parts: Partial<Case>): unknown => {
    try {
      report([
        { name: 'zero', asOf: T, checks: [], expect: { level: 'none' } },
        { name: 'one', asOf: T, checks: [], expect: { level: 'none' }, ...parts },
      ])
    } catch (error) {
      return error
    }
    return undefined
  }

  test.each<[string, Partial<Case>, string]>([
    ['an incident', { checks: [check(), check({ incident: 'x' })] }, 'cases[1].checks[1].incident'],
    ['an indicator', { checks: [check({ indicators: ['H-2', 'constructor'] })] }, 'cases[1].checks[0].indicators[1]'],
    ['the first indicator', { checks: [check({ indicators: ['x', 'H-2'] })] }, 'cases[1].checks[0].indicators[0]'],
    ['a level', { expect: { level: 'highest' } }, 'cases[1].expect.level'],
    ['a reason', { expect: { level: 'none', reasons: [RAISED, `${RAISED}.any[2]`] } }, 'cases[1].expect.reasons[1]'],
    ['a path of another form', { expect: { level: 'none', not: [`${HARM}.any[0]`] } }, 'cases[1].expect.not[0]'],
    ['two contents', { checks: [check({ id: 'a' }), check({ id: 'a', agency: 'B' })] }, 'cases[1].checks'],
  ])('%s', (_, parts, path) => {
    expect(field(parts)).toMatchObject({ code: 'ERR_ASSESSMENT_INVALID', field: path })
  })
})

describe('coverage', () => {
  const atomOf = ({ coverage }: CasesReport, path: string): unknown => {
    const { atom: _, path: __, ...numbers } = coverage.atoms.find((one) => one.path === path) ?? { atom: 0, path: '' }
    return numbers
  }
  const expecting = (name: string, level: string, checks: Case['checks']): Case => ({
    name,
    asOf: T,
    checks,
    expect: { level },
  })

  test('counts the cases in which an atom holds, fails, and comes to its boundary', () => {
    const many = [...twice, check()]
    const ran = report([
      expecting('none', 'none', []),
      expecting('one', 'none', [check()]),
      expecting('two', 'raised', twice),
      expecting('three', 'raised', many),
    ])
    expect(ran).toMatchObject({ passed: 4, failed: 0 })
    expect(ran.coverage.atoms.map(({ path }) => path)).toEqual([
      `${RAISED}.any[0]`,
      `${RAISED}.any[1]`,
      `${HARM}.all[0]`,
      `${HARM}.all[1]`,
    ])
    expect(atomOf(ran, `${RAISED}.any[0]`)).toEqual({ holds: 2, fails: 2, atBoundary: 1, justBelow: 1 })
    expect(atomOf(ran, `${RAISED}.any[1]`)).toEqual({ holds: 0, fails: 4, atBoundary: 0, justBelow: 0 })
    expect(atomOf(ran, `${HARM}.all[0]`)).toEqual({ holds: 0, fails: 4, atBoundary: 0, justBelow: 4 })
    expect(ran.coverage.complete).toBe(false)
  })

  test('takes the highest value of a case, at whatever instant', () => {
    // One in the window of ten days, then two, and now one again.
    const spread = [5, 14].map((days) => check({ occurredAt: T - days * DAY }))
    expect(atomOf(report([expecting('spread', 'raised', spread)]), `${RAISED}.any[0]`)).toEqual({
      holds: 1,
      fails: 0,
      atBoundary: 1,
      justBelow: 0,
    })
  })

  test('is complete when every atom holds and fails and every level is expected', () => {
    const cases = [
      expecting('nothing', 'none', []),
      expecting('two', 'raised', twice),
      expecting('harm', 'harm', [check({ indicators: ['H-4'] }), check({ agency: 'B' })]),
    ]
    const { coverage } = report(cases)
    expect(coverage.levels).toEqual([
      { level: 'none', expected: 1 },
      { level: 'raised', expected: 1 },
      { level: 'harm', expected: 1 },
    ])
    expect(coverage.complete).toBe(true)
    // What counts of levels is what is expected, be it met or not; of atoms, what they came to.
    const mistaken = cases.map((one) => ({ ...one, expect: { level: 'none' } }))
    expect(report(mistaken).coverage.complete).toBe(false)
    const empty = cases.map((one) => ({ ...one, checks: [] }))
    expect(report(empty).coverage.complete).toBe(false)
    expect(report(cases.slice(1)).coverage.complete).toBe(false)
    expect(report(cases.slice(0, 2)).coverage.complete).toBe(false)
    // Without the empty case nothing fails of `harm`; without `harm` nothing holds of it.
    expect(report([...cases.slice(1), expecting('x', 'none', [check({ withdrawn: true })])]).coverage.complete).toBe(
      true,
    )
  })

  test('of a policy that is one atom', () => {
    const { coverage } = report([expecting('none', 'none', [])], policyWith({ count: { atLeast: 1, withinDays: 1 } }))
    expect(coverage.atoms).toHaveLength(1)
    expect(coverage.atoms[0]?.path).toBe('levels[0].reachedWhen')
  })
})
