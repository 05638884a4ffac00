import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AGENCY_QUESTIONS,
  type AgencyQuestion,
  ENQUIRY_OUTCOMES,
  type Enquiry,
  mayEndAs,
  OFFICERS_OUTCOMES,
  REFERRALS_MADE,
  referralWordsFor,
  SOURCES_MAX,
  withAnother,
  withAnswer,
  withChecks,
  withoutAnother,
  withQuestion,
  writeEnquiryNumber,
} from '../../src/case/enquiry.js'
import { asChildId } from '../../src/child/identifiers.js'

const source = (agency: string, reference: string) => ({ agency, reference, since: 1 })
const empty: Enquiry = {
  number: 1,
  childId: asChildId(new Uint8Array(16)),
  desk: 'management',
  status: 'open',
  openedAt: 0,
  dueAt: 10,
  checks: 0,
  sources: [],
  questions: [],
}
const asked = (agency: string, reference: string, question: AgencyQuestion = AGENCY_QUESTIONS[0]) => ({
  agency,
  reference,
  question,
  askedAt: 2,
  by: 'first',
})

describe('an outcome that obliges the authority to act', () => {
  test('takes a word on the referral, and no other outcome does', () => {
    const said = ENQUIRY_OUTCOMES.map((outcome) => [
      outcome,
      [undefined, ...REFERRALS_MADE].filter((word) => mayEndAs(outcome, word)),
    ])
    expect(Object.fromEntries(said)).toEqual({
      registered: [undefined],
      'lives-in-another-authority': [undefined],
      'moved-away': [undefined],
      error: [undefined],
      visitor: [undefined],
      'private-fostering': ['made-now', 'made-before'],
      'unaccompanied-arrival': ['made-now', 'made-before'],
      'trafficking-concern': ['made-now'],
      linked: [undefined],
    })
    expect(referralWordsFor('trafficking-concern')).toEqual(['made-now'])
  })

  test('what a registration or a link says is not an officer’s to say', () => {
    expect(ENQUIRY_OUTCOMES.filter((outcome) => !OFFICERS_OUTCOMES.includes(outcome))).toEqual(['registered', 'linked'])
  })
})

describe('sources', () => {
  test('an agency is asked by the reference of its first check', () => {
    const once = withChecks(empty, 2, [source('a', 'A/1'), source('b', 'B/1')])
    const twice = withChecks(once, 3, [source('a', 'A/2'), source('c', 'C/1')])
    expect(twice).toMatchObject({ checks: 5, sources: [source('a', 'A/1'), source('b', 'B/1'), source('c', 'C/1')] })
  })

  test('are bounded, and the checks are counted all the same', () => {
    const many = Array.from({ length: SOURCES_MAX + 5 }, (_, i) => source(`agency-${i}`, `R/${i}`))
    const full = withChecks(empty, many.length, many)
    expect([full.sources.length, full.checks]).toEqual([SOURCES_MAX, SOURCES_MAX + 5])
  })

  test('of two enquiries about one child all are kept, and a split takes them apart again', () => {
    const one = withQuestion(withChecks(empty, 1, [source('a', 'A/1')]), asked('a', 'A/1'))
    const other = withQuestion(
      withChecks({ ...empty, number: 2 }, 2, [source('a', 'A/2'), source('b', 'B/1')]),
      asked('b', 'B/1'),
    )
    const together = withAnother(one, other)
    expect(together).toMatchObject({
      number: 1,
      checks: 3,
      sources: [{ reference: 'A/1' }, { reference: 'A/2' }, { reference: 'B/1' }],
      questions: [{ agency: 'a' }, { agency: 'b' }],
    })
    expect(withoutAnother(together, other)).toEqual({ ...one, checks: 3 })
  })
})

describe('questions', () => {
  const open = withQuestion(withChecks(empty, 1, [source('a', 'A/1')]), asked('a', 'A/1'))

  test('are asked once each', () => {
    expect(withQuestion(open, { ...asked('a', 'A/1'), askedAt: 9, by: 'second' })).toBe(open)
    expect(withQuestion(open, asked('a', 'A/1', 'please-register')).questions).toHaveLength(2)
    expect(withQuestion(open, asked('a', 'A/2')).questions).toHaveLength(2)
  })

  test('are answered by whom they are put to; the last word stands, the same word once more changes nothing', () => {
    const question = AGENCY_QUESTIONS[0]
    const elsewhere = { answer: 'lives-elsewhere', authority: 'E06000001' } as const
    const said = withAnswer(open, source('a', 'A/1'), question, elsewhere, 5)
    expect(said.questions).toEqual([{ ...asked('a', 'A/1'), ...elsewhere, answeredAt: 5 }])
    expect(withAnswer(said, source('a', 'A/1'), question, elsewhere, 6)).toBe(said)
    const other = withAnswer(said, source('a', 'A/1'), question, { answer: 'visitor' }, 7)
    expect(other.questions).toEqual([{ ...asked('a', 'A/1'), answer: 'visitor', authority: undefined, answeredAt: 7 }])
    for (const of of [source('b', 'A/1'), source('a', 'A/2')])
      expect(withAnswer(open, of, question, elsewhere, 5)).toBe(open)
    expect(withAnswer(open, source('a', 'A/1'), 'please-register', elsewhere, 5)).toBe(open)
  })
})

test('a number is written with ten digits whatever it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9_999_999_999 }), (number) => {
      const text = writeEnquiryNumber(number)
      expect([text.length, Number(text)]).toEqual([10, number])
    }),
  )
})
