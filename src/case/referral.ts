import type { LawfulBasis } from '../disclosure/purpose.js'
import { IndexError } from '../errors.js'
import type { Threshold } from '../policy/policy.js'
import { type Deadline, workingDeadline } from './agenda.js'
import { WORKING_DAYS, type WorkingCalendar } from './deadlines.js'
import type { AgencyNeed } from './need.js'

/** A referral as the hub keeps it: the package itself can be read by the receiving agency alone. */
export interface Referral {
  readonly number: number
  readonly case: number
  /** Whose details it carries: the openings by which the officer read them, 32 hexadecimal digits each, ascending. */
  readonly openings: readonly string[]
  readonly to: string
  /** Why that agency needs it. */
  readonly because: AgencyNeed
  readonly officer: string
  readonly purpose: string
  readonly lawfulBasis: LawfulBasis
  readonly threshold: Threshold
  readonly sentAt: number
  /** When the receiving agency must have decided what to do: one working day (Working Together 2023). */
  readonly decisionDueAt: number
  /** HPKE ciphertext under the agency's key. */
  readonly sealed: Uint8Array
  readonly status: ReferralStatus
  readonly receivedAt?: number | undefined
  readonly acceptedAt?: number | undefined
  readonly declined?: { readonly reason: DeclineReason; readonly at: number } | undefined
  readonly outcome?: ReferralOutcome | undefined
  readonly decidedAt?: number | undefined
  /** What the agency said became of it, as it was told. */
  readonly reports?: readonly Report[] | undefined
  /** When a check behind the case was last taken back: the agency must know that the picture has changed. */
  readonly amendedAt?: number | undefined
}

/** `prepared`: decided on and numbered, not sent yet. `declined` and `closed` are its ends. */
export const REFERRAL_STATUSES = ['prepared', 'sent', 'received', 'accepted', 'declined', 'decided', 'closed'] as const
export type ReferralStatus = (typeof REFERRAL_STATUSES)[number]

export const REFERRAL_OUTCOMES = [
  'assessment',
  'strategy-discussion',
  'early-help',
  'no-further-action',
  'passed-on',
] as const
export type ReferralOutcome = (typeof REFERRAL_OUTCOMES)[number]

export const DECLINE_REASONS = ['not-ours', 'already-known', 'more-information-needed', 'no-capacity'] as const
export type DeclineReason = (typeof DECLINE_REASONS)[number]

/** What an agency reports of a referral that it took on. */
export const MILESTONES = [
  'strategy-discussion-held',
  'assessment-completed',
  'conference-held',
  'conference-not-needed',
  'services-started',
  'closed',
] as const
export type Milestone = (typeof MILESTONES)[number]

/** `on`: the day in London, `YYYY-MM-DD`. */
export interface Report {
  readonly milestone: Milestone
  readonly on: string
  readonly at: number
}

export const REFERRAL_NOTICE =
  'The threshold is indicated by checks against an identifier. It is for people to judge; nothing here is a decision about a family.'

/** What the receiving agency says about a referral. */
export type AgencyWord =
  | { readonly event: 'received' }
  | { readonly event: 'accepted' }
  | { readonly event: 'declined'; readonly reason: DeclineReason }
  | { readonly event: 'decided'; readonly outcome: ReferralOutcome }
  | { readonly event: 'reported'; readonly milestone: Milestone; readonly on: string }

const REPORTS_MAX = 64

/**
 * The referral after its agency's word; the same object where the word changes nothing, because it was said before.
 * @throws {IndexError} `ERR_CASE_STATUS` for a word that does not follow
 */
export function afterWord(referral: Referral, word: AgencyWord, at: number): Referral {
  const { status } = referral
  const received = {
    ...referral,
    status: status === 'sent' ? ('received' as const) : status,
    receivedAt: referral.receivedAt ?? at,
  }
  switch (word.event) {
    case 'received':
      return status === 'sent' ? received : referral
    case 'accepted':
      if (status === 'declined') throw declined()
      if (referral.acceptedAt !== undefined || status === 'decided' || status === 'closed') return referral
      return { ...received, status: 'accepted', acceptedAt: at }
    case 'declined':
      if (status === 'declined' && referral.declined?.reason === word.reason) return referral
      if (status === 'declined' || status === 'decided' || status === 'closed')
        throw new IndexError('ERR_CASE_STATUS', 'this agency has answered otherwise already')
      return { ...received, status: 'declined', declined: { reason: word.reason, at } }
    case 'decided':
      if (status === 'declined') throw declined()
      if (referral.outcome === undefined && status !== 'closed')
        return { ...received, status: 'decided', outcome: word.outcome, decidedAt: at }
      if (referral.outcome === word.outcome) return referral
      throw new IndexError('ERR_CASE_STATUS', 'this agency has decided otherwise already')
    case 'reported':
      return afterReport(received, referral, { milestone: word.milestone, on: word.on, at })
  }
}

function afterReport(received: Referral, before: Referral, report: Report): Referral {
  const { status, reports = [] } = before
  if (reports.some(({ milestone, on }) => milestone === report.milestone && on === report.on)) return before
  if (status === 'declined') throw declined()
  if (status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'this agency has closed it')
  if (reports.length >= REPORTS_MAX) throw new IndexError('ERR_CASE_STATUS', 'it was reported on too often')
  const closes = report.milestone === 'closed'
  if (closes && before.outcome === undefined)
    throw new IndexError('ERR_CASE_STATUS', 'what was decided is said before it is closed')
  return { ...received, status: closes ? 'closed' : received.status, reports: [...reports, report] }
}

function declined(): IndexError {
  return new IndexError('ERR_CASE_STATUS', 'this agency has declined it: another referral is needed')
}

/** The deadlines that run for a referral as it stands. A function of the referral alone, so that they can be made again from it. */
export function deadlinesOf(referral: Referral, calendar: WorkingCalendar): readonly Deadline[] {
  const { number, sentAt, decisionDueAt, status, outcome } = referral
  const more = { case: referral.case, officer: referral.officer }
  if (status === 'prepared' || status === 'declined' || status === 'closed') return []
  const deadlines: Deadline[] = []
  if (outcome === undefined)
    deadlines.push({ kind: 'decision', number, startedAt: sentAt, dueAt: decisionDueAt, ...more })
  const isAssessed = outcome === 'assessment' || outcome === 'strategy-discussion'
  if (isAssessed && lastOf(referral, 'assessment-completed') === undefined)
    deadlines.push(workingDeadline('assessment', number, sentAt, calendar, more))
  const discussed = lastOf(referral, 'strategy-discussion-held')
  if (discussed !== undefined && !isConferred(referral, discussed.on)) {
    deadlines.push({ kind: 'conference', number, ...calendar.fromDay(discussed.on, WORKING_DAYS.conference), ...more })
  }
  return deadlines
}

/** What was told last of a milestone: a date that was wrong is told again. */
function lastOf({ reports = [] }: Referral, milestone: Milestone): Report | undefined {
  return reports.findLast((report) => report.milestone === milestone)
}

function isConferred(referral: Referral, discussedOn: string): boolean {
  return (['conference-held', 'conference-not-needed'] as const).some(
    (milestone) => (lastOf(referral, milestone)?.on ?? '') >= discussedOn,
  )
}
