import type { ChildId } from '../child/identifiers.js'
import type { Group } from '../seal/label.js'
import type { Questioned, SourceName } from './enquiry.js'

/** Why somebody says that what is held is wrong. Closed, so that no free text is journalled. */
export const CORRECTION_REASONS = [
  'not-this-child',
  'did-not-happen',
  'wrong-codes',
  'wrong-date',
  'out-of-date',
  'misspelt',
] as const
export type CorrectionReason = (typeof CORRECTION_REASONS)[number]

/** `upheld`: it was put right at its source. Refused or noted, that it is disputed stays on record beside it. */
export const CORRECTION_OUTCOMES = ['upheld', 'refused', 'noted-as-disputed'] as const
export type CorrectionOutcome = (typeof CORRECTION_OUTCOMES)[number]

/** What is said to be wrong: a check, by the number that an account gives it, or a group of details. */
export type CorrectionAbout = { readonly check: string } | { readonly details: Group }

/** The number of a check in an account. */
export const CHECK_NAME: RegExp = /^[0-9a-f]{10}$/

/** Somebody's word that what is held of a child is wrong (UK GDPR article 16), passed on by an agency. */
export interface Correction {
  readonly correction: number
  readonly childId: ChildId
  readonly agency: string
  readonly reference: string
  readonly about: CorrectionAbout
  readonly reason: CorrectionReason
  readonly askedAt: number
  /** One month after (UK GDPR article 12(3)). */
  readonly dueAt: number
  /** The agency of the check, once it was asked to correct or withdraw it, and what it answered. */
  readonly question?: (Questioned & SourceName) | undefined
  readonly outcome?: CorrectionOutcome | undefined
  readonly decidedAt?: number | undefined
}

/** Whether two words are about the same thing. */
export function isAboutTheSame(one: CorrectionAbout, other: CorrectionAbout): boolean {
  if ('check' in one) return 'check' in other && one.check === other.check
  return 'details' in other && one.details === other.details
}
