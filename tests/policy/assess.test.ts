import { describe, expect, test } from 'vitest'
import { assess, levelAt, NOTICE } from '../../src/policy/assess.js'
import { defaultPolicy } from '../../src/policy/default.js'
import type { AssessedCheck } from '../../src/policy/history.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { DistinctOf, Rule, Where } from '../../src/policy/policy.js'
import { check, DAY, policyData, policyWith, T } from './fixtures.js'

const within = { withinDays: 10 }
const count = (atLeast: number, where: Where = {}): Rule => ({ count: { atLeast, ...within, where } })
const points = (atLeast: number, where: Where = {}): Rule => ({ points: { atLeast, ...within, where } })
const distinct = (of: DistinctOf, atLeast: number): Rule => ({ distinct: { of, atLeast, ...within } })

/** Whether the rule holds at T over the checks, in the small policy with these parts. */
function holds(rule: Rule, checks: readonly AssessedCheck[], parts: Record<string, unknown> = {}): boolean {
  return levelAt(policyWith(rule, parts), checks, T) === 'raised'
}

/** The points total at T: the largest `atLeast` that holds. */
function total(checks: readonly AssessedCheck[], parts: Record<string, unknown> = {}, where: Where = {}): number {
  let sum = 0
  while (holds(points(sum + 1, where), checks, parts)) sum += 1
  return sum
}

describe('a window', () => {
  test.each([
    [10 * DAY, false],
    [10 * DAY - 1, true],
    [0, true],
    [-1, false],
  ])('of ten days sees a check %d ms before its end: %s', (age, seen) => {
    const checks = [check({ occurredAt: T - age, indicators: ['H-2'] })]
    expect(holds(count(1), checks)).toBe(seen)
    expect(holds(points(1), checks)).toBe(seen)
    expect(holds(distinct('agency', 1), checks)).toBe(seen)
  })
})

describe('count', () => {
  test('counts distinct checks, not observations', () => {
    const checks = [check({ indicators: ['H-2', 'H-4', 'P-3'] }), check()]
    expect(holds(count(2), checks)).toBe(true)
    expect(holds(count(3), checks)).toBe(false)
  })
})

describe('distinct', () => {
  const checks = [
    check({ agency: 'A', agencyKind: 'health', indicators: ['H-2', 'H-4'], incident: 'seen' }),
    check({ agency: 'B', agencyKind: 'health', indicators: ['H-4', 'P-3'], incident: 'called', occurredAt: T - DAY }),
    check({ agency: 'C', agencyKind: 'police', incident: 'called', occurredAt: T - DAY }),
  ]
  test.each([
    ['agency', 3],
    ['agencyKind', 2],
    ['incident', 2],
    ['indicator', 3],
    ['dimension', 2],
    ['domain', 2],
    ['day', 2],
  ] as const)('%s: %d of them', (of, found) => {
    expect(holds(distinct(of, found), checks)).toBe(true)
    expect(holds(distinct(of, found + 1), checks)).toBe(false)
  })

  test('indicator, dimension and domain skip a check that has none', () => {
    for (const of of ['indicator', 'dimension', 'domain'] as const) {
      expect(holds(distinct(of, 1), [check({ incident: 'called' })])).toBe(false)
    }
  })

  test('a code that is both an indicator and an incident stays two things', () => {
    const parts = {
      indicators: { both: { label: 'x', domain: 'd', dimension: 'e', severity: 2, points: 10 } },
      incidents: { both: { label: 'y', points: 1 } },
      caps: { perAgencyIndicator: 1 },
    }
    expect(total([check({ incident: 'both', indicators: ['both'] })], parts)).toBe(11)
    expect(total([check({ incident: 'both', indicators: ['both'] })], parts, { indicators: ['both'] })).toBe(10)
  })

  test('a day changes at midnight UTC, before 1970 too', () => {
    for (const midnight of [Date.UTC(2026, 2, 2), Date.UTC(1969, 6, 20)]) {
      const policy = policyWith(distinct('day', 2))
      const at = (ms: number): AssessedCheck => check({ occurredAt: midnight + ms })
      expect(levelAt(policy, [at(-1), at(0)], midnight + DAY)).toBe('raised')
      expect(levelAt(policy, [at(0), at(DAY - 1)], midnight + DAY)).toBe('none')
    }
  })
})

describe('a filter', () => {
  const seen = check({ incident: 'called', agencyKind: 'police', indicators: ['H-4', 'P-3'] })
  const bare = check({ incident: 'called', agencyKind: 'police' })
  // An incident's 5 points, H-4's 80 and P-3's 30 say which observations came through.
  test.each<[Where, number]>([
    [{}, 115],
    [{ indicators: ['H-2', 'H-4'] }, 80],
    [{ incidents: ['called'] }, 115],
    [{ incidents: ['seen'] }, 0],
    [{ dimensions: ['care'] }, 30],
    [{ domains: ['child'] }, 80],
    [{ flags: ['significant-harm', 'vulnerability'] }, 110],
    [{ flags: ['statutory-need'] }, 0],
    [{ notFlags: ['vulnerability'] }, 85],
    [{ notFlags: ['outside-home', 'statutory-need'] }, 35],
    [{ agencyKinds: ['health', 'police'] }, 115],
    [{ agencyKinds: ['health'] }, 0],
    [{ severityAtLeast: 0 }, 115],
    [{ severityAtLeast: 3 }, 110],
    [{ severityAtLeast: 4 }, 80],
    [{ severityAtLeast: 4, notFlags: ['significant-harm'] }, 0],
    [{ incidents: ['called'], domains: ['family'] }, 30],
  ])('%j lets %d points through', (where, expected) => {
    expect(total([seen], {}, where)).toBe(expected)
  })

  test('an incident has severity 0, no flags, no dimension and no domain', () => {
    expect(holds(count(1, { notFlags: ['vulnerability'] }), [bare])).toBe(true)
    expect(holds(count(1, { severityAtLeast: 1 }), [bare])).toBe(false)
    expect(holds(count(1, { dimensions: ['health', 'care'] }), [bare])).toBe(false)
    expect(holds(count(1, { domains: ['child', 'family'] }), [bare])).toBe(false)
    expect(holds(count(1, { indicators: ['H-2'] }), [bare])).toBe(false)
  })
})

describe('points', () => {
  test('of a check are those of its set of indicators and of its incident', () => {
    expect(total([check({ indicators: ['H-2', 'P-3', 'H-2'], incident: 'called' })])).toBe(45)
  })

  const decay = [
    { upToDays: 2, permille: 1000 },
    { upToDays: 4, permille: 333 },
  ]
  test.each([
    [0, 30],
    [3 * DAY - 1, 30],
    [3 * DAY, 9],
    [5 * DAY - 1, 9],
    [5 * DAY, 0],
  ])('decay by whole days, rounded down: %d ms old', (age, expected) => {
    expect(total([check({ indicators: ['P-3'], occurredAt: T - age })], { decay })).toBe(expected)
  })

  test('are rounded down one by one, before they are added', () => {
    const old = { indicators: ['P-3'], occurredAt: T - 3 * DAY }
    expect(total([check(old), check(old)], { decay })).toBe(18)
  })

  test('perAgencyIndicator keeps the largest of each agency and code', () => {
    const parts = { caps: { perAgencyIndicator: 2 }, decay }
    const old = { indicators: ['P-3'], occurredAt: T - 3 * DAY }
    expect(total([check(old), check(old), check({ indicators: ['P-3'] })], parts)).toBe(39)
    expect(total([check(old), check({ ...old, agency: 'B' }), check({ indicators: ['P-3'] })], parts)).toBe(48)
    expect(
      total(
        [1, 2, 3].map(() => check({ incident: 'called' })),
        parts,
      ),
    ).toBe(10)
    expect(total([check({ indicators: ['P-3'] })], { caps: { perAgencyIndicator: 0 } })).toBe(0)
  })

  test('are the smaller of what the agencies and what the dimensions may give', () => {
    const checks = [
      check({ indicators: ['H-4', 'P-3'], incident: 'called' }),
      check({ agency: 'B', indicators: ['H-4'] }),
    ]
    expect(total(checks)).toBe(195)
    // Agencies: 115 and 80. Dimensions: health 160, care 30, incidents 5.
    expect(total(checks, { caps: { perAgency: 100 } })).toBe(180)
    expect(total(checks, { caps: { perDimension: 90 } })).toBe(125)
    expect(total(checks, { caps: { perDimension: 4 } })).toBe(12)
    expect(total(checks, { caps: { perAgency: 100, perDimension: 90 } })).toBe(125)
    expect(total(checks, { caps: { perAgency: 40, perDimension: 90 } })).toBe(80)
  })

  test.each([-1, 0, 1])('a cap at its edge %d', (shift) => {
    const checks = [check({ indicators: ['H-4'] })]
    expect(total(checks, { caps: { perAgency: 80 + shift } })).toBe(80 + Math.min(0, shift))
    expect(total(checks, { caps: { perDimension: 80 + shift } })).toBe(80 + Math.min(0, shift))
  })

  test('incidents are no part of a dimension, whatever it is called', () => {
    const parts = {
      indicators: { A: { label: 'x', domain: 'd', dimension: 'undefined', severity: 2, points: 5 } },
      caps: { perDimension: 5 },
    }
    expect(total([check({ indicators: ['A'], incident: 'called' })], parts)).toBe(10)
  })
})

describe('a connective', () => {
  const yes = count(1)
  const no = count(9)
  test.each<[Rule, boolean]>([
    [{ all: [yes, yes] }, true],
    [{ all: [yes, no] }, false],
    [{ any: [no, yes] }, true],
    [{ any: [no, no] }, false],
    [{ atLeast: 2, of: [yes, no, yes] }, true],
    [{ atLeast: 2, of: [yes, no, no] }, false],
    [{ all: [{ any: [no, { atLeast: 1, of: [no, yes] }] }] }, true],
  ])('%j: %s', (rule, expected) => {
    expect(holds(rule, [check()])).toBe(expected)
  })
})

describe('reached', () => {
  const two = policyWith(count(2), { horizonDays: 30 })

  test('is what held at any instant within the horizon, however the checks arrived', () => {
    const checks = [check({ occurredAt: T - 25 * DAY }), check({ occurredAt: T - 20 * DAY })]
    expect(levelAt(two, checks, T)).toBe('none')
    const verdict = assess(two, checks, T)
    expect([verdict.level, verdict.threshold, verdict.at]).toEqual(['raised', 'child-in-need', T - 20 * DAY])
  })

  test.each([
    [30 * DAY, 'none'],
    [30 * DAY - 1, 'raised'],
  ])('the horizon is half-open: %d ms ago', (age, level) => {
    const checks = [check({ occurredAt: T - age }), check({ occurredAt: T - age })]
    expect(assess(two, checks, T).level).toBe(level)
  })

  test('asOf is an instant of its own', () => {
    const far = policyWith({ count: { atLeast: 1, withinDays: 60 } }, { horizonDays: 1 })
    const verdict = assess(far, [check({ occurredAt: T - 50 * DAY })], T)
    expect([verdict.level, verdict.at]).toEqual(['raised', T])
  })

  test('is the highest level that holds, whether or not those below do', () => {
    const level = { threshold: 'none', opens: [] }
    const policy = parsePolicy(
      policyData({
        levels: [
          { ...level, name: 'low', reachedWhen: count(1) },
          { ...level, name: 'middle', reachedWhen: count(9) },
          { ...level, name: 'high', reachedWhen: count(1, { indicators: ['H-4'] }) },
          { ...level, name: 'top', threshold: 'child-protection', reachedWhen: count(9) },
        ],
      }),
    )
    expect(assess(policy, [check()], T).level).toBe('low')
    expect(assess(policy, [check({ indicators: ['H-4'] })], T)).toMatchObject({ level: 'high', threshold: 'none' })
    expect(levelAt(policy, [check({ indicators: ['H-4'] })], T)).toBe('high')
  })

  test('not by a check dated after asOf, until asOf passes it', () => {
    const checks = [check(), check({ occurredAt: T + 1 })]
    expect(assess(two, checks, T).level).toBe('none')
    expect(assess(two, checks, T + 1).level).toBe('raised')
  })

  test('not by a withdrawn check', () => {
    expect(assess(two, [check(), check({ withdrawn: true })], T).level).toBe('none')
  })

  test('says what it is, also where nothing is reached', () => {
    const verdict = assess(two, [], T)
    expect(verdict).toMatchObject({
      level: 'none',
      threshold: 'none',
      at: undefined,
      asOf: T,
      notice: NOTICE,
      support: [],
    })
    expect(NOTICE).toMatch(/indication for people.*never a decision/)
  })
})

describe('assess throws', () => {
  const policy = policyWith(count(1))
  const one = check({ indicators: ['H-2', 'P-3'], position: 4 })

  test.each<[string, AssessedCheck, string]>([
    ['an unknown incident', check({ incident: 'H-2' }), 'incident'],
    ['an unknown indicator', check({ indicators: ['H-2', 'seen'] }), 'indicators'],
    ['a word of JavaScript', check({ indicators: ['constructor'] }), 'indicators'],
    ['another word of JavaScript', check({ incident: 'toString' }), 'incident'],
    ['one id with another agency', { ...one, agency: 'B' }, 'id'],
    ['one id with another kind', { ...one, agencyKind: 'police' }, 'id'],
    ['one id with another incident', { ...one, incident: 'called' }, 'id'],
    ['one id with other indicators', { ...one, indicators: ['H-2'] }, 'id'],
    ['one id at another time', { ...one, occurredAt: T - 1 }, 'id'],
    ['one id at another position', { ...one, position: 5 }, 'id'],
    ['one id, once withdrawn', { ...one, withdrawn: true }, 'id'],
  ])('on %s', (_, other, field) => {
    for (const checks of [
      [one, other],
      [other, one],
    ]) {
      expect(() => assess(policy, checks, T)).toThrow(
        expect.objectContaining({ code: 'ERR_ASSESSMENT_INVALID', field }),
      )
    }
  })

  test('on nothing else: the same check twice is one check', () => {
    const two = policyWith(count(2))
    const again = { ...one, indicators: ['P-3', 'H-2', 'P-3'], withdrawn: false }
    expect(assess(two, [one, again], T).level).toBe('none')
  })

  test('not on a kind that an incident does not list, nor on a retired code', () => {
    const parts = { incidents: { seen: { label: 'x', points: 1, agencyKinds: [], retired: true } } }
    expect(assess(policyWith(count(1), parts), [check({ agencyKind: 'nobody' })], T).level).toBe('raised')
  })

  test('not on dates that are none: such a check is never seen', () => {
    for (const occurredAt of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(assess(policy, [check({ occurredAt })], T).level).toBe('none')
    }
  })
})

describe('after a case is closed at position 10', () => {
  const closed = (rule: Rule, checks: readonly AssessedCheck[], parts: Record<string, unknown> = {}): string =>
    assess(policyWith(rule, parts), checks, T, { closedAt: 10 }).level
  const harm = { indicators: ['H-4'] }

  test('what was recorded before does not bring it back', () => {
    expect(closed(count(1, { severityAtLeast: 4 }), [check({ ...harm, position: 10 })])).toBe('none')
    expect(closed(count(1, { severityAtLeast: 4 }), [check({ ...harm, position: 11 })])).toBe('raised')
  })

  test('nor does a routine check that the rule does not count', () => {
    const old = check({ ...harm, position: 3 })
    expect(closed(count(1, { severityAtLeast: 4 }), [old, check({ position: 11 })])).toBe('none')
    expect(closed(distinct('dimension', 1), [old, check({ position: 11 })])).toBe('none')
    expect(closed(distinct('agency', 1), [old, check({ position: 11 })])).toBe('raised')
  })

  test('a new check that an old threshold counts does', () => {
    const rule = count(2, { severityAtLeast: 4 })
    expect(closed(rule, [check({ ...harm, position: 3 }), check({ ...harm, position: 11 })])).toBe('raised')
  })

  test('an atom contributes only if it and all that encloses it hold', () => {
    const old = check({ ...harm, position: 3 })
    const routine = check({ position: 11 })
    const harmed = count(1, { severityAtLeast: 4 })
    const seen = count(1, { incidents: ['seen'], severityAtLeast: 0, notFlags: ['significant-harm', 'vulnerability'] })
    // `seen` counts the routine check: it brings the case back where it stands in a rule that holds, and only there.
    expect(closed({ any: [harmed, seen] }, [old, routine])).toBe('raised')
    expect(closed({ any: [harmed, { all: [seen, count(9)] }] }, [old, routine])).toBe('none')
    expect(closed({ any: [harmed, count(3)] }, [old, routine])).toBe('none')
    expect(closed({ atLeast: 1, of: [harmed, { atLeast: 2, of: [seen, count(9)] }] }, [old, routine])).toBe('none')
  })

  test('points: of equals the later position is kept, and a check pushed out by larger ones does not count', () => {
    const caps = { perAgencyIndicator: 1 }
    const decay = [
      { upToDays: 0, permille: 1000 },
      { upToDays: 9, permille: 500 },
    ]
    const old = check({ ...harm, position: 3 })
    const same = check({ ...harm, position: 11 })
    const smaller = check({ ...harm, position: 11, occurredAt: T - DAY })
    expect(closed(points(80), [old, same], { caps })).toBe('raised')
    expect(closed(points(80), [same, old], { caps })).toBe('raised')
    // The horizon leaves out the instant at which the smaller one stood alone, at its full weight.
    expect(closed(points(80), [old, smaller], { caps, decay, horizonDays: 1 })).toBe('none')
    expect(closed(points(80), [old, smaller], { decay, horizonDays: 1 })).toBe('raised')
  })

  test('points: a check that weighs nothing does not count', () => {
    const old = check({ ...harm, position: 3 })
    expect(closed(points(80), [old, check({ position: 11 })])).toBe('none')
    expect(closed(points(80), [old, check({ position: 11, incident: 'called' })])).toBe('raised')
  })

  test('a check without a position is later than every position', () => {
    expect(closed(count(1), [check()])).toBe('raised')
    const old = check({ ...harm, position: 3 })
    expect(closed(points(80), [old, check(harm)], { caps: { perAgencyIndicator: 1 } })).toBe('raised')
  })

  test('another level may still be reached, and the explanation says which has nothing new', () => {
    const level = { threshold: 'none', opens: [] }
    const policy = parsePolicy(
      policyData({
        levels: [
          { ...level, name: 'low', reachedWhen: count(1) },
          { ...level, name: 'high', reachedWhen: count(1, { severityAtLeast: 4 }) },
        ],
      }),
    )
    const verdict = assess(policy, [check({ ...harm, position: 3 }), check({ position: 11 })], T, { closedAt: 10 })
    expect(verdict.level).toBe('low')
    expect(verdict.explanation.map(({ outcome }) => outcome)).toEqual(['reached', 'nothing-new'])
  })
})

describe('an explanation', () => {
  test('gives each observation that an atom left out a reason', () => {
    const rule: Rule = { all: [points(100, { severityAtLeast: 2 }), distinct('indicator', 1)] }
    const policy = policyWith(rule, {
      caps: { perAgencyIndicator: 1, perDimension: 70 },
      decay: [{ upToDays: 5, permille: 900 }],
      indicators: {
        ...(policyData().indicators as object),
        Z: { label: 'weighs nothing', domain: 'd', dimension: 'e', severity: 2, points: 0 },
      },
    })
    const checks = [
      check({ id: 'kept', indicators: ['H-4', 'P-3'] }),
      check({ id: 'capped', indicators: ['H-4'], occurredAt: T - DAY }),
      check({ id: 'decayed', indicators: ['P-3'], occurredAt: T - 6 * DAY, agency: 'B' }),
      check({ id: 'outside', indicators: ['P-3'], occurredAt: T - 10 * DAY }),
      check({ id: 'zero', indicators: ['Z'] }),
      check({ id: 'withdrawn', indicators: ['P-3'], withdrawn: true }),
      check({ id: 'future', indicators: ['P-3'], occurredAt: T + 1 }),
    ]
    const [level] = assess(policy, checks, T).explanation
    expect(level).toMatchObject({ level: 'raised', outcome: 'not-reached', at: T })
    if (level?.rule.kind !== 'connective') expect.unreachable()
    const [weighed, told] = level.rule.members
    expect(weighed).toMatchObject({
      kind: 'atom',
      path: 'levels[0].reachedWhen.all[0]',
      holds: false,
      value: 97,
      shortfall: 3,
    })
    expect(told).toMatchObject({ path: 'levels[0].reachedWhen.all[1]', holds: true, shortfall: 0 })
    if (weighed?.kind !== 'atom' || told?.kind !== 'atom') expect.unreachable()
    expect(weighed.counted).toEqual([
      { check: 'kept', code: 'H-4', points: 72 },
      { check: 'kept', code: 'P-3', points: 27 },
    ])
    expect(weighed.totals).toEqual({ uncapped: 99, byAgency: 99, byDimension: 97, total: 97 })
    const reasons = new Map(weighed.discarded.map((one) => [`${one.check} ${one.code}`, one.reason]))
    expect(Object.fromEntries(reasons)).toEqual({
      'kept seen': 'filtered',
      'capped H-4': 'capped',
      'capped seen': 'filtered',
      'decayed P-3': 'decayed',
      'decayed seen': 'filtered',
      'outside P-3': 'outside-window',
      'outside seen': 'outside-window',
      'zero Z': 'weightless',
      'zero seen': 'filtered',
      'withdrawn P-3': 'withdrawn',
      'withdrawn seen': 'withdrawn',
      'future P-3': 'future',
      'future seen': 'future',
    })
    expect(told.discarded).toContainEqual({ check: 'kept', code: 'seen', reason: 'no-value' })
  })

  test('of a level reached earlier calls what came after it later', () => {
    const policy = policyWith(count(1), { horizonDays: 30 })
    const [level] = assess(
      policy,
      [check({ id: 'first', occurredAt: T - DAY }), check({ id: 'second' })],
      T,
    ).explanation
    expect(level).toMatchObject({ outcome: 'reached', at: T - DAY })
    if (level?.rule.kind !== 'atom') expect.unreachable()
    expect(level.rule.discarded).toEqual([{ check: 'second', code: 'seen', reason: 'later' }])
  })

  test('is of what was assessed, whatever became of the caller’s list since', () => {
    const indicators = ['H-4']
    const checks = [check({ id: 'mine', indicators })]
    const verdict = assess(policyWith(count(1, { severityAtLeast: 4 })), checks, T)
    indicators.pop()
    checks.pop()
    expect(verdict.support).toEqual(['mine'])
    expect(verdict.explanation[0]?.outcome).toBe('reached')
  })
})

describe('support', () => {
  test('is small in a long history', () => {
    const checks = Array.from({ length: 300 }, (_, index) =>
      check({
        occurredAt: T - index * DAY,
        incident: 'first-known',
        indicators: index % 50 === 7 ? ['WAR-4-EMOAB'] : [],
      }),
    )
    const verdict = assess(defaultPolicy(), checks, T)
    expect(verdict.level).toBe('child-in-need')
    expect(verdict.support).toHaveLength(1)
  })
})
