import type { AccountRequest } from '../case/account.js'
import type { Correction } from '../case/account-correction.js'
import type { Alert } from '../case/alert.js'
import type { ConsentRecord } from '../case/consent.js'
import type { DuplicateReason, DuplicateStatus } from '../case/duplicate.js'
import type { Erasure } from '../case/erasure.js'
import type { Link, LinkStatement } from '../case/link.js'
import type { JournalPosition, Known } from '../check/receipt.js'
import type { Withdrawal, WithdrawalReason } from '../check/withdrawal.js'
import type { ChildId } from '../child/identifiers.js'
import type { Table } from '../store/port.js'
import type { AgendaRow } from './cases/agenda.js'
import type { ListingRow } from './cases/listing.js'
import type { DueRow, WatchStateRow } from './watch/watch-state.js'

/**
 * What each table holds, once decrypted. Histories, cases, enquiries and referrals can be rebuilt from the journal; whom a
 * token points at, and the sealed records, stand here alone, because the journal does not say whose a record is.
 */
export interface Rows extends Record<Table, unknown> {
  readonly meta: MetaRow
  readonly child: ChildRow
  /** Of one batch or of several that follow each other, by the journal position of the last; see `check-index/row.ts`. */
  readonly check: Uint8Array
  readonly history: HistoryRow
  /** Not sealed: a child id under a cover; see `child/postings.ts`. */
  readonly posting: never
  readonly reference: ReferenceRow
  readonly record: RecordRow
  readonly case: import('../case/case.js').CaseFile
  readonly opening: OpeningRow
  readonly enquiry: import('../case/enquiry.js').Enquiry
  readonly referral: import('../case/referral.js').Referral
  readonly inbox: { readonly referral: number } | AskedRow
  readonly meter: MeterRow
  readonly duplicate: DuplicateRow | DuplicatePair
  readonly conference: ConferenceRow
  readonly alert: Alert
  readonly consent: ConsentRow
  readonly account: AccountRequest | Correction | AccountPointer | CorrectionsOfChild
  readonly listing: ListingRow
  readonly agenda: AgendaRow
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
  /** The first officer's word that a child need not be shielded any longer. */
  | { readonly kind: 'unshield'; readonly officer: string; readonly reason: string; readonly at: number }
  /** A child that a sealer had erased, for as long as something is in the way of it. */
  | ({ readonly kind: 'erasure'; readonly childId: ChildId } & Pick<Erasure, 'reason' | 'by'>)
  /** Where the journal has what is shown of a period, and up to where the journal was counted for it. */
  | { readonly kind: 'figures'; readonly position: number; readonly upTo: number }
  /** See `checks/apart.ts`. */
  | { readonly kind: 'apart'; readonly children: readonly ChildId[] }
  /** The alert about an officer who overrode shielding within a case or an enquiry. */
  | { readonly kind: 'override'; readonly alert: number }

/** How far the journal has been assessed, and under which policy. */
export interface WatermarkRow {
  readonly kind: 'watermark'
  /** Of the first entry that has not been assessed. */
  readonly position: number
  /** Hash of the policy under which every child has been assessed, or is being; absent: that of founding. */
  readonly policyHash?: string | undefined
  /** Present while children are assessed anew: history key of the last child that has been, absent before the first. */
  readonly reassessing?: { readonly after?: Uint8Array | undefined } | undefined
  /** Checks that count for nothing because the policy cannot read them; absent: none. */
  readonly unassessed?: number | undefined
}

export interface ChildRow {
  readonly childId: ChildId
  /** `provisional`: named by a check, no register entry. `unresolved`: the same, because candidates were not told apart. */
  readonly status: 'registered' | 'provisional' | 'unresolved'
  readonly shielded: boolean
  /** Kinds of the child's numbers, each with a mark of its token. */
  readonly numbers: readonly { readonly kind: string; readonly mark: number }[]
  /** Marks of what is known of the child, 4 bytes each; see `child/marks.ts`. */
  readonly marks: Uint8Array
  /** Marks of the details by which a candidate is confirmed. */
  readonly details: Uint8Array
  /** See `packTraits` of `child/keys.ts`. */
  readonly traits: number
  /** Generation of the lookup keys under which the child stands: its numbers, marks, details and fingerprints. Absent: the first. */
  readonly lookups?: number | undefined
  readonly recordVersion: number
  readonly fingerprints: readonly Uint8Array[]
  readonly enquiry?: number | undefined
  /** The id that two officers linked this one to: whoever resolves to this child is that one. See `standing`. */
  readonly linkedTo?: ChildId | undefined
  /** Of a child whom nobody registered: the id that agencies are answered with, its own unless it is a face. See `face.ts`. */
  readonly answeredAs?: ChildId | undefined
  /** Shielded only because an id is that it is linked with: a split takes it off again. */
  readonly shieldedByLink?: true | undefined
  /** 1 for a child of invented details that nobody should look up: no check on it raises a case. A number, so that rows are of one size. */
  readonly isHoney?: 0 | 1 | undefined
  readonly createdAt: number
}

/**
 * What there is to say of a child beside its checks, which the index of checks has; nothing of most children, who have no row. Whoever
 * writes one writes the watermark with it: so a process that finds the watermark as it left it knows that no other wrote any.
 */
export interface HistoryRow {
  /** Of checks that agencies signed for this id. */
  readonly marks?: readonly CheckMark[] | undefined
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
  /** The id that this one is linked to, and where the journal says so: its checks, old and new, stand in that history. */
  readonly joinedTo?: { readonly childId: ChildId; readonly position: number } | undefined
  /** The ids that are linked to this one itself. */
  readonly joined?: readonly ChildId[] | undefined
}

/** What became of a check, by its place in the journal. */
export interface CheckMark {
  readonly position: number
  readonly row: number
  readonly withdrawn?: true | undefined
  /** Somebody whom it is about says that it is wrong, and its agency did not agree. */
  readonly disputed?: true | undefined
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
  /** Its child is linked to another that is registered too, by a newer record. It stays sealed. */
  readonly superseded?: true | undefined
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
  /** Referrals that begin with this opening, by all of their openings and the agency. */
  readonly referred?:
    | readonly { readonly to: string; readonly openings: readonly string[]; readonly referral: number }[]
    | undefined
}

/** Says under which number an agency's reference was taken in; lies in the same table under a key of the two. */
export interface AccountPointer {
  readonly askedAs: number
}

/** What was asked to be put right of one child. */
export interface CorrectionsOfChild {
  readonly corrections: readonly number[]
}

/** An enquiry or a correction as it waits for an agency, under the agency's own reference. */
export interface AskedRow {
  readonly reference: string
  readonly since: number
  /** Number of the enquiry, of ten digits: a row's size does not say whose desk it is on. */
  readonly enquiry?: string | undefined
  /** Number of the correction by which somebody disputes the check. */
  readonly correction?: number | undefined
}

/** Two ids that seem to be one child, by number: until officers link them or find that they are two. */
export interface DuplicateRow {
  readonly number: number
  readonly first: ChildId
  readonly second: ChildId
  readonly reason: DuplicateReason
  readonly status: DuplicateStatus
  readonly at: number
  /** The first officer's word, while it waits for the second's. */
  readonly waiting?: LinkStatement | undefined
  /** The merge that is in force. */
  readonly link?: (Pick<Link, 'salt'> & { readonly from: ChildId; readonly into: ChildId }) | undefined
  /** The split that undid it, for custodians that have not heard of it. */
  readonly split?: readonly LinkStatement[] | undefined
  /** How often two officers have agreed on it: every time their commitment has another salt. */
  readonly rounds?: number | undefined
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

/** What was said of a child by itself and its carers, under one id. */
export interface ConsentRow {
  readonly words: readonly {
    readonly record: ConsentRecord
    /** Of its journal entry. */
    readonly position: number
    /** SHA-256 of the signature of the message that asked for it, as hexadecimal digits: one message is one record. */
    readonly asked: string
  }[]
  /** Positions of the entries that took something back. */
  readonly withdrawals?: readonly number[] | undefined
}

/** Look-ups or checks of a day; or, under keys of their own, what the watch remembers of them. */
export interface MeterRow {
  readonly used: number
  /** Of a practitioner, which ten minutes were counted last, numbered from 1970, and what was used in them. */
  readonly slot?: number | undefined
  readonly usedInSlot?: number | undefined
  readonly watch?: WatchStateRow | undefined
  readonly due?: DueRow | undefined
}
