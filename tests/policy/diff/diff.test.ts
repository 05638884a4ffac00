import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess } from '../../../src/policy/assess.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import { type Difference, diffPolicies, type PolicyDiff } from '../../../src/policy/diff/diff.js'
import { policyMutants } from '../../../src/policy/diff/mutants.js'
import type { AssessedCheck } from '../../../src/policy/history.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { levelRank, type Policy } from '../../../src/policy/policy.js'
import { histories, policies } from '../arbitraries.js'
import { DAY, type PolicyParts, policyData, T } from '../fixtures.js'

const policy = (parts: PolicyParts = {}): Policy => parsePolicy(policyData(parts))
const count = (atLeast: number, where?: object, withinDays = 10) => ({
  count: { atLeast, withinDays, ...(where === undefined ? {} : { where }) },
})
const points = (atLeast: number, withinDays = 10) => ({ points: { atLeast, withinDays } })
const MIRRORED = { equivalent: 'equivalent', stricter: 'laxer', laxer: 'stricter', incomparable: 'incomparable' }

/** The level that the reference evaluator finds. */
const levelUnder = (one: Policy, { checks, asOf }: Difference): string => assess(one, checks, asOf).level

function expectTrue(before: Policy, after: Policy, { relation, raises, lowers }: PolicyDiff): void {
  expect(raises !== undefined).toBe(relation === 'laxer' || relation === 'incomparable')
  expect(lowers !== undefined).toBe(relation === 'stricter' || relation === 'incomparable')
  for (const [shown, sign] of [
    [raises, 1],
    [lowers, -1],
  ] as const) {
    if (shown === undefined) continue
    const [from, to] = [levelUnder(before, shown), levelUnder(after, shown)]
    expect([shown.before, shown.after]).toEqual([from, to])
    expect(Math.sign(levelRank(after, to) - levelRank(before, from))).toBe(sign)
    const differs = (checks: readonly AssessedCheck[]): boolean => {
      const example = { ...shown, checks }
      const rise = levelRank(after, levelUnder(after, example)) - levelRank(before, levelUnder(before, example))
      return Math.sign(rise) === sign
    }
    for (const [index, check] of shown.checks.entries()) {
      expect(differs(shown.checks.toSpliced(index, 1)), 'a check can be left out').toBe(false)
      for (const code of check.indicators.keys()) {
        const less = { ...check, indicators: check.indicators.toSpliced(code, 1) }
        expect(differs(shown.checks.with(index, less)), 'an indicator can be left out').toBe(false)
      }
    }
  }
}

describe('small policies', () => {
  test.each<[string, PolicyParts, PolicyParts, PolicyDiff['relation']]>([
    ['the same', { rule: count(2) }, { rule: count(2) }, 'equivalent'],
    ['one check more', { rule: count(2) }, { rule: count(3) }, 'stricter'],
    ['one check less', { rule: count(3) }, { rule: count(2) }, 'laxer'],
    ['a longer window', { rule: count(2) }, { rule: count(2, undefined, 11) }, 'laxer'],
    ['a window where every check is enough', { rule: count(1) }, { rule: count(1, undefined, 11) }, 'equivalent'],
    [
      'windows of which one outlives the other policy’s',
      { rule: count(1, { indicators: ['H-2'] }, 5) },
      { rule: { any: [count(1, { indicators: ['H-2'] }, 3), count(2, { indicators: ['H-2'] })] } },
      'incomparable',
    ],
    [
      'an old check',
      { rule: count(1, { incidents: ['called'] }) },
      { rule: count(1, { incidents: ['called'] }, 11) },
      'laxer',
    ],
    [
      'a window beyond the horizon',
      { rule: count(1), horizonDays: 5 },
      { rule: count(1, undefined, 11), horizonDays: 5 },
      'laxer',
    ],
    [
      'another filter',
      { rule: count(1, { incidents: ['seen'] }) },
      { rule: count(1, { incidents: ['called'] }) },
      'incomparable',
    ],
    [
      'all instead of any',
      { rule: { any: [count(2), points(20)] } },
      { rule: { all: [count(2), points(20)] } },
      'stricter',
    ],
    ['a rule said twice', { rule: count(2) }, { rule: { any: [count(2), count(3)] } }, 'equivalent'],
    ['a rule more', { rule: count(3) }, { rule: { any: [count(3), points(80)] } }, 'laxer'],
    ['a longer horizon', { horizonDays: 30 }, { horizonDays: 31 }, 'laxer'],
    ['a cap', { rule: points(20) }, { rule: points(20), caps: { perAgency: 15 } }, 'stricter'],
    [
      'a cap above what is asked for',
      { rule: points(20), caps: { perAgency: 20 } },
      { rule: points(20), caps: { perAgency: 25 } },
      'equivalent',
    ],
    [
      'a cap that counts',
      { rule: points(20), caps: { perAgencyIndicator: 1 } },
      { rule: points(20), caps: { perAgencyIndicator: 2 } },
      'laxer',
    ],
    ['decay', { rule: points(20) }, { rule: points(20), decay: [{ upToDays: 8, permille: 1000 }] }, 'stricter'],
    [
      'a kind',
      { rule: count(1, { agencyKinds: ['police'] }) },
      { rule: count(1, { agencyKinds: ['police', 'health'] }) },
      'laxer',
    ],
    [
      'days',
      { rule: { distinct: { of: 'day', atLeast: 2, withinDays: 1 } } },
      { rule: { distinct: { of: 'day', atLeast: 2, withinDays: 2 } } },
      'laxer',
    ],
    [
      'kinds',
      { rule: { distinct: { of: 'agencyKind', atLeast: 3, withinDays: 9 } } },
      { rule: { distinct: { of: 'agencyKind', atLeast: 4, withinDays: 9 } } },
      'stricter',
    ],
  ])('%s: %s', (_, first, second, relation) => {
    const [before, after] = [policy(first), policy(second)]
    const diff = diffPolicies(before, after)
    expect(diff).toMatchObject({ relation, proved: true, comparedBy: 'level' })
    expect(diff).not.toHaveProperty('bound')
    expectTrue(before, after, diff)
  })

  test('the shortest history is known to be the shortest where as many checks are asked for', () => {
    const three = diffPolicies(policy({ rule: count(3) }), policy({ rule: count(4) }))
    expect(three.lowers).toMatchObject({ shortest: true, before: 'raised', after: 'none' })
    expect(three.lowers?.checks).toHaveLength(3)
    // Two checks of 10 points would do, but so would one with two indicators: no term says so.
    const old = diffPolicies(policy({ rule: points(10, 10) }), policy({ rule: points(10, 9) }))
    expect(old.lowers).toMatchObject({ shortest: false })
  })

  test('codes of one policy alone take no part and are listed', () => {
    const { 'H-4': _, ...fewer } = policyData()['indicators'] as Record<string, object>
    const rule = { any: [count(3), count(1, { flags: ['significant-harm'] })] }
    const diff = diffPolicies(policy({ rule }), policy({ rule, indicators: fewer }))
    expect(diff).toMatchObject({ relation: 'equivalent', proved: true })
    expect(diff.changes).toEqual([{ path: 'indicators.H-4', change: 'is gone' }])
    expect(diffPolicies(policy({ rule, indicators: fewer }), policy({ rule })).relation).toBe('equivalent')
  })

  test('policies without a code in common cannot differ on a history', () => {
    const other = policy({ indicators: {}, incidents: { told: { label: 'told', points: 3 } }, rule: count(7) })
    expect(diffPolicies(policy(), other)).toMatchObject({ relation: 'equivalent', proved: true })
  })

  test('levels of other names are compared by threshold', () => {
    const level = (name: string, threshold: string, reachedWhen: object) => ({
      name,
      threshold,
      opens: [],
      reachedWhen,
    })
    const before = policy({ levels: [level('a', 'none', count(1)), level('b', 'child-in-need', count(2))] })
    const renamed = policy({ levels: [level('x', 'none', count(5)), level('y', 'child-in-need', count(2))] })
    expect(diffPolicies(before, renamed)).toMatchObject({
      relation: 'equivalent',
      proved: true,
      comparedBy: 'threshold',
    })
    const one = policy({ levels: [level('b', 'child-protection', count(2))] })
    const diff = diffPolicies(before, one)
    expect(diff).toMatchObject({ relation: 'laxer', comparedBy: 'threshold', raises: { before: 'b', after: 'b' } })
    expect(diff.raises?.checks).toHaveLength(2)
  })

  test('a higher level is as good as the one below it', () => {
    const levels = (low: number, high: number): PolicyParts => ({
      levels: [
        { name: 'a', threshold: 'none', opens: [], reachedWhen: count(low) },
        { name: 'b', threshold: 'none', opens: [], reachedWhen: count(high) },
      ],
    })
    const diff = diffPolicies(policy(levels(2, 9)), policy(levels(3, 2)))
    expect(diff).toMatchObject({ relation: 'laxer', proved: true, comparedBy: 'level' })
  })

  test('another order of the same names is compared by threshold', () => {
    const level = (name: string) => ({ name, threshold: 'none', opens: [], reachedWhen: count(1) })
    const diff = diffPolicies(
      policy({ levels: [level('a'), level('b')] }),
      policy({ levels: [level('b'), level('a')] }),
    )
    expect(diff).toMatchObject({ comparedBy: 'threshold', relation: 'equivalent' })
  })

  test('what is neither proved nor found is not claimed', () => {
    // Of all mutants of the default policy, these 18 are neither told apart nor proved equal: 81 points instead of 80. To
    // come to 160 by that point, no agency may be at its cap, and then the sum over dimensions, capped at 80 each, is
    // no larger than the sum over agencies, which falls short of 160 with 80.
    const circumstances = ['housing', 'employment', 'income', 'social-integration', 'community-resources']
    const heavy = Object.entries(defaultPolicy().indicators).filter(
      ([, { points, dimension, flags = [] }]) =>
        points === 80 && !flags.includes('significant-harm') && !circumstances.includes(dimension),
    )
    expect(heavy).toHaveLength(18)
    expect(heavy.map(([code]) => code)).toContain('HEA-4-CRISIS')
    const both = diffPolicies(defaultPolicy(), changed('indicators.HEA-4-CRISIS.points +1'), { histories: 800 })
    expect(both).toMatchObject({ relation: 'equivalent', proved: false })
    expect(both.bound).toMatch(
      /^no history with a higher level found among \d+ of up to \d+ checks, and none excluded$/,
    )
  })

  test.each([{ seed: 0.5 }, { histories: 0 }, { histories: 1.5 }, { seed: Number.NaN }])('%j is refused', (options) => {
    expect(() => diffPolicies(policy(), policy(), options)).toThrow(RangeError)
  })
})

const mutants = new Map(policyMutants(defaultPolicy()).map((mutant) => [mutant.id, mutant.policy]))

function changed(id: string): Policy {
  const mutant = mutants.get(id)
  if (mutant === undefined) throw new Error(`no mutant ${id}`)
  return mutant
}

describe('random policies', () => {
  const QUICK = { histories: 2_500 }
  const pairs = policies.chain((before) =>
    fc.nat().map((which) => {
      const all = policyMutants(before)
      return [before, all[which % all.length]?.policy ?? before] as const
    }),
  )

  test('a policy is equivalent to itself, proved', () => {
    fc.assert(
      fc.property(policies, (one) => {
        expect(diffPolicies(one, parsePolicy(JSON.stringify(one)))).toMatchObject({
          relation: 'equivalent',
          proved: true,
          changes: [],
        })
      }),
      { numRuns: 30 },
    )
  })

  test('what is said of a policy and one of its mutants is true, and mirrored the other way round', () => {
    fc.assert(
      fc.property(pairs, ([before, after]) => {
        const diff = diffPolicies(before, after, QUICK)
        expectTrue(before, after, diff)
        const back = diffPolicies(after, before, QUICK)
        expect([back.relation, back.proved]).toEqual([MIRRORED[diff.relation], diff.proved])
      }),
      { numRuns: 15 },
    )
  })

  test('no history contradicts what was proved', () => {
    const cases = pairs.chain((pair) =>
      fc.tuple(fc.constant(pair), fc.array(histories(pair[0]), { minLength: 12, maxLength: 12 })),
    )
    fc.assert(
      fc.property(cases, ([[before, after], all]) => {
        const { raises, lowers, proved } = diffPolicies(before, after, QUICK)
        if (!proved) return
        for (const checks of all) {
          for (const asOf of [T, T + DAY, T + 6 * DAY]) {
            const rise =
              levelRank(after, assess(after, checks, asOf).level) -
              levelRank(before, assess(before, checks, asOf).level)
            if (raises === undefined) expect(rise).toBeLessThanOrEqual(0)
            if (lowers === undefined) expect(rise).toBeGreaterThanOrEqual(0)
          }
        }
      }),
      { numRuns: 15 },
    )
  })
})

describe('the default policy', () => {
  const harm = 'levels[2].reachedWhen.any[3].all'

  test('differs from itself in nothing', () => {
    expect(diffPolicies(defaultPolicy(), defaultPolicy())).toMatchObject({ relation: 'equivalent', proved: true })
  })

  test.each<[string, PolicyDiff['relation']]>([
    ['horizonDays -1', 'stricter'],
    ['caps.perDimension -1', 'stricter'],
    ['caps.perAgency -1', 'stricter'],
    ['decay[1].permille -1', 'stricter'],
    ['levels[0].reachedWhen.any[0].count.withinDays -1', 'stricter'],
    [`${harm}[0].points.atLeast +1`, 'stricter'],
    [`${harm}[0].points.atLeast -1`, 'laxer'],
    [`${harm}[0].points.withinDays -1`, 'stricter'],
    [`${harm}[0].points.where.dimensions[8] dropped ensuring-safety`, 'stricter'],
    [`${harm}[3].distinct.where.dimensions dropped`, 'laxer'],
    [`${harm}[3].distinct.withinDays +1`, 'laxer'],
    [`${harm} any`.replace('.all any', ' any'), 'laxer'],
    ['indicators.HEA-2-CHECKS.points +1', 'laxer'],
    ['indicators.SAF-4-SEX.flags[0] dropped significant-harm', 'stricter'],
    ['incidents.index-referral.points +1', 'laxer'],
  ])('%s: %s', (id, relation) => {
    const after = changed(id)
    const diff = diffPolicies(defaultPolicy(), after)
    expect(diff).toMatchObject({ relation, proved: true })
    expectTrue(defaultPolicy(), after, diff)
  })

  test.each([
    // Whoever reaches the levels by these codes does so at once, by the flag, whatever they weigh.
    'indicators.SAF-4-SEX.points -1',
    // A year of 364 days is the last day at which anything weighs.
    'decay[2].upToDays +1',
    // 30 × 0,701 is 21,03.
    'decay[1].permille +1',
    // One incident brings the same level by two rules.
    'levels[0].reachedWhen.any[1].count.where.incidents[0] dropped police-protection',
  ])('%s makes no difference, proved', (id) => {
    expect(diffPolicies(defaultPolicy(), changed(id))).toMatchObject({ relation: 'equivalent', proved: true })
  })
})
