import type { Alert } from '../case/alert.js'
import type { Dossier } from '../case/dossier/dossier.js'
import type { ErasureReason } from '../case/erasure.js'
import type { Figures } from '../case/figures/figures.js'
import type { JournalPosition } from '../check/receipt.js'
import type { RowEvidence } from '../journal/inclusion.js'
import type { ConsistencyProof, InclusionProof } from '../journal/proof.js'
import type { ExportedEntry } from '../journal/verify.js'
import type { HubPort } from '../party.js'
import type { Policy } from '../policy/policy.js'
import type { ReplayOptions, ReplayReport } from '../policy/replay/replay.js'
import type { Enrolment, Replacement } from '../roster/enrolment.js'
import type { RosterHistory } from '../roster/history.js'
import type { Roster } from '../roster/roster.js'
import type { CaseFilter, CaseSummary } from './cases/case-lists.js'
import type { DeadlineFilter, Reminding, RemindOptions, SeenDeadline } from './cases/deadlines.js'
import type { Adoption, AdoptOptions } from './checks/adopt-policy.js'
import type { ChildHistory } from './checks/histories.js'
import type { AdoptedPolicy } from './checks/policies.js'
import type { CaseNews } from './checks/raise.js'
import type { Rotation, RotationOptions } from './children/epochs.js'
import type { Lookups } from './children/lookup-rotation.js'
import type { RewrapOptions, Rewrapping, ShareCount } from './custodians/rewrap.js'
import type { Unlocking } from './custodians/unlock.js'
import type { EnquiryFilter, PublicEnquiry } from './enquiries/enquiries-list.js'
import type { Erased } from './erasure/erase.js'
import type { NotedErasures } from './erasure/erase-noted.js'
import type { FiguresOptions } from './figures/figures.js'
import type { ExportOptions } from './journal/export-bundle.js'
import type { JournalReport } from './journal/verify-stored.js'
import type { DuplicateFilter, PublicDuplicate } from './links/duplicate-list.js'
import type { PublicReferral, ReferralFilter } from './referrals/referral-list.js'
import type { NewKeyset } from './roster/change-roster.js'
import type { ChangeOptions, RosterOutcome } from './roster/enrolment.js'
import type { KeysetRecords } from './roster/keysets.js'
import type { CustodianReach, HubStatus } from './status.js'
import type { AlertFilter } from './watch/alert-desk.js'

/**
 * One index with its journal and its management function. Parties reach it by messages (`send`); the methods are for
 * whoever operates it, and none of them can show a child's details.
 */
export interface Hub extends HubPort, AsyncDisposable {
  readonly id: Uint8Array
  readonly name: string
  /**
   * Puts agencies, officers, sealers or custodians on the roster by their enrolments, several of them in one change.
   * @throws {IndexError} `ERR_CHANGE_WAITS` while another change of the roster waits, as every change does, unless this one is to
   * take its place
   */
  enrol(enrolments: Enrolment | readonly Enrolment[], options?: ChangeOptions): Promise<RosterOutcome>
  /**
   * Gives a party that is on the roster new keys or dates, by its own word (`replacement`): it is the same party, and a
   * suspension stays.
   * @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_PARTY_EXISTS`, `ERR_SIGNATURE_INVALID`, `ERR_ROSTER_INVALID`
   */
  replace(replacement: Replacement, options?: ChangeOptions): Promise<RosterOutcome>
  /** Takes a party's standing away from this moment on. No custodian is asked, and none is needed. */
  suspend(id: string): Promise<void>
  reinstate(id: string, options?: ChangeOptions): Promise<RosterOutcome>
  /**
   * Seals what is registered from now on under other custodians, or another quorum. Records of before open as before until
   * their children are registered again: put the same feed through once more.
   */
  makeKeyset(keyset: NewKeyset): Promise<RosterOutcome>
  /**
   * Has custodians wrap their shares of what is sealed anew under their present roots. Nothing is opened. It can be stopped and
   * called again; records in any mixture of generations open.
   * @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_CUSTODIAN_UNAVAILABLE`, `ERR_SIGNATURE_INVALID`
   */
  rewrap(options?: RewrapOptions): Promise<readonly Rewrapping[]>
  /** How many records lie under which root of which custodian. Reads every record. */
  shareCounts(): Promise<readonly ShareCount[]>
  /** How many records wait for that, by keyset. */
  formerKeysetRecords(): Promise<readonly KeysetRecords[]>
  /**
   * Begins the next identifier epoch: `identify` answers with new agency child ids, and the former ones are taken for
   * another 90 days. Checks under any epoch count and open as before.
   * @throws {IndexError} `ERR_ROSTER_INVALID` while the window of the rotation before is open, unless `early`
   */
  rotateEpoch(options?: RotationOptions): Promise<Rotation>
  /**
   * Has a custodian that was restored from a backup told by its peers what it may have forgotten, and so ends its lock.
   * @throws {IndexError} `ERR_CUSTODIAN_LOCKED` when too few peers can be reached, `ERR_JOURNAL_INVALID` when they have seen heads
   * of two journals; it stays locked then
   */
  unlock(custodian: string): Promise<Unlocking>
  /** Puts a proposed roster in force once its delay has passed; with no delay, whatever proposed it has done so. */
  activate(): Promise<void>
  roster(): Roster
  /** Every version of it, by the journal position from which it holds, and what is proposed. */
  rosters(): RosterHistory
  /**
   * Empties a check, by the position in its receipt; the journal verifies as before, and the check counts no more.
   * @throws {IndexError} `ERR_CHECK_UNKNOWN`; `ERR_CASE_STATUS` while a case of its child is open
   */
  eraseCheck(position: JournalPosition, reason: ErasureReason): Promise<Erased>
  /**
   * Empties all that the index holds of the child of a case, linked ids among it: checks, sealed details, what finds it.
   * @throws {IndexError} `ERR_CASE_UNKNOWN`; `ERR_CASE_STATUS` while a case or enquiry is open, an opening can be read, or a
   * referral waits to be fetched
   */
  eraseChildOfCase(caseNumber: number, reason: ErasureReason): Promise<Erased>
  /** Erases the children whose erasure sealers asked for, where nothing is in the way of it any longer. */
  eraseNoted(): Promise<NotedErasures>
  /** Under which lookup keys children stand; looks at every child. */
  lookups(): Promise<Lookups>
  /** Custodians that have no lookup key of this generation yet, or another than the others, or cannot be reached. */
  custodiansWithout(generation: number): Promise<readonly string[]>
  /**
   * Forgets what stands under the former lookup keys, which are then to be deleted from the key files.
   * @throws {IndexError} `ERR_REQUEST_INVALID` while registered children stand under them, unless `anyway`
   */
  retireLookups(options?: { readonly anyway?: boolean | undefined }): Promise<Lookups>
  /**
   * Makes a policy the one that decides from an instant on, and starts to assess every child anew under it: a level newly
   * reached raises a case, and none falls. `caughtUp` waits for that. A policy that is scheduled takes over with whatever
   * is asked of the hub next, once its time has come.
   *
   * It must keep every code of the policy before. An earlier policy comes back by being adopted again.
   * @throws {IndexError} `ERR_POLICY_INVALID` naming the field, `ERR_REQUEST_INVALID` for a `from` that is too early
   */
  adoptPolicy(policy: Policy, options?: AdoptOptions): Promise<Adoption>
  /** The policy that decides now. @throws {IndexError} `ERR_POLICY_UNKNOWN` where the roster approves none at this time */
  policy(): { readonly policy: Policy; readonly hash: string }
  /** Those that decided before, decide now and are to decide, in this order. */
  policies(): readonly AdoptedPolicy[]
  /**
   * What the policy sees of every child, for trying another policy on it. For use inside the hub alone: it names no
   * child, but agencies, and checks by the ids that their receipts have.
   */
  histories(): AsyncIterable<ChildHistory>
  /** How many children would be at each level under another policy; see `replayPolicies` for what its counts protect. */
  replay(policy: Policy, options?: Omit<ReplayOptions, 'asOf'>): Promise<ReplayReport>
  /**
   * Counts of a month, a quarter or a year that has ended, as they may be published: see `docs/figures.md` for what they protect.
   * What is shown is journalled with the first call, and the same from then on.
   * @throws {IndexError} `ERR_REQUEST_INVALID`, naming the field
   */
  figures(options: FiguresOptions): Promise<Figures>
  /** Cases by number, a page at a time as they are asked for. */
  cases(filter?: CaseFilter): AsyncIterable<CaseSummary>
  case(number: number): Promise<Dossier>
  /** Without those about shielded children, which the shielding officer alone is shown. */
  enquiries(filter?: EnquiryFilter): AsyncIterable<PublicEnquiry>
  /** Referrals that were sent, by number; what they say only the receiving agency can read. */
  referrals(filter?: ReferralFilter): AsyncIterable<PublicReferral>
  /** What is due, in the order in which it is; without what shielding officers alone are shown. */
  deadlines(filter?: DeadlineFilter): AsyncIterable<SeenDeadline>
  /**
   * Tells of every deadline that has become soon, overdue or escalated since it was last told of, and gives their number. For a
   * scheduler to call as often as it likes: nothing is told twice, but for what was being told when a process died. With `shielding`
   * of those that shielding officers alone are shown, instead of all the others.
   */
  remind(tell: Reminding, options?: RemindOptions): Promise<number>
  /** Suspected duplicates by number, without those about shielded children. */
  duplicates(filter?: DuplicateFilter): AsyncIterable<PublicDuplicate>
  /** Alerts by number, without those that shielding officers alone are shown. */
  alerts(filter?: AlertFilter): AsyncIterable<Alert>
  /** Calls back for every alert at once, for shielding officers too: its `audience` says who may be told. */
  onAlert(listener: (alert: Alert) => void): () => void
  /** Calls back for every case that is raised or changes its level; returns how to stop. */
  onCase(listener: (news: CaseNews) => void): () => void
  /** What this hub is, and what the way it is wired does and does not protect. */
  status(): HubStatus
  /** Asks each custodian whether it is there. */
  custodians(): Promise<readonly CustodianReach[]>
  /** Resolves once every check that was recorded by now has been assessed. */
  caughtUp(options?: { readonly signal?: AbortSignal }): Promise<void>
  readonly journal: HubJournal
  /** Waits for what is under way, has the head cosigned, and lets go of the store. */
  close(): Promise<void>
}

export interface HubJournal {
  size(): Promise<number>
  /** The present head as a C2SP checkpoint, signed by the hub and cosigned by a quorum of custodians. */
  head(): Promise<string>
  inclusion(position: number, size: number): Promise<InclusionProof>
  consistency(from: number, to: number): Promise<ConsistencyProof>
  /** The journal for an auditor; entries that join agencies stay encrypted. See `verifyJournal` of `child-index/verify`. */
  entries(options?: { readonly from?: number; readonly signal?: AbortSignal }): AsyncIterable<ExportedEntry>
  /** The whole journal as a portable bundle, line by line; see `verifyBundle` of `child-index/verify`, and who may have which. */
  bundle(options?: ExportOptions): AsyncIterable<Uint8Array>
  /** What proves that a check stands where its receipt says. See `verifyRow` of `child-index/verify`. */
  check(position: JournalPosition): Promise<RowEvidence>
  /** Recomputes the whole journal from its bytes and compares it with a fresh head. */
  verify(options?: {
    readonly signal?: AbortSignal
    readonly onProgress?: (done: number, total: number) => void
  }): Promise<JournalReport>
}
