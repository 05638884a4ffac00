import type { ChildId } from '../child/identifiers.js'

/** What is done about a child whom a check named and no register entry matches. Pursued through the agency, by its own reference. */
export interface Enquiry {
  readonly number: number
  readonly childId: ChildId
  /** The agency whose check opened it, and that agency's reference. */
  readonly agency: string
  readonly reference: string
  /** Who pursues it: the management function, or the shielding officer. */
  readonly owner: 'management' | 'shielding'
  readonly status: 'open' | 'ended'
  readonly openedAt: number
  readonly dueAt: number
  /** Checks that named the same child. */
  readonly checks: number
  readonly outcome?: EnquiryOutcome | undefined
  readonly endedAt?: number | undefined
}

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

/** An enquiry has five working days before it counts as late. */
export const ENQUIRY_WORKING_DAYS = 5
