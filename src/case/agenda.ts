import { WORKING_DAYS, type WorkingCalendar } from './deadlines.js'

/**
 * What must be done by when. `review`: a case is looked at; `decision`, `assessment` and `conference`: of a referral; `enquiry`:
 * it is pursued; `account` and `correction`: what a family asked for is answered.
 */
export const DEADLINE_KINDS = [
  'review',
  'decision',
  'assessment',
  'conference',
  'enquiry',
  'account',
  'correction',
] as const
export type DeadlineKind = (typeof DEADLINE_KINDS)[number]

/** One deadline that runs. It ends by what it waits for being done, and never by silence. */
export interface Deadline {
  readonly kind: DeadlineKind
  /** Of the case, referral, enquiry, account or correction, as the kind says. */
  readonly number: number
  readonly startedAt: number
  readonly dueAt: number
  /** The case that it belongs to, where there is one. */
  readonly case?: number | undefined
  /** Whose it is. */
  readonly officer?: string | undefined
  readonly silenced?: Silence | undefined
}

/** A manager's word that nothing is reminded of or escalated for a while. The deadline stays on the list, with this beside it. */
export interface Silence {
  readonly until: number
  readonly reason: SilenceReason
  readonly by: string
  readonly at: number
  /** How often this deadline was silenced, this time included. */
  readonly times: number
}

export const SILENCE_REASONS = ['awaiting-agency', 'child-absent', 'court-timetable', 'agreed-extension'] as const
export type SilenceReason = (typeof SILENCE_REASONS)[number]

/** For how many working days at most a deadline is silenced at once. */
export const SILENCE_WORKING_DAYS = 5

/** Ascending. `soon` is when it is reminded of; `escalated` is for managers. */
export const DEADLINE_STATES = ['upcoming', 'soon', 'overdue', 'escalated'] as const
export type DeadlineState = (typeof DEADLINE_STATES)[number]

/** Working days before the end in which it counts as soon; 0 is the day itself. */
const REMINDED_DAYS: Readonly<Record<DeadlineKind, number>> = {
  review: 0,
  decision: 0,
  assessment: 5,
  conference: 3,
  enquiry: 1,
  account: 5,
  correction: 5,
}

/** Working days after the end, or after a silence, from which it is escalated. */
const ESCALATED_DAYS: Readonly<Record<DeadlineKind, number>> = {
  review: 1,
  decision: 1,
  assessment: 5,
  conference: 2,
  enquiry: 2,
  account: 5,
  correction: 5,
}

/** The longest of them: what is due later than this many working days ahead is not soon. */
export const REMINDED_DAYS_MAX: number = Math.max(...Object.values(REMINDED_DAYS))

/** What a deadline is at an instant. Pure: no clock needs to have run, and one that goes back does no harm. */
export function stateOf(deadline: Deadline, now: number, calendar: WorkingCalendar): DeadlineState {
  const { kind, dueAt, silenced } = deadline
  if (now < dueAt) return calendar.isWithinWorkingDays(now, dueAt, REMINDED_DAYS[kind]) ? 'soon' : 'upcoming'
  const from = Math.max(dueAt, silenced?.until ?? 0)
  return now >= calendar.addWorkingDays(from, ESCALATED_DAYS[kind]) ? 'escalated' : 'overdue'
}

export function isSilenced({ silenced }: Deadline, now: number): boolean {
  return silenced !== undefined && now < silenced.until
}

/** A deadline of as many working days as its kind has. */
export function workingDeadline(
  kind: keyof typeof WORKING_DAYS,
  number: number,
  startedAt: number,
  calendar: WorkingCalendar,
  more: Pick<Deadline, 'case' | 'officer'> = {},
): Deadline {
  return { kind, number, startedAt, dueAt: calendar.addWorkingDays(startedAt, WORKING_DAYS[kind]), ...more }
}
