import { describe, expect, test } from 'vitest'
import { defaultPolicy } from '../../../src/policy/default.js'
import { describeAtom, describePoints, describeRule, quantity, ruleLines } from '../../../src/policy/explain/words.js'
import { type Atom, DISTINCT, FLAGS, type Rule, type Where } from '../../../src/policy/policy.js'
import { policyWith } from '../fixtures.js'

const plain: Atom = { count: { atLeast: 1, withinDays: 1 } }
const policy = policyWith(plain)
const two: Atom = { distinct: { of: 'agency', atLeast: 2, withinDays: 365 } }

describe('an atom in English', () => {
  test.each<[Atom, string]>([
    [plain, 'at least 1 check within 1 day'],
    [{ count: { atLeast: 2, withinDays: 30, where: {} } }, 'at least 2 checks within 30 days'],
    [{ points: { atLeast: 1, withinDays: 2 } }, 'at least 1 point within 2 days'],
    [{ points: { atLeast: 60, withinDays: 365 } }, 'at least 60 points within 365 days'],
    [two, 'at least 2 different agencies within 365 days'],
    [{ distinct: { of: 'agency', atLeast: 1, withinDays: 9 } }, 'at least 1 agency within 9 days'],
    [
      {
        distinct: {
          of: 'agency',
          atLeast: 2,
          withinDays: 365,
          where: { severityAtLeast: 2, notFlags: ['vulnerability'] },
        },
      },
      'at least 2 different agencies within 365 days, counting observations of severity 2 or more that are not flagged vulnerability',
    ],
    [
      { count: { atLeast: 1, withinDays: 9, where: { severityAtLeast: 4, flags: ['outside-home'] } } },
      'at least 1 check within 9 days with an observation of severity 4 that is flagged outside-home',
    ],
    [
      {
        count: {
          atLeast: 3,
          withinDays: 9,
          where: { severityAtLeast: 1, incidents: ['called'], agencyKinds: ['police'] },
        },
      },
      'at least 3 checks within 9 days, each with an observation of severity 1 or more and with the incident called (“called”) and by an agency of the kind police',
    ],
    [
      { count: { atLeast: 1, withinDays: 9, where: { incidents: ['seen', 'called'] } } },
      'at least 1 check within 9 days with the incident seen (“seen”) or called (“called”)',
    ],
    [
      { points: { atLeast: 5, withinDays: 9, where: { incidents: ['called'], agencyKinds: ['police', 'health'] } } },
      'at least 5 points within 9 days, counting observations of checks with the incident called (“called”) and by agencies of the kind police or health',
    ],
    [
      {
        points: {
          atLeast: 5,
          withinDays: 9,
          where: {
            indicators: ['H-2', 'H-4'],
            dimensions: ['health', 'care'],
            domains: ['child'],
            agencyKinds: ['ports'],
          },
        },
      },
      'at least 5 points within 9 days, counting observations in the dimension health or care in the domain child that are the indicator H-2 (“health two”) or H-4 (“health four”) of checks by agencies of the kind ports',
    ],
  ])('%j', (atom, words) => {
    expect(describeAtom(policy, atom)).toBe(words)
  })

  test.each<[Where, string]>([
    [{ flags: ['significant-harm'] }, 'flagged significant-harm'],
    [{ flags: ['significant-harm', 'statutory-need'] }, 'flagged significant-harm or statutory-need'],
    [{ notFlags: ['significant-harm', 'significant-harm'] }, 'not flagged significant-harm'],
    [{ notFlags: ['outside-home', 'vulnerability'] }, 'flagged neither outside-home nor vulnerability'],
    [{ notFlags: FLAGS.slice(0, 3) }, 'flagged none of significant-harm, statutory-need and vulnerability'],
    [{ flags: ['outside-home'], notFlags: ['vulnerability'] }, 'flagged outside-home and not flagged vulnerability'],
    [{ indicators: ['H-2'], flags: ['outside-home'] }, 'the indicator H-2 (“health two”) and flagged outside-home'],
  ])('states of an observation: %j', (where, words) => {
    const atom: Atom = { points: { atLeast: 2, withinDays: 2, where } }
    expect(describeAtom(policy, atom)).toBe(`at least 2 points within 2 days, counting observations that are ${words}`)
  })

  test.each([
    [1, 'of severity 1 or more'],
    [2, 'of severity 2 or more'],
    [3, 'of severity 3 or more'],
    [4, 'of severity 4'],
  ])('severity %d', (severityAtLeast, words) => {
    expect(describeAtom(policy, { count: { atLeast: 1, withinDays: 2, where: { severityAtLeast } } })).toBe(
      `at least 1 check within 2 days with an observation ${words}`,
    )
  })

  test('severity 0 keeps nothing out and is not spoken of', () => {
    expect(describeAtom(policy, { points: { atLeast: 2, withinDays: 2, where: { severityAtLeast: 0 } } })).toBe(
      'at least 2 points within 2 days',
    )
  })

  test.each([
    ['agency', '1 agency', '2 different agencies'],
    ['agencyKind', '1 kind of agency', '2 different kinds of agency'],
    ['dimension', '1 dimension', '2 different dimensions'],
    ['domain', '1 domain', '2 different domains'],
    ['indicator', '1 indicator', '2 different indicators'],
    ['incident', '1 kind of incident', '2 different kinds of incident'],
    ['day', '1 day (UTC)', '2 different days (UTC)'],
  ] as const)('different values of %s', (of, one, many) => {
    const atom = (atLeast: number): Atom => ({ distinct: { of, atLeast, withinDays: 7 } })
    expect(describeAtom(policy, atom(1))).toBe(`at least ${one} within 7 days`)
    expect(describeAtom(policy, atom(2))).toBe(`at least ${many} within 7 days`)
    expect(quantity(atom(2), 0)).toBe(many.replace('2', '0'))
    expect(DISTINCT).toContain(of)
  })

  test.each([
    [{}, ''],
    [{ caps: {} }, ''],
    [{ caps: { perAgency: 9 } }, ' after caps'],
    [{ decay: [{ upToDays: 3, permille: 500 }] }, ' after decay'],
    [{ caps: { perAgency: 9 }, decay: [{ upToDays: 3, permille: 500 }] }, ' after decay and caps'],
  ])('points of a policy with %j', (parts, words) => {
    expect(describeAtom(policyWith(plain, parts), { points: { atLeast: 7, withinDays: 7 } })).toBe(
      `at least 7 points${words} within 7 days`,
    )
  })

  test('lists are cut short only when asked, and say so', () => {
    const dimensions = ['a', 'b', 'c', 'd', 'd']
    const atom: Atom = { points: { atLeast: 2, withinDays: 2, where: { dimensions } } }
    const cut = (codesMax?: number): string =>
      describeAtom(policy, atom, codesMax === undefined ? {} : { codesMax }).split(' in the dimension ')[1] ?? ''
    expect(cut()).toBe('a, b, c or d')
    expect(cut(4)).toBe('a, b, c or d')
    expect(cut(3)).toBe('a, b, c or 1 more')
    expect(cut(1)).toBe('a or 3 more')
    for (const wrong of [0, -1, 1.5, Number.NaN]) expect(() => cut(wrong)).toThrow(RangeError)
  })

  test('where a filter leaves few dimensions out, these are named', () => {
    const words = (all: readonly string[], dimensions: readonly string[]): string => {
      const indicators = Object.fromEntries(
        all.map((dimension) => [dimension, { label: 'x', domain: 'x', dimension, severity: 2, points: 1 }]),
      )
      const rule: Atom = { count: { atLeast: 1, withinDays: 1, where: { dimensions } } }
      return describeAtom(policyWith(rule, { indicators }), rule).split('observation in ')[1] ?? ''
    }
    expect(words(['a', 'b', 'c'], ['a', 'b'])).toBe('the dimension a or b')
    expect(words(['a', 'b', 'c', 'd'], ['a', 'b', 'c'])).toBe('any dimension except d')
    expect(words(['a', 'b', 'c', 'd', 'e', 'f', 'g'], ['a', 'b', 'c', 'd', 'f'])).toBe('any dimension except e and g')
    expect(words(['a', 'b', 'c'], ['a', 'b', 'c'])).toBe('the dimension a, b or c')
    expect(words(['a'], ['b', 'c', 'd', 'e'])).toBe('the dimension b, c, d or e')
  })

  test('a label is quoted as it is', () => {
    const parts = { incidents: { seen: { label: 'met (“here”); or there', points: 0 } } }
    const atom: Atom = { count: { atLeast: 1, withinDays: 9, where: { incidents: ['seen'] } } }
    expect(describeAtom(policyWith(plain, parts), atom)).toContain('seen (“met (“here”); or there”)')
  })
})

const one = 'at least 1 check within 1 day'
const many = 'at least 2 different agencies within 365 days'

describe('a rule in English', () => {
  test.each<[Rule, string]>([
    [plain, one],
    [{ all: [plain] }, one],
    [{ all: [plain, two] }, `both (${one}) and (${many})`],
    [{ any: [plain, two] }, `either (${one}) or (${many})`],
    [{ all: [plain, two, plain] }, `all of (${one}; ${many}; ${one})`],
    [{ any: [plain, two, plain] }, `any of (${one}; ${many}; ${one})`],
    [{ atLeast: 2, of: [plain, two] }, `at least 2 of (${one}; ${many})`],
    [{ atLeast: 1, of: [plain] }, one],
    [{ any: [{ all: [plain, two] }, plain] }, `either (both (${one}) and (${many})) or (${one})`],
  ])('%j', (rule, words) => {
    expect(describeRule(policy, rule)).toBe(words)
  })

  test('as lines of a list', () => {
    const rule: Rule = { any: [{ all: [plain, two] }, { all: [plain] }, { atLeast: 1, of: [two, plain] }] }
    expect(ruleLines(policy, rule)).toEqual([
      { depth: 0, text: 'any of these' },
      { depth: 1, text: 'all of these' },
      { depth: 2, text: one },
      { depth: 2, text: many },
      { depth: 1, text: one },
      { depth: 1, text: 'at least 1 of these 2' },
      { depth: 2, text: many },
      { depth: 2, text: one },
    ])
  })

  test('passes on how long lists may be', () => {
    const atom: Atom = { points: { atLeast: 2, withinDays: 2, where: { dimensions: ['a', 'b', 'c'] } } }
    expect(describeRule(policy, { any: [atom, plain] }, { codesMax: 1 })).toContain('a or 2 more')
    expect(ruleLines(policy, { any: [atom, plain] }, { codesMax: 1 })[1]?.text).toContain('a or 2 more')
  })

  test('the default policy in words', () => {
    const top = defaultPolicy().levels[2]
    if (top === undefined) expect.unreachable()
    expect(describeRule(defaultPolicy(), top.reachedWhen, { codesMax: 2 })).toBe(
      'any of (at least 1 check within 365 days with an observation that is flagged significant-harm; ' +
        'at least 1 check within 365 days with the incident police-protection (“Taken into police protection (Children Act 1989 s46)”); ' +
        'both (at least 2 different dimensions within 365 days, counting observations of severity 4 in any dimension except housing, employment and 3 more that are not flagged vulnerability) ' +
        'and (at least 2 different days (UTC) within 365 days, counting observations of severity 4 in any dimension except housing, employment and 3 more that are not flagged vulnerability); ' +
        'all of (at least 160 points after decay and caps within 365 days, counting observations of severity 2 or more in any dimension except housing, employment and 3 more that are not flagged vulnerability; ' +
        'at least 2 different agencies within 365 days, counting observations of severity 2 or more in any dimension except housing, employment and 3 more that are not flagged vulnerability; ' +
        'at least 3 different dimensions within 365 days, counting observations of severity 2 or more in any dimension except housing, employment and 3 more that are not flagged vulnerability; ' +
        'at least 2 different days (UTC) within 365 days, counting observations of severity 2 or more in any dimension except housing, employment and 3 more that are not flagged vulnerability))',
    )
  })
})

describe('the points of a policy', () => {
  test('in sentences', () => {
    expect(describePoints(defaultPolicy())).toEqual([
      'The points of an observation count by age: 1000‰ up to 90 whole days, 700‰ up to 180 whole days, 400‰ up to 364 whole days, and nothing after that; each is rounded down.',
      'Of one agency’s observations of one indicator, or of one incident, at most 2 count: the largest.',
      'One agency gives at most 100 points.',
      'One dimension gives at most 80 points; incidents are a dimension of their own.',
      'The total is the smaller of the two sums, over agencies and over dimensions.',
    ])
    expect(describePoints(policy)).toEqual([])
    expect(describePoints(policyWith(plain, { caps: { perDimension: 1 } }))).toEqual([
      'One dimension gives at most 1 point; incidents are a dimension of their own.',
    ])
    expect(describePoints(policyWith(plain, { caps: { perAgency: 0 } }))).toEqual([
      'One agency gives at most 0 points.',
    ])
  })
})
