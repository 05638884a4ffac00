import fc from 'fast-check'
import { expect, test } from 'vitest'
import { englishCalendar } from '../../../src/case/deadlines.js'
import { type DatedFact, endedFacts, referralFacts, runningFact } from '../../../src/case/figures/ended.js'
import {
  type AgencyWord,
  afterWord,
  DECLINE_REASONS,
  deadlinesOf,
  MILESTONES,
  REFERRAL_OUTCOMES,
  type Referral,
} from '../../../src/case/referral.js'
import { IndexError } from '../../../src/errors.js'

const calendar = await englishCalendar()
const HOUR = 3_600_000
// A Wednesday.
const SENT = Date.parse('2026-03-04T10:00Z')

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

/** The referral after each word that changed it, and when that was. */
function told(
  words: readonly (readonly [AgencyWord, hours: number])[],
): readonly { readonly after: Referral; readonly at: number }[] {
  let [at, referral] = [SENT, sent]
  return words.flatMap(([word, hours]) => {
    at += (hours + 1) * HOUR
    try {
      const after = afterWord(referral, word, at)
      if (after === referral) return []
      referral = after
      return [{ after, at }]
    } catch (error) {
      if (error instanceof IndexError) return []
      throw error
    }
  })
}

const word = fc.oneof(
  fc.constantFrom<AgencyWord>({ event: 'received' }, { event: 'accepted' }),
  fc.constantFrom(...DECLINE_REASONS).map((reason): AgencyWord => ({ event: 'declined', reason })),
  fc.constantFrom(...REFERRAL_OUTCOMES).map((outcome): AgencyWord => ({ event: 'decided', outcome })),
  fc
    .tuple(fc.constantFrom(...MILESTONES), fc.constantFrom('2026-03-04', '2026-03-09', '2026-04-01'))
    .map(([milestone, on]): AgencyWord => ({ event: 'reported', milestone, on })),
)

test('what a word ended is told from the referral as it is now, whatever was said since', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(word, fc.nat(400)), { maxLength: 8 }), (words) => {
      const steps = told(words)
      const now = steps.at(-1)?.after ?? sent
      let before = sent
      for (const { after, at } of steps) {
        const kinds = deadlinesOf(after, calendar).map(({ kind }) => kind)
        const ended = deadlinesOf(before, calendar).filter(({ kind }) => !kinds.includes(kind))
        const facts = referralFacts(now, at, calendar).filter(({ endedAt }) => endedAt === undefined)
        const expected = ended.map(({ kind, dueAt }) => ({
          table: kind === 'decision' ? 'referrals' : 'deadlines',
          row: kind === 'decision' ? (after.outcome ?? 'declined') : kind,
          column: at <= dueAt ? 'in-time' : 'late',
          at,
        }))
        expect(facts).toEqual(expected)
        before = after
      }
    }),
  )
})

test('what ended late counts where it ended, and as not ended where it was due', () => {
  const facts = (at: number): readonly DatedFact[] => endedFacts('enquiry', { outcome: 'visitor', dueAt: 100, at })
  expect(facts(100)).toEqual([{ table: 'enquiries', row: 'visitor', column: 'in-time', at: 100 }])
  expect(facts(101)).toEqual([
    { table: 'enquiries', row: 'visitor', column: 'late', at: 101 },
    { table: 'enquiries', row: 'not-ended', column: 'late', at: 100, endedAt: 101 },
  ])
  // First looks at cases are as many as cases: counted nowhere.
  expect([endedFacts('review', { dueAt: 100, at: 90 }), runningFact('review', 100, 200)]).toEqual([[], undefined])
})
