import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess, NOTICE } from '../../../src/policy/assess.js'
import { type SmallestAddition, smallestAddition } from '../../../src/policy/explain/addition.js'
import { explainInWords, type InWordsOptions } from '../../../src/policy/explain/in-words.js'
import { type RedactOptions, redactExplanation } from '../../../src/policy/explain/redact.js'
import type { AssessedCheck } from '../../../src/policy/history.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import type { Atom, Rule } from '../../../src/policy/policy.js'
import { policiesWithHistories } from '../arbitraries.js'
import { check, DAY, policyData, policyWith, T } from '../fixtures.js'

const harmed: Rule = { count: { atLeast: 1, withinDays: 9, where: { severityAtLeast: 4 } } }
const agencies = (atLeast: number): Atom => ({ distinct: { of: 'agency', atLeast, withinDays: 9 } })
const level = { threshold: 'none', opens: [] }

const three = parsePolicy(
  policyData({
    levels: [
      { ...level, name: 'low', reachedWhen: { count: { atLeast: 1, withinDays: 9 } } },
      {
        ...level,
        threshold: 'child-in-need',
        name: 'middle',
        reachedWhen: { any: [{ count: { atLeast: 9, withinDays: 9 } }, { all: [harmed, agencies(2)] }] },
      },
      {
        ...level,
        threshold: 'child-protection',
        name: 'high',
        reachedWhen: {
          all: [
            { atLeast: 2, of: [harmed, agencies(3), agencies(4)] },
            { points: { atLeast: 200, withinDays: 9 } },
            harmed,
          ],
        },
      },
    ],
  }),
)
const checks = [
  check({
    id: 'one',
    agency: 'Met',
    agencyKind: 'police',
    incident: 'called',
    indicators: ['H-4', 'H-2'],
    occurredAt: T - 2 * DAY,
  }),
  check({ id: 'two', agency: 'NHS', agencyKind: 'health', occurredAt: T - DAY }),
  check({ id: 'three', agency: 'NHS', agencyKind: 'health' }),
]

function words(
  policy = three,
  seen: readonly AssessedCheck[] = checks,
  options: InWordsOptions = {},
  closedAt?: number,
) {
  return explainInWords(policy, assess(policy, seen, T, closedAt === undefined ? {} : { closedAt }), options)
}

function redacted(options: RedactOptions<AssessedCheck> = {}) {
  return redactExplanation(assess(three, checks, T).explanation, checks, options)
}

describe('a verdict in words', () => {
  test('says what was reached, when, by what, and how far the other levels are', () => {
    expect(words()).toEqual([
      'The level is middle (threshold: child in need, Children Act 1989 s17). It was reached at 2026-03-01 09:00 UTC and this is as of 2026-03-02 09:00 UTC.',
      'The part of its rule that holds:',
      '- at least 1 check within 9 days with an observation of severity 4: holds, with 1 check',
      '- at least 2 different agencies within 9 days: holds, with 2 different agencies',
      'These checks alone reach it, and each of them is needed:',
      '- one: H-4 (“health four”), H-2 (“health two”), called (“called”)',
      '- two: seen (“seen”)',
      'The level low, which is lower, was reached at 2026-02-28 09:00 UTC.',
      'The level high (threshold: child protection, Children Act 1989 s47) is not reached. As of 2026-03-02 09:00 UTC its rule comes to this:',
      '- all 3 must hold: 1 does',
      '  - at least 2 of 3 must hold: 1 does',
      '    - at least 1 check within 9 days with an observation of severity 4: holds, with 1 check',
      '    - at least 3 different agencies within 9 days: 2 different agencies, 1 short',
      '    - at least 4 different agencies within 9 days: 2 different agencies, 2 short',
      '  - at least 200 points within 9 days: 95 points, 105 short',
      '  - at least 1 check within 9 days with an observation of severity 4: holds, with 1 check',
      NOTICE,
    ])
  })

  test('of no level', () => {
    const policy = policyWith({ all: [harmed, agencies(2)] })
    expect(words(policy, [])).toEqual([
      'No level is reached as of 2026-03-02 09:00 UTC.',
      'The level raised (threshold: child in need, Children Act 1989 s17) is not reached. As of 2026-03-02 09:00 UTC its rule comes to this:',
      '- both must hold: 0 do',
      '  - at least 1 check within 9 days with an observation of severity 4: 0 checks, 1 short',
      '  - at least 2 different agencies within 9 days: 0 different agencies, 2 short',
      NOTICE,
    ])
    expect(words(policyWith({ any: [harmed, agencies(2)] }), [])[2]).toBe('- any of 2 must hold: 0 do')
    expect(words(policyWith({ any: [{ all: [harmed] }] }), [])[2]).toMatch(/^- at least 1 check/)
  })

  test('of a level of which only what is old holds', () => {
    const seen = [
      check({ id: 'old', indicators: ['H-4'], position: 3, occurredAt: T - DAY }),
      check({ position: 11, occurredAt: T - 20 * DAY }),
    ]
    expect(words(policyWith(harmed), seen, {}, 10)).toEqual([
      'No level is reached as of 2026-03-02 09:00 UTC.',
      'The level raised (threshold: child in need, Children Act 1989 s17) is not reached. Its rule held at 2026-03-01 09:00 UTC, but only by what was recorded before the case was closed:',
      '- at least 1 check within 9 days with an observation of severity 4: holds, with 1 check',
      NOTICE,
    ])
  })

  test('names neither agency nor kind by itself; with a redacted explanation what that shows', () => {
    const plain = words().join()
    expect(plain).not.toMatch(/Met|NHS|kind/)
    const line = (options: RedactOptions<AssessedCheck>): string =>
      words(three, checks, { redacted: redacted(options) })[5]!
    expect(line({})).toMatch('- one of 2026-02-28 09:00 UTC by an agency of the kind police: H-4')
    expect(line({ namesAgencies: true })).toMatch('- one of 2026-02-28 09:00 UTC by Met: H-4')
    expect(line({ hidesAgencyOf: ({ agency }) => agency === 'Met' })).toMatch('UTC by an agency that is not named: H-4')
  })

  test('does not say what a hidden kind decides, nor which checks are needed then', () => {
    const police: Atom = { count: { atLeast: 1, withinDays: 9, where: { agencyKinds: ['police'] } } }
    const policy = parsePolicy(
      policyData({
        levels: [
          { ...level, name: 'low', reachedWhen: { any: [police, harmed] } },
          {
            ...level,
            name: 'high',
            reachedWhen: { all: [police, agencies(9), { atLeast: 2, of: [police, harmed, agencies(9)] }] },
          },
        ],
      }),
    )
    const hidden = redactExplanation(assess(policy, checks, T).explanation, checks, {
      hidesAgencyOf: ({ agency }) => agency === 'Met',
    })
    const asked = 'at least 1 check within 9 days by an agency of the kind police'
    const notShown = `${asked}: not shown, since it depends on the kind of an agency that is not named`
    expect(words(policy, checks, { redacted: hidden })).toEqual([
      'The level is low. It was reached at 2026-02-28 09:00 UTC and this is as of 2026-03-02 09:00 UTC.',
      'The part of its rule that holds:',
      '- at least 1 check within 9 days with an observation of severity 4: holds, with 1 check',
      'Which checks it rests on is not shown: that depends on the kind of an agency that is not named.',
      'The level high is not reached. As of 2026-03-02 09:00 UTC its rule comes to this:',
      '- all 3 must hold: 0 do, 2 not shown',
      `  - ${notShown}`,
      '  - at least 9 different agencies within 9 days: 2 different agencies, 7 short',
      '  - at least 2 of 3 must hold: 1 does, 1 not shown',
      `    - ${notShown}`,
      '    - at least 1 check within 9 days with an observation of severity 4: holds, with 1 check',
      '    - at least 9 different agencies within 9 days: 2 different agencies, 7 short',
      NOTICE,
    ])
    expect(words(policy, checks)).toContain(`- ${asked}: holds, with 1 check`)
  })

  test('says what a check is needed for where another part of the rule needs it', () => {
    // The first member that holds is the part that is told; the support may rest on the second.
    const policy = policyWith({
      any: [
        { count: { atLeast: 2, withinDays: 9, where: { severityAtLeast: 1 } } },
        { count: { atLeast: 1, withinDays: 9, where: { incidents: ['called'], agencyKinds: ['police'] } } },
      ],
    })
    const seen = [
      check({ id: 'a', indicators: ['H-2'] }),
      check({ id: 'b', indicators: ['H-2'] }),
      check({ id: 'c', incident: 'called', agencyKind: 'police' }),
    ]
    const lines = words(policy, seen)
    expect(lines[2]).toMatch('holds, with 2 checks')
    const bare = assess(policy, seen, T)
    const supportedBy = (...support: readonly string[]) => explainInWords(policy, { ...bare, support }).slice(4)
    expect(supportedBy('a', 'b').slice(0, 2)).toEqual(['- a: H-2 (“health two”)', '- b: H-2 (“health two”)'])
    expect(supportedBy('c')[0]).toBe('- c: called (“called”)')
    expect(supportedBy('unseen')[0]).toBe('- unseen')
  })

  test('says what more it would take', () => {
    const addition = (parts: Partial<SmallestAddition>): readonly string[] => {
      const found = { ...smallestAddition(three, checks, T, 'high'), ...parts } as SmallestAddition
      return words(three, checks, { additions: [found] }).slice(16, -1)
    }
    expect(addition({})).toEqual([
      'It would take 1 more check. For example:',
      '- a check by an agency of the kind police: seen (“seen”), H-4 (“health four”), P-3 (“parenting three”)',
    ])
    expect(addition({ exact: false, checks: 2 })[0]).toBe(
      'It could take 2 more checks; whether fewer would is not known, but at least 1 would be needed. For example:',
    )
    expect(addition({ checks: 2 })[0]).toBe('It would take 2 more checks. For example:')
    expect(addition({ outcome: 'unreachable' })).toEqual(['No checks dated at this instant would reach it.'])
    expect(addition({ outcome: 'undecided', atLeast: 1 })).toEqual(['It would take at least 1 check more.'])
    expect(words(three, checks, { additions: [smallestAddition(three, checks, T, 'low')] })).toEqual(words())
  })

  test('cuts lists short only when asked', () => {
    const policy = policyWith({ count: { atLeast: 3, withinDays: 9, where: { dimensions: ['a', 'b', 'c'] } } })
    expect(words(policy, [])[2]).toContain('a, b or c')
    expect(words(policy, [], { codesMax: 1 })[2]).toContain('a or 2 more')
  })

  test('writes instants as UTC, to the minute, whichever they are', () => {
    const policy = policyWith(harmed)
    const as = (asOf: number): string => explainInWords(policy, assess(policy, [], asOf))[0]!
    expect(as(0)).toBe('No level is reached as of 1970-01-01 00:00 UTC.')
    expect(as(-1)).toBe('No level is reached as of 1969-12-31 23:59 UTC.')
    expect(as(8.64e15)).toBe('No level is reached as of +275760-09-13 00:00 UTC.')
    expect(as(8.64e15 + 1)).toBe('No level is reached as of 8640000000000001 ms.')
    expect(as(Number.NaN)).toBe('No level is reached as of NaN ms.')
  })

  test('D7: is the same for histories that differ only in what is hidden, and ends with the notice', () => {
    const kinds = fc.array(fc.constantFrom('police', 'health', 'ports'), { minLength: 40, maxLength: 40 })
    const hidesAgencyOf = ({ agency }: AssessedCheck): boolean => agency.startsWith('C')
    fc.assert(
      fc.property(policiesWithHistories, kinds, ([policy, seen], drawn) => {
        const other = seen
          .map((one, index) => ({
            ...one,
            agency: { A: 'B', B: 'Q', C: 'CC' }[one.agency] ?? one.agency,
            agencyKind: hidesAgencyOf(one) ? drawn[index % 40]! : one.agencyKind,
          }))
          .reverse()
        const instants = (list: readonly AssessedCheck[]): string =>
          JSON.stringify(assess(policy, list, T).explanation.map(({ outcome, at }) => [outcome, at]))
        fc.pre(instants(seen) === instants(other))
        const said = (list: readonly AssessedCheck[]) =>
          words(policy, list, {
            redacted: redactExplanation(assess(policy, list, T).explanation, list, { hidesAgencyOf }),
          })
        expect(said(other)).toEqual(said(seen))
        expect(said(seen).at(-1)).toBe(NOTICE)
      }),
      { numRuns: 200 },
    )
  })
})
