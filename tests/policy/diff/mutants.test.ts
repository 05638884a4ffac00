import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess } from '../../../src/policy/assess.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import { documentChanges } from '../../../src/policy/diff/changes.js'
import { policyMutants, survivingMutants } from '../../../src/policy/diff/mutants.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import type { Policy } from '../../../src/policy/policy.js'
import { policies } from '../arbitraries.js'
import { check, DAY, policyData, policyWith, T } from '../fixtures.js'

const small = parsePolicy({
  id: 'tiny',
  version: 1,
  title: 'tiny',
  horizonDays: 30,
  indicators: {
    X: { label: 'x', domain: 'o', dimension: 'd', severity: 4, points: 0, flags: ['significant-harm'] },
  },
  incidents: { seen: { label: 'seen', points: 5 }, told: { label: 'told', points: 1 } },
  caps: { perAgency: 9 },
  decay: [
    { upToDays: 5, permille: 1000 },
    { upToDays: 9, permille: 0 },
  ],
  levels: [
    {
      name: 'low',
      threshold: 'none',
      opens: [],
      reachedWhen: {
        any: [
          { count: { atLeast: 1, withinDays: 1, where: { incidents: ['seen', 'told'], severityAtLeast: 2 } } },
          {
            atLeast: 1,
            of: [
              { points: { atLeast: 2, withinDays: 7, where: { flags: ['significant-harm'] } } },
              { distinct: { of: 'day', atLeast: 3, withinDays: 8, where: { notFlags: ['vulnerability'] } } },
            ],
          },
        ],
      },
    },
  ],
})

const rule = 'levels[0].reachedWhen'

describe('mutants', () => {
  test('of every sort, in the order of the document, with ids that stay', () => {
    expect(policyMutants(small).map(({ id }) => id)).toEqual([
      'horizonDays +1',
      'horizonDays -1',
      'indicators.X.severity -1',
      'indicators.X.points +1',
      'indicators.X.flags[0] dropped significant-harm',
      'incidents.seen.points +1',
      'incidents.seen.points -1',
      'incidents.told.points +1',
      'incidents.told.points -1',
      'caps.perAgency +1',
      'caps.perAgency -1',
      'caps.perAgency dropped',
      'decay[0].upToDays +1',
      'decay[0].upToDays -1',
      'decay[0].permille -1',
      'decay[0] dropped',
      'decay[1].upToDays +1',
      'decay[1].upToDays -1',
      'decay[1].permille +1',
      'decay[1] dropped',
      'decay dropped',
      `${rule} all`,
      `${rule}.any[0] dropped`,
      `${rule}.any[0].count.atLeast +1`,
      `${rule}.any[0].count.withinDays +1`,
      `${rule}.any[0].count.where.incidents dropped`,
      `${rule}.any[0].count.where.incidents[0] dropped seen`,
      `${rule}.any[0].count.where.incidents[1] dropped told`,
      `${rule}.any[0].count.where.severityAtLeast dropped`,
      `${rule}.any[0].count.where.severityAtLeast +1`,
      `${rule}.any[0].count.where.severityAtLeast -1`,
      `${rule}.any[1] dropped`,
      `${rule}.any[1].atLeast +1`,
      `${rule}.any[1].of[0] dropped`,
      `${rule}.any[1].of[0].points.atLeast +1`,
      `${rule}.any[1].of[0].points.atLeast -1`,
      `${rule}.any[1].of[0].points.withinDays +1`,
      `${rule}.any[1].of[0].points.withinDays -1`,
      `${rule}.any[1].of[0].points.where.flags dropped`,
      `${rule}.any[1].of[1] dropped`,
      `${rule}.any[1].of[1].distinct.atLeast +1`,
      `${rule}.any[1].of[1].distinct.atLeast -1`,
      `${rule}.any[1].of[1].distinct.withinDays +1`,
      `${rule}.any[1].of[1].distinct.withinDays -1`,
      `${rule}.any[1].of[1].distinct.where.notFlags dropped`,
    ])
  })

  test('say what is different', () => {
    const words = new Map(policyMutants(small).map(({ id, change }) => [id, change]))
    expect(words.get('horizonDays -1')).toBe('the horizon is 29 days instead of 30')
    expect(words.get('incidents.seen.points +1')).toBe('seen weighs 6 points instead of 5')
    expect(words.get('indicators.X.flags[0] dropped significant-harm')).toBe('X has no flag significant-harm')
    expect(words.get('caps.perAgency dropped')).toBe('there is no cap perAgency')
    expect(words.get('decay[0] dropped')).toBe('there is no decay step up to 5 days')
    expect(words.get(`${rule} all`)).toBe('low: all of 2 rules are needed, not any')
    expect(words.get(`${rule}.any[1].atLeast +1`)).toBe('low: rules needed are 2 instead of 1')
    expect(words.get(`${rule}.any[0] dropped`)).toBe('low: a rule is left out')
    expect(words.get(`${rule}.any[0].count.withinDays +1`)).toBe('low: a count rule looks back 2 days instead of 1')
    expect(words.get(`${rule}.any[0].count.where.incidents[0] dropped seen`)).toBe(
      'low: a count rule has no seen in its incidents',
    )
  })

  test('all and any are exchanged both ways, and a lone member is not', () => {
    const atom = { count: { atLeast: 1, withinDays: 2 } }
    const ids = (policy: Policy): string[] => policyMutants(policy).map(({ id }) => id)
    expect(ids(policyWith({ all: [atom, atom] }))).toContain(`${rule} any`)
    expect(ids(policyWith({ any: [atom, atom] }))).toContain(`${rule} all`)
    expect(ids(policyWith({ any: [atom] }))).not.toContain(`${rule} all`)
    expect(ids(policyWith({ any: [atom] }))).not.toContain(`${rule}.any[0] dropped`)
  })

  test('differ from the policy in one place, are valid and have their own ids', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const mutants = policyMutants(policy)
        expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
        for (const mutant of mutants) {
          expect(parsePolicy(JSON.stringify(mutant.policy))).toEqual(mutant.policy)
          expect(mutant.policy.levels.map(({ name }) => name)).toEqual(policy.levels.map(({ name }) => name))
          expect(JSON.stringify(mutant.policy)).not.toBe(JSON.stringify(policy))
        }
      }),
      { numRuns: 6 },
    )
  })

  test('of the default policy change its document in one place each', () => {
    const policy = defaultPolicy()
    const mutants = policyMutants(policy)
    expect(mutants.length).toBeGreaterThan(900)
    for (const mutant of mutants.filter((_, index) => index % 12 === 0)) {
      expect(documentChanges(policy, mutant.policy), mutant.id).toHaveLength(1)
    }
  })
})

describe('surviving mutants', () => {
  const policy = policyWith({ count: { atLeast: 2, withinDays: 10, where: { incidents: ['called'] } } })
  const called = (days: number) => check({ incident: 'called', occurredAt: T - days * DAY })
  const ids = (examples: Parameters<typeof survivingMutants>[1]): string[] =>
    survivingMutants(policy, examples)
      .map(({ id }) => id)
      .filter((id) => id.startsWith('levels'))

  test('without examples are all mutants', () => {
    expect(survivingMutants(policy, [])).toEqual(policyMutants(policy))
  })

  test('are those that no example notices', () => {
    const two = { checks: [called(0), called(1)], asOf: T, level: 'raised' }
    const one = { checks: [called(0)], asOf: T, level: 'none' }
    const atEdge = { checks: [called(0), called(9)], asOf: T, level: 'raised' }
    const pastEdge = { checks: [called(0), called(10)], asOf: T, level: 'none' }
    const other = { checks: [check(), check()], asOf: T, level: 'none' }
    const count = `${rule}.count`
    expect(ids([one])).toEqual([
      `${count}.atLeast +1`,
      `${count}.withinDays +1`,
      `${count}.withinDays -1`,
      `${count}.where.incidents dropped`,
    ])
    expect(ids([one, two])).toEqual([
      `${count}.withinDays +1`,
      `${count}.withinDays -1`,
      `${count}.where.incidents dropped`,
    ])
    expect(ids([one, two, atEdge])).toEqual([`${count}.withinDays +1`, `${count}.where.incidents dropped`])
    expect(ids([one, two, atEdge, pastEdge, other])).toEqual([])
  })

  test('a closing counts', () => {
    const checks = [called(0), called(1)].map((one, position) => ({ ...one, position }))
    expect(assess(policy, checks, T, { closedAt: 1 }).level).toBe('none')
    expect(() => survivingMutants(policy, [{ checks, asOf: T, level: 'none' }])).toThrow()
    expect(() => survivingMutants(policy, [{ checks, asOf: T, closedAt: 1, level: 'none' }])).not.toThrow()
  })

  test.each([
    ['a wrong level', { checks: [called(0)], asOf: T, level: 'raised' }],
    ['a level that the policy does not have', { checks: [called(0)], asOf: T, level: 'high' }],
  ])('%s is refused by its place', (_, example) => {
    const fine = { checks: [], asOf: T, level: 'none' }
    expect(() => survivingMutants(policy, [fine, example])).toThrow(
      expect.objectContaining({ code: 'ERR_ASSESSMENT_INVALID', field: 'examples[1].level' }),
    )
  })

  test('an example that cannot be assessed is refused', () => {
    const checks = [check({ incident: 'unheard-of' })]
    expect(() => survivingMutants(parsePolicy(policyData()), [{ checks, asOf: T, level: 'none' }])).toThrow(
      expect.objectContaining({ code: 'ERR_ASSESSMENT_INVALID' }),
    )
  })
})
