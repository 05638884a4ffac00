import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canHold, greatest } from '../../../src/policy/analyse/greatest.js'
import { minimumsOf } from '../../../src/policy/analyse/minimums.js'
import { spaceOf } from '../../../src/policy/analyse/space.js'
import { judgeOf, NOON, witnessOf } from '../../../src/policy/analyse/witness.js'
import { type AssessedCheck, historyOf } from '../../../src/policy/history.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { atomsOf, isAtom, membersOf, type Policy, type Rule } from '../../../src/policy/policy.js'
import { evaluate } from '../../../src/policy/reference/evaluate.js'
import { histories, policies } from '../arbitraries.js'
import { DAY, policyWith, T } from '../fixtures.js'

/** Generated policies, some of whose incidents are open to some kinds of agency only. */
const closed: fc.Arbitrary<Policy> = fc
  .tuple(
    policies,
    fc.array(fc.constantFrom(undefined, ['police'], ['health'], ['police', 'school'], []), {
      minLength: 2,
      maxLength: 2,
    }),
  )
  .map(([policy, kinds]) => {
    const incidents = Object.entries(policy.incidents).map(([code, incident], index) => {
      const agencyKinds = kinds[index]
      return [code, { ...incident, ...(agencyKinds === undefined ? {} : { agencyKinds }) }] as const
    })
    return parsePolicy({ ...policy, incidents: Object.fromEntries(incidents) })
  })

const KINDS = ['police', 'health', 'school', 'other']

/** Of a history, what a hub can be sent: one kind for each agency, and incidents that are open to it. */
function sendable(policy: Policy, checks: readonly AssessedCheck[]): readonly AssessedCheck[] {
  const kinds = new Map<string, string>()
  return checks.flatMap((check) => {
    const agencyKind = kinds.get(check.agency) ?? check.agencyKind
    kinds.set(check.agency, agencyKind)
    const allowed = policy.incidents[check.incident]?.agencyKinds?.includes(agencyKind) ?? true
    return allowed ? [{ ...check, agencyKind }] : []
  })
}

function rulesOf(rule: Rule): readonly Rule[] {
  return isAtom(rule) ? [rule] : [rule, ...membersOf(rule).rules.flatMap(rulesOf)]
}

function count(values: readonly unknown[]): number {
  return new Set(values).size
}

const cases = closed.chain((policy) =>
  fc.tuple(fc.constant(policy), fc.array(histories(policy, KINDS), { minLength: 5, maxLength: 5 })),
)

describe('what can be reached', () => {
  test('has a history that reaches it, and nothing else has', () => {
    fc.assert(
      fc.property(cases, ([policy, several]) => {
        const space = spaceOf(policy)
        for (const rule of policy.levels.flatMap(({ reachedWhen }) => rulesOf(reachedWhen))) {
          if (canHold(space, rule, space.whole)) {
            const example = witnessOf(space, rule)
            expect(example, JSON.stringify([policy, rule])).toBeDefined()
            expect(sendable(policy, example!.checks)).toEqual(example!.checks)
            expect(evaluate(rule, historyOf(policy, example!.checks), NOON).holds).toBe(true)
          } else {
            for (const checks of several) {
              const history = historyOf(policy, sendable(policy, checks))
              expect(evaluate(rule, history, T).holds, JSON.stringify([policy, rule])).toBe(false)
            }
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  test('nothing has a value above the greatest', () => {
    fc.assert(
      fc.property(cases, ([policy, several]) => {
        const space = spaceOf(policy)
        for (const checks of several) {
          const sent = sendable(policy, checks).filter(({ withdrawn }) => withdrawn !== true)
          const history = historyOf(policy, sent)
          const parts = [
            { checks: sent.length },
            { agenciesInAll: count(sent.map(({ agency }) => agency)) },
            { kindsInAll: count(sent.map(({ agencyKind }) => agencyKind)) },
            { days: count(sent.map(({ occurredAt }) => Math.floor(occurredAt / DAY))) },
          ]
          for (const atom of policy.levels.flatMap(({ reachedWhen }) => atomsOf(reachedWhen))) {
            const outcome = evaluate(atom, history, T)
            for (const part of parts) {
              const most = greatest(space, atom, { ...space.whole, ...part })
              expect('value' in outcome ? outcome.value : 0, JSON.stringify([atom, part])).toBeLessThanOrEqual(most)
            }
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  test('minimums are kept by every history, and reached by their example', () => {
    fc.assert(
      fc.property(cases, ([policy, several]) => {
        for (const { reachedWhen: rule } of policy.levels) {
          const minimums = minimumsOf(spaceOf(policy), rule)
          if (minimums === undefined) continue
          const dimensionOf = (code: string): unknown => policy.indicators[code]?.dimension
          const measures = {
            checks: (checks: readonly AssessedCheck[]) => checks.length,
            agencies: (checks: readonly AssessedCheck[]) => count(checks.map(({ agency }) => agency)),
            agencyKinds: (checks: readonly AssessedCheck[]) => count(checks.map(({ agencyKind }) => agencyKind)),
            days: (checks: readonly AssessedCheck[]) => count(checks.map((one) => Math.floor(one.occurredAt / DAY))),
            dimensions: (checks: readonly AssessedCheck[]) =>
              count(checks.flatMap(({ indicators }) => indicators.map(dimensionOf))),
          }
          const judge = judgeOf(policy, rule)
          for (const [name, measure] of Object.entries(measures)) {
            const { atLeast, atMost, example } = minimums[name as keyof typeof measures]
            expect(example, name).toBeDefined()
            expect(judge(example!.checks)).toBe(true)
            expect(measure(example!.checks), JSON.stringify([policy, name, example])).toBe(atMost)
            if (name !== 'checks') expect(atLeast).toBe(atMost)
            for (const checks of several) {
              const sent = sendable(policy, checks).filter(
                ({ withdrawn, occurredAt }) => withdrawn !== true && occurredAt <= T,
              )
              if (!evaluate(rule, historyOf(policy, sent), T).holds) continue
              expect(measure(sent), JSON.stringify([policy, name, sent])).toBeGreaterThanOrEqual(atLeast)
            }
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('incidents that are each open to another kind', () => {
  const incidents = {
    called: { label: 'called', points: 0, agencyKinds: ['police'] },
    seen: { label: 'seen', points: 0, agencyKinds: ['health'] },
  }
  const named = (incident: string): Rule => ({ count: { atLeast: 1, withinDays: 5, where: { incidents: [incident] } } })
  const rules: readonly Rule[] = [
    { all: [named('called'), named('seen')] },
    { distinct: { of: 'incident', atLeast: 2, withinDays: 5, where: { severityAtLeast: 1 } } },
  ]

  test.each(rules)('take two agencies of two kinds: %j', (rule) => {
    const policy = policyWith(rule, { incidents })
    const minimums = minimumsOf(spaceOf(policy), rule)
    expect(minimums?.agencies).toMatchObject({ atLeast: 2, atMost: 2 })
    expect(minimums?.agencyKinds).toMatchObject({ atLeast: 2, atMost: 2 })
    const sent = minimums?.checks.example?.checks.map(({ incident, agencyKind }) => `${incident} by ${agencyKind}`)
    expect(sent?.sort()).toEqual(['called by police', 'seen by health'])
  })
})
