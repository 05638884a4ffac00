import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../../../src/policy/compiled/compile.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import { type AssessedCheck, historyOf } from '../../../src/policy/history.js'
import type { Policy } from '../../../src/policy/policy.js'
import { evaluate } from '../../../src/policy/reference/evaluate.js'
import { findingsOf } from '../../../src/policy/reference/findings.js'
import { policiesWithHistories } from '../arbitraries.js'
import { check, DAY, policyWith, T } from '../fixtures.js'

const closings = fc.option(fc.nat(12), { nil: undefined })

/** What the evaluator that reads like the design finds on each level. */
function reference(policy: Policy, checks: readonly AssessedCheck[], asOf: number, closedAt?: number) {
  return findingsOf(historyOf(policy, checks), asOf, closedAt)
}

describe('the compiled evaluator and the reference', () => {
  test('find every level first held and first reached at the same instants', () => {
    fc.assert(
      fc.property(policiesWithHistories, closings, ([policy, checks], closedAt) => {
        const expected = reference(policy, checks, T, closedAt)
        expect(compilePolicy(policy).findings(checks, T, closedAt)).toEqual(expected)
        const rank = expected.findLastIndex(({ reachedAt }) => reachedAt !== undefined) + 1
        expect(compilePolicy(policy).rank(checks, T, closedAt)).toBe(rank)
      }),
      { numRuns: 1_000 },
    )
  })

  test('agree at one instant, whichever', () => {
    fc.assert(
      fc.property(policiesWithHistories, fc.integer({ min: -12 * DAY, max: 12 * DAY }), ([policy, checks], shift) => {
        const t = T + shift
        const history = historyOf(policy, checks)
        const rank = policy.levels.findLastIndex(({ reachedWhen }) => evaluate(reachedWhen, history, t).holds) + 1
        expect(compilePolicy(policy).rankAt(checks, t)).toBe(rank)
      }),
      { numRuns: 1_000 },
    )
  })

  test('agree on what is left of one history when another was assessed before it', () => {
    fc.assert(
      fc.property(policiesWithHistories, fc.array(fc.nat(11)), ([policy, checks], gone) => {
        const compiled = compilePolicy(policy)
        compiled.rank(checks, T)
        compiled.rankAt(checks, T - DAY)
        const left = checks.filter((_, index) => !gone.includes(index))
        expect(compiled.findings(left, T)).toEqual(reference(policy, left, T))
      }),
    )
  })
})

describe('after a closing', () => {
  const points = { points: { atLeast: 10, withinDays: 10 } } as const
  const one = (id: string, daysAgo: number, position: number): AssessedCheck =>
    check({ id, indicators: ['H-2'], occurredAt: T - daysAgo * DAY, position })

  test('of equal weights the new one is kept, although it happened before the old one', () => {
    const policy = policyWith(points, { caps: { perAgencyIndicator: 1 } })
    const [older, newer] = [one('new', 2, 7), one('old', 1, 3)]
    expect(compilePolicy(policy).rank([older, newer], T, 5)).toBe(1)
    expect(compilePolicy(policy).rank([newer], T, 5)).toBe(0)
  })

  test('a heavier old one keeps its place until it weighs no more than the new one', () => {
    const decay = [
      { upToDays: 1, permille: 1_000 },
      { upToDays: 9, permille: 500 },
    ]
    const policy = policyWith({ points: { atLeast: 5, withinDays: 10 } }, { caps: { perAgencyIndicator: 1 }, decay })
    const both = [one('new', 4, 7), one('old', 2, 3)]
    // Each weighs 10 for two days and 5 afterwards: on the day of the old one, the new one has decayed already.
    expect(compilePolicy(policy).rank(both, T - DAY, 5)).toBe(1)
    expect(compilePolicy(policy).findings(both, T - DAY, 5)[0]?.reachedAt).toBe(T - 4 * DAY)
    expect(compilePolicy(policyWith(points, { caps: { perAgencyIndicator: 1 }, decay })).rank(both, T - DAY, 5)).toBe(1)
    const horizon = policyWith(
      { points: { atLeast: 5, withinDays: 10 } },
      { caps: { perAgencyIndicator: 1 }, decay, horizonDays: 1 },
    )
    expect(compilePolicy(horizon).rank(both, T - 2 * DAY + DAY / 2, 5)).toBe(0)
    expect(compilePolicy(horizon).rank(both, T, 5)).toBe(1)
  })
})

test('a policy is prepared once', () => {
  const policy = policyWith({ count: { atLeast: 1, withinDays: 1 } })
  expect(compilePolicy(policy)).toBe(compilePolicy(policy))
  expect(compilePolicy(policy)).not.toBe(compilePolicy({ ...policy }))
})

describe('what cannot be assessed', () => {
  const compiled = compilePolicy(defaultPolicy())
  const fine = check({ incident: 'first-known' })

  test.each([
    ['an unknown incident', [check({ incident: 'seen' })], 'incident'],
    ['an unknown indicator', [{ ...fine, indicators: ['HEA-2-APPT', 'nothing'] }], 'indicators'],
    ['a word of JavaScript as indicator', [{ ...fine, indicators: ['constructor'] }], 'indicators'],
    ['an unknown code in a withdrawn check', [check({ incident: 'seen', withdrawn: true })], 'incident'],
    ['an unknown code in a check of long ago', [check({ incident: 'seen', occurredAt: 0 })], 'incident'],
    ['one id with two agencies', [fine, { ...fine, agency: 'B' }], 'id'],
    ['one id with two kinds', [fine, { ...fine, agencyKind: 'police' }], 'id'],
    ['one id with two incidents', [fine, { ...fine, incident: 'gp-concern' }], 'id'],
    ['one id at two times', [fine, { ...fine, occurredAt: T - 1 }], 'id'],
    ['one id at two positions', [fine, { ...fine, position: 3 }], 'id'],
    ['one id withdrawn and not', [fine, { ...fine, withdrawn: true }], 'id'],
    ['one id with more indicators', [fine, { ...fine, indicators: ['HEA-2-APPT'] }], 'id'],
    [
      'one id with other indicators',
      [
        { ...fine, indicators: ['HEA-2-APPT'] },
        { ...fine, indicators: ['HEA-2-AE'] },
      ],
      'id',
    ],
  ])('%s is refused, and nothing is left of it', (_, checks, field) => {
    const refusal = expect.objectContaining({ code: 'ERR_ASSESSMENT_INVALID', field })
    for (const ask of [compiled.rank, compiled.findings]) expect(() => ask(checks, T)).toThrow(refusal)
    expect(() => compiled.rankAt(checks, T)).toThrow(refusal)
    expect(compiled.rank([fine], T)).toBe(0)
  })

  test('a repeated check with its indicators in another order, and repeated, is the same check', () => {
    const once = { ...fine, indicators: ['HEA-4-CRISIS', 'SAF-3-DA'] }
    const again = { ...fine, indicators: ['SAF-3-DA', 'HEA-4-CRISIS', 'SAF-3-DA'] }
    expect(compiled.rank([once, again], T)).toBe(2)
  })
})

test('many agencies, checks and indicators do not outgrow it', () => {
  const policy = defaultPolicy()
  const codes = Object.keys(policy.indicators)
  const checks = Array.from({ length: 300 }, (_, index) =>
    check({
      agency: `agency-${index}`,
      agencyKind: `kind-${index % 40}`,
      incident: 'gp-concern',
      indicators: codes.slice(index % 100, (index % 100) + 44),
      occurredAt: T - index * DAY,
    }),
  )
  expect(compilePolicy(policy).findings(checks, T)).toEqual(reference(policy, checks, T))
})
