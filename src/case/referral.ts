import type { Threshold } from '../policy/policy.js'
import type { AgencyNeed } from './need.js'

/** A referral as the hub keeps it: the package itself can be read by the receiving agency alone. */
export interface Referral {
  readonly number: number
  readonly case: number
  readonly opening: string
  readonly to: string
  /** Why the agency needs to know. */
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
  /** `prepared`: decided on and numbered, not sent yet. */
  readonly status: 'prepared' | 'sent' | 'received' | 'decided'
  readonly receivedAt?: number | undefined
  readonly outcome?: ReferralOutcome | undefined
  readonly decidedAt?: number | undefined
  /** When a check behind the case was last taken back: the agency must know that the picture has changed. */
  readonly amendedAt?: number | undefined
}

export const REFERRAL_OUTCOMES = [
  'assessment',
  'strategy-discussion',
  'early-help',
  'no-further-action',
  'passed-on',
] as const
export type ReferralOutcome = (typeof REFERRAL_OUTCOMES)[number]

/** Lawful bases of UK GDPR Article 6(1) that a disclosure can rest on. */
export const LAWFUL_BASES = [
  'legal-obligation',
  'vital-interests',
  'public-task',
  'recognised-legitimate-interest',
  'legitimate-interests',
  'consent',
] as const
export type LawfulBasis = (typeof LAWFUL_BASES)[number]

/** What the receiving agency reads: who the child is, why, on what basis, and by when it must decide. */
export interface ReferralPackage {
  readonly referral: number
  readonly case: number
  readonly threshold: Threshold
  readonly level: string
  readonly purpose: string
  readonly lawfulBasis: LawfulBasis
  readonly sentAt: number
  readonly decisionDueAt: number
  /** The child as this agency sees it, in the epoch of the sending; absent from packages of before this was told. */
  readonly agencyChildId?: string | undefined
  /** Groups of details that this agency needs. */
  readonly details: { readonly identity?: unknown; readonly carers?: unknown }
  readonly notice: string
}

export const REFERRAL_NOTICE =
  'The threshold is indicated by checks against an identifier. It is for people to judge; nothing here is a decision about a family.'
