import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { implies } from '../../../src/policy/analyse/implies.js'
import { type AssessedCheck, historyOf } from '../../../src/policy/history.js'
import { type DistinctOf, isAtom, membersOf, type Policy, type Rule } from '../../../src/policy/policy.js'
import { evaluate } from '../../../src/policy/reference/evaluate.js'
import { histories, policies } from '../arbitraries.js'
import { DAY, type PolicyParts, policyData, policyWith, T } from '../fixtures.js'

function rulesOf(rule: Rule): readonly Rule[] {
  return isAtom(rule) ? [rule] : [rule, ...membersOf(rule).rules.flatMap(rulesOf)]
}

function holds(policy: Policy, rule: Rule, checks: readonly AssessedCheck[], t: number): boolean {
  return evaluate(rule, historyOf(policy, checks), t).holds
}

describe('soundness', () => {
  test('where one rule implies another, no history makes it hold alone', () => {
    let used = 0
    fc.assert(
      fc.property(
        fc
          .tuple(policies, policies)
          .chain(([one, other]) =>
            fc.tuple(
              fc.constantFrom<readonly [Policy, Policy]>([one, one], [one, other]),
              fc.array(histories(one), { minLength: 8, maxLength: 8 }),
            ),
          ),
        ([[from, to], several]) => {
          const given = from.levels.flatMap((level) => rulesOf(level.reachedWhen))
          const wanted = to.levels.flatMap((level) => rulesOf(level.reachedWhen))
          for (const stronger of given) {
            for (const weaker of wanted) {
              if (stronger === weaker || !implies({ policy: from, rule: stronger }, { policy: to, rule: weaker }))
                continue
              for (const checks of several) {
                for (const t of [T, T - DAY / 2]) {
                  if (!holds(from, stronger, checks, t)) continue
                  used += 1
                  expect(holds(to, weaker, checks, t), JSON.stringify([stronger, weaker, checks])).toBe(true)
                }
              }
            }
          }
        },
      ),
      { numRuns: 200 },
    )
    expect(used).toBeGreaterThan(500)
  })
})

describe('what is proved', () => {
  const count = (atLeast: number, withinDays = 5, where = {}): Rule => ({ count: { atLeast, withinDays, where } })
  const points = (atLeast: number, withinDays = 5, where = {}): Rule => ({ points: { atLeast, withinDays, where } })
  const distinct = (of: DistinctOf, atLeast: number, withinDays = 5, where = {}): Rule => ({
    distinct: { of, atLeast, withinDays, where },
  })
  const decay = {
    decay: [
      { upToDays: 2, permille: 1000 },
      { upToDays: 6, permille: 400 },
    ],
  }
  const caps = { caps: { perAgencyIndicator: 2, perAgency: 40, perDimension: 30 } }
  const [harm, soft] = [{ flags: ['significant-harm'] }, { flags: ['vulnerability'] }]

  // Of each pair the first implies the second. The small policy: H-2 10 and H-4 80 points in health, P-3 30 in care.
  const proved: readonly (readonly [Rule, Rule, PolicyParts?])[] = [
    [count(2), count(1)],
    [count(1, 5), count(1, 6)],
    [count(1, 5, harm), count(1, 5, { severityAtLeast: 4 })],
    [count(1, 5, { severityAtLeast: 4 }), count(1, 5, harm)],
    [count(1, 5, { severityAtLeast: 3 }), count(1, 5, { notFlags: ['statutory-need'] })],
    [count(1, 5, harm), count(1, 5, { notFlags: ['significant-harm'] })],
    [count(1, 5, { agencyKinds: ['police'] }), count(1, 5, { agencyKinds: ['police', 'health'] })],
    [distinct('agency', 2), count(2)],
    [distinct('incident', 2), count(2)],
    [distinct('day', 2), distinct('agency', 1)],
    [distinct('dimension', 2), distinct('indicator', 2)],
    [distinct('domain', 2), distinct('dimension', 2)],
    [distinct('indicator', 3), distinct('dimension', 2)],
    [count(1, 5, harm), distinct('dimension', 1)],
    [points(1), count(1)],
    [points(10), points(9)],
    [points(41), distinct('agency', 2), caps],
    [points(31, 5, { severityAtLeast: 1 }), distinct('dimension', 2), caps],
    [points(121, 5, harm), count(2, 5, harm), { caps: { perAgency: 120 } }],
    [points(81, 5, harm), count(2, 5, harm)],
    [count(1, 5, harm), points(80)],
    [count(1, 5, harm), points(32, 5), decay],
    [count(1, 3, harm), points(80, 3), decay],
    [count(2, 5, soft), points(60), { caps: { perAgencyIndicator: 2 } }],
    [distinct('agency', 3, 5, soft), points(90), { caps: { perAgencyIndicator: 1, perAgency: 30 } }],
    [distinct('indicator', 2), points(40)],
    [points(1, 9), count(1, 7), decay],
    [points(4000000, 5), count(9, 1), { caps: { perDimension: 100 } }],
    [distinct('day', 7, 5), count(99, 1)],
    [{ all: [count(1, 5, harm), distinct('agency', 2)] }, { any: [count(9), distinct('agency', 2)] }],
    [
      { atLeast: 2, of: [count(1, 5, harm), count(1, 5, soft), distinct('day', 2)] },
      { any: [count(1, 5, harm), count(1, 5, soft)] },
    ],
    [count(1, 5, { severityAtLeast: 3 }), { any: [count(1, 5, harm), count(1, 5, soft)] }],
    [
      { all: [count(1, 5, { severityAtLeast: 3 }), distinct('agency', 2)] },
      { any: [{ all: [count(1, 5, harm), distinct('agency', 2)] }, count(1, 5, soft)] },
    ],
  ]
  test.each(proved.map(([stronger, weaker, parts]) => ({ stronger, weaker, parts })))(
    '$stronger implies $weaker',
    ({ stronger, weaker, parts }) => {
      const policy = policyWith({ any: [stronger, weaker] }, parts)
      expect(implies({ policy, rule: stronger }, { policy, rule: weaker })).toBe(true)
    },
  )

  // Each is false by a little.
  const refused: readonly (readonly [Rule, Rule, PolicyParts?])[] = [
    [count(1), count(2)],
    [count(1, 6), count(1, 5)],
    [count(1), count(1, 5, { severityAtLeast: 1 })],
    [count(1, 5, { severityAtLeast: 3 }), count(1, 5, harm)],
    [count(1), count(1, 5, { agencyKinds: ['police'] })],
    [count(2), distinct('agency', 2)],
    [count(1), distinct('indicator', 1)],
    [distinct('agencyKind', 2), distinct('agency', 2)],
    [distinct('indicator', 2), distinct('dimension', 2)],
    [points(40), distinct('agency', 2), caps],
    [points(30, 5, { severityAtLeast: 1 }), distinct('dimension', 2), caps],
    [points(80, 5, harm), count(2, 5, harm)],
    [count(1, 5, harm), points(33, 5), decay],
    [count(1, 4, harm), points(80, 4), decay],
    [count(3, 5, soft), points(61), { caps: { perAgencyIndicator: 2 } }],
    [distinct('indicator', 2), points(41)],
    [distinct('agency', 3, 5, soft), points(90), { caps: { perDimension: 89 } }],
    [points(1, 9), count(1, 6), decay],
    [distinct('day', 6, 5), count(99, 1)],
    [{ any: [count(1, 5, harm), distinct('agency', 2)] }, count(1, 5, harm)],
  ]
  test.each(refused.map(([stronger, weaker, parts]) => ({ stronger, weaker, parts })))(
    '$stronger does not imply $weaker',
    ({ stronger, weaker, parts }) => {
      const policy = policyWith({ any: [stronger, weaker] }, parts)
      expect(implies({ policy, rule: stronger }, { policy, rule: weaker })).toBe(false)
    },
  )

  test('between two policies: codes, weights, caps, decay and dimensions', () => {
    const rule = points(10)
    const policy = policyWith(rule, { ...caps, ...decay })
    const data = policyData()
    const indicators = data['indicators'] as Record<string, { points: number; dimension: string }>
    const both = (parts: PolicyParts): readonly boolean[] => {
      const other = policyWith(rule, { ...caps, ...decay, ...parts })
      return [implies({ policy, rule }, { policy: other, rule }), implies({ policy: other, rule }, { policy, rule })]
    }
    expect(both({ title: 'Another' })).toEqual([true, true])
    expect(both({ indicators: { ...indicators, 'H-2': { ...indicators['H-2'], points: 9 } } })).toEqual([false, true])
    expect(both({ incidents: { seen: { label: 'seen', points: 1 }, called: { label: 'called', points: 5 } } })).toEqual(
      [true, false],
    )
    expect(both({ caps: { perAgencyIndicator: 1, perAgency: 40, perDimension: 30 } })).toEqual([false, true])
    expect(both({ caps: { perAgencyIndicator: 2, perAgency: 9, perDimension: 30 } })).toEqual([false, true])
    expect(both({ caps: { perAgencyIndicator: 2, perAgency: 40, perDimension: 9 } })).toEqual([false, true])
    expect(
      both({
        decay: [
          { upToDays: 2, permille: 1000 },
          { upToDays: 6, permille: 399 },
        ],
      }),
    ).toEqual([false, true])
    expect(
      both({
        decay: [
          { upToDays: 1, permille: 1000 },
          { upToDays: 6, permille: 400 },
        ],
      }),
    ).toEqual([false, true])
    const joined = { ...indicators, 'P-3': { ...indicators['P-3'], dimension: 'health' } }
    expect(both({ indicators: joined })).toEqual([false, true])
    const fewer = { 'H-4': indicators['H-4'] }
    expect(both({ indicators: fewer })).toEqual([true, true])
  })

  test('of rules with too many terms, only what is proved member by member', () => {
    const many = (add: number, atLeast = 32): Rule => ({
      atLeast,
      of: Array.from({ length: 64 }, (_, index) => distinct('day', index + 1 + add, 90)),
    })
    const several = (add: number, atLeast = 32): Rule => ({
      atLeast,
      of: Array.from({ length: 64 }, (_, index) => count(index + 1 + add, index + 1)),
    })
    const proves = (stronger: Rule, weaker: Rule): boolean => {
      const policy = policyWith({ any: [stronger, weaker] })
      return implies({ policy, rule: stronger }, { policy, rule: weaker })
    }
    expect(proves(several(0), several(0))).toBe(true)
    expect(proves(several(1), several(0))).toBe(true)
    expect(proves(several(0), several(1))).toBe(false)
    expect(proves(several(0, 33), several(0, 32))).toBe(true)
    expect(proves(several(0, 31), several(0, 32))).toBe(false)
    expect(proves(many(0), { any: [many(0)] })).toBe(false)
  })
})
