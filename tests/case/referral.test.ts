import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { englishCalendar } from '../../src/case/deadlines.js'
import {
  type AgencyWord,
  afterWord,
  DECLINE_REASONS,
  deadlinesOf,
  MILESTONES,
  REFERRAL_OUTCOMES,
  type Referral,
} from '../../src/case/referral.js'
import { isIndexError } from '../../src/errors.js'

const calendar = await englishCalendar()
// A Wednesday.
const SENT = Date.parse('2026-03-04T10:00Z')
const LATER = SENT + 3_600_000

const sent: Referral = {
  number: 3,
  case: 7,
  openings: ['00'.repeat(16)],
  to: 'childrens-care',
  because: 'acts-on-referral',
  officer: 'first',
  purpose: 'referral',
  lawfulBasis: 'public-task',
  threshold: 'child-protection',
  sentAt: SENT,
  decisionDueAt: calendar.addWorkingDays(SENT, 1),
  sealed: new Uint8Array(0),
  status: 'sent',
}

const decided = (outcome: (typeof REFERRAL_OUTCOMES)[number]): AgencyWord => ({ event: 'decided', outcome })
const reported = (milestone: (typeof MILESTONES)[number], on = '2026-03-05'): AgencyWord => ({
  event: 'reported',
  milestone,
  on,
})
const told = (...words: readonly AgencyWord[]): Referral =>
  words.reduce((referral, word) => afterWord(referral, word, LATER), sent)
const running = (referral: Referral): readonly string[] =>
  deadlinesOf(referral, calendar).map(({ kind, dueAt }) => `${kind} ${new Date(dueAt).toISOString().slice(0, 16)}`)

const DECISION = 'decision 2026-03-05T10:00'
const ASSESSMENT = 'assessment 2026-05-11T09:00'
const CONFERENCE = 'conference 2026-03-27T00:00'

describe('an agency’s words', () => {
  test.each<[string, readonly AgencyWord[], Partial<Referral>, readonly string[]]>([
    ['nothing yet', [], { status: 'sent' }, [DECISION]],
    ['received', [{ event: 'received' }], { status: 'received', receivedAt: LATER }, [DECISION]],
    ['accepted', [{ event: 'accepted' }], { status: 'accepted', receivedAt: LATER, acceptedAt: LATER }, [DECISION]],
    [
      'declined',
      [{ event: 'declined', reason: 'not-ours' }],
      { status: 'declined', declined: { reason: 'not-ours', at: LATER } },
      [],
    ],
    [
      'accepted and then declined',
      [{ event: 'accepted' }, { event: 'declined', reason: 'no-capacity' }],
      { status: 'declined' },
      [],
    ],
    [
      'assessment',
      [decided('assessment')],
      { status: 'decided', outcome: 'assessment', decidedAt: LATER },
      [ASSESSMENT],
    ],
    ['early help', [decided('early-help')], { status: 'decided' }, []],
    ['no further action', [decided('no-further-action')], { status: 'decided' }, []],
    ['a strategy discussion decided on', [decided('strategy-discussion')], { status: 'decided' }, [ASSESSMENT]],
    [
      'a strategy discussion held before the decision',
      [reported('strategy-discussion-held')],
      { status: 'received' },
      [DECISION, CONFERENCE],
    ],
    [
      'a strategy discussion held',
      [decided('strategy-discussion'), reported('strategy-discussion-held')],
      {},
      [ASSESSMENT, CONFERENCE],
    ],
    [
      'a conference held',
      [decided('strategy-discussion'), reported('strategy-discussion-held'), reported('conference-held', '2026-03-20')],
      {},
      [ASSESSMENT],
    ],
    [
      'no conference needed',
      [
        decided('strategy-discussion'),
        reported('strategy-discussion-held'),
        reported('conference-not-needed', '2026-03-06'),
      ],
      {},
      [ASSESSMENT],
    ],
    [
      'another discussion after the conference',
      [
        reported('strategy-discussion-held', '2026-03-02'),
        reported('conference-held', '2026-03-03'),
        reported('strategy-discussion-held'),
      ],
      {},
      [DECISION, CONFERENCE],
    ],
    [
      'its day was told wrong at first',
      [reported('strategy-discussion-held', '2026-03-03'), reported('strategy-discussion-held')],
      {},
      [DECISION, CONFERENCE],
    ],
    ['assessed', [decided('assessment'), reported('assessment-completed')], { status: 'decided' }, []],
    ['services started', [decided('assessment'), reported('services-started')], { status: 'decided' }, [ASSESSMENT]],
    [
      'closed',
      [decided('assessment'), reported('strategy-discussion-held'), reported('closed')],
      { status: 'closed' },
      [],
    ],
  ])('%s', (_, words, expected, deadlines) => {
    const referral = told(...words)
    expect(referral).toMatchObject(expected)
    expect(running(referral)).toEqual(deadlines)
    for (const { number, case: of, officer } of deadlinesOf(referral, calendar))
      expect({ number, of, officer }).toEqual({ number: 3, of: 7, officer: 'first' })
  })

  test.each<[string, readonly AgencyWord[], AgencyWord]>([
    ['a decision after another', [decided('assessment')], decided('early-help')],
    ['a decision after it was declined', [{ event: 'declined', reason: 'not-ours' }], decided('assessment')],
    ['to accept what was declined', [{ event: 'declined', reason: 'not-ours' }], { event: 'accepted' }],
    [
      'to decline for another reason',
      [{ event: 'declined', reason: 'not-ours' }],
      { event: 'declined', reason: 'no-capacity' },
    ],
    ['to decline what was decided', [decided('assessment')], { event: 'declined', reason: 'not-ours' }],
    ['a report on what was declined', [{ event: 'declined', reason: 'not-ours' }], reported('closed')],
    ['to close without a decision', [{ event: 'accepted' }], reported('closed')],
    ['a report after it was closed', [decided('assessment'), reported('closed')], reported('conference-held')],
  ])('%s is refused', (_, words, word) => {
    const before = told(...words)
    expect(() => afterWord(before, word, LATER)).toThrow(expect.objectContaining({ code: 'ERR_CASE_STATUS' }))
  })

  test('too many reports are refused, and one that is not sent has no deadline', () => {
    const days = Array.from({ length: 64 }, (_, n) =>
      reported('services-started', `2026-${10 + (n % 3)}-${10 + Math.floor(n / 3)}`),
    )
    expect(() => told(...days, reported('services-started', '2027-01-01'))).toThrow(
      expect.objectContaining({ code: 'ERR_CASE_STATUS' }),
    )
    expect(running({ ...sent, status: 'prepared' })).toEqual([])
  })

  test('any word again changes nothing, whatever came before; none is undone; none opens what has ended', () => {
    const word: fc.Arbitrary<AgencyWord> = fc.oneof(
      fc.constant<AgencyWord>({ event: 'received' }),
      fc.constant<AgencyWord>({ event: 'accepted' }),
      fc.constantFrom(...DECLINE_REASONS).map((reason): AgencyWord => ({ event: 'declined', reason })),
      fc.constantFrom(...REFERRAL_OUTCOMES).map(decided),
      fc
        .tuple(fc.constantFrom(...MILESTONES), fc.integer({ min: 10, max: 28 }))
        .map(([milestone, day]) => reported(milestone, `2026-03-${day}`)),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        let referral = sent
        for (const [index, each] of words.entries()) {
          try {
            const next = afterWord(referral, each, LATER + index)
            expect(afterWord(next, each, LATER + index + 1)).toBe(next)
            if (referral.status === 'closed' || referral.status === 'declined') expect(next).toBe(referral)
            if (referral.outcome !== undefined) expect(next.outcome).toBe(referral.outcome)
            expect(next.receivedAt).toBeDefined()
            referral = next
          } catch (error) {
            expect(isIndexError(error, 'ERR_CASE_STATUS')).toBe(true)
          }
        }
      }),
    )
  })
})
