import { describe, expect, test } from 'vitest'
import { dossierLines, dossierText } from '../../../src/case/dossier/text.js'
import { assess } from '../../../src/policy/assess.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { check, DAY, policyWith, T } from '../../policy/fixtures.js'
import { caseOf, dossierFrom, hostilePolicy, manyChecks } from './made.js'

/** Columns of a terminal, as one with wide letters counts them. */
function columns(line: string): number {
  return [...line].reduce((sum, each) => sum + (/[\u1100-\uFFFF]|[\u{10000}-\u{10FFFF}]/u.test(each) ? 2 : 1), 0)
}

const policy = policyWith({ count: { atLeast: 1, withinDays: 10, where: { flags: ['significant-harm'] } } })

describe('a dossier as text', () => {
  const checks = [
    check({ id: 'a', indicators: ['H-4'], occurredAt: T - DAY, agencyKind: 'police' }),
    check({ id: 'b', indicators: ['P-3'], occurredAt: T - 2 * DAY }),
    check({ id: 'c', indicators: ['H-2'], withdrawn: true, occurredAt: T - 3 * DAY }),
  ]
  const verdict = assess(policy, checks, T)
  const dossier = dossierFrom(checks, {
    policy,
    file: {
      status: 'under-review',
      owner: 'first',
      reReferral: true,
      needs: [{ party: 'first', because: 'owner', by: 'first', at: T - DAY }],
      openings: ['ab'.repeat(16)],
      referrals: [3],
      joinedTo: 9,
      splitAt: T,
      closing: { reason: 'moved-away', outcome: 'other-authority', officers: ['first'], at: T, position: 4 },
      determinations: [
        {
          case: 7,
          checkIds: [],
          policyHash: verdict.policyHash,
          at: T - DAY,
          from: 'none',
          to: 'raised',
          expiry: T + DAY,
          finding: 'met',
          reasons: ['pattern-over-time', 'services-needed'],
          officer: 'second',
          signature: new Uint8Array(64),
        },
        {
          case: 7,
          checkIds: [],
          policyHash: verdict.policyHash,
          at: T - DAY,
          from: 'none',
          to: 'raised',
          expiry: T + DAY,
          finding: 'not-met',
          reasons: ['needs-being-met'],
          officer: 'third',
          signature: new Uint8Array(64),
          withdrawn: {
            case: 7,
            reason: 'new-information',
            at: T - DAY / 2,
            officer: 'third',
            signature: new Uint8Array(64),
          },
        },
      ],
    },
    earlier: [
      caseOf(verdict, {
        number: 2,
        status: 'closed',
        closing: { reason: 'duplicate', officers: [], at: T, position: 1 },
      }),
    ],
  })
  const text = dossierLines(dossier).join('\n')

  test('says what the case is, why, and what there was', () => {
    expect(text).toMatch(/^Case 7: raised, under review\n/)
    for (const words of [
      'threshold     child in need, Children Act 1989 section 17',
      'raised        2026-02-20 09:00 UTC, 10 days ago; an earlier case was closed',
      'owner         first',
      'stands        until 2026-03-31 09:00 UTC, if no other check comes in',
      'agency kinds  health, police',
      'dimensions    care, health',
      'goes on as    case 9',
      'Timeline: 2 checks',
      'x    1  2026-02-27 09:00 UTC health, severity 2 (withdrawn)',
      '     2  2026-02-28 09:00 UTC health, severity 3',
      '*    3  2026-03-01 09:00 UTC police, severity 4 (the level rests on it)',
      '        - H-4 health four',
      'Rising: 2 checks in the last 90 days',
      '2026-03-02       2      110',
      'first needs to know: owner, since 2026-03-01 09:00 UTC',
      'second judged on 2026-03-01 09:00 UTC that raised is met at none: pattern\n    over time, services needed (until 2026-03-03 09:00 UTC)',
      'third judged on 2026-03-01 09:00 UTC that raised is not met at none: needs\n    being met (taken back on 2026-03-01 21:00 UTC, new information: does not\n    count)',
      'first for closing it: moved away, outcome other authority',
      'case 2: raised, raised 2026-02-20 09:00 UTC, closed 2026-03-02 09:00 UTC:',
      'opening 1: abab',
      'referral 3',
      'An indication for people to weigh',
    ])
      expect(text).toContain(words)
  })

  test('says of each line what it is, for a terminal that has colours', () => {
    const kinds = dossierText(dossier)
    expect(kinds[0]).toEqual({ kind: 'title', text: 'Case 7: raised, under review' })
    expect(kinds.filter(({ kind }) => kind === 'heading').map(({ text: heading }) => heading)).toEqual([
      'Why',
      'Timeline: 2 checks',
      'Trend',
      'Officers',
      'Before and after',
    ])
    expect(kinds.find(({ kind }) => kind === 'supports')?.text).toContain('2026-03-01')
    expect(kinds.find(({ kind }) => kind === 'withdrawn')?.text).toContain('2026-02-27')
    expect(kinds.at(-1)?.kind).toBe('notice')
  })

  test('of an empty case has nothing to say of checks', () => {
    const empty = dossierLines(dossierFrom([], { policy })).join('\n')
    expect(empty).not.toContain('Timeline')
    expect(empty).toContain('agency kinds  none')
    expect(empty).toContain('No level is reached')
    expect(empty).not.toContain('stands')
  })

  test('tells of a determination that does not count why', () => {
    const made = dossier.determinations.map((each) => ({ ...each, policyHash: '0'.repeat(64) }))
    expect(dossierLines({ ...dossier, determinations: made }).join(' ')).toMatch(
      /under\s+another policy: does not count/,
    )
    const old = dossier.determinations.map((each) => ({ ...each, expiry: T }))
    expect(dossierLines({ ...dossier, determinations: old }).join(' ')).toContain('(expired)')
  })
})

describe('no line is wider than 80 columns, and none steers the terminal', () => {
  const hostile = parsePolicy(hostilePolicy())
  const of = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      check({ id: `h${index}`, incident: 'hasOwnProperty', indicators: ['constructor'], occurredAt: T - index }),
    )

  test.each([
    ['of the default policy', dossierFrom(manyChecks(200))],
    ['of hostile labels', dossierFrom(of(3), { policy: hostile })],
    ['of a hostile highest level', dossierFrom(of(12), { policy: hostile })],
    ['with long names', { ...dossierFrom(of(1), { policy: hostile }), level: 'l'.repeat(64), owner: 'o'.repeat(64) }],
  ])('%s', (_, dossier) => {
    const lines = dossierLines(dossier)
    expect(lines.filter((line) => columns(line) > 80)).toEqual([])
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069\u2028\u2029]/u)
  })

  test('control characters of whoever made the dossier are blanks', () => {
    const dossier = dossierFrom(of(1), { policy: hostile })
    const timeline = dossier.timeline.map((item) => ({ ...item, agencyKind: 'a\u001B[2Jb\nc\u2028d' }))
    const text = dossierLines({ ...dossier, timeline, agencyKinds: ['\u001B]0;title\u0007'] }).join('|')
    expect(text).not.toMatch(/[\p{Cc}\u2028]/u)
    expect(text).toContain('a [2Jb c d')
  })
})
