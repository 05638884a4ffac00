import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../../src/policy/compiled/compile.js'
import { defaultPolicy } from '../../src/policy/default.js'
import { type AssessedCheck, historyOf } from '../../src/policy/history.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { DAY_MS, type Policy } from '../../src/policy/policy.js'
import { edgeDaysOf, edgesOf, reachMsOf, shortestWindowDays } from '../../src/testing/policy/edges.js'
import { checksOf, examplesOf, historiesOf, instantsOf } from '../../src/testing/policy/histories.js'
import { laws } from '../../src/testing/policy/laws.js'
import { policies } from '../../src/testing/policy/policies.js'
import { vocabularyOf } from '../../src/testing/policy/vocabulary.js'
import { T } from '../policy/fixtures.js'
import { TRIED } from './broken.js'

const sampled = <Value>(arbitrary: fc.Arbitrary<Value>, numRuns = 2_000): readonly Value[] =>
  fc.sample(arbitrary, { numRuns })

function shares(policy: Policy, histories: readonly (readonly AssessedCheck[])[]): readonly number[] {
  const ranks = histories.map((checks) => compilePolicy(policy).rank(checks, T))
  const all = Array.from({ length: policy.levels.length + 1 }, (_, rank) => rank)
  return all.map((rank) => ranks.filter((one) => one === rank).length / ranks.length)
}

describe('the edges of a policy', () => {
  test('are its windows, the days after its decay steps, and its horizon', () => {
    expect(edgesOf(TRIED)).toEqual([
      { kind: 'window', days: 10 },
      { kind: 'window', days: 8 },
      { kind: 'decay', days: 4 },
      { kind: 'decay', days: 7 },
      { kind: 'horizon', days: 20 },
    ])
    expect(edgeDaysOf(TRIED)).toEqual([0, 3, 4, 6, 7, 8, 10, 20])
    expect(shortestWindowDays(TRIED)).toBe(8)
    expect(reachMsOf(TRIED)).toBe(30 * DAY_MS)
  })
})

describe('the vocabulary of a policy', () => {
  test('is in the order of what a code reaches alone, and then of its points', () => {
    const { indicators, incidents, kinds } = vocabularyOf(TRIED)
    expect(indicators.map(({ code, reach, points }) => [code, reach, points])).toEqual([
      ['light', 1, 3],
      ['heavy', 1, 8],
      ['harm', 3, 9],
    ])
    expect(incidents.map(({ code }) => code)).toEqual(['seen', 'called'])
    expect(kinds).toEqual(['another-kind'])
    expect(vocabularyOf(TRIED)).toBe(vocabularyOf(TRIED))
  })

  test('has the kinds that filters name, and one that none names', () => {
    const naming = (agencyKinds: string[]): Policy =>
      parsePolicy({
        ...TRIED,
        levels: [{ ...TRIED.levels[0], reachedWhen: { count: { atLeast: 1, withinDays: 3, where: { agencyKinds } } } }],
      })
    expect(vocabularyOf(naming(['police', 'health'])).kinds).toEqual(['health', 'police', 'another-kind'])
    expect(vocabularyOf(naming(['another-kind'])).kinds).toEqual(['another-kind', 'a-further-kind'])
    expect(vocabularyOf(naming(['police'])).indicators[0]).toMatchObject({ reach: 1 })
    expect(vocabularyOf(defaultPolicy()).kinds).toHaveLength(4)
  })
})

describe('histories', () => {
  test('are what the policy can assess, with ids of their own', () => {
    for (const checks of sampled(historiesOf(TRIED), 300)) {
      const { checks: alive, withdrawn } = historyOf(TRIED, checks)
      expect(alive.length + withdrawn.length).toBe(new Set(checks.map(({ id }) => id)).size)
    }
  })

  test('reach every level, none of them rarely', () => {
    const [none, , , highest] = shares(defaultPolicy(), sampled(historiesOf(defaultPolicy())))
    expect(none).toBeGreaterThan(0.35)
    expect(highest).toBeLessThan(0.25)
    for (const policy of [TRIED, defaultPolicy()])
      for (const share of shares(policy, sampled(historiesOf(policy)))) expect(share).toBeGreaterThan(0.05)
  })

  test('stand at every edge before the instant, a millisecond to either side, at midnight, and later', () => {
    const ages = new Set(
      sampled(historiesOf(TRIED)).flatMap((checks) => checks.map(({ occurredAt }) => T - occurredAt)),
    )
    for (const days of edgeDaysOf(TRIED))
      for (const shift of [-1, 0, 1]) expect(ages, `${days} days ${shift} ms`).toContain(days * DAY_MS + shift)
    expect(ages).toContain(18 * DAY_MS)
    const midnights = [-1, 0, 1].map((shift) => (T % DAY_MS) + shift)
    expect([...ages]).toEqual(expect.arrayContaining(midnights))
    expect([...ages].some((age) => age < -1)).toBe(true)
    expect([...ages].some((age) => age > 20 * DAY_MS)).toBe(true)
  })

  test('have withdrawals, checks sent again, repeats, positions, and agencies of one kind or several', () => {
    const all = sampled(historiesOf(defaultPolicy()), 500)
    const has = (found: (checks: readonly AssessedCheck[]) => boolean): void =>
      expect(all.filter(found).length).toBeGreaterThan(25)
    has((checks) => checks.some(({ withdrawn }) => withdrawn === true))
    has((checks) => new Set(checks.map(({ id }) => id)).size < checks.length)
    has((checks) =>
      checks.some(({ agency, indicators }, index) => {
        const next = checks[index + 1]
        return next?.agency === agency && indicators.length > 0 && next.indicators.join() === indicators.join()
      }),
    )
    has(
      (checks) => checks.some(({ position }) => position === undefined) && checks.some(({ position }) => position! > 0),
    )
    has((checks) => new Set(checks.map(({ agency }) => agency)).size === 3)
    has((checks) =>
      checks.some((one) => checks.some((two) => one.agency === two.agency && one.agencyKind !== two.agencyKind)),
    )
    has((checks) => checks.length > 8)
    has((checks) => checks.length === 0)
  })

  test('leave out what options leave out', () => {
    const asOf = Date.UTC(2020, 0, 1)
    const options = {
      asOf,
      checksMax: 3,
      agencies: ['one'],
      kinds: ['school'],
      withdrawn: false,
      future: false,
      resent: false,
    }
    const all = sampled(historiesOf(TRIED, options), 500)
    expect(Math.max(...all.map((checks) => checks.length))).toBe(3)
    for (const checks of all) {
      expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length)
      for (const { agency, agencyKind, occurredAt, withdrawn } of checks) {
        expect({ agency, agencyKind, withdrawn }).toEqual({ agency: 'one', agencyKind: 'school', withdrawn: undefined })
        expect(occurredAt).toBeLessThanOrEqual(asOf)
      }
    }
  })

  test('of a policy without indicators have none', () => {
    const bare = parsePolicy({ ...TRIED, indicators: {} })
    for (const checks of sampled(historiesOf(bare), 50))
      for (const { indicators } of checks) expect(indicators).toEqual([])
  })

  test('shrink to nothing, and to a check of today with the lightest code', () => {
    const shrunk = (holds: (checks: readonly AssessedCheck[]) => boolean): unknown =>
      fc.check(fc.property(historiesOf(TRIED), holds), { seed: 1, numRuns: 1_000 }).counterexample?.[0]
    expect(shrunk(() => false)).toEqual([])
    expect(shrunk((checks) => checks.every(({ indicators }) => indicators.length === 0))).toEqual([
      { id: 'c0', agency: 'A', agencyKind: 'another-kind', incident: 'seen', indicators: ['light'], occurredAt: T },
    ])
  })
})

test('single checks are such as histories have', () => {
  const checks = sampled(checksOf(TRIED), 500)
  expect(() => checks.map((check) => historyOf(TRIED, [check]))).not.toThrow()
  const seen = new Set(checks.flatMap(({ indicators, incident }) => [...indicators, incident]))
  expect(seen).toEqual(new Set(['light', 'heavy', 'harm', 'seen', 'called']))
  expect(checks.some(({ occurredAt }) => occurredAt === T - 8 * DAY_MS + 1)).toBe(true)
  for (const check of sampled(checksOf(TRIED, { withdrawn: false }), 200)) expect(check.withdrawn).toBeUndefined()
})

test('instants are those at which the view of a check changes, and one to either side', () => {
  const checks = [{ id: 'c', agency: 'A', agencyKind: 'k', incident: 'seen', indicators: [], occurredAt: 5_000 }]
  const instants = new Set(sampled(instantsOf(TRIED, checks, { asOf: 7 })))
  const expected = edgeDaysOf(TRIED).flatMap((days) => [-1, 0, 1].map((shift) => 5_000 + days * DAY_MS + shift))
  expect(instants).toEqual(new Set([7, ...expected]))
  expect(new Set(sampled(instantsOf(TRIED, [], { asOf: 7 }), 50))).toEqual(new Set([7]))
})

test('examples have closings among their positions, and instants of their own', () => {
  const examples = sampled(examplesOf(TRIED), 500)
  const closed = examples.filter(({ closedAt }) => closedAt !== undefined)
  expect(closed.length).toBeGreaterThan(150)
  expect(closed.length).toBeLessThan(350)
  expect(examples.filter(({ asOf }) => asOf !== T).length).toBeGreaterThan(100)
  expect(examples.filter(({ asOf }) => asOf === T).length).toBeGreaterThan(25)
})

describe('policies', () => {
  test('are various: caps, decay, nesting and every sort of atom and filter', () => {
    const all = sampled(policies(), 600)
    const text = all.map((policy) => JSON.stringify(policy))
    const words = [
      'count',
      'points',
      'distinct',
      'all',
      'any',
      'of',
      'where',
      'flags',
      'notFlags',
      'severityAtLeast',
      'agencyKinds',
    ]
    const fields = [
      'perAgencyIndicator',
      'perAgency',
      'perDimension',
      'decay',
      'indicators',
      'incidents',
      'dimensions',
      'domains',
    ]
    for (const word of [...words, ...fields])
      expect(text.filter((one) => one.includes(`"${word}":`)).length, word).toBeGreaterThan(25)
    expect(new Set(all.map(({ levels }) => levels.length))).toEqual(new Set([1, 2, 3]))
    expect(new Set(all.flatMap(({ levels }) => levels.map(({ threshold }) => threshold))).size).toBe(3)
    expect(all.some(({ caps }) => caps?.perAgency === undefined)).toBe(true)
    expect(all.some(({ decay }) => decay === undefined)).toBe(true)
  })

  test('are such that every law has some to which it applies', () => {
    const all = sampled(policies(), 400)
    const harm = laws.find(({ id }) => id === 'T12')!
    expect(all.filter((policy) => harm.appliesTo(policy) === true).length).toBeGreaterThan(100)
    const several = all.filter(({ levels }) => levels.length > 1)
    const nested = several.filter(({ levels: [lower, upper] }) =>
      JSON.stringify(lower).includes(JSON.stringify(upper!.reachedWhen)),
    )
    expect(nested.length * 3).toBeGreaterThan(several.length)
  })

  test('are as large as asked for', () => {
    for (const policy of sampled(policies({ levelsMax: 1, indicators: 2, incidents: 1 }), 50)) {
      expect(Object.keys(policy.indicators)).toEqual(['i0', 'i1'])
      expect(Object.keys(policy.incidents)).toEqual(['e0'])
      expect(policy.levels).toHaveLength(1)
    }
  })

  test('are such that something happens: no outcome is rare, and caps bite', () => {
    const drawn = sampled(
      policies().chain((policy) => fc.tuple(fc.constant(policy), historiesOf(policy))),
      1_500,
    )
    const ranks = drawn.map(
      ([policy, checks]) => [compilePolicy(policy).rank(checks, T), policy.levels.length] as const,
    )
    const share = (wanted: (rank: number, top: number) => boolean): number =>
      ranks.filter(([rank, top]) => wanted(rank, top)).length / ranks.length
    expect(share((rank) => rank === 0)).toBeLessThan(0.75)
    expect(share((rank) => rank === 0)).toBeGreaterThan(0.2)
    expect(share((rank, top) => rank === top)).toBeGreaterThan(0.15)
    expect(share((rank, top) => rank > 0 && rank < top)).toBeGreaterThan(0.05)
    const bitten = drawn.filter(([policy, checks], index) => {
      const { caps: _, ...uncapped } = policy
      return compilePolicy(parsePolicy(uncapped)).rank(checks, T) !== ranks[index]![0]
    })
    expect(bitten.length).toBeGreaterThan(10)
  })
})
