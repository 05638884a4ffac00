import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { levelAt } from '../../../src/policy/assess.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import { reviewAt } from '../../../src/policy/explain/review.js'
import type { AssessedCheck } from '../../../src/policy/history.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { levelRank, type Policy } from '../../../src/policy/policy.js'
import { edgesOf, histories, policiesWithHistories } from '../arbitraries.js'
import { check, DAY, policyData, policyWith, T } from '../fixtures.js'

const drawn = fc.oneof(
  { weight: 6, arbitrary: policiesWithHistories },
  { weight: 1, arbitrary: histories(defaultPolicy()).map((checks) => [defaultPolicy(), checks] as const) },
)

const visibleAt = (checks: readonly AssessedCheck[], t: number): readonly AssessedCheck[] =>
  checks.filter(({ occurredAt }) => occurredAt <= t)

/** Every instant after `asOf` at which something that an atom sees can change. */
function breakpoints(policy: Policy, checks: readonly AssessedCheck[], asOf: number): number[] {
  const at = checks.flatMap(({ occurredAt }) => edgesOf(policy).map((days) => occurredAt + days * DAY))
  return [...new Set(at)].filter((t) => t > asOf).sort((a, b) => a - b)
}

describe('reviewAt', () => {
  test('T21: nothing changes strictly before it, and the level falls at it', () => {
    let falls = 0
    fc.assert(
      fc.property(drawn, fc.constantFrom(-1, 0, 1, DAY / 3, 2 * DAY), ([policy, checks], shift) => {
        const asOf = T + shift
        const level = levelAt(policy, checks, asOf)
        const seen = visibleAt(checks, asOf)
        const at = reviewAt(policy, checks, asOf)
        const first = breakpoints(policy, seen, asOf).find((t) => levelAt(policy, seen, t) !== level)
        expect(at).toBe(level === 'none' ? undefined : first)
        if (at === undefined) return
        falls += 1
        expect(levelAt(policy, seen, at - 1)).toBe(level)
        expect(levelRank(policy, levelAt(policy, seen, at))).toBeLessThan(levelRank(policy, level))
      }),
      { numRuns: 400 },
    )
    expect(falls).toBeGreaterThan(80)
  })

  test('is the end of the window, to the millisecond', () => {
    const policy = policyWith({ count: { atLeast: 1, withinDays: 10 } })
    expect(reviewAt(policy, [check({ occurredAt: T - 3 * DAY })], T)).toBe(T + 7 * DAY)
    expect(reviewAt(policy, [check({ occurredAt: T })], T)).toBe(T + 10 * DAY)
    expect(reviewAt(policy, [check({ occurredAt: T - 10 * DAY + 1 })], T)).toBe(T + 1)
    expect(reviewAt(policy, [check({ occurredAt: T - 10 * DAY })], T)).toBeUndefined()
    expect(reviewAt(policy, [check({ occurredAt: T - 4 * DAY }), check({ occurredAt: T - 3 * DAY })], T)).toBe(
      T + 7 * DAY,
    )
  })

  test('is the end of a decay step where the points fall short then', () => {
    const decay = [
      { upToDays: 2, permille: 1000 },
      { upToDays: 4, permille: 500 },
    ]
    const seen = [check({ indicators: ['H-4'], occurredAt: T - DAY })]
    const falls = (atLeast: number) => reviewAt(policyWith({ points: { atLeast, withinDays: 10 } }, { decay }), seen, T)
    expect([falls(41), falls(40), falls(81)]).toEqual([T + 2 * DAY, T + 4 * DAY, undefined])
  })

  test('is when the highest level no longer holds, though a lower one does', () => {
    const level = { threshold: 'none', opens: [] }
    const policy = parsePolicy(
      policyData({
        levels: [
          { ...level, name: 'low', reachedWhen: { count: { atLeast: 1, withinDays: 9 } } },
          { ...level, name: 'high', reachedWhen: { count: { atLeast: 1, withinDays: 2 } } },
        ],
      }),
    )
    expect(reviewAt(policy, [check()], T)).toBe(T + 2 * DAY)
    expect(reviewAt(policy, [check()], T + 2 * DAY)).toBe(T + 9 * DAY)
  })

  test('does not see what is withdrawn or dated after asOf, and refuses what an assessment refuses', () => {
    const policy = policyWith({ count: { atLeast: 1, withinDays: 10 } })
    expect(reviewAt(policy, [check({ withdrawn: true }), check({ occurredAt: T + 1 })], T)).toBeUndefined()
    expect(reviewAt(policy, [check({ occurredAt: T - DAY }), check({ occurredAt: T + 1 })], T)).toBe(T + 9 * DAY)
    expect(() => reviewAt(policy, [check({ incident: 'nothing', occurredAt: T + 1 })], T)).toThrow(
      expect.objectContaining({ code: 'ERR_ASSESSMENT_INVALID' }),
    )
  })
})
