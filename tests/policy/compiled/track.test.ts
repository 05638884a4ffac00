import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { compilePolicy } from '../../../src/policy/compiled/compile.js'
import { Sweep } from '../../../src/policy/compiled/sweep.js'
import { type AssessedCheck, historyOf } from '../../../src/policy/history.js'
import { levelRank, type Policy } from '../../../src/policy/policy.js'
import { reachedBy } from '../../../src/policy/reference/reached.js'
import { policiesWithHistories } from '../arbitraries.js'
import { check, DAY, policyWith, T } from '../fixtures.js'

function reference(policy: Policy, checks: readonly AssessedCheck[], asOf: number, closedAt?: number): number {
  return levelRank(policy, reachedBy(historyOf(policy, checks), asOf, closedAt)?.level.name ?? 'none')
}

const moves = fc.array(fc.integer({ min: -10 * DAY, max: 20 * DAY }), { minLength: 12, maxLength: 12 })

describe('a tracked child', () => {
  test('stands after each check where the reference stands on all so far, whatever the order and the instant', () => {
    fc.assert(
      fc.property(policiesWithHistories, moves, ([policy, checks], shifts) => {
        const child = compilePolicy(policy).track()
        for (const [index, one] of checks.entries()) {
          child.add(one)
          const asOf = T + (shifts[index] ?? 0)
          expect(child.rank(asOf)).toBe(reference(policy, checks.slice(0, index + 1), asOf))
        }
        expect(child.checks).toEqual(checks)
      }),
      { numRuns: 1_000 },
    )
  })

  test('in order of occurrence, assessed at each check', () => {
    fc.assert(
      fc.property(policiesWithHistories, ([policy, checks]) => {
        const inOrder = [...checks].sort((a, b) => a.occurredAt - b.occurredAt)
        const child = compilePolicy(policy).track()
        for (const [index, one] of inOrder.entries()) {
          child.add(one)
          expect(child.rank(one.occurredAt)).toBe(reference(policy, inOrder.slice(0, index + 1), one.occurredAt))
        }
      }),
      { numRuns: 500 },
    )
  })

  test('after a closing: what was there before, and then new checks one by one', () => {
    fc.assert(
      fc.property(policiesWithHistories, fc.nat(12), moves, ([policy, checks], closedAt, shifts) => {
        const isOld = ({ position }: AssessedCheck): boolean => position !== undefined && position <= closedAt
        const child = compilePolicy(policy).track({ closedAt })
        const known = checks.filter(isOld)
        for (const one of known) child.add(one)
        for (const [index, one] of checks.filter((each) => !isOld(each)).entries()) {
          child.add(one)
          known.push(one)
          const asOf = T + (shifts[index] ?? 0)
          expect(child.rank(asOf)).toBe(reference(policy, known, asOf, closedAt))
        }
        expect(child.rank(T)).toBe(reference(policy, checks, T, closedAt))
      }),
      { numRuns: 1_000 },
    )
  })

  test('without any check stands at none', () => {
    expect(
      compilePolicy(policyWith({ count: { atLeast: 1, withinDays: 1 } }))
        .track()
        .rank(T),
    ).toBe(0)
  })

  test('keeps what it has when a check is refused', () => {
    const policy = policyWith({ count: { atLeast: 2, withinDays: 10 } })
    const child = compilePolicy(policy).track()
    const first = check()
    child.add(first)
    for (const wrong of [
      check({ incident: 'nothing' }),
      check({ indicators: ['nothing'] }),
      { ...first, agency: 'B' },
    ]) {
      expect(() => child.add(wrong)).toThrow(expect.objectContaining({ code: 'ERR_ASSESSMENT_INVALID' }))
    }
    child.add(first)
    expect([child.checks.length, child.rank(T)]).toEqual([1, 0])
    child.add(check())
    expect(child.rank(T)).toBe(1)
  })

  test('takes checks without a time that could be, and they are never seen', () => {
    const child = compilePolicy(policyWith({ count: { atLeast: 1, withinDays: 10 } })).track()
    for (const occurredAt of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      child.add(check({ occurredAt }))
    expect(child.rank(T)).toBe(0)
    child.add(check())
    expect(child.rank(T)).toBe(1)
  })

  test('sees a window that is longer than the horizon after the last check has left the horizon', () => {
    const policy = policyWith({ count: { atLeast: 1, withinDays: 30 } }, { horizonDays: 2 })
    const child = compilePolicy(policy).track()
    child.add(check())
    expect([1, 3, 29, 30].map((days) => child.rank(T + days * DAY))).toEqual([1, 1, 1, 0])
    child.add(check({ occurredAt: T + 28 * DAY }))
    expect(child.rank(T + 31 * DAY)).toBe(1)
  })
})

describe('what one more check costs', () => {
  const policy = policyWith({ points: { atLeast: 1_000_000, withinDays: 10 } }, { caps: { perAgencyIndicator: 2 } })
  const on = (day: number): AssessedCheck => check({ indicators: ['H-2'], occurredAt: T + day * DAY })

  test.each([
    ['the next one, later than all', 200, 1],
    ['one at the same instant as the last', 199, 1],
    // Of ten days on either side, to the end: the checks that some instant sees beside it.
    ['one of five days before the last', 194.5, 16],
    ['one of long ago', 50.5, 21],
  ])('%s: day %d lets %d checks in', (_, day, checks) => {
    const child = compilePolicy(policy).track()
    for (let each = 0; each < 200; each += 1) child.add(on(each))
    child.rank(T + 199 * DAY)
    const enter = vi.spyOn(Sweep.prototype, 'enter')
    child.add(on(day))
    child.rank(T + 201 * DAY)
    expect(enter).toHaveBeenCalledTimes(checks)
    enter.mockRestore()
  })
})
