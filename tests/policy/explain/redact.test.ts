import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess } from '../../../src/policy/assess.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import {
  decidingAtoms,
  NOT_NAMED,
  type RedactedAtom,
  type RedactedExplanation,
  type RedactedRule,
  type RedactOptions,
  redactExplanation,
} from '../../../src/policy/explain/redact.js'
import type { AssessedCheck } from '../../../src/policy/history.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { type Atom, isAtom, measureOf, membersOf, type Policy, type Rule } from '../../../src/policy/policy.js'
import { histories, policiesWithHistories } from '../arbitraries.js'
import { check, DAY, policyWith, T } from '../fixtures.js'

const drawn = fc.oneof(
  { weight: 5, arbitrary: policiesWithHistories },
  { weight: 1, arbitrary: histories(defaultPolicy()).map((checks) => [defaultPolicy(), checks] as const) },
)

// Agency C is the sensitive service.
const hidesAgencyOf = ({ agency }: AssessedCheck): boolean => agency.startsWith('C')

function redacted(policy: Policy, checks: readonly AssessedCheck[], options: RedactOptions<AssessedCheck> = {}) {
  return redactExplanation(assess(policy, checks, T).explanation, checks, options)
}

function atomsIn(rule: RedactedRule): RedactedAtom[] {
  return rule.kind === 'atom' ? [rule] : rule.members.flatMap(atomsIn)
}

const instants = (policy: Policy, checks: readonly AssessedCheck[]): string =>
  JSON.stringify(assess(policy, checks, T).explanation.map(({ outcome, at }) => [outcome, at]))

describe('D7: histories that differ only in what is hidden look the same, byte for byte', () => {
  test('whatever the agencies are called, in whatever order the checks come', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^C?[a-z"]{3,9}$/), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(drawn, names, fc.infiniteStream(fc.nat()), ([policy, checks], to, keys) => {
        const shuffled = checks
          .map((one) => ({ ...one, agency: to['ABC'.indexOf(one.agency)]! }))
          .map((one) => ({ one, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
        const view = JSON.stringify(redacted(policy, shuffled))
        expect(view).toBe(JSON.stringify(redacted(policy, checks)))
        for (const name of to) expect(view).not.toContain(JSON.stringify(name))
      }),
      { numRuns: 300 },
    )
  })

  test('whatever the kinds of hidden agencies are, while levels are reached at the same instants', () => {
    let changed = 0
    let differed = 0
    fc.assert(
      fc.property(
        drawn,
        fc.boolean(),
        fc.array(fc.constantFrom('police', 'health', 'ports'), { minLength: 12, maxLength: 12 }),
        ([policy, checks], namesAgencies, kinds) => {
          const other = checks.map((one, index) => (hidesAgencyOf(one) ? { ...one, agencyKind: kinds[index]! } : one))
          fc.pre(instants(policy, checks) === instants(policy, other))
          changed += 1
          if (JSON.stringify(redacted(policy, checks)) !== JSON.stringify(redacted(policy, other))) differed += 1
          const options = { namesAgencies, hidesAgencyOf }
          expect(JSON.stringify(redacted(policy, other, options))).toBe(
            JSON.stringify(redacted(policy, checks, options)),
          )
        },
      ),
      { numRuns: 400 },
    )
    // Without hiding them they would mostly be told apart, or this would mean nothing.
    expect(differed).toBeGreaterThan(changed / 3)
  })
})

describe('a redacted explanation', () => {
  test('shows kinds and numbers, and names agencies only where it may', () => {
    const policy = policyWith({ distinct: { of: 'agency', atLeast: 3, withinDays: 10 } })
    const checks = [
      check({ id: 'b', agency: 'Met', agencyKind: 'police', occurredAt: T - 1 }),
      check({ id: 'a', agency: 'Refuge', agencyKind: 'voluntary', indicators: ['H-4'] }),
      check({ id: 'gone', agency: 'Met', agencyKind: 'police', withdrawn: true, occurredAt: T - 2 }),
    ]
    const hidesRefuge = { hidesAgencyOf: ({ agency }: AssessedCheck) => agency === 'Refuge' }
    const shown = (view: RedactedExplanation): string[] =>
      view.checks.map((one) => [one.id, one.agencyKind, one.agency, one.withdrawn, T - one.occurredAt].join(' '))
    expect(shown(redacted(policy, checks))).toEqual([
      'gone police  true 2',
      'b police  false 1',
      'a voluntary  false 0',
    ])
    expect(shown(redacted(policy, checks, hidesRefuge))[2]).toBe('a not named  false 0')
    expect(shown(redacted(policy, checks, { namesAgencies: true }))).toEqual([
      'gone police Met true 2',
      'b police Met false 1',
      'a voluntary Refuge false 0',
    ])
    expect(shown(redacted(policy, checks, { namesAgencies: true, ...hidesRefuge }))).toEqual([
      'gone police Met true 2',
      'b police Met false 1',
      'a not named  false 0',
    ])
    expect(NOT_NAMED).toBe('not named')
    expect(redacted(policy, [...checks, ...checks])).toEqual(redacted(policy, checks))
    expect(redacted(policy, checks).levels).toEqual([
      {
        level: 'raised',
        threshold: 'child-in-need',
        outcome: 'not-reached',
        at: T,
        rule: {
          kind: 'atom',
          path: 'levels[0].reachedWhen',
          answer: 'does-not-hold',
          atom: policy.levels[0]!.reachedWhen,
          value: 2,
          shortfall: 1,
          observations: [
            { check: 'b', code: 'seen' },
            { check: 'a', code: 'H-4' },
            { check: 'a', code: 'seen' },
          ],
          capped: 0,
          discarded: { withdrawn: 1 },
        },
      },
    ])
  })

  test('does not tell which of several observations the count cap left out: they would be of one agency', () => {
    const policy = policyWith(
      { points: { atLeast: 20, withinDays: 10, where: { severityAtLeast: 2 } } },
      { caps: { perAgencyIndicator: 1 } },
    )
    const seen = (id: string, agency: string) => check({ id, agency, indicators: ['H-2'] })
    const [level] = redacted(policy, [seen('1', 'A'), seen('2', 'A'), seen('3', 'B')]).levels
    if (level?.rule.kind !== 'atom') expect.unreachable()
    expect(level.rule).toMatchObject({
      answer: 'holds',
      value: 20,
      shortfall: 0,
      capped: 1,
      observations: [
        { check: '1', code: 'H-2' },
        { check: '2', code: 'H-2' },
        { check: '3', code: 'H-2' },
      ],
      discarded: { filtered: 3 },
    })
    const other = redacted(policy, [seen('1', 'A'), seen('2', 'B'), seen('3', 'B')]).levels
    expect(JSON.stringify(other)).toBe(JSON.stringify([level]))
  })

  test('gives the whole account where every agency may be named, and only there', () => {
    const policy = policyWith({ points: { atLeast: 20, withinDays: 10 } })
    const checks = [check({ id: '1', agency: 'A', indicators: ['H-2'] }), check({ id: '2', agency: 'C' })]
    const detail = (options: RedactOptions<AssessedCheck>) => {
      const [level] = redacted(policy, checks, options).levels
      return level?.rule.kind === 'atom' ? level.rule.detail : expect.unreachable()
    }
    const [explained] = assess(policy, checks, T).explanation
    if (explained?.rule.kind !== 'atom') expect.unreachable()
    const { counted, discarded, totals } = explained.rule
    expect(detail({ namesAgencies: true })).toEqual({ counted, discarded, totals })
    expect(detail({})).toBeUndefined()
    expect(detail({ namesAgencies: true, hidesAgencyOf })).toBeUndefined()
    const two = policyWith({ count: { atLeast: 2, withinDays: 10 } })
    const [level] = redacted(two, checks, { namesAgencies: true }).levels
    expect(level?.rule.kind === 'atom' && Object.keys(level.rule.detail ?? {})).toEqual(['counted', 'discarded'])
  })

  test('withholds what depends on a hidden kind, and what follows from it', () => {
    const police: Atom = { count: { atLeast: 1, withinDays: 10, where: { agencyKinds: ['police'] } } }
    const kinds: Atom = { distinct: { of: 'agencyKind', atLeast: 2, withinDays: 10 } }
    const yes: Atom = { count: { atLeast: 1, withinDays: 10 } }
    const no: Atom = { count: { atLeast: 9, withinDays: 10 } }
    const checks = [check({ agency: 'A' }), check({ agency: 'C', agencyKind: 'police' })]
    const answer = (rule: Rule): string => redacted(policyWith(rule), checks, { hidesAgencyOf }).levels[0]!.rule.answer
    expect([police, kinds, yes, no].map(answer)).toEqual(['withheld', 'withheld', 'holds', 'does-not-hold'])
    expect(answer({ any: [police, yes] })).toBe('holds')
    expect(answer({ any: [police, no] })).toBe('withheld')
    expect(answer({ all: [police, yes] })).toBe('withheld')
    expect(answer({ all: [police, no] })).toBe('does-not-hold')
    expect(answer({ atLeast: 2, of: [police, kinds, yes, no] })).toBe('withheld')
    const [level] = redacted(policyWith({ any: [police, yes] }), checks, { hidesAgencyOf }).levels
    if (level?.rule.kind !== 'connective') expect.unreachable()
    expect(level.rule).toMatchObject({ path: 'levels[0].reachedWhen', needed: 1 })
    expect(level.rule.members[0]).toEqual({
      kind: 'atom',
      path: 'levels[0].reachedWhen.any[0]',
      answer: 'withheld',
      atom: police,
    })
    expect(redacted(policyWith(police), checks).levels[0]!.rule).toMatchObject({ answer: 'holds', value: 1 })
  })

  test('with nothing hidden has an answer everywhere, which is that of the explanation', () => {
    fc.assert(
      fc.property(drawn, ([policy, checks]) => {
        const { explanation } = assess(policy, checks, T)
        const view = redacted(policy, checks)
        for (const [index, level] of view.levels.entries()) {
          const holds = explanation[index]!.rule.holds
          expect(level.rule.answer).toBe(holds ? 'holds' : 'does-not-hold')
          for (const atom of atomsIn(level.rule)) {
            expect(atom.answer === 'holds').toBe(atom.shortfall === 0)
            const others = Object.values(atom.discarded ?? {}).reduce((sum, one) => sum + one, 0)
            const all = checks.reduce((total, one) => total + new Set(one.indicators).size + 1, 0)
            expect((atom.observations ?? []).length + others).toBe(all)
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('the deciding atoms', () => {
  test('make the rule hold by themselves', () => {
    fc.assert(
      fc.property(drawn, ([policy, checks]) => {
        for (const [index, { rule }] of redacted(policy, checks).levels.entries()) {
          const deciding = new Set(decidingAtoms(rule).map(({ path }) => path))
          expect(deciding.size > 0).toBe(rule.answer === 'holds')
          const holds = (one: Rule, path: string): boolean => {
            if (isAtom(one)) return deciding.has(path)
            const { rules, needed, field } = membersOf(one)
            return rules.filter((member, at) => holds(member, `${path}.${field}[${at}]`)).length >= needed
          }
          if (rule.answer === 'holds') expect(holds(policy.levels[index]!.reachedWhen, rule.path)).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('are those known to hold first, then those withheld, and no more than needed', () => {
    const count = (atLeast: number, withinDays: number): Atom => ({ count: { atLeast, withinDays } })
    const kinds: Atom = { distinct: { of: 'agencyKind', atLeast: 1, withinDays: 10 } }
    const policy = policyWith({ atLeast: 2, of: [count(9, 1), kinds, { all: [count(1, 2)] }, kinds] })
    const windows = (checks: readonly AssessedCheck[], of: Policy = policy) =>
      decidingAtoms(redacted(of, checks, { hidesAgencyOf }).levels[0]!.rule).map(
        ({ atom }) => measureOf(atom).withinDays,
      )
    expect(windows([check({ agency: 'C' })])).toEqual([2, 10])
    expect(windows([check({ agency: 'A' })])).toEqual([10, 2])
    expect(
      windows([check({ agency: 'A', occurredAt: T - 20 * DAY })], parsePolicy({ ...policy, horizonDays: 1 })),
    ).toEqual([])
  })
})
