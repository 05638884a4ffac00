import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { atomKey, termsOf } from '../../../src/policy/analyse/terms.js'
import { type Atom, atomsOf, isAtom, membersOf, type Rule } from '../../../src/policy/policy.js'
import { policies } from '../arbitraries.js'

const atom = (atLeast: number): Atom => ({ count: { atLeast, withinDays: 1 } })
const [a, b, c, d] = [atom(1), atom(2), atom(3), atom(4)]

/** The terms as the numbers that their atoms ask for. */
function numbers(rule: Rule, limit?: number): readonly string[] | undefined {
  return termsOf(rule, limit)?.map((term) => term.map((one) => ('count' in one ? one.count.atLeast : 0)).join(''))
}

describe('terms', () => {
  test('of an atom, of all and of any', () => {
    expect(numbers(a)).toEqual(['1'])
    expect(numbers({ all: [a, b, c] })).toEqual(['123'])
    expect(numbers({ any: [a, b, c] })).toEqual(['1', '2', '3'])
    expect(numbers({ atLeast: 2, of: [a, b, c] })).toEqual(['12', '13', '23'])
  })

  test('shortest first, and none that contains another', () => {
    expect(numbers({ any: [{ all: [a, b, c] }, { all: [a, d] }, b] })).toEqual(['2', '14'])
    expect(numbers({ all: [a, { any: [a, b] }] })).toEqual(['1'])
    expect(numbers({ atLeast: 2, of: [a, a, b] })).toEqual(['1'])
  })

  test('take atoms that say the same for one atom', () => {
    const one: Atom = { count: { atLeast: 1, withinDays: 9, where: { dimensions: ['x', 'y'], severityAtLeast: 1 } } }
    const other: Atom = {
      count: { withinDays: 9, atLeast: 1, where: { severityAtLeast: 1, dimensions: ['y', 'x', 'y'] } },
    }
    expect(atomKey(one)).toBe(atomKey(other))
    expect(termsOf({ all: [one, other] })).toHaveLength(1)
    expect(termsOf({ all: [one, other] })?.[0]).toHaveLength(1)
    const others: readonly Atom[] = [
      { points: { ...other.count } },
      { distinct: { of: 'day', ...other.count } },
      { distinct: { of: 'agency', ...other.count } },
      { count: { ...other.count, atLeast: 2 } },
      { count: { ...other.count, withinDays: 8 } },
      { count: { atLeast: 1, withinDays: 9, where: { dimensions: ['x'], severityAtLeast: 1 } } },
      { count: { atLeast: 1, withinDays: 9, where: { domains: ['x', 'y'], severityAtLeast: 1 } } },
    ]
    expect(new Set([other, ...others].map(atomKey)).size).toBe(8)
  })

  test('are not given beyond a bound, and then cost little', () => {
    const many = Array.from({ length: 64 }, (_, index) => atom(index + 1))
    expect(numbers({ any: many }, 64)).toHaveLength(64)
    expect(numbers({ any: many }, 63)).toBeUndefined()
    expect(numbers({ all: many })).toHaveLength(1)
    expect(numbers({ atLeast: 63, of: many })).toHaveLength(64)
    expect(numbers({ atLeast: 32, of: many })).toBeUndefined()
    const pairs = Array.from({ length: 30 }, (_, index) => ({ any: [atom(2 * index + 1), atom(2 * index + 2)] }))
    expect(numbers({ all: pairs })).toBeUndefined()
    expect(numbers({ all: pairs.slice(0, 10) })).toHaveLength(1024)
  })

  test('hold exactly where the rule does, and none can spare an atom', () => {
    const holds = (rule: Rule, held: ReadonlySet<string>): boolean => {
      if (isAtom(rule)) return held.has(atomKey(rule))
      const { rules, needed } = membersOf(rule)
      return rules.filter((member) => holds(member, held)).length >= needed
    }
    fc.assert(
      fc.property(policies, fc.infiniteStream(fc.boolean()), (policy, choices) => {
        for (const { reachedWhen } of policy.levels) {
          const terms = termsOf(reachedWhen)!.map((term) => term.map(atomKey))
          const keys = [...new Set(atomsOf(reachedWhen).map(atomKey))]
          const held = new Set(keys.filter(() => choices.next().value))
          expect(terms.some((term) => term.every((key) => held.has(key)))).toBe(holds(reachedWhen, held))
          for (const term of terms) {
            expect(holds(reachedWhen, new Set(term))).toBe(true)
            for (const key of term) expect(holds(reachedWhen, new Set(term.filter((one) => one !== key)))).toBe(false)
          }
        }
      }),
    )
  })
})
