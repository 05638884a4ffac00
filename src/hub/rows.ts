import type { DuplicateReason, DuplicateStatus } from '../case/duplicate.js'
import type { JournalPosition, Known } from '../check/receipt.js'
import type { Withdrawal, WithdrawalReason } from '../check/withdrawal.js'
import type { ChildId } from '../child/identifiers.js'
import type { Lacks } from '../child/keys.js'
import type { Table } from '../store/port.js'

/**
 * What each table holds, once decrypted. Histories, cases, enquiries and referrals can be rebuilt from the journal; whom a
 * token points at, and the sealed records, stand here alone, because the journal does not say whose a record is.
 */
export interface Rows extends Record<Table, unknown> {
  readonly meta: MetaRow
  readonly child: ChildRow
  readonly history: HistoryRow
  /** Not sealed: a child id under a cover; see `child/postings.ts`. */
  readonly posting: never
  readonly reference: ReferenceRow
  readonly record: RecordRow
  readonly case: import('../case/case.js').CaseFile
  readonly opening: OpeningRow
  readonly enquiry: import('../case/enquiry.js').Enquiry
  readonly referral: import('../case/referral.js').Referral
  readonly inbox: { readonly referral: number }
  readonly meter: { readonly used: number }
  readonly duplicate: DuplicateRow | DuplicatePair
  readonly conference: ConferenceRow
  readonly alert: AlertRow
}
export type MetaRow =
  | { readonly kind: 'roster'; readonly positions: readonly number[] }
  | WatermarkRow
  | { readonly kind: 'counter'; readonly next: number }
  | { readonly kind: 'checkpoint'; readonly note: string }
  /** The policy of founding. */
  | { readonly kind: 'policy'; readonly policy: Uint8Array }
  /** Journal positions of those that were adopted later, no two the same. */
  | { readonly kind: 'policies'; readonly positions: readonly number[] }

/** How far the journal has been assessed, and under which policy. */
export interface WatermarkRow {
  readonly kind: 'watermark'
  /** Of the first entry that has not been assessed. */
  readonly position: number
  /** Hash of the policy under which every child has been assessed, or is being; absent: that of founding. */
  readonly policyHash?: string | undefined
  /** Present while children are assessed anew: key of the last history that has been, absent before the first. */
  readonly reassessing?: { readonly after?: Uint8Array | undefined } | undefined
  /** Checks that count for nothing because the policy cannot read them; absent: none. */
  readonly unassessed?: number | undefined
}

export interface ChildRow {
  readonly childId: ChildId
  /** `provisional`: named by a check, no register entry. `unresolved`: the same, because candidates were not told apart. */
  readonly status: 'registered' | 'provisional' | 'unresolved'
  readonly shielded: boolean
  /** Nobody should ever look this child up: whoever does is fishing. */
  readonly isHoney?: boolean | undefined
  /** Kinds of the child's numbers, each with a mark of its token. */
  readonly numbers: readonly { readonly kind: string; readonly mark: number }[]
  /** Marks of what is known of the child, 4 bytes each; see `child/marks.ts`. */
  readonly marks: Uint8Array
  /** Marks of the details by which a candidate is confirmed. */
  readonly details: Uint8Array
  /** What nothing is known of. */
  readonly lacks: Lacks
  readonly recordVersion: number
  readonly fingerprints: readonly Uint8Array[]
  readonly enquiry?: number | undefined
  /** The id that two officers linked this one to: whoever resolves to this child is that one. See `standing`. */
  readonly linkedTo?: ChildId | undefined
  readonly createdAt: number
}

/** A check as the assessment needs it; the signed bytes stay beside the journal. */
export interface HistoryCheck {
  readonly id: string
  readonly agency: string
  readonly agencyKind: string
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly position: number
  readonly row: number
  readonly withdrawn?: true | undefined
}

export interface HistoryRow {
  readonly checks: readonly HistoryCheck[]
  /** The child's latest case. */
  readonly case?: number | undefined
  /** Those before it, all closed. */
  readonly earlierCases?: readonly number[] | undefined
  /** Journal position at which that case was closed. */
  readonly closedAt?: number | undefined
  /** Level that the latest open case was raised to. */
  readonly level: string
  /** Checks that the last assessment left out because the policy could not read them; absent: none. */
  readonly unassessed?: number | undefined
}

export interface ReferenceRow {
  readonly checkId: string
  readonly content: Uint8Array
  readonly receiptContent: Uint8Array
  readonly childId: ChildId
  readonly known: Known
  readonly position: JournalPosition
  readonly recordedAt: number
  readonly withdrawn?: { readonly reason: WithdrawalReason; readonly at: number } | undefined
  /** What the agency signed when this check took another's place. */
  readonly correction?: Withdrawal | undefined
}

export interface RecordRow {
  readonly version: number
  /** Journal position of the entry with this record's hash. */
  readonly position: number
  readonly bytes: Uint8Array
}

export interface OpeningRow {
  readonly case: number
  readonly officer: string
  readonly request: Uint8Array
  /** Of the journalled request. */
  readonly position: number
  readonly record: Uint8Array
  readonly releases: readonly { readonly custodian: string; readonly release: Uint8Array }[]
  readonly expiry: number
}

/** Two ids that seem to be one child, by number: until officers link them or find that they are two. */
export interface DuplicateRow {
  readonly number: number
  readonly first: ChildId
  readonly second: ChildId
  readonly reason: DuplicateReason
  readonly status: DuplicateStatus
  readonly at: number
}

/** Says that a pair of ids is queued, and under which number; lies in the same table under a key of the two. */
export interface DuplicatePair {
  readonly queuedAs: number
}

/** A short-lived alias under which the agencies of one case conference speak of a child; its key is a keyed hash of the alias. */
export interface ConferenceRow {
  readonly childId: ChildId
  readonly agencies: readonly string[]
  readonly expiresAt: number
}

/** Something that officers must look into: by number, never with a child id. */
export interface AlertRow {
  readonly number: number
  readonly kind: string
  readonly agency: string
  readonly practitioner?: Uint8Array | undefined
  readonly at: number
  readonly status: 'open' | 'ended'
}
