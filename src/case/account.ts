import type { ChildId } from '../child/identifiers.js'

/** Who an account is for. A child asks for their own; a carer is told what the index holds of every child, and of none. */
export const ACCOUNT_FOR = ['child', 'carer'] as const
export type AccountFor = (typeof ACCOUNT_FOR)[number]

/** The parts of a child's own account. Each can be withheld, and then is as empty as where nothing is held. */
export const ACCOUNT_PARTS = [
  'details',
  'checks',
  'enquiries',
  'cases',
  'openings',
  'referrals',
  'consents',
  'corrections',
] as const
export type AccountPart = (typeof ACCOUNT_PARTS)[number]

/** Somebody's request to be told what is held, that an agency passed on once it had made sure who asks. */
export interface AccountRequest {
  readonly number: number
  readonly childId: ChildId
  readonly for: AccountFor
  /** Who passed it on, and under which of its own references. */
  readonly agency: string
  readonly reference: string
  /** Of a child: a person's judgement that the child understands what is asked for, and whose. Never worked out from an age. */
  readonly understanding?: Understanding | undefined
  readonly askedAt: number
  /** One month after (UK GDPR article 12(3)), or where it was put off, as that says. */
  readonly dueAt: number
  readonly delay?: Delay | undefined
  readonly withholdings: readonly Withholding[]
  /** The first person's word that parts should be withheld, until another's. */
  readonly waiting?: WithholdingWord | undefined
  readonly outcome?: AccountOutcome | undefined
  readonly endedAt?: number | undefined
  /** When what was withheld must be looked at again. */
  readonly lookAgainAt?: number | undefined
}

export interface Understanding {
  /** 16-byte pseudonym of the agency's practitioner who judged it. */
  readonly assessedBy: Uint8Array
}

/** Why an answer takes longer than a month: at most two months more (UK GDPR article 12(3)). */
export const DELAY_REASONS = ['complexity', 'number-of-requests'] as const
export type DelayReason = (typeof DELAY_REASONS)[number]

export interface Delay {
  readonly reason: DelayReason
  readonly months: 1 | 2
  readonly by: string
  readonly at: number
}

export const ACCOUNT_OUTCOMES = ['given', 'not-collected', 'taken-back'] as const
export type AccountOutcome = (typeof ACCOUNT_OUTCOMES)[number]

/** Why parts of a child's own account may be withheld, and by which law. Not legal advice. */
export const WITHHOLDING_SOURCES = {
  'serious-harm': 'Data Protection Act 2018 schedule 3 parts 2 to 4: likely to cause serious harm to somebody’s health',
  crime: 'Data Protection Act 2018 schedule 2 paragraph 2: likely to prejudice the prevention or detection of crime',
  'another-person': 'Data Protection Act 2018 schedule 2 paragraph 16: tells of another person who has not agreed',
  court: 'Data Protection Act 2018 schedule 3 part 3: information that was given to a court',
} as const
export type WithholdingReason = keyof typeof WITHHOLDING_SOURCES
export const WITHHOLDING_REASONS: readonly WithholdingReason[] = ['serious-harm', 'crime', 'another-person', 'court']

/** What a person says should be withheld, and until when it must be looked at again. */
export interface WithholdingWord {
  readonly parts: readonly AccountPart[]
  readonly reason: WithholdingReason
  readonly until: number
  readonly by: string
  readonly at: number
}

/** What two persons have agreed to withhold. */
export interface Withholding extends Omit<WithholdingWord, 'by'> {
  readonly by: readonly [string, string]
}

/** A first word waits for the second for so long; until then nothing is produced. */
export const WITHHOLDING_WORD_DAYS = 14
/** For how long parts can be withheld before it must be looked at again. */
export const WITHHOLDING_DAYS_MAX = 366
const DAY_MS = 86_400_000

/** Whether the first word still waits. */
export function waits({ waiting }: Pick<AccountRequest, 'waiting'>, at: number): boolean {
  return waiting !== undefined && at < waiting.at + WITHHOLDING_WORD_DAYS * DAY_MS
}

/** Whether two words say the same: the same parts, for one reason, until one instant. */
export function saysTheSame(
  one: Omit<WithholdingWord, 'by' | 'at'>,
  other: Omit<WithholdingWord, 'by' | 'at'>,
): boolean {
  const [left, right] = [one, other].map(({ parts }) => [...parts].sort().join(' '))
  return left === right && one.reason === other.reason && one.until === other.until
}

/** The parts that are withheld at an instant. */
export function withheldAt(
  { withholdings }: Pick<AccountRequest, 'withholdings'>,
  at: number,
): ReadonlySet<AccountPart> {
  return new Set(withholdings.filter(({ until }) => at < until).flatMap(({ parts }) => parts))
}

/** When what is withheld must next be looked at again; undefined where nothing is. */
export function nextLookAt({ withholdings }: Pick<AccountRequest, 'withholdings'>, at: number): number | undefined {
  const ends = withholdings.flatMap(({ until }) => (at < until ? [until] : []))
  return ends.length === 0 ? undefined : Math.min(...ends)
}

/**
 * The corresponding day of a later month, or its last where it has none: 31 January and one month is 28 February. At the same
 * time of day in UTC.
 */
export function monthsLater(at: number, months: number): number {
  const from = new Date(at)
  const to = new Date(at)
  to.setUTCDate(1)
  to.setUTCMonth(from.getUTCMonth() + months)
  const last = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate()
  to.setUTCDate(Math.min(from.getUTCDate(), last))
  return to.getTime()
}

/** When an account must be answered. */
export function accountDueAt(askedAt: number, delayMonths: 0 | 1 | 2 = 0): number {
  return monthsLater(askedAt, 1 + delayMonths)
}
