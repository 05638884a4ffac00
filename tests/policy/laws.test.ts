import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess, levelAt, type Verdict } from '../../src/policy/assess.js'
import { defaultPolicy } from '../../src/policy/default.js'
import type { RuleExplanation } from '../../src/policy/explain/explanation.js'
import type { AssessedCheck } from '../../src/policy/history.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { levelRank, type Policy } from '../../src/policy/policy.js'
import { edgesOf, histories, policies, policiesWithHistories } from './arbitraries.js'
import { DAY, T } from './fixtures.js'
import { naiveAssess } from './naive.js'

const drawn = fc.oneof(
  { weight: 4, arbitrary: policiesWithHistories },
  { weight: 1, arbitrary: histories(defaultPolicy()).map((checks) => [defaultPolicy(), checks] as const) },
)
const longestWindow = (policy: Policy): number => Math.max(...edgesOf(policy))

function rank(policy: Policy, checks: readonly AssessedCheck[], asOf = T): number {
  return levelRank(policy, assess(policy, checks, asOf).level)
}

function shape(verdict: Verdict): string {
  return JSON.stringify(verdict)
}

describe('two readings of the design', () => {
  test('agree on random policies and histories', () => {
    let reached = 0
    let total = 0
    fc.assert(
      fc.property(policiesWithHistories, fc.option(fc.nat(12), { nil: undefined }), ([policy, checks], closedAt) => {
        const { level } = assess(policy, checks, T, closedAt === undefined ? {} : { closedAt })
        expect(level).toBe(naiveAssess(policy, checks, T, closedAt))
        total += 1
        if (level !== 'none') reached += 1
      }),
      { numRuns: 1_000 },
    )
    // Neither outcome may be rare, or agreeing would mean little.
    expect(reached / total).toBeGreaterThan(0.2)
    expect(reached / total).toBeLessThan(0.9)
  })

  test('agree on the default policy', () => {
    fc.assert(
      fc.property(histories(defaultPolicy()), (checks) => {
        expect(assess(defaultPolicy(), checks, T).level).toBe(naiveAssess(defaultPolicy(), checks, T))
      }),
      { numRuns: 200 },
    )
  })
})

describe('laws', () => {
  test('T1, T2, T3: neither order nor repeats matter, to the verdict and all that it says', () => {
    const shuffled = drawn.chain(([policy, checks]) =>
      fc.tuple(
        fc.constant(policy),
        fc.constant(checks),
        fc.shuffledSubarray([...checks, ...checks], { minLength: checks.length * 2 }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([policy, checks, again]) => {
        const repeated = again.map((check) => ({
          ...check,
          indicators: [...check.indicators, ...check.indicators].reverse(),
        }))
        const verdict = assess(policy, repeated, T)
        expect(verdict.level).toBe(assess(policy, checks, T).level)
        expect([verdict.at, verdict.support]).toEqual([assess(policy, checks, T).at, assess(policy, checks, T).support])
        expect(shape(assess(policy, [...checks].reverse(), T))).toBe(shape(assess(policy, checks, T)))
      }),
    )
  })

  test('T4: one more check never lowers the level', () => {
    fc.assert(
      fc.property(drawn, fc.nat(), ([policy, checks], at) => {
        const fewer = checks.filter((_, index) => index !== at % checks.length)
        const more = fewer.concat(
          checks.filter((check) => !fewer.includes(check)).map((check) => ({ ...check, withdrawn: false })),
        )
        expect(rank(policy, more)).toBeGreaterThanOrEqual(rank(policy, fewer))
      }),
    )
  })

  test('T6, T7: what one agency repeats beyond the count cap adds no points', () => {
    const capped = policies.map((policy) => parsePolicy({ ...policy, caps: { ...policy.caps, perAgencyIndicator: 2 } }))
    fc.assert(
      fc.property(capped, fc.integer({ min: 1, max: 40 }), (policy, atLeast) => {
        const points = parsePolicy({
          ...policy,
          levels: [{ name: 'a', threshold: 'none', opens: [], reachedWhen: { points: { atLeast, withinDays: 8 } } }],
        })
        const same = { agency: 'A', agencyKind: 'health', incident: 'e0', indicators: ['i0', 'i1'], occurredAt: T }
        const repeated = Array.from({ length: 9 }, (_, index) => ({ ...same, id: `${index}` }))
        expect(levelAt(points, repeated, T)).toBe(levelAt(points, repeated.slice(0, 2), T))
        const cap = policy.caps?.perAgency
        if (cap !== undefined && atLeast > cap) expect(levelAt(points, repeated, T)).toBe('none')
      }),
    )
  })

  test('T8: checks older than horizon plus longest window change nothing', () => {
    fc.assert(
      fc.property(drawn, ([policy, checks]) => {
        const edge = T - (policy.horizonDays + longestWindow(policy)) * DAY
        const old = checks.map((check) => ({
          ...check,
          id: `old-${check.id}`,
          occurredAt: edge - Math.max(0, T - check.occurredAt),
        }))
        expect(assess(policy, [...checks, ...old], T).level).toBe(assess(policy, checks, T).level)
      }),
    )
  })

  test('T9: shifting all times by whole days changes nothing', () => {
    fc.assert(
      fc.property(drawn, fc.integer({ min: -30_000, max: 30_000 }), ([policy, checks], days) => {
        const shifted = checks.map((check) => ({ ...check, occurredAt: check.occurredAt + days * DAY }))
        expect(assess(policy, shifted, T + days * DAY).level).toBe(assess(policy, checks, T).level)
      }),
    )
  })

  test('T10: with nothing newly visible, time never raises the level', () => {
    fc.assert(
      fc.property(drawn, fc.nat(20 * DAY), ([policy, checks], later) => {
        const visible = checks.filter((check) => check.occurredAt <= T)
        expect(rank(policy, visible, T + later)).toBeLessThanOrEqual(rank(policy, visible))
      }),
    )
  })

  test('T11: a withdrawn check, and one not yet due, are as if never sent', () => {
    fc.assert(
      fc.property(drawn, ([policy, checks]) => {
        const seen = checks.filter((check) => check.withdrawn !== true && check.occurredAt <= T)
        expect(assess(policy, checks, T).level).toBe(assess(policy, seen, T).level)
      }),
    )
  })

  test('T13: renaming agencies one to one changes nothing', () => {
    fc.assert(
      fc.property(drawn, ([policy, checks]) => {
        const renamed = checks.map((check) => ({ ...check, agency: `${'CBA'['ABC'.indexOf(check.agency)]}"]` }))
        expect(assess(policy, renamed, T).level).toBe(assess(policy, checks, T).level)
      }),
    )
  })

  test('T16: the support alone reaches the level, and every member of it is needed', () => {
    fc.assert(
      fc.property(drawn, fc.option(fc.nat(12), { nil: undefined }), ([policy, checks], closedAt) => {
        const options = closedAt === undefined ? {} : { closedAt }
        const { level, support } = assess(policy, checks, T, options)
        const chosen = checks.filter((check) => support.includes(check.id))
        expect(chosen).toHaveLength(support.length)
        expect(assess(policy, chosen, T, options).level).toBe(level)
        for (const one of chosen) {
          const without = chosen.filter((check) => check !== one)
          expect(assess(policy, without, T, options).level).not.toBe(level)
        }
      }),
    )
  })

  test('T17: explained points add up, and each observation is either counted or discarded', () => {
    fc.assert(
      fc.property(drawn, ([policy, checks]) => {
        const observations = checks.reduce((total, check) => total + new Set(check.indicators).size + 1, 0)
        for (const level of assess(policy, checks, T).explanation) {
          for (const atom of atomsOf(level.rule)) {
            expect(atom.counted.length + atom.discarded.length).toBe(observations)
            expect(atom.shortfall === 0).toBe(atom.holds)
            if (atom.totals === undefined) continue
            expect(atom.counted.reduce((total, { points }) => total + points, 0)).toBe(atom.totals.uncapped)
            expect(atom.value).toBe(Math.min(atom.totals.byAgency, atom.totals.byDimension))
          }
        }
      }),
    )
  })

  test('T20: in the default policy a higher level implies every lower one', () => {
    fc.assert(
      fc.property(histories(defaultPolicy()), (checks) => {
        const outcomes = assess(defaultPolicy(), checks, T).explanation.map(({ outcome }) => outcome)
        expect(outcomes.join()).toMatch(/^(reached,?)*(not-reached,?)*$/)
      }),
    )
  })
})

function atomsOf(rule: RuleExplanation): Extract<RuleExplanation, { kind: 'atom' }>[] {
  return rule.kind === 'atom' ? [rule] : rule.members.flatMap(atomsOf)
}
