import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hiddenBy } from '../../../src/case/dossier/hidden.js'
import { standsUntil, type Trend, trendOf } from '../../../src/case/dossier/trend.js'
import { assess, levelAt } from '../../../src/policy/assess.js'
import type { AssessedCheck } from '../../../src/policy/history.js'
import type { Policy } from '../../../src/policy/policy.js'
import { levelRank } from '../../../src/policy/policy.js'
import { policiesWithHistories } from '../../policy/arbitraries.js'
import { check, DAY, policyWith, T } from '../../policy/fixtures.js'

const policy = policyWith({ count: { atLeast: 2, withinDays: 10 } }, { horizonDays: 365 })

function trend(checks: readonly AssessedCheck[], of: Policy = policy, tellsLevels = true): Trend {
  return trendOf(
    of,
    checks,
    T,
    hiddenBy(of, () => false),
    tellsLevels,
  )
}

const at = (days: number, parts: Partial<AssessedCheck> = {}): AssessedCheck =>
  check({ occurredAt: T - days * DAY, ...parts })

describe('the trend', () => {
  test('counts checks and their points in periods of 30 days that end at the verdict', () => {
    const { periods } = trend([
      at(0, { indicators: ['H-2', 'H-2'], incident: 'called', agencyKind: 'police' }),
      at(29.9, { indicators: ['P-3'] }),
      at(30),
      at(31, { indicators: ['H-4'], withdrawn: true }),
    ])
    expect(periods).toHaveLength(13)
    expect(periods.at(-1)).toMatchObject({ from: T - 30 * DAY, to: T, checks: 2, points: 45 })
    // An instant on the border belongs to the period that it ends.
    expect(periods.at(-2)).toMatchObject({ to: T - 30 * DAY, checks: 1, points: 0 })
    for (const [index, { from }] of periods.entries()) expect(from).toBe(periods[index - 1]?.to ?? from)
  })

  test.each([
    [1, 6],
    [30, 6],
    [200, 7],
    [1_080, 36],
    [100_000, 36],
  ])('over a horizon of %d days has %d periods', (horizonDays, count) => {
    expect(trend([at(0)], policyWith({ count: { atLeast: 1, withinDays: 1 } }, { horizonDays })).periods).toHaveLength(
      count,
    )
  })

  const points = (recent: number, before: number): readonly AssessedCheck[] => [
    ...Array.from({ length: recent }, () => at(10, { indicators: ['H-2'] })),
    ...Array.from({ length: before }, () => at(100, { indicators: ['H-2'] })),
  ]

  test.each([
    [0, 0, 'steady'],
    [1, 0, 'rising'],
    [0, 1, 'falling'],
    [5, 4, 'steady'],
    [6, 4, 'rising'],
    [4, 5, 'steady'],
    [3, 4, 'falling'],
  ] as const)('with %d times the points in 90 days and %d in those before is %s', (recent, before, direction) => {
    // Older than that does not matter.
    expect(trend([...points(recent, before), at(300, { indicators: ['H-4'] })]).direction).toBe(direction)
  })

  test('compares checks where none has points', () => {
    expect(trend([at(1), at(2), at(100)]).direction).toBe('rising')
    expect(trend([at(1), at(100), at(101)]).direction).toBe('falling')
    expect(trend([at(1), at(2), at(100, { indicators: ['H-2'] })]).direction).toBe('falling')
  })

  test('has the highest level that held in a period, also one that held for a while only', () => {
    const levels = trend([at(50), at(49)]).periods.map(({ level, threshold }) => [level, threshold])
    expect(levels.slice(-3)).toEqual([
      ['none', 'none'],
      ['raised', 'child-in-need'],
      ['none', 'none'],
    ])
    expect(trend([at(50), at(49)], policy, false).periods.at(-2)).not.toHaveProperty('level')
  })

  test('has the level that an assessment at each of its instants gives', () => {
    fc.assert(
      fc.property(policiesWithHistories, ([generated, checks]) => {
        for (const { from, to, level } of trend(checks, generated).periods.slice(-4)) {
          const instants = checks.map(({ occurredAt }) => occurredAt).filter((each) => from < each && each <= to)
          const ranks = [...instants, to].map((each) => levelRank(generated, levelAt(generated, checks, each)))
          expect(levelRank(generated, level ?? '')).toBe(Math.max(...ranks))
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('until when a level stands', () => {
  test('is the instant at which neither window nor horizon reaches it any more', () => {
    const checks = [at(5), at(1)]
    const verdict = { level: 'raised', asOf: T }
    // It held at the second check, which the horizon keeps in view for 365 days.
    expect(standsUntil(policy, checks, verdict, undefined)).toBe(T - DAY + 365 * DAY)
    const short = policyWith({ count: { atLeast: 2, withinDays: 10 } }, { horizonDays: 1 })
    // Here the window reaches further: the older check leaves it first.
    expect(standsUntil(short, checks, verdict, undefined)).toBe(T + 5 * DAY)
    expect(standsUntil(policy, [], { level: 'none', asOf: T }, undefined)).toBeUndefined()
  })

  test('goes by what came after a case was closed', () => {
    const two = policyWith({ count: { atLeast: 1, withinDays: 2 } }, { horizonDays: 365 })
    const checks = [at(1, { position: 1 }), at(5, { position: 5 })]
    const verdict = { level: 'raised', asOf: T }
    expect(standsUntil(two, checks, verdict, undefined)).toBe(T - DAY + 365 * DAY)
    expect(standsUntil(two, checks, verdict, 3)).toBe(T - 5 * DAY + 365 * DAY)
  })

  test('agrees with the verdict on either side of it', () => {
    fc.assert(
      fc.property(policiesWithHistories, ([generated, checks]) => {
        const verdict = assess(generated, checks, T)
        const until = standsUntil(generated, checks, verdict, undefined)
        const rank = levelRank(generated, verdict.level)
        expect(until === undefined).toBe(rank === 0)
        if (until === undefined) return
        const visible = checks.filter(({ occurredAt }) => occurredAt <= T)
        const later = (instant: number): number => levelRank(generated, assess(generated, visible, instant).level)
        expect(until).toBeGreaterThan(T)
        expect(later(until - 1)).toBeGreaterThanOrEqual(rank)
        expect(later(until)).toBeLessThan(rank)
      }),
      { numRuns: 100 },
    )
  })
})
