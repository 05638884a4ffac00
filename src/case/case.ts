import type { ChildId } from '../child/identifiers.js'
import type { Threshold } from '../policy/policy.js'
import type { KeptDetermination } from './determination.js'
import type { Need } from './need.js'

/**
 * What the management function works on: one child, by identifier only, whose checks reached a level. A level reached anew after closing raises another case.
 */
export interface CaseFile {
  readonly number: number
  readonly childId: ChildId
  readonly status: CaseStatus
  /** Level that the checks reached, of the policy named by `policyHash`. */
  readonly level: string
  readonly threshold: Threshold
  readonly policyHash: string
  readonly raisedAt: number
  readonly updatedAt: number
  /** Checks without which the level would not hold. */
  readonly support: readonly string[]
  /** Whether an earlier case of this child was closed. */
  readonly reReferral: boolean
  /** What each officer finds, and beside it what they last took back. */
  readonly determinations: readonly KeptDetermination[]
  readonly openings: readonly string[]
  readonly referrals: readonly number[]
  /** Officer who works on it; absent while nobody has taken it. */
  readonly owner?: string | undefined
  /** Who needs to know of it, or did, and why. */
  readonly needs: readonly Need[]
  /** Who has said that it should close, and why; two officers are needed where a threshold was reached and never opened. */
  readonly closing?: Closing | undefined
  /** The case that goes on in place of this one, since officers linked the two children's ids. */
  readonly joinedTo?: number | undefined
  /** When a link was undone, and checks of another child left this case: epoch milliseconds. */
  readonly splitAt?: number | undefined
}

/** `new`: nobody has taken it. `under-review`: an officer has. `opened` and `referred` are steps on its way, `closed` its end. */
export const CASE_STATUSES = ['new', 'under-review', 'opened', 'referred', 'closed'] as const
export type CaseStatus = (typeof CASE_STATUSES)[number]

/** Why work on a case ends. */
export const CLOSING_REASONS = [
  'services-in-place',
  'assessed',
  'no-further-action',
  'moved-away',
  'reached-adulthood',
  'child-died',
  'raised-in-error',
  'duplicate',
] as const
export type ClosingReason = (typeof CLOSING_REASONS)[number]

/** What came of a case, whatever the reason for which work on it ended. */
export const CASE_OUTCOMES = [
  'no-further-action',
  'early-help',
  'child-in-need-plan',
  'child-protection-plan',
  'looked-after',
  'other-authority',
  'unfounded',
] as const
export type CaseOutcome = (typeof CASE_OUTCOMES)[number]

export interface Closing {
  readonly reason: ClosingReason
  /** Absent where the case goes on under another number. */
  readonly outcome?: CaseOutcome | undefined
  readonly officers: readonly string[]
  readonly at: number
  /** Journal position: checks recorded after it can raise a case anew. */
  readonly position: number
}

/** A level that checks reached, and the checks without which it would not hold. */
export interface Reached {
  readonly level: string
  readonly threshold: Threshold
  readonly policyHash: string
  readonly support: readonly string[]
}

/** A level newly reached, as the journal says it. */
export interface LevelEvent extends Reached {
  readonly event: 'raised' | 'level-changed'
  readonly case: number
  readonly childId: ChildId
  readonly asOf: number
  /** Of a case raised: whether an earlier case of this child was closed. */
  readonly reReferral?: true | undefined
  /** Journal position of the last closing of a case of this child, which the verdict went by. */
  readonly closedAt?: number | undefined
  /** Positions of the links that brought checks of the support after that closing. */
  readonly countsFrom?: readonly { readonly checkId: string; readonly position: number }[] | undefined
}

/** The case that a level newly reached raises. */
export function raisedCase(event: LevelEvent, at: number): CaseFile {
  return {
    number: event.case,
    childId: event.childId,
    status: 'new',
    level: event.level,
    threshold: event.threshold,
    policyHash: event.policyHash,
    raisedAt: at,
    updatedAt: at,
    support: event.support,
    reReferral: event.reReferral === true,
    determinations: [],
    openings: [],
    referrals: [],
    needs: [],
  }
}

/** The case at the higher level that later checks reach. */
export function atLevel(file: CaseFile, { level, threshold, policyHash, support }: Reached): CaseFile {
  // Whoever wanted to close it did not know of this.
  const { closing: _, ...open } = file
  return { ...open, level, threshold, policyHash, support }
}
