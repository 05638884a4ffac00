import fc from 'fast-check'
import { expect, test } from 'vitest'
import { carrierOf, spaceOf } from '../../../src/policy/analyse/space.js'
import { structuresOf } from '../../../src/policy/analyse/structures.js'
import { triggersOf } from '../../../src/policy/analyse/triggers.js'
import { judgeOf, noonsAgo } from '../../../src/policy/analyse/witness.js'
import type { AssessedCheck } from '../../../src/policy/history.js'
import type { Policy, Rule } from '../../../src/policy/policy.js'
import { policies } from '../arbitraries.js'
import { policyWith } from '../fixtures.js'

const KINDS = ['police', 'health', 'kind-1']

/** Every multiset of up to two codes that reaches the rule in some way, none of whose parts does. */
function byHand(policy: Policy, rule: Rule): readonly (readonly string[])[] {
  const space = spaceOf(policy)
  const judge = judgeOf(policy, rule)
  const codes = [...Object.keys(policy.indicators), ...Object.keys(policy.incidents)]
  const check = (code: string, id: string, agency: string, agencyKind: string, days: number): AssessedCheck => {
    const isIncident = code in policy.incidents
    const incident = isIncident ? code : (carrierOf(space, agencyKind) ?? '')
    return { id, agency, agencyKind, incident, indicators: isIncident ? [] : [code], occurredAt: noonsAgo(days) }
  }
  const pairs = codes.flatMap((one, index) => codes.slice(index).map((other) => [one, other] as const))
  const alone = new Set(codes.filter((code) => KINDS.some((kind) => judge([check(code, '1', 'a', kind, 0)]))))
  const together = pairs.filter(
    ([one, other]) =>
      !alone.has(one) &&
      !alone.has(other) &&
      KINDS.some((kind) =>
        [0, 1].some((days) =>
          ['a', 'b'].some((agency) =>
            (agency === 'a' ? [kind] : KINDS).some(
              (otherKind) =>
                judge([check(one, '1', 'a', kind, 0), check(other, '2', agency, otherKind, days)]) ||
                judge([check(one, '1', 'a', kind, days), check(other, '2', agency, otherKind, 0)]),
            ),
          ),
        ),
      ),
  )
  return [...[...alone].map((code) => [code]), ...together]
}

test('the sets are those that trying everything finds', () => {
  fc.assert(
    fc.property(policies, (policy) => {
      const rule = policy.levels[0]!.reachedWhen
      const { upTo, sets } = triggersOf(spaceOf(policy), 'level', rule, 2)
      const found = byHand(policy, rule)
      expect(upTo).toBe(2)
      expect(
        sets.reduce((sum, { ways }) => sum + ways, 0),
        JSON.stringify(policy),
      ).toBe(found.length)
      const judge = judgeOf(policy, rule)
      for (const { codes, agencies, days, agencyKinds, example } of sets) {
        const { checks } = example
        expect(judge(checks)).toBe(true)
        expect(new Set(checks.map(({ agency }) => agency)).size).toBe(agencies)
        expect(new Set(checks.map(({ agencyKind }) => agencyKind)).size).toBe(agencyKinds)
        expect(new Set(checks.map(({ occurredAt }) => Math.floor(occurredAt / 86_400_000))).size).toBe(days)
        expect(
          found.some((set) => set.length === codes.length && set.every((code) => codes.flat().includes(code))),
        ).toBe(true)
        for (const index of checks.keys()) expect(judge(checks.toSpliced(index, 1))).toBe(false)
      }
    }),
    { numRuns: 150 },
  )
})

test('structures come fewest agencies first, then fewest kinds, then fewest days', () => {
  const shapes = structuresOf(
    [
      ['x', 'y'],
      ['y', 'z'],
    ],
    false,
  ).map(({ kinds, dayOf }) => `${kinds.join('')} ${dayOf.join('')}`)
  expect(shapes).toEqual(['y 00', 'y 01', 'xy 00', 'xy 01'])
  expect(structuresOf([['x'], ['z']], false).map(({ kinds }) => kinds.join(''))).toEqual(['xz', 'xz'])
  expect(structuresOf([['x', 'y'], ['y']], true)).toHaveLength(6)
})

test('a set is searched only as far as its codes are few enough', () => {
  const indicators = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [
      `c${index}`,
      { label: 'x', domain: 'd', dimension: `d${index}`, severity: 1, points: index },
    ]),
  )
  const policy = policyWith({ distinct: { of: 'dimension', atLeast: 3, withinDays: 5 } }, { indicators })
  expect(triggersOf(spaceOf(policy), 'raised', policy.levels[0]!.reachedWhen, 3)).toMatchObject({ upTo: 1, sets: [] })
})

test('a code twice is not two codes, where a cap on one agency’s repeats bites', () => {
  const rule: Rule = { points: { atLeast: 20, withinDays: 5 } }
  const indicator = { label: 'x', domain: 'd', dimension: 'd', severity: 1, points: 10 }
  const parts = { indicators: { a: indicator, b: indicator }, incidents: { seen: { label: 'seen', points: 0 } } }
  const policy = policyWith(rule, { ...parts, caps: { perAgencyIndicator: 1 } })
  const { sets } = triggersOf(spaceOf(policy), 'raised', rule, 3)
  expect(sets).toMatchObject([
    {
      codes: [
        ['a', 'b'],
        ['a', 'b'],
      ],
      agencies: 2,
      differentCodes: 1,
      ways: 2,
    },
    {
      codes: [
        ['a', 'b'],
        ['a', 'b'],
      ],
      agencies: 1,
      differentCodes: 2,
      ways: 1,
    },
  ])
})
