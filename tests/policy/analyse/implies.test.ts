import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { implies } from '../../../src/policy/analyse/implies.js'
import { type AssessedCheck, historyOf } from '../../../src/policy/history.js'
import { isAtom, membersOf, type Policy, type Rule } from '../../../src/policy/policy.js'
import { evaluate } from '../../../src/policy/reference/evaluate.js'
import { histories, policies } from '../arbitraries.js'
import { DAY, T } from '../fixtures.js'

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
      { numRuns: 400 },
    )
    expect(used).toBeGreaterThan(1000)
  })
})
