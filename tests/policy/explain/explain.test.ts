import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultPolicy } from '../../../src/policy/default.js'
import { explain } from '../../../src/policy/explain/explain.js'
import type { AtomExplanation, RuleExplanation } from '../../../src/policy/explain/explanation.js'
import { historyOf, matches } from '../../../src/policy/history.js'
import { measureOf, membersOf } from '../../../src/policy/policy.js'
import {
  contribution,
  distinctValue,
  evaluate,
  inWindow,
  type Outcome,
  totals,
} from '../../../src/policy/reference/evaluate.js'
import { findingsOf, type LevelFinding } from '../../../src/policy/reference/findings.js'
import { instantsOf, reachedAt } from '../../../src/policy/reference/reached.js'
import { histories, policiesWithHistories } from '../arbitraries.js'
import { check, DAY, policyWith, T } from '../fixtures.js'

const drawn = fc.oneof(
  { weight: 5, arbitrary: policiesWithHistories },
  { weight: 1, arbitrary: histories(defaultPolicy()).map((checks) => [defaultPolicy(), checks] as const) },
)

/** Pairs of the same atom, as explained and as the reference evaluator sees it. */
function pairs(rule: RuleExplanation, outcome: Outcome): [AtomExplanation, Extract<Outcome, { counted: unknown }>][] {
  expect(rule.holds).toBe(outcome.holds)
  if (rule.kind === 'atom' && 'counted' in outcome) return [[rule, outcome]]
  if (rule.kind === 'atom' || 'counted' in outcome) return expect.unreachable()
  expect(rule.members).toHaveLength(outcome.members.length)
  expect(rule.needed).toBe(membersOf(outcome.rule).needed)
  return rule.members.flatMap((member, index) => pairs(member, outcome.members[index]!))
}

const named = (list: readonly { readonly check: string; readonly code: string; readonly points: number }[]): string[] =>
  list.map(({ check, code, points }) => `${check} ${code} ${points}`).sort()

describe('an explanation and the reference evaluator', () => {
  test('agree at any instants on what holds, by how much, by which observations, and why not by the others', () => {
    fc.assert(
      fc.property(drawn, fc.nat(9 * DAY), ([policy, checks], back) => {
        const history = historyOf(policy, checks)
        const at = T - (back % 3 === 0 ? 0 : back)
        const findings = policy.levels.map((_, index) => ({ reachedAt: index === 1 ? T : at, heldAt: at }))
        const explanation = explain(policy, checks, findings, T)
        for (const [index, level] of policy.levels.entries()) {
          const explained = explanation[index]!
          const t = index === 1 ? T : at
          expect([explained.at, explained.outcome]).toEqual([t, 'reached'])
          for (const [atom, outcome] of pairs(explained.rule, evaluate(level.reachedWhen, history, t))) {
            expect(atom.atom).toBe(outcome.rule)
            expect(atom.value).toBe(outcome.value)
            expect(atom.shortfall).toBe(Math.max(0, measureOf(outcome.rule).atLeast - outcome.value))
            expect(named(atom.counted)).toEqual(
              named(
                outcome.counted.map(({ observation: { check, code }, points }) => ({ check: check.id, code, points })),
              ),
            )
            expect(atom.totals).toEqual('points' in outcome.rule ? totals(policy, outcome.counted) : undefined)
            expect(atom.discarded).toEqual(leftOut(outcome, t))
          }
        }

        function leftOut({ rule, counted }: Extract<Outcome, { counted: unknown }>, t: number): unknown[] {
          const withdrawn = checks.filter((one) => one.withdrawn === true).sort(byOccurrence)
          const kept = new Set(counted.map(({ observation }) => observation))
          const seen = history.observations
            .filter((observation) => !kept.has(observation))
            .map((observation) => ({
              check: observation.check.id,
              code: observation.code,
              reason: reasonOf(observation),
            }))
          return [
            ...seen,
            ...withdrawn.flatMap(({ id, indicators, incident }) =>
              [...[...new Set(indicators)].sort(), incident].map((code) => ({ check: id, code, reason: 'withdrawn' })),
            ),
          ]

          function reasonOf(observation: (typeof history.observations)[number]): string {
            const measure = measureOf(rule)
            if (observation.check.occurredAt > T) return 'future'
            if (observation.check.occurredAt > t) return 'later'
            if (!inWindow(measure, observation.check.occurredAt, t)) return 'outside-window'
            if (!matches(measure.where ?? {}, observation)) return 'filtered'
            if ('distinct' in rule && distinctValue(rule.distinct.of, observation) === undefined) return 'no-value'
            if (observation.points === 0) return 'weightless'
            return contribution(policy, observation, t) === 0 ? 'decayed' : 'capped'
          }
        }
      }),
      { numRuns: 400 },
    )
  })
})

function byOccurrence(a: { occurredAt: number; id: string }, b: { occurredAt: number; id: string }): number {
  return a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1)
}

describe('findings', () => {
  test('are the first instants at which each level was reached, and held', () => {
    fc.assert(
      fc.property(drawn, fc.option(fc.nat(12), { nil: undefined }), ([policy, checks], closedAt) => {
        const history = historyOf(policy, checks)
        const instants = instantsOf(history, T)
        for (const [index, finding] of findingsOf(history, T, closedAt).entries()) {
          const level = policy.levels[index]!
          expect(finding).toEqual({
            reachedAt: instants.find((t) => reachedAt(level, history, t, closedAt)),
            heldAt: instants.find((t) => evaluate(level.reachedWhen, history, t).holds),
          })
        }
      }),
      { numRuns: 200 },
    )
  })

  test('say which instant is explained', () => {
    const policy = policyWith({ count: { atLeast: 1, withinDays: 9 } })
    const checks = [check({ occurredAt: T - DAY })]
    const outcome = (finding: LevelFinding) => {
      const [level] = explain(policy, checks, [finding], T)
      return [level?.outcome, level?.at, level?.level, level?.threshold]
    }
    const rest = ['raised', 'child-in-need']
    expect(outcome({ reachedAt: T - 1, heldAt: T - 2 })).toEqual(['reached', T - 1, ...rest])
    expect(outcome({ reachedAt: undefined, heldAt: T - 2 })).toEqual(['nothing-new', T - 2, ...rest])
    expect(outcome({ reachedAt: undefined, heldAt: undefined })).toEqual(['not-reached', T, ...rest])
    for (const findings of [
      [],
      [
        { reachedAt: T, heldAt: T },
        { reachedAt: T, heldAt: T },
      ],
    ])
      expect(() => explain(policy, checks, findings, T)).toThrow(RangeError)
  })
})

describe('an explanation', () => {
  test('keeps the count cap to one agency, one code and one sort of code, the largest first, then the latest', () => {
    const policy = policyWith(
      { points: { atLeast: 999, withinDays: 10 } },
      {
        caps: { perAgencyIndicator: 1 },
        incidents: { 'H-2': { label: 'same name', points: 3 } },
        decay: [
          { upToDays: 1, permille: 1000 },
          { upToDays: 9, permille: 500 },
        ],
      },
    )
    const same = { indicators: ['H-2'], incident: 'H-2' }
    const checks = [
      check({ id: 'b', ...same, occurredAt: T - 3 * DAY, position: 9 }),
      check({ id: 'a', ...same, position: 2 }),
      check({ id: 'c', ...same, position: 1, occurredAt: T - 1 }),
      check({ id: 'other', ...same, agency: 'B', position: 1 }),
    ]
    const kept = (list: typeof checks): string[] => {
      const [level] = explain(policy, list, [{ reachedAt: undefined, heldAt: undefined }], T)
      return level?.rule.kind === 'atom' ? named(level.rule.counted) : expect.unreachable()
    }
    expect(kept(checks)).toEqual(['a H-2 10', 'a H-2 3', 'other H-2 10', 'other H-2 3'])
    const tie = checks.map((one) => (one.id === 'c' ? { ...one, position: 2 } : one))
    expect(kept(tie)).toContain('c H-2 10')
    const recorded = checks.map((one) => (one.id === 'c' ? { ...one, position: 3 } : one))
    expect(kept(recorded)).toContain('c H-2 10')
    const { position: _, ...unrecorded } = checks[2]!
    expect(kept([checks[1]!, unrecorded])).toContain('c H-2 10')
  })

  test('of dates that are none: in no window, or in the future', () => {
    const policy = policyWith({ count: { atLeast: 1, withinDays: 10 } })
    const reason = (occurredAt: number): string | undefined => {
      const [level] = explain(policy, [check({ occurredAt })], [{ reachedAt: undefined, heldAt: undefined }], T)
      return level?.rule.kind === 'atom' ? level.rule.discarded[0]?.reason : undefined
    }
    expect(reason(Number.NaN)).toBe('outside-window')
    expect(reason(Number.NEGATIVE_INFINITY)).toBe('outside-window')
    expect(reason(Number.POSITIVE_INFINITY)).toBe('future')
  })

  test('under one policy does not depend on what was explained before', () => {
    const rule = {
      count: {
        atLeast: 1,
        withinDays: 9,
        where: { severityAtLeast: 3, incidents: ['called'], agencyKinds: ['police'] },
      },
    }
    const policy = policyWith(rule)
    const seen = check({ id: 'x', indicators: ['H-4'], incident: 'called', agencyKind: 'police' })
    const counts = (parts: object): number => {
      const [level] = explain(policy, [{ ...seen, ...parts }], findingsOf(historyOf(policy, []), T, undefined), T)
      return level?.rule.kind === 'atom' ? level.rule.counted.length : expect.unreachable()
    }
    const all = [
      {},
      { incident: 'seen' },
      { agencyKind: 'health' },
      { indicators: ['H-2'] },
      {},
      { indicators: ['P-3'] },
    ]
    expect(all.map(counts)).toEqual([1, 0, 0, 0, 1, 1])
  })
})
