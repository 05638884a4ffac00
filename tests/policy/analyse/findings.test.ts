import { describe, expect, test } from 'vitest'
import { type Analysis, analyse } from '../../../src/policy/analyse/analyse.js'
import type { AnalyseOptions, Finding } from '../../../src/policy/analyse/finding.js'
import { levelAt } from '../../../src/policy/assess.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import type { Policy, Rule } from '../../../src/policy/policy.js'
import { type PolicyParts, policyData, policyWith } from '../fixtures.js'

const once: Rule = { count: { atLeast: 1, withinDays: 10, where: { severityAtLeast: 3 } } }

function findings(policy: Policy, analysis: Finding['analysis'], options?: AnalyseOptions): Record<string, Finding> {
  const found = analyse(policy, options).findings.filter((one) => one.analysis === analysis)
  return Object.fromEntries(found.map((one) => [one.id, one]))
}

function idsOf(policy: Policy, analysis: Finding['analysis'], options?: AnalyseOptions): readonly string[] {
  return Object.keys(findings(policy, analysis, options))
}

/** The small policy with these levels, lowest first. */
function levelled(
  rules: readonly (readonly [name: string, threshold: string, rule: Rule])[],
  parts: PolicyParts = {},
): Policy {
  const levels = rules.map(([name, threshold, reachedWhen]) => ({ name, threshold, opens: [], reachedWhen }))
  return parsePolicy(policyData({ ...parts, levels }))
}

describe('SA-1: vocabulary', () => {
  test('indicators of which nothing is made', () => {
    expect(idsOf(policyWith({ count: { atLeast: 1, withinDays: 1, where: { severityAtLeast: 4 } } }), 'SA-1')).toEqual([
      'SA-1/unused/H-2',
      'SA-1/unused/P-3',
    ])
    expect(idsOf(policyWith({ points: { atLeast: 1, withinDays: 1 } }), 'SA-1')).toEqual([])
  })
  test('names in filters that nothing has, and filters that let nothing through', () => {
    const where = {
      dimensions: ['health', 'helth'],
      flags: ['statutory-need', 'vulnerability'] as const,
      agencyKinds: ['police'],
    }
    expect(
      idsOf(policyWith({ any: [once, { count: { atLeast: 1, withinDays: 1, where } }] }), 'SA-1').filter(
        (id) => !id.includes('unused'),
      ),
    ).toEqual([
      'SA-1/raised/any[1]/sees-nothing',
      'SA-1/raised/any[1]/dimensions/helth',
      'SA-1/raised/any[1]/flags/statutory-need',
    ])
    const only = { called: { label: 'called', points: 5, agencyKinds: ['police'] } }
    const kinds: Rule = { count: { atLeast: 1, withinDays: 1, where: { agencyKinds: ['polis', 'police'] } } }
    expect(idsOf(policyWith(kinds, { incidents: only }), 'SA-1')).toEqual(['SA-1/raised/agencyKinds/polis'])
    expect(idsOf(policyWith(kinds), 'SA-1')).toEqual([])
  })
})

describe('SA-2: what is never reached', () => {
  const never: Rule = { distinct: { of: 'dimension', atLeast: 3, withinDays: 5 } }
  test('a level', () => {
    const policy = levelled([
      ['low', 'none', once],
      ['high', 'none', { all: [once, never] }],
    ])
    const found = findings(policy, 'SA-2')
    expect(Object.keys(found)).toEqual(['SA-2/high/unreachable', 'SA-2/high/all[1]/unreachable'])
    expect(found['SA-2/high/unreachable']).toMatchObject({ severity: 'error', path: 'levels[1].reachedWhen' })
    expect(found['SA-2/high/all[1]/unreachable']?.text).toMatch(/3 different dimensions.*The most .* is 2\.$/)
    const { levels } = analyse(policy)
    expect(levels.map(({ reachable }) => reachable)).toEqual([true, false])
    expect(levels[1]).toMatchObject({ minimums: undefined, oneAgencyAlone: undefined })
  })
  test('a member of a rule, the innermost to blame', () => {
    const most: Rule = { points: { atLeast: 21, withinDays: 5 } }
    const caps = { perDimension: 5 }
    expect(idsOf(policyWith({ any: [once, { all: [{ any: [never, most] }, once] }] }, { caps }), 'SA-2')).toEqual([
      'SA-2/raised/any[1].all[0].any[0]/unreachable',
      'SA-2/raised/any[1].all[0].any[1]/unreachable',
    ])
    const days: Rule = { distinct: { of: 'day', atLeast: 3, withinDays: 1 } }
    expect(idsOf(policyWith({ any: [once, days] }), 'SA-2')).toEqual(['SA-2/raised/any[1]/unreachable'])
  })
  test('a level that is never the highest', () => {
    const policy = levelled([
      ['low', 'none', { count: { atLeast: 2, withinDays: 5, where: { severityAtLeast: 3 } } }],
      ['high', 'none', once],
    ])
    const { example, text } = findings(policy, 'SA-2')['SA-2/low/never-highest']!
    expect(text).toContain('high')
    expect(levelAt(policy, example!.checks, example!.asOf)).toBe('high')
  })
})

describe('SA-3 and SA-4', () => {
  test('a routine incident', () => {
    const policy = policyWith({ any: [once, { count: { atLeast: 1, withinDays: 5 } }] })
    expect(idsOf(policy, 'SA-3')).toEqual([
      'SA-3/raised/low-severity',
      'SA-3/raised/vulnerability',
      'SA-3/raised/routine-incident',
    ])
    expect(findings(policy, 'SA-3', { circumstances: ['care'] })['SA-3/raised/circumstance']).toMatchObject({
      codes: ['P-3'],
    })
  })
  test('one agency, by each way that it has', () => {
    const two: Rule = { distinct: { of: 'agency', atLeast: 2, withinDays: 5 } }
    const policy = levelled([
      ['top', 'child-protection', { any: [{ all: [once, two] }, { any: [two, { all: [once, once] }] }] }],
    ])
    expect(idsOf(policy, 'SA-4')).toEqual(['SA-4/top/one-agency-alone/any[1].any[1]'])
    expect(idsOf(levelled([['top', 'child-in-need', once]]), 'SA-4')).toEqual([])
  })
})

describe('SA-6: shadows', () => {
  const twice: Rule = { count: { atLeast: 2, withinDays: 10, where: { severityAtLeast: 3 } } }
  test('of two members, the one that changes nothing', () => {
    expect(idsOf(policyWith({ any: [once, twice] }), 'SA-6')).toEqual(['SA-6/raised/any[1]/shadowed'])
    expect(idsOf(policyWith({ any: [twice, once] }), 'SA-6')).toEqual(['SA-6/raised/any[0]/shadowed'])
    expect(idsOf(policyWith({ all: [once, twice] }), 'SA-6')).toEqual(['SA-6/raised/all[0]/shadowed'])
    expect(idsOf(policyWith({ atLeast: 2, of: [once, twice] }), 'SA-6')).toEqual(['SA-6/raised/of[0]/shadowed'])
    expect(
      idsOf(policyWith({ atLeast: 2, of: [once, twice, { points: { atLeast: 5, withinDays: 1 } }] }), 'SA-6'),
    ).toEqual([])
  })
  test('of two that say the same, the later one', () => {
    expect(idsOf(policyWith({ any: [once, once] }), 'SA-6')).toEqual(['SA-6/raised/any[1]/duplicate'])
    const same: Rule = { count: { atLeast: 1, withinDays: 10, where: { indicators: ['H-4', 'P-3'] } } }
    expect(idsOf(policyWith({ any: [same, once] }), 'SA-6')).toEqual(['SA-6/raised/any[1]/shadowed'])
  })
})

describe('SA-7: levels that do not imply each other', () => {
  test('with a history that shows it', () => {
    const policy = levelled([
      ['low', 'none', { count: { atLeast: 1, withinDays: 5, where: { severityAtLeast: 4 } } }],
      ['high', 'none', once],
    ])
    const { example, severity } = findings(policy, 'SA-7')['SA-7/high/low/not-implied']!
    expect(severity).toBe('warning')
    expect(levelAt(policy, example!.checks, example!.asOf)).toBe('high')
    expect(levelAt({ ...policy, levels: policy.levels.slice(0, 1) }, example!.checks, example!.asOf)).toBe('none')
    expect(analyse(policy).certificate.implications).toEqual([])
  })
  test('without one, unknown', () => {
    const two: Rule = { distinct: { of: 'incident', atLeast: 2, withinDays: 5, where: { agencyKinds: ['health'] } } }
    const policy = levelled([
      ['low', 'none', { count: { atLeast: 1, withinDays: 5, where: { agencyKinds: ['police'] } } }],
      ['high', 'none', two],
    ])
    // Only the police may send `called`, so that two incidents of health are never sent; a proof does not look at that.
    expect(findings(policy, 'SA-7')['SA-7/high/low/unproved']).toMatchObject({
      severity: 'note',
      bound: expect.any(String),
    })
  })
})

describe('SA-8, SA-10, SA-11: numbers', () => {
  test('weights that fall as severity rises', () => {
    const data = policyData()
    const indicators = data['indicators'] as Record<string, object>
    const light = { ...indicators, 'H-4': { ...indicators['H-4'], points: 9 } }
    expect(findings(policyWith(once, { indicators: light }), 'SA-8')).toMatchObject({
      'SA-8/health/severity-4': { path: 'indicators.H-4.points' },
    })
    expect(
      idsOf(policyWith(once, { indicators: { ...light, 'H-4': { ...indicators['H-4'], points: 10 } } }), 'SA-8'),
    ).toEqual([])
  })
  test('windows against the horizon, and decay against windows', () => {
    const points = (withinDays: number): Rule => ({ points: { atLeast: 1, withinDays } })
    const decay = (...steps: readonly (readonly [number, number])[]): PolicyParts => ({
      decay: steps.map(([upToDays, permille]) => ({ upToDays, permille })),
    })
    expect(idsOf(policyWith(points(30)), 'SA-10')).toEqual([])
    expect(idsOf(policyWith({ any: [points(31), once] }), 'SA-10')).toEqual(['SA-10/raised/any[0]/beyond-horizon'])
    expect(idsOf(policyWith(points(10), decay([10, 500])), 'SA-10')).toEqual(['SA-10/decay/too-long'])
    expect(idsOf(policyWith(points(11), decay([10, 500])), 'SA-10')).toEqual([])
    expect(idsOf(policyWith(once, decay([10, 500])), 'SA-10')).toEqual(['SA-10/decay/too-long'])
    expect(idsOf(policyWith(points(11), decay([10, 500])), 'SA-11')).toEqual([])
    expect(idsOf(policyWith(points(12), decay([10, 500])), 'SA-11')).toEqual(['SA-11/raised/tail'])
    expect(idsOf(policyWith(points(12), decay([10, 500], [20, 0])), 'SA-11')).toEqual(['SA-11/raised/tail'])
    expect(idsOf(policyWith(points(12), decay([5, 500], [20, 500])), 'SA-11')).toEqual(['SA-11/decay/step-1'])
  })
})

describe('lints', () => {
  test('counts without a filter on severity, flags or codes', () => {
    const where = (filter: object): Rule => ({ distinct: { of: 'agency', atLeast: 3, withinDays: 5, where: filter } })
    const lints = (rule: Rule): readonly string[] => idsOf(policyWith(rule), 'lint')
    expect(lints({ any: [once, { count: { atLeast: 9, withinDays: 5 } }] })).toEqual(['lint/unfiltered/raised/any[1]'])
    for (const slack of [{}, { severityAtLeast: 0 }, { notFlags: ['vulnerability'] }, { agencyKinds: ['police'] }])
      expect(lints(where(slack))).toEqual(['lint/unfiltered/raised'])
    for (const tight of [
      { severityAtLeast: 1 },
      { flags: ['vulnerability'] },
      { incidents: ['seen'] },
      { indicators: ['H-2'] },
      { dimensions: ['care'] },
      { domains: ['child'] },
    ])
      expect(lints(where(tight))).toEqual([])
    expect(lints({ points: { atLeast: 9, withinDays: 5 } })).toEqual([])
  })
  test('points that reach child protection within a day', () => {
    const points: Rule = { points: { atLeast: 90, withinDays: 5 } }
    const days = (atLeast: number): Rule => ({
      distinct: { of: 'day', atLeast, withinDays: 5, where: { severityAtLeast: 1 } },
    })
    const lints = (rule: Rule, threshold = 'child-protection'): readonly string[] =>
      idsOf(levelled([['top', threshold, rule]]), 'lint')
    expect(lints({ all: [points, days(1)] })).toEqual(['lint/points-in-one-day/top/all[0]'])
    expect(lints({ all: [points, days(2)] })).toEqual([])
    expect(lints({ any: [{ all: [points, days(2)] }, { all: [points, once] }] })).toContain(
      'lint/points-in-one-day/top/any[1].all[0]',
    )
    expect(lints(points, 'child-in-need')).toEqual([])
  })
  test('echoes that count, and what by law is immediate', () => {
    const lints = (rule: Rule, options: AnalyseOptions): readonly string[] =>
      idsOf(levelled([['top', 'child-protection', rule]]), 'lint', options)
    expect(lints(once, { echoes: ['called'] })).toEqual(['lint/echo/called'])
    expect(lints(once, { echoes: ['seen', 'unknown'] })).toEqual([])
    expect(
      lints(
        { count: { atLeast: 1, withinDays: 1, where: { incidents: ['seen'], severityAtLeast: 1 } } },
        { echoes: ['seen'] },
      ),
    ).toEqual(['lint/echo/seen'])
    expect(lints({ count: { atLeast: 1, withinDays: 1 } }, { echoes: ['seen'] })).toContain('lint/echo/seen')
    expect(lints(once, { immediate: ['called', 'unknown'] })).toEqual(['lint/immediate/called'])
    expect(
      lints({ count: { atLeast: 1, withinDays: 1, where: { incidents: ['called'] } } }, { immediate: ['called'] }),
    ).toEqual([])
  })
})

test('options out of range are refused', () => {
  for (const triggerChecks of [0, 5, 1.5])
    expect(() => analyse(policyWith(once), { triggerChecks })).toThrow(RangeError)
})

test('a policy of very many codes and rules, or of huge numbers, is analysed to an end that says it is none', () => {
  const codes = (make: (index: number) => object): object =>
    Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`c${index}`, make(index)]))
  const atoms = Array.from({ length: 100 }, (_, index): Rule => {
    const measure = { atLeast: index % 3 === 0 ? 2 ** 31 - 1 - index : 1 + index, withinDays: 100_000 - index }
    return index % 2 === 0
      ? { points: measure }
      : { distinct: { ...measure, of: index % 4 === 1 ? 'agencyKind' : 'dimension' } }
  })
  const groups = Array.from(
    { length: 10 },
    (_, index): Rule => ({ atLeast: 5, of: atoms.slice(index * 10, index * 10 + 10) }),
  )
  const policy = levelled(
    [
      ['low', 'none', { any: groups }],
      ['high', 'child-protection', { all: groups }],
    ],
    {
      indicators: codes((index) => ({
        label: 'x',
        domain: 'd',
        dimension: `d${index}`,
        severity: 1 + (index % 4),
        points: index * 99,
      })),
      incidents: codes((index) => ({ label: 'x', points: index, agencyKinds: [`k${index % 97}`, `k${index % 89}`] })),
    },
  )
  const { limits, levels }: Analysis = analyse(policy)
  expect(limits).toHaveLength(2)
  expect(levels.map(({ reachable }) => reachable)).toEqual([true, true])
})
