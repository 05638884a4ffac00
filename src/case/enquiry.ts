import type { ChildId } from '../child/identifiers.js'

/**
 * What is done about a child whom a check named and no register entry matches. The index has no details of such a child:
 * an officer pursues it through the agencies, each by its own reference.
 */
export interface Enquiry {
  readonly number: number
  readonly childId: ChildId
  /** Whose officers see it. */
  readonly desk: 'management' | 'shielding'
  /** The officer who pursues it; absent until one takes it. */
  readonly owner?: string | undefined
  readonly status: 'open' | 'ended'
  readonly openedAt: number
  readonly dueAt: number
  /** Checks that named the same child. */
  readonly checks: number
  /** The agencies whose checks those are, whoever was first before the others. */
  readonly sources: readonly EnquirySource[]
  readonly questions: readonly EnquiryQuestion[]
  /** The enquiry about the same child that ended before this one was opened. */
  readonly earlier?: number | undefined
  readonly outcome?: EnquiryOutcome | undefined
  readonly referralMade?: ReferralMade | undefined
  readonly endedAt?: number | undefined
  /** Absent where a registration or a link ended it. */
  readonly endedBy?: string | undefined
}

/** An agency that can be asked, and the reference by which it knows whom one means: that of its first check. */
export interface EnquirySource {
  readonly agency: string
  readonly reference: string
  /** When the check joined the enquiry, epoch milliseconds. */
  readonly since: number
}

export const AGENCY_QUESTIONS = [
  'who-is-this-child',
  'where-do-they-live',
  'why-not-registered',
  'please-register',
  'please-correct-check',
] as const
export type AgencyQuestion = (typeof AGENCY_QUESTIONS)[number]

export const AGENCY_ANSWERS = [
  'registering',
  'will-correct',
  'check-stands',
  'moved-away',
  'lives-elsewhere',
  'visitor',
  'not-known-any-more',
  'cannot-say',
] as const
export type AgencyAnswer = (typeof AGENCY_ANSWERS)[number]

/** A question to an agency about one of its own checks. Each is asked once; an agency may answer again, and its last word stands. */
export interface Questioned {
  readonly question: AgencyQuestion
  readonly askedAt: number
  readonly answer?: AgencyAnswer | undefined
  /** With `lives-elsewhere`: code of the other local authority (ONS), where the agency knows it. */
  readonly authority?: string | undefined
  readonly answeredAt?: number | undefined
}

/** What was asked and answered, and not of whom nor by whom. */
export function onlyAsked({ question, askedAt, answer, authority, answeredAt }: Questioned): Questioned {
  return { question, askedAt, answer, authority, answeredAt }
}

export interface EnquiryQuestion extends Questioned {
  readonly agency: string
  readonly reference: string
  /** The officer who asked. */
  readonly by: string
}

/** What an agency answers. */
export interface Answered {
  readonly answer: AgencyAnswer
  readonly authority?: string | undefined
}

/** A local authority of the United Kingdom by its nine-character code of the Office for National Statistics. */
export const AUTHORITY_CODE: RegExp = /^[EWSN]\d{8}$/

export const ENQUIRY_OUTCOMES = [
  'registered',
  'lives-in-another-authority',
  'moved-away',
  'error',
  'visitor',
  'private-fostering',
  'unaccompanied-arrival',
  'trafficking-concern',
  /** Officers linked the id to another one. */
  'linked',
] as const
export type EnquiryOutcome = (typeof ENQUIRY_OUTCOMES)[number]

/** How an officer can end an enquiry: a registration, or two officers' word on a link, say the other two. */
export const OFFICERS_OUTCOMES: readonly EnquiryOutcome[] = ENQUIRY_OUTCOMES.filter(
  (outcome) => outcome !== 'registered' && outcome !== 'linked',
)

/**
 * What has to be said where an outcome obliges the authority to act: an enquiry that ends is no referral. `made-now`: on
 * this finding, in the ordinary way. `made-before`: children's social care has it already.
 */
export const REFERRALS_MADE = ['made-now', 'made-before'] as const
export type ReferralMade = (typeof REFERRALS_MADE)[number]

const OBLIGING: Readonly<Partial<Record<EnquiryOutcome, readonly ReferralMade[]>>> = {
  // Children Act 1989 section 67; SI 2005/1533.
  'private-fostering': REFERRALS_MADE,
  // Children Act 1989 sections 17 and 20.
  'unaccompanied-arrival': REFERRALS_MADE,
  // Children Act 1989 section 47; Modern Slavery Act 2015 section 52. What is concerned now is referred now.
  'trafficking-concern': ['made-now'],
}

/** The words about a referral, one of which must go with an outcome; empty where none may. */
export function referralWordsFor(outcome: EnquiryOutcome): readonly ReferralMade[] {
  return OBLIGING[outcome] ?? []
}

/** Whether an outcome can be said with this word about a referral, or with none. */
export function mayEndAs(outcome: EnquiryOutcome, referralMade: ReferralMade | undefined): boolean {
  const words = referralWordsFor(outcome)
  return referralMade === undefined ? words.length === 0 : words.includes(referralMade)
}

/** Agencies that one enquiry names; what more of them have to say, their checks say. */
export const SOURCES_MAX = 64

/** With the checks that have joined it. A source that is known already stays as it was. */
export function withChecks(enquiry: Enquiry, checks: number, sources: readonly EnquirySource[]): Enquiry {
  const known = new Set(enquiry.sources.map(({ agency }) => agency))
  const fresh = sources.filter(({ agency }) => !known.has(agency))
  return {
    ...enquiry,
    checks: enquiry.checks + checks,
    sources: [...enquiry.sources, ...fresh].slice(0, SOURCES_MAX),
  }
}

/** With all that another enquiry about the same child has found out; that one is over. */
export function withAnother(enquiry: Enquiry, other: Enquiry): Enquiry {
  const joined = withSources(enquiry, other.sources)
  return {
    ...joined,
    checks: enquiry.checks + other.checks,
    questions: [...enquiry.questions, ...other.questions.filter((each) => !isAsked(enquiry, each))],
  }
}

/** Of two enquiries, an agency can have a check in each: both references stay. */
function withSources(enquiry: Enquiry, sources: readonly EnquirySource[]): Enquiry {
  const fresh = sources.filter((source) => sourceOf(enquiry, source) === undefined)
  return { ...enquiry, sources: [...enquiry.sources, ...fresh].slice(0, SOURCES_MAX) }
}

/** Without what another enquiry brought, once the two turn out to be about two children. */
export function withoutAnother(enquiry: Enquiry, other: Enquiry): Enquiry {
  return {
    ...enquiry,
    sources: enquiry.sources.filter((source) => sourceOf(other, source) === undefined),
    questions: enquiry.questions.filter((each) => !isAsked(other, each)),
  }
}

/** By whose reference an agency can be asked. */
export type SourceName = Pick<EnquirySource, 'agency' | 'reference'>

function sourceOf(enquiry: Enquiry, { agency, reference }: SourceName): EnquirySource | undefined {
  return enquiry.sources.find((source) => source.agency === agency && source.reference === reference)
}

function isAsked(
  enquiry: Enquiry,
  { agency, reference, question }: SourceName & Pick<Questioned, 'question'>,
): boolean {
  return enquiry.questions.some(
    (each) => each.agency === agency && each.reference === reference && each.question === question,
  )
}

/** The enquiry with a question more; the same one where it has been asked before. */
export function withQuestion(enquiry: Enquiry, asked: EnquiryQuestion): Enquiry {
  return isAsked(enquiry, asked) ? enquiry : { ...enquiry, questions: [...enquiry.questions, asked] }
}

/** The enquiry with an agency's answer; the same one where it was not asked this, or has said so already. */
export function withAnswer(
  enquiry: Enquiry,
  source: SourceName,
  question: AgencyQuestion,
  answered: Answered,
  at: number,
): Enquiry {
  let isNew = false
  const questions = enquiry.questions.map((each): EnquiryQuestion => {
    const isThis = each.agency === source.agency && each.reference === source.reference && each.question === question
    if (!isThis || isSaid(each, answered)) return each
    isNew = true
    return { ...each, ...newAnswer(answered, at) }
  })
  return isNew ? { ...enquiry, questions } : enquiry
}

/** Whether this is the answer that stands. */
export function isSaid(question: Questioned, { answer, authority }: Answered): boolean {
  return question.answer === answer && question.authority === authority
}

/** What an answer puts in the place of one before. */
export function newAnswer(
  { answer, authority }: Answered,
  at: number,
): Pick<Questioned, 'answer' | 'authority' | 'answeredAt'> {
  return { answer, authority, answeredAt: at }
}

/** An enquiry's number as entries and messages have it: of ten digits, so that their size does not say whose desk it is on. */
export function writeEnquiryNumber(number: number): string {
  return String(number).padStart(10, '0')
}

export const ENQUIRY_NUMBER: RegExp = /^\d{10}$/
