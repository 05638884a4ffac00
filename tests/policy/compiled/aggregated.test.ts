import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IndexError } from '../../../src/errors.js'
import { levelAt } from '../../../src/policy/assess.js'
import { compileValues, levelFromValues } from '../../../src/policy/compiled/aggregated.js'
import { historyOf } from '../../../src/policy/history.js'
import { levelRank, type Policy } from '../../../src/policy/policy.js'
import { evaluate, type Outcome } from '../../../src/policy/reference/evaluate.js'
import { policiesWithHistories } from '../arbitraries.js'
import { policyWith, T } from '../fixtures.js'

const count = (atLeast: number): { count: { atLeast: number; withinDays: number } } => ({
  count: { atLeast, withinDays: 10 },
})
const points = { points: { atLeast: 20, withinDays: 10 } }

/** The values of the atoms that the reference evaluator finds, in the order of the document. */
function valuesIn(outcome: Outcome): readonly number[] {
  return 'members' in outcome ? outcome.members.flatMap(valuesIn) : [outcome.value]
}

function refused(call: () => unknown): IndexError {
  try {
    call()
  } catch (error) {
    if (error instanceof IndexError) return error
  }
  throw new Error('was not refused')
}

test('the values that the reference evaluator finds give the level that it finds', () => {
  fc.assert(
    fc.property(policiesWithHistories, ([policy, checks]) => {
      const history = historyOf(policy, checks)
      const values = policy.levels.flatMap(({ reachedWhen }) => valuesIn(evaluate(reachedWhen, history, T)))
      const { atoms, rank } = compileValues(policy)
      const expected = levelAt(policy, checks, T)
      const byPath = Object.fromEntries(atoms.map(({ path }, index) => [path, values[index] ?? -1]))
      expect(levelFromValues(policy, byPath)).toBe(expected)
      expect(rank(values)).toBe(levelRank(policy, expected))
      expect(rank(Float64Array.from(values))).toBe(levelRank(policy, expected))
    }),
    { numRuns: 1_000 },
  )
})

test('any values at all give what the rules say of them', () => {
  const drawn = policiesWithHistories.chain(([policy]) => {
    const size = compileValues(policy).atoms.length
    return fc.tuple(fc.constant(policy), fc.array(fc.nat(45), { minLength: size, maxLength: size }))
  })
  fc.assert(
    fc.property(drawn, ([policy, values]) => {
      expect(compileValues(policy).rank(values)).toBe(rankByHand(policy, values))
    }),
    { numRuns: 1_000 },
  )
})

/** Reads the document from the front and takes a value for each atom that it meets. */
function rankByHand(policy: Policy, values: readonly number[]): number {
  const left = [...values]
  const holds = (rule: object): boolean => {
    const [[form, inside] = ['', undefined]] = Object.entries(rule).filter(([name]) => name !== 'atLeast')
    if (!Array.isArray(inside)) return (left.shift() ?? 0) >= (inside as { atLeast: number }).atLeast
    const holding = inside.map((member: object) => holds(member)).filter(Boolean).length
    if (form === 'all') return holding === inside.length
    return holding >= (form === 'any' ? 1 : (rule as { atLeast: number }).atLeast)
  }
  return policy.levels.map(({ reachedWhen }) => holds(reachedWhen)).lastIndexOf(true) + 1
}

test('atoms come in the order of the document, each with its path', () => {
  const policy = policyWith({ all: [{ any: [count(1), points] }, { atLeast: 1, of: [count(2), count(3)] }, count(4)] })
  expect(compileValues(policy).atoms).toEqual([
    { path: 'levels[0].reachedWhen.all[0].any[0]', atom: count(1) },
    { path: 'levels[0].reachedWhen.all[0].any[1]', atom: points },
    { path: 'levels[0].reachedWhen.all[1].of[0]', atom: count(2) },
    { path: 'levels[0].reachedWhen.all[1].of[1]', atom: count(3) },
    { path: 'levels[0].reachedWhen.all[2]', atom: count(4) },
  ])
})

test('a policy is prepared once', () => {
  const policy = policyWith(count(1))
  expect(compileValues(policy)).toBe(compileValues(policy))
  expect(compileValues(policyWith(count(1)))).not.toBe(compileValues(policy))
})

test.each([
  [0, 'none'],
  [2, 'none'],
  [3, 'raised'],
  [4, 'raised'],
])('a value of %i where 3 are asked for: %s', (value, level) => {
  expect(levelFromValues(policyWith(count(3)), { 'levels[0].reachedWhen': value })).toBe(level)
})

describe('values that are none', () => {
  const policy = policyWith({ any: [count(1), points] })
  const [first, second] = ['levels[0].reachedWhen.any[0]', 'levels[0].reachedWhen.any[1]']

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1' as never, null as never, undefined as never])(
    '%s is refused by the path of its atom',
    (value) => {
      for (const call of [
        () => levelFromValues(policy, { [first]: 1, [second]: value }),
        () => compileValues(policy).rank([1, value]),
      ]) {
        expect(refused(call)).toMatchObject({ code: 'ERR_ASSESSMENT_INVALID', field: second })
      }
    },
  )

  test('a missing one is not taken for 0', () => {
    expect(refused(() => levelFromValues(policy, { [second]: 1 }))).toMatchObject({ field: first })
    expect(refused(() => levelFromValues(policy, Object.create({ [first]: 1, [second]: 1 })))).toMatchObject({
      field: first,
    })
  })

  test('one for a path that the policy does not have is refused, and the path not repeated', () => {
    const error = refused(() => levelFromValues(policy, { [first]: 1, [second]: 1, 'a-name': 1 }))
    expect(error).toMatchObject({ code: 'ERR_ASSESSMENT_INVALID', field: 'values' })
    expect(error.message).not.toContain('a-name')
    expect(refused(() => levelFromValues(policy, { [first]: 1, 'a-name': 1 }))).toMatchObject({ field: second })
  })

  test('an array of another length is a mistake of the caller', () => {
    expect(() => compileValues(policy).rank([1])).toThrow(RangeError)
    expect(() => compileValues(policy).rank([1, 1, 1])).toThrow(RangeError)
  })
})
