import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.js'
import { assess } from '../../src/policy/assess.js'
import { parseCases } from '../../src/policy/cases/parse.js'
import { defaultPolicy } from '../../src/policy/default.js'
import type { Example } from '../../src/policy/example.js'
import { policyHash } from '../../src/policy/hash.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { DAY_MS, measureOf, type Policy } from '../../src/policy/policy.js'
import { referenceAssess } from '../../src/policy/reference/assess.js'
import { checkLaw, checkLaws } from '../../src/testing/policy/check-laws.js'
import { policyAtomsOf, reachMsOf } from '../../src/testing/policy/edges.js'
import { type Law, LawBroken, type LawId } from '../../src/testing/policy/law.js'
import { laws } from '../../src/testing/policy/laws.js'
import { policies } from '../../src/testing/policy/policies.js'
import { withHigherAtom } from '../../src/testing/policy/variants.js'
import { policyWith, T } from '../policy/fixtures.js'
import { MISTAKES, MORE_MISTAKES, TRIED } from './broken.js'

const SEED = 20_260_302

describe('the laws', () => {
  test('are T1 to T21, each with a title and a reason', () => {
    expect(laws.map(({ id }) => id)).toEqual(Array.from({ length: 21 }, (_, index) => `T${index + 1}`))
    for (const { title, rationale } of laws) {
      expect(title).toMatch(/^[A-Z].*[^.]$/)
      expect(rationale).toMatch(/^[A-Z].*\.$/)
    }
    expect(new Set(laws.map(({ title }) => title)).size).toBe(21)
  })

  test('all hold of a policy to which all apply', () => {
    const report = checkLaws(TRIED)
    expect(report.results.filter(({ outcome }) => outcome !== 'held')).toEqual([])
    expect(report).toMatchObject({ policyHash: toHex(policyHash(TRIED)), held: 21, failed: 0, notApplicable: 0 })
    for (const { runs, seed } of report.results) expect([runs, typeof seed]).toEqual([100, 'number'])
  })

  test('all hold of the policy that comes with the package', () => {
    const { results } = checkLaws(defaultPolicy(), { runs: 30 })
    expect(results.filter(({ outcome }) => outcome !== 'held')).toEqual([])
  })

  test('hold of generated policies; a law that does not hold is one that the policy breaks', () => {
    const applied = new Map<string, number>()
    for (const policy of fc.sample(policies(), { numRuns: 40 })) {
      for (const { id, outcome, reason, seed, path } of checkLaws(policy, { runs: 10 }).results) {
        if (id !== 'T20') expect({ id, outcome, reason, seed, path, policy }).not.toMatchObject({ outcome: 'failed' })
        if (outcome !== 'not-applicable') applied.set(id, (applied.get(id) ?? 0) + 1)
      }
    }
    for (const { id } of laws) expect(applied.get(id) ?? 0, id).toBeGreaterThanOrEqual(4)
  })
})

describe('a law that is broken', () => {
  test.each(Object.entries(MISTAKES))('%s is noticed', (id, { broken }) => {
    const law = laws.find((one) => one.id === id)!
    const result = checkLaw(law, TRIED, { ...broken(), seed: SEED, runs: 400 })
    expect(result.outcome).toBe('failed')
    expect(result.reason).toMatch(/\w+ \w+/)
    expect(result.seed).toBe(SEED)
    expect(result.path).toMatch(/^\d+(:\d+)*$/)
    if (id === 'T18') return
    const [found] = parseCases({ cases: [JSON.parse(result.counterexample!)] }).cases
    expect(found).toMatchObject({ name: `${id}: ${law.title}`, ...result.example })
    const policy = result.variant ?? TRIED
    const options = found!.closedAt === undefined ? {} : { closedAt: found!.closedAt }
    expect(referenceAssess(policy, found!.checks, found!.asOf, options).level).toBe(found!.expect.level)
  })

  test.each(MORE_MISTAKES)('%s is noticed: %s', (id, says, broken) => {
    const law = laws.find((one) => one.id === id)!
    const { outcome, reason } = checkLaw(law, TRIED, { ...broken(), seed: SEED, runs: 400 })
    expect(outcome).toBe('failed')
    expect(reason).toContain(says)
  })

  test('is repeated by its seed and path alone', () => {
    const { assess: forgetful } = MISTAKES.T11.broken()
    const options = { assess: forgetful!, only: ['T11'] as const }
    const [first] = checkLaws(TRIED, options).results
    const { seed, path, example } = first!
    const [again] = checkLaws(TRIED, { ...options, seed: seed!, path: path! }).results
    expect(again).toMatchObject({ outcome: 'failed', example })
    expect(again!.runs).toBe(1)
  })

  test('has a case on which the implementation is wrong, if one of its histories is such', () => {
    const { assess: forgetful } = MISTAKES.T4.broken()
    const [result] = checkLaws(TRIED, { assess: forgetful!, only: ['T4'], seed: SEED }).results
    const { checks, asOf } = result!.example!
    expect(forgetful!(TRIED, checks, asOf).level).not.toBe(assess(TRIED, checks, asOf).level)
    expect(checks).toHaveLength(5)
  })

  test('has the situation on which the implementation is wrong, and of its checks only those it needs', () => {
    const { assess: forgetful } = MISTAKES.T11.broken()
    const light = { agency: 'A', agencyKind: 'k', incident: 'seen', indicators: ['light'], occurredAt: T }
    const checks = [
      { ...light, id: 'c1', indicators: [] },
      { ...light, id: 'c2', withdrawn: true },
      { ...light, id: 'c3', indicators: [] },
    ]
    const situations = [
      { checks: [], asOf: T, policy: TRIED },
      { checks, asOf: T, policy: TRIED },
    ]
    const alwaysBroken: Law = {
      ...laws[10]!,
      property: () =>
        fc.property(fc.constant<Example>({ checks, asOf: T }), (_: Example) => {
          throw new LawBroken('as it happens', situations)
        }),
    }
    const result = checkLaw(alwaysBroken, TRIED, { assess: forgetful! })
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: 'as it happens',
      example: { checks: [checks[1]], asOf: T },
    })
    expect(JSON.parse(result.counterexample!).expect).toEqual({ level: 'none' })
    expect(checkLaw(alwaysBroken, TRIED).example).toEqual({ checks: [], asOf: T })
  })

  test('names the variant of the policy that it had to make', () => {
    const [result] = checkLaws(TRIED, { ...MISTAKES.T6.broken(), only: ['T6'], seed: SEED, runs: 400 }).results
    expect(result!.variant!.levels).toHaveLength(1)
    expect(result!.variant!.caps).toEqual(TRIED.caps)
  })

  test('may be broken by what is thrown', () => {
    const thrown = (error: unknown) => ({
      assess: () => {
        throw error
      },
    })
    const [result] = checkLaws(TRIED, { ...thrown(new TypeError('no such code')), only: ['T11'] }).results
    expect(result).toMatchObject({ outcome: 'failed', reason: 'no such code' })
    expect(JSON.parse(result!.counterexample!)).toMatchObject({ checks: [], expect: { level: 'none' } })
    const [other] = checkLaws(TRIED, { ...thrown('a string'), only: ['T11'] }).results
    expect(other!.outcome).toBe('failed')
  })
})

describe('a law that does not apply', () => {
  const reasonFor = (policy: Policy, id: LawId, given = {}): string | undefined => {
    const [result] = checkLaws(policy, { ...given, only: [id] }).results
    expect(result).toMatchObject({ outcome: 'not-applicable', runs: 0 })
    return result!.reason
  }
  const counting = policyWith({ count: { atLeast: 1, withinDays: 3 } })

  test('says why not', () => {
    expect(reasonFor(counting, 'T6')).toContain('no cap on the points of one agency')
    expect(reasonFor(counting, 'T7')).toContain('no cap on repeats')
    expect(reasonFor(counting, 'T20')).toContain('one level only')
    const capped = parsePolicy({ ...counting, caps: { perAgency: 3, perAgencyIndicator: 1 } })
    expect(reasonFor(capped, 'T6')).toContain('no rule of the policy is about points')
    expect(reasonFor(capped, 'T7')).toContain('no rule of the policy is about points')
    const bare = { assess: (...args: Parameters<typeof assess>) => ({ level: assess(...args).level }) }
    expect(reasonFor(counting, 'T16', bare)).toContain('names no support')
    expect(reasonFor(counting, 'T17', bare)).toContain('gives no explanation')
  })

  test('is T12 unless one indicator of significant harm is enough by the rule of the highest level', () => {
    const { 'H-4': _, ...harmless } = counting.indicators
    expect(reasonFor(parsePolicy({ ...counting, indicators: harmless }), 'T12')).toContain('carries the flag')
    const flags = { flags: ['significant-harm' as const] }
    const enough = { count: { atLeast: 1, withinDays: 3, where: flags } }
    const never = { count: { atLeast: 2, withinDays: 3, where: flags } }
    const places = { distinct: { of: 'domain' as const, atLeast: 1, withinDays: 3, where: { severityAtLeast: 4 } } }
    const applies = [
      enough,
      { any: [never, enough] },
      { all: [enough, places] },
      { atLeast: 2, of: [never, enough, places] },
    ]
    for (const rule of applies)
      expect(checkLaws(policyWith(rule), { only: ['T12'], runs: 20 })).toMatchObject({ held: 1 })
    const filtered = (where: object) => ({ count: { atLeast: 1, withinDays: 3, where: { ...flags, ...where } } })
    for (const rule of [
      never,
      { points: { atLeast: 1, withinDays: 3, where: flags } },
      { all: [enough, never] },
      { atLeast: 2, of: [never, enough] },
      filtered({ incidents: ['seen'] }),
      filtered({ agencyKinds: ['police'] }),
      filtered({ dimensions: ['care'] }),
      filtered({ notFlags: ['outside-home'] }),
    ])
      expect(reasonFor(policyWith(rule), 'T12')).toContain('does not ask for an indicator of significant harm alone')
  })
})

test('T20 fails of a policy whose higher level does not imply the lower', () => {
  const [low, , top] = TRIED.levels
  const alone = { ...low!, reachedWhen: { count: { atLeast: 3, withinDays: 10 } } }
  const { determination: _, ...rest } = TRIED
  const [result] = checkLaws(parsePolicy({ ...rest, levels: [alone, top] }), { only: ['T20'] }).results
  expect(result).toMatchObject({ outcome: 'failed', reason: 'top is reached and low is not' })
  expect(JSON.parse(result!.counterexample!)).toMatchObject({ expect: { level: 'top' } })
})

test('T8 begins exactly where a check can be seen at no instant', () => {
  const policy = parsePolicy({ ...counting(2), horizonDays: 5 })
  const seen = (occurredAt: number, id: string) => ({
    id,
    agency: 'A',
    agencyKind: 'k',
    incident: 'seen',
    indicators: [],
    occurredAt,
  })
  const later = seen(T - 5 * DAY_MS + 1, 'later')
  const edge = T - reachMsOf(policy)
  expect(assess(policy, [later, seen(edge + 2, 'older')], T).level).toBe('raised')
  expect(assess(policy, [later, seen(edge + 1, 'older')], T).level).toBe('none')
  expect(assess(policy, [seen(T - 5 * DAY_MS + 1, 'later'), seen(edge, 'older')], T).level).toBe('none')
})

test('T5 raises each atom in its turn, and no other', () => {
  const thresholds = (policy: Policy): number[] => policyAtomsOf(policy).map((atom) => measureOf(atom).atLeast)
  const before = thresholds(TRIED)
  for (const place of before.keys()) {
    const expected = before.map((atLeast, index) => (index === place ? atLeast + 7 : atLeast))
    expect(thresholds(withHigherAtom(TRIED, place, 7))).toEqual(expected)
  }
})

function counting(atLeast: number): Policy {
  return policyWith({ count: { atLeast, withinDays: 3 } })
}
