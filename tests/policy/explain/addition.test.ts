import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess } from '../../../src/policy/assess.js'
import { compilePolicy } from '../../../src/policy/compiled/compile.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import { type AdditionOptions, smallestAddition } from '../../../src/policy/explain/addition.js'
import { type AssessedCheck, historyOf } from '../../../src/policy/history.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { levelRank, type Policy, type Rule, type Where } from '../../../src/policy/policy.js'
import { reachedAt } from '../../../src/policy/reference/reached.js'
import { histories, policies, policiesWithHistories } from '../arbitraries.js'
import { check, DAY, type PolicyParts, policyData, policyWith, T } from '../fixtures.js'

const closings = fc.option(fc.nat(12), { nil: undefined })
const KINDS = ['police', 'health']
const optionsOf = (closedAt: number | undefined): AdditionOptions => (closedAt === undefined ? {} : { closedAt })

function reached(policy: Policy, checks: readonly AssessedCheck[], level: string, closedAt?: number): boolean {
  const finding = compilePolicy(policy).findings(checks, T, closedAt)[levelRank(policy, level) - 1]
  return finding?.reachedAt !== undefined
}

/** Every sort of check that could come in, by agencies of the history and by new ones, with every indicator. */
function everyCheck(policy: Policy, kinds: readonly string[]): AssessedCheck[] {
  const agencies = ['A', 'B', 'C', 'X', 'Y', 'Z']
  return agencies.flatMap((agency) =>
    kinds.flatMap((agencyKind) =>
      Object.keys(policy.incidents).map((incident) =>
        check({ id: '', agency, agencyKind, incident, indicators: Object.keys(policy.indicators) }),
      ),
    ),
  )
}

/** Whether some checks of this number reach the level, whichever they are. */
function anyReach(
  policy: Policy,
  checks: readonly AssessedCheck[],
  level: string,
  closedAt: number | undefined,
  size: number,
): boolean {
  const sorts = everyCheck(policy, KINDS)
  const from = (first: number, added: readonly AssessedCheck[]): boolean => {
    if (added.length === size) return reached(policy, [...checks, ...added], level, closedAt)
    return sorts.some(
      (one, index) => index >= first && from(index, [...added, { ...one, id: `added-${added.length}` }]),
    )
  }
  return from(0, [])
}

/** Up to so many checks each is made smaller by itself. */
const SINGLE_CHECKS = 12
const INDICATOR = { label: 'an indicator', domain: 'child', dimension: 'health', severity: 2 }

describe('the smallest addition', () => {
  test('reaches the level, nothing of it can be spared, and no fewer checks do', () => {
    const outcomes = { reachable: 0, unreachable: 0, undecided: 0 }
    let proved = 0
    fc.assert(
      fc.property(policiesWithHistories, closings, ([policy, checks], closedAt) => {
        for (const { name } of policy.levels) {
          const addition = smallestAddition(policy, checks, T, name, { ...optionsOf(closedAt), agencyKinds: KINDS })
          outcomes[addition.outcome] += 1
          if (addition.outcome !== 'reachable') {
            expect(addition.outcome).toBe('unreachable')
            expect(anyReach(policy, checks, name, closedAt, 2)).toBe(false)
            continue
          }
          const { example, atLeast, exact } = addition
          expect(addition.checks).toBe(example.length)
          expect(exact).toBe(atLeast === example.length)
          expect(atLeast).toBeLessThanOrEqual(example.length)
          expect(reached(policy, [...checks, ...example], name, closedAt)).toBe(true)
          const rank = assess(policy, [...checks, ...example], T, optionsOf(closedAt)).level
          expect(levelRank(policy, rank)).toBeGreaterThanOrEqual(levelRank(policy, name))
          expect(example.length === 0).toBe(reached(policy, checks, name, closedAt))
          for (const [index, one] of example.entries()) {
            expect(one.occurredAt).toBe(T)
            expect(reached(policy, [...checks, ...example.toSpliced(index, 1)], name, closedAt)).toBe(false)
            // Of more checks, those of one sort are made smaller together.
            for (const code of example.length > SINGLE_CHECKS ? [] : one.indicators) {
              const without = example.with(index, {
                ...one,
                indicators: one.indicators.filter((other) => other !== code),
              })
              expect(reached(policy, [...checks, ...without], name, closedAt)).toBe(false)
            }
          }
          if (atLeast === 0 || atLeast > 3) continue
          expect(anyReach(policy, checks, name, closedAt, atLeast - 1)).toBe(false)
          if (exact) proved += 1
        }
      }),
      { numRuns: 120 },
    )
    expect(proved).toBeGreaterThan(50)
    expect(outcomes.unreachable).toBeGreaterThan(10)
  })

  test('of many checks of one sort may have an indicator to spare in some of them', () => {
    const indicators = Object.fromEntries(['A'].map((code) => [code, { ...INDICATOR, points: 5 }]))
    const rule = { points: { atLeast: 13, withinDays: 1, where: { incidents: ['called'] } } }
    const policy = policyWith(rule, {
      indicators,
      incidents: { called: { label: 'called', points: 2 } },
      caps: { perAgency: 1, perDimension: 8 },
    })
    const addition = smallestAddition(policy, [], T, 'raised')
    expect(addition).toMatchObject({ outcome: 'reachable', checks: 13, exact: true })
    if (addition.outcome !== 'reachable') return
    expect(reached(policy, addition.example, 'raised', undefined)).toBe(true)
    for (const one of addition.example)
      expect(
        reached(
          policy,
          addition.example.filter((other) => other !== one),
          'raised',
          undefined,
        ),
      ).toBe(false)
  })

  test('of the default policy is exact', () => {
    fc.assert(
      fc.property(histories(defaultPolicy()), closings, (checks, closedAt) => {
        for (const { name } of defaultPolicy().levels) {
          const addition = smallestAddition(defaultPolicy(), checks, T, name, optionsOf(closedAt))
          expect(addition).toMatchObject({ outcome: 'reachable', exact: true })
        }
      }),
      { numRuns: 20 },
    )
  })

  test('says how far each atom is', () => {
    fc.assert(
      fc.property(
        policies.chain((policy) => fc.tuple(fc.constant(policy), histories(policy))),
        ([policy, checks]) => {
          for (const [index, { reachedWhen, name, ...level }] of policy.levels.entries()) {
            const addition = smallestAddition(policy, checks, T, name)
            const history = historyOf(policy, checks)
            expect(addition.shortfalls.length).toBeGreaterThan(0)
            const isShort = addition.shortfalls.some(({ shortfall }) => shortfall > 0)
            const everyOne = { ...level, name, reachedWhen }
            if (!reachedAt(everyOne, history, T, undefined)) expect(isShort).toBe(true)
            for (const { path } of addition.shortfalls) expect(path).toMatch(`levels[${index}].reachedWhen`)
          }
        },
      ),
      { numRuns: 60 },
    )
    const policy = policyWith({
      all: [{ count: { atLeast: 3, withinDays: 9 } }, { points: { atLeast: 5, withinDays: 9 } }],
    })
    expect(smallestAddition(policy, [check({ incident: 'called' })], T, 'raised')).toMatchObject({
      checks: 2,
      shortfalls: [
        { path: 'levels[0].reachedWhen.all[0]', value: 1, shortfall: 2 },
        { path: 'levels[0].reachedWhen.all[1]', value: 5, shortfall: 0 },
      ],
    })
  })
})

describe('an example', () => {
  const count = (atLeast: number, where: Where = {}): Rule => ({ count: { atLeast, withinDays: 9, where } })

  test('respects the kinds of agency from which the hub takes an incident, and leaves out retired codes', () => {
    const parts = {
      incidents: {
        old: { label: 'x', points: 9, retired: true },
        called: { label: 'x', points: 5, agencyKinds: ['police'] },
        nobody: { label: 'x', points: 7, agencyKinds: [] },
      },
      indicators: {
        gone: { label: 'x', domain: 'd', dimension: 'm', severity: 4, points: 50, retired: true },
        here: { label: 'x', domain: 'd', dimension: 'm', severity: 4, points: 20 },
      },
    }
    const added = (rule: Rule) =>
      smallestAddition(policyWith(rule, parts), [check({ incident: 'called' })], T, 'raised')
    const police = {
      agencyKind: 'police',
      incident: 'called',
      agency: 'new-agency-1',
      id: 'new-check-1',
      occurredAt: T,
    }
    expect(added(count(1, { severityAtLeast: 4 }))).toMatchObject({
      exact: true,
      example: [{ ...police, indicators: ['here'] }],
    })
    // The history's own check is by a kind from which the hub would not take it, and counts all the same.
    expect(added({ points: { atLeast: 55, withinDays: 9 } })).toMatchObject({ checks: 2, exact: true })
    expect(added(count(1, { agencyKinds: ['health'], severityAtLeast: 4 })).outcome).toBe('unreachable')
    expect(added(count(2, { agencyKinds: ['health'] })).outcome).toBe('unreachable')
    expect(added(count(1, { indicators: ['gone'] })).outcome).toBe('unreachable')
    expect(added(count(1, { incidents: ['old'] })).outcome).toBe('unreachable')
    expect(added(count(1, { incidents: ['nobody'] })).outcome).toBe('unreachable')
    expect(added({ distinct: { of: 'incident', atLeast: 2, withinDays: 9 } }).outcome).toBe('unreachable')
  })

  test('is by agencies that know the child where they do as well, and by new ones of other names where not', () => {
    const agencies = (rule: Rule, checks: readonly AssessedCheck[]): unknown => {
      const addition = smallestAddition(policyWith(rule), checks, T, 'raised')
      return addition.outcome === 'reachable'
        ? addition.example.map(({ agency, id }) => [agency, id])
        : addition.outcome
    }
    const known = check({ id: 'k', agency: 'Known', agencyKind: 'police', occurredAt: T - DAY })
    expect(agencies(count(3), [known])).toEqual([
      ['Known', 'new-check-1'],
      ['Known', 'new-check-2'],
    ])
    expect(agencies(count(2), [])).toEqual([
      ['new-agency-1', 'new-check-1'],
      ['new-agency-1', 'new-check-2'],
    ])
    expect(agencies({ distinct: { of: 'agency', atLeast: 3, withinDays: 9 } }, [known])).toEqual([
      ['new-agency-1', 'new-check-1'],
      ['new-agency-2', 'new-check-2'],
    ])
    const taken = check({ id: 'new-check-1', agency: 'new-agency-x-2', agencyKind: 'ports' })
    expect(agencies({ distinct: { of: 'agency', atLeast: 3, withinDays: 9 } }, [known, taken])).toEqual([
      ['new-agency-x-x-1', 'new-check-x-x-1'],
    ])
    expect(agencies(count(3), [{ ...taken, withdrawn: true }, known])).toEqual([
      ['Known', 'new-check-x-x-1'],
      ['Known', 'new-check-x-x-2'],
    ])
  })

  test('of a policy that names no kind, on a child of whom nothing is known', () => {
    const parts = { incidents: { seen: { label: 'seen', points: 0 } } }
    expect(smallestAddition(policyWith(count(1), parts), [], T, 'raised')).toMatchObject({
      example: [{ agencyKind: 'other', incident: 'seen', indicators: [] }],
    })
    expect(
      smallestAddition(
        policyWith({ distinct: { of: 'agencyKind', atLeast: 2, withinDays: 9 } }, parts),
        [],
        T,
        'raised',
      ).outcome,
    ).toBe('unreachable')
    const two = policyWith({ distinct: { of: 'agencyKind', atLeast: 2, withinDays: 9 } }, parts)
    expect(smallestAddition(two, [], T, 'raised', { agencyKinds: ['a', 'b'] })).toMatchObject({
      checks: 2,
      exact: true,
    })
    const named: Rule = {
      distinct: { of: 'agencyKind', atLeast: 2, withinDays: 9, where: { agencyKinds: ['a', 'b'] } },
    }
    expect(smallestAddition(policyWith(named, parts), [], T, 'raised')).toMatchObject({ checks: 2, exact: true })
  })

  test('carries no more indicators than a check may: otherwise it is several checks of one agency', () => {
    const indicators = Object.fromEntries(
      Array.from({ length: 130 }, (_, index) => [
        `i${index}`,
        { label: 'x', domain: 'd', dimension: 'm', severity: 2, points: 1 },
      ]),
    )
    const added = (atLeast: number) =>
      smallestAddition(
        policyWith(
          { points: { atLeast, withinDays: 9 } },
          { indicators, incidents: { seen: { label: 'x', points: 0 } } },
        ),
        [],
        T,
        'raised',
      )
    expect(added(64)).toMatchObject({ checks: 1, exact: true, atLeast: 1 })
    const more = added(130)
    expect(more).toMatchObject({ checks: 3, exact: false, atLeast: 1 })
    if (more.outcome !== 'reachable') expect.unreachable()
    expect(more.example.map((one) => one.indicators.length)).toEqual([64, 64, 2])
    expect(more.example.map((one) => one.id)).toEqual(['new-check-1-1', 'new-check-1-2', 'new-check-1-3'])
  })
})

describe('the number of checks', () => {
  const added = (rule: Rule, parts: PolicyParts = {}, checks: readonly AssessedCheck[] = []) =>
    smallestAddition(policyWith(rule, parts), checks, T, 'raised')

  test('is proved where no sort of check serves two atoms, which each need one', () => {
    const seen: Rule = { count: { atLeast: 1, withinDays: 9, where: { incidents: ['seen'] } } }
    const called: Rule = { count: { atLeast: 1, withinDays: 9, where: { incidents: ['called'] } } }
    expect(added({ all: [seen, called] })).toMatchObject({ checks: 2, atLeast: 2, exact: true })
    expect(added({ any: [{ all: [seen, called] }, called] })).toMatchObject({ checks: 1, atLeast: 1, exact: true })
  })

  test('is the fewest, where serving what is missing most would take more', () => {
    // `c` serves four of six atoms at once, but then two more are needed; `a` and `b` alone serve all six.
    const serves: Readonly<Record<string, readonly number[]>> = {
      d: [3],
      e: [6],
      c: [1, 2, 4, 5],
      a: [1, 2, 3],
      b: [4, 5, 6],
    }
    const incidents = Object.fromEntries(Object.keys(serves).map((code) => [code, { label: code, points: 0 }]))
    const all = [1, 2, 3, 4, 5, 6].map((atom): Rule => {
      const serving = Object.keys(serves).filter((code) => serves[code]?.includes(atom))
      return { count: { atLeast: 1, withinDays: 9, where: { incidents: serving } } }
    })
    const addition = added({ all }, { incidents })
    expect(addition).toMatchObject({
      checks: 2,
      atLeast: 2,
      exact: true,
      example: [{ incident: 'a' }, { incident: 'b' }],
    })
  })

  test('is that of the cheapest way, though too many are open to try them all', () => {
    const codes = ['a', 'b', 'c', 'd', 'e', 'f']
    const incidents = Object.fromEntries(codes.map((code) => [code, { label: code, points: 0 }]))
    const each = (atLeast: number): Rule => ({
      all: codes.map((code) => ({ count: { atLeast, withinDays: 9, where: { incidents: [code] } } })),
    })
    const addition = added({ any: [each(11), each(10), each(12)] }, { incidents })
    expect(addition).toMatchObject({ outcome: 'reachable', checks: 60, exact: false })
    expect(addition.outcome === 'reachable' && addition.atLeast).toBeGreaterThanOrEqual(10)
  })

  test('of points of incidents that differ is bounded by the largest', () => {
    const incidents = { large: { label: 'x', points: 5 }, small: { label: 'x', points: 2 } }
    const rule: Rule = { points: { atLeast: 10, withinDays: 9, where: { incidents: ['large', 'small'] } } }
    expect(added(rule, { incidents, indicators: {} })).toMatchObject({ checks: 2, atLeast: 2, exact: true })
  })

  test('of days is one at most: all of them are dated asOf', () => {
    const days = (atLeast: number): Rule => ({ distinct: { of: 'day', atLeast, withinDays: 9 } })
    expect(added(days(1))).toMatchObject({ checks: 1, exact: true })
    expect(added(days(2)).outcome).toBe('unreachable')
    expect(added(days(2), {}, [check({ occurredAt: T - DAY })])).toMatchObject({ checks: 1, exact: true })
    expect(added(days(2), {}, [check({ occurredAt: T - 1 })]).outcome).toBe('unreachable')
  })

  test('of points heeds caps and decay', () => {
    const points = (atLeast: number): Rule => ({ points: { atLeast, withinDays: 9 } })
    // H-2, H-4 and P-3 weigh 10, 80 and 30, and a call 5.
    expect(added(points(125))).toMatchObject({ checks: 1, exact: true })
    expect(added(points(126))).toMatchObject({ checks: 2, exact: true })
    expect(added(points(126), { caps: { perAgency: 50 } })).toMatchObject({ checks: 3, exact: true })
    expect(added(points(105), { caps: { perDimension: 40 } })).toMatchObject({ checks: 5, exact: true })
    expect(added(points(121), { caps: { perDimension: 40 } }).outcome).toBe('unreachable')
    expect(added(points(1), { caps: { perAgencyIndicator: 0 } }).outcome).toBe('unreachable')
    expect(added(points(1), { caps: { perAgency: 0 } }).outcome).toBe('unreachable')
    const decay = [{ upToDays: 3, permille: 500 }]
    expect(added(points(62), { decay })).toMatchObject({ checks: 1, exact: true })
    expect(added(points(63), { decay })).toMatchObject({ checks: 2, exact: true })
    const over = { caps: { perAgency: 60 } }
    expect(added(points(120), over, [check({ agency: 'A', indicators: ['H-4'] })])).toMatchObject({ checks: 1 })
    expect(added(points(121), over, [check({ agency: 'A', indicators: ['H-4'] })])).toMatchObject({ checks: 2 })
    const half = { agency: 'A', indicators: ['H-4'] }
    expect(added(points(86), { caps: { perAgency: 85 } }, [check(half)])).toMatchObject({ checks: 1, exact: true })
  })

  test('of a level that is reached already is none', () => {
    const early = check({ occurredAt: T - 10 * DAY })
    expect(added({ count: { atLeast: 1, withinDays: 9 } }, {}, [early])).toEqual({
      level: 'raised',
      outcome: 'reachable',
      checks: 0,
      atLeast: 0,
      exact: true,
      example: [],
      shortfalls: [{ path: 'levels[0].reachedWhen', value: 0, shortfall: 1 }],
    })
  })

  test('is bounded: beyond a thousand no example is given', () => {
    const count = (atLeast: number): Rule => ({ count: { atLeast, withinDays: 9 } })
    expect(added(count(1_000))).toMatchObject({ outcome: 'reachable', checks: 1_000, exact: true })
    expect(added(count(1_001))).toMatchObject({ outcome: 'undecided', atLeast: 1_001 })
    expect(added(count(2 ** 31 - 1))).toMatchObject({ outcome: 'undecided', atLeast: 2 ** 31 - 1 })
    const both: Rule = {
      all: [
        { count: { atLeast: 600, withinDays: 9, where: { incidents: ['seen'] } } },
        { count: { atLeast: 600, withinDays: 9, where: { incidents: ['called'] } } },
      ],
    }
    expect(added(both)).toMatchObject({ outcome: 'undecided', atLeast: 600 })
    const large = { points: { atLeast: 2 ** 31 - 1, withinDays: 9 } }
    expect(added(large)).toMatchObject({ outcome: 'undecided' })
  })

  test('of a policy with more sorts of check than are looked at is given without proof', () => {
    const kinds = Array.from({ length: 30 }, (_, index) => `k${index}`)
    const incidents = Object.fromEntries(kinds.map((kind) => [`e-${kind}`, { label: 'x', points: 1 }]))
    const of = (what: 'agencyKind' | 'incident'): Rule => ({
      distinct: { of: what, atLeast: 2, withinDays: 9, where: { agencyKinds: kinds } },
    })
    expect(added({ all: [of('agencyKind'), of('incident')] }, { incidents })).toMatchObject({
      checks: 2,
      atLeast: 1,
      exact: false,
    })
  })

  test('refuses a level that the policy does not have', () => {
    for (const level of ['none', 'other']) {
      expect(() => smallestAddition(policyWith({ count: { atLeast: 1, withinDays: 9 } }), [], T, level)).toThrow(
        RangeError,
      )
    }
  })
})

describe('after a closing', () => {
  const harmed: Rule = { count: { atLeast: 1, withinDays: 9, where: { severityAtLeast: 4 } } }
  const old = check({ indicators: ['H-4'], position: 3, occurredAt: T - DAY })
  const added = (rule: Rule, parts: PolicyParts = {}, checks: readonly AssessedCheck[] = [old]) =>
    smallestAddition(policyWith(rule, parts), checks, T, 'raised', { closedAt: 10 })

  test('one more check must count, though the rule holds', () => {
    expect(added(harmed)).toMatchObject({ checks: 1, exact: true, example: [{ indicators: ['H-4'] }] })
    expect(added(harmed, {}, [old, check({ indicators: ['H-4'], position: 11 })])).toMatchObject({ checks: 0 })
  })

  test('where only retired codes count, nothing new can bring it back', () => {
    const retired = {
      indicators: { 'H-4': { ...(policyData().indicators as { 'H-4': object })['H-4'], retired: true } },
    }
    expect(added(harmed, retired).outcome).toBe('unreachable')
    const five: Rule = { count: { atLeast: 5, withinDays: 9 } }
    expect(added({ any: [harmed, five] }, retired)).toMatchObject({ checks: 4, exact: true })
    // The second member is no term of its own where the first holds: both must hold for a new check to count.
    expect(added({ any: [harmed, { all: [harmed, five] }] }, retired)).toMatchObject({ checks: 4, exact: true })
  })

  test('a check that only a part counts which does not hold is no addition', () => {
    const retired = {
      indicators: { 'H-4': { ...(policyData().indicators as { 'H-4': object })['H-4'], retired: true } },
    }
    const seen: Rule = { count: { atLeast: 1, withinDays: 9, where: { incidents: ['seen'] } } }
    const rule: Rule = { any: [harmed, { all: [seen, { count: { atLeast: 5, withinDays: 9 } }] }] }
    expect(added(rule, retired)).toMatchObject({ checks: 4, exact: true })
  })

  test('a check that weighs nothing is no addition to points', () => {
    const weightless = { indicators: { Z: { label: 'x', domain: 'd', dimension: 'm', severity: 2, points: 0 } } }
    const before = check({ incident: 'called', position: 3 })
    const rule: Rule = { points: { atLeast: 5, withinDays: 9 } }
    expect(added(rule, weightless, [before])).toMatchObject({
      checks: 1,
      exact: true,
      example: [{ incident: 'called' }],
    })
    expect(added(rule, { indicators: {} }, [before])).toMatchObject({
      checks: 1,
      exact: true,
      example: [{ incident: 'called' }],
    })
  })

  test('a new check that the rule does not count is no addition', () => {
    const level = { threshold: 'none', opens: [] }
    const policy = parsePolicy(
      policyData({
        levels: [{ ...level, name: 'a', reachedWhen: { any: [harmed, { count: { atLeast: 2, withinDays: 9 } }] } }],
      }),
    )
    expect(smallestAddition(policy, [old], T, 'a', { closedAt: 10 })).toMatchObject({
      checks: 1,
      example: [{ indicators: [] }],
    })
  })
})
