import type { Alert } from './case/alert.js'
import type { CaseStatus } from './case/case.js'
import type { Dossier } from './case/dossier.js'
import type { JournalPosition } from './check/receipt.js'
import { IndexError } from './errors.js'
import { type Adoption, type AdoptOptions, adoptPolicy } from './hub/adopt-policy.js'
import { type AlertFilter, alertsForOfficer, endAlert, listAlerts } from './hub/alert-desk.js'
import { openAssessor } from './hub/assessor.js'
import {
  type CaseSummary,
  casesForOfficer,
  closeCase,
  determine,
  dossier,
  listCases,
  reviewForOfficer,
} from './hub/cases.js'
import { checkpoint, requireNotRolledBack } from './hub/checkpoints.js'
import { joinConference, openConference } from './hub/conference.js'
import {
  type DuplicateFilter,
  duplicatesForOfficer,
  listDuplicates,
  type PublicDuplicate,
  suspectDuplicate,
} from './hub/duplicate-list.js'
import { endEnquiryByOfficer } from './hub/enquiries.js'
import { activateProposed, enrolParty, suspendParty } from './hub/enrolment.js'
import { type Rotation, type RotationOptions, rotateEpoch } from './hub/epochs.js'
import { checkEvidence, exportEntries } from './hub/exports.js'
import { type ChildHistory, listHistories, replay } from './hub/histories.js'
import { identify } from './hub/identify.js'
import { link, prepareLink } from './hub/links.js'
import {
  type EnquiryFilter,
  enquiriesForOfficer,
  facts,
  listEnquiries,
  listReferrals,
  type PublicEnquiry,
  type PublicReferral,
  relay,
  rosterSince,
} from './hub/lists.js'
import { openCase } from './hub/open-case.js'
import { type OpenHubOptions, openContext } from './hub/open-context.js'
import { type AdoptedPolicy, adoptedPolicies } from './hub/policies.js'
import { preparedEvidence, prepareOpening } from './hub/prepare-opening.js'
import type { CaseNews } from './hub/raise.js'
import { readOpening } from './hub/read-opening.js'
import { recordChecks } from './hub/record-checks.js'
import { decideReferral, inbox, prepareReferral, sendReferral } from './hub/referrals.js'
import { findForRegistration, registerChildren } from './hub/register.js'
import { overrideShield, shieldChild, unshieldChild } from './hub/shield.js'
import { type HubStatus, statusOf } from './hub/status.js'
import { type JournalReport, verifyStored } from './hub/verify-stored.js'
import { correctCheck, findCheck, withdrawCheck } from './hub/withdraw.js'
import type { RowEvidence } from './journal/inclusion.js'
import type { ConsistencyProof, InclusionProof } from './journal/proof.js'
import type { ExportedEntry } from './journal/verify.js'
import type { HubPort } from './party.js'
import type { Policy } from './policy/policy.js'
import type { ReplayOptions, ReplayReport } from './policy/replay/replay.js'
import { type Handler, serve } from './port.js'
import type { Enrolment } from './roster/change.js'
import { presentRoster } from './roster/history.js'
import type { Roster } from './roster/roster.js'

export type { Adoption, AdoptOptions } from './hub/adopt-policy.js'
export type { Rotation, RotationOptions } from './hub/epochs.js'
export type { ChildHistory } from './hub/histories.js'
export type { OpenHubOptions } from './hub/open-context.js'
export type { AdoptedPolicy } from './hub/policies.js'
export type { HubStatus } from './hub/status.js'

/**
 * One index with its journal and its management function. Parties reach it by messages (`send`); the methods are for
 * whoever operates it, and none of them can show a child's details.
 */
export interface Hub extends HubPort, AsyncDisposable {
  readonly id: Uint8Array
  readonly name: string
  /** Puts an agency, officer or sealer on the roster, by its enrolment. */
  enrol(enrolment: Enrolment): Promise<void>
  suspend(id: string): Promise<void>
  /**
   * Begins the next identifier epoch: `identify` answers with new agency child ids, and the former ones are taken for
   * another 90 days. Checks under any epoch count and open as before.
   * @throws {IndexError} `ERR_ROSTER_INVALID` while the window of the rotation before is open, unless `early`
   */
  rotateEpoch(options?: RotationOptions): Promise<Rotation>
  /** Puts a proposed roster in force once its delay has passed; with no delay, whatever proposed it has done so. */
  activate(): Promise<void>
  roster(): Roster
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
  /** Cases by number, a page at a time as they are asked for. */
  cases(filter?: { readonly status?: CaseStatus; readonly after?: number }): AsyncIterable<CaseSummary>
  case(number: number): Promise<Dossier>
  /** Without those about shielded children, which the shielding officer alone is shown. */
  enquiries(filter?: EnquiryFilter): AsyncIterable<PublicEnquiry>
  referrals(filter?: { readonly after?: number }): AsyncIterable<PublicReferral>
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
  /** What proves that a check stands where its receipt says. See `verifyRow` of `child-index/verify`. */
  check(position: JournalPosition): Promise<RowEvidence>
  /** Recomputes the whole journal from its bytes and compares it with a fresh head. */
  verify(options?: {
    readonly signal?: AbortSignal
    readonly onProgress?: (done: number, total: number) => void
  }): Promise<JournalReport>
}

/** A hub on a store with its keys, its custodians within reach, and its journal checked against what they saw. */
export async function openHub(options: OpenHubOptions): Promise<Hub> {
  const { context: hub, follow } = await openContext(options)
  const prepared = preparedEvidence(hub.clock)
  const assessor = openAssessor(hub)
  const { assess } = assessor
  /** After an answer, and not for it: what fails now is done with the next message. */
  const assessSoon = (): void => {
    assess().catch(() => undefined)
  }
  const underWay = new Set<Promise<unknown>>()
  let isClosed = false
  await requireNotRolledBack(hub)

  const thenAssess =
    (handler: Handler): Handler =>
    async (message, send) => {
      const answer = await handler(message, send)
      assessSoon()
      return answer
    }
  const caughtUpFirst =
    (handler: Handler): Handler =>
    async (message, send) => {
      await assess(send?.signal)
      return handler(message, send)
    }

  /** What each message starts: one line per verb, in the order of a check's life. */
  const story: Record<string, Handler> = {
    facts: async () => facts(hub),
    roster: async (message) => rosterSince(hub, message),
    relay: (message, send) => relay(hub, message, send),
    'find-for-registration': (message, send) => findForRegistration(hub, message, send),
    register: (message, send) => registerChildren(hub, message, send),
    identify: (message, send) => identify(hub, message, send),
    'open-conference': (message) => openConference(hub, message),
    'join-conference': (message) => joinConference(hub, message),
    'check-batch': thenAssess((message) => recordChecks(hub, message)),
    'find-check': (message) => findCheck(hub, message),
    withdraw: thenAssess((message) => withdrawCheck(hub, message)),
    correct: thenAssess((message) => correctCheck(hub, message)),
    cases: caughtUpFirst((message) => casesForOfficer(hub, message)),
    review: caughtUpFirst((message) => reviewForOfficer(hub, message)),
    determine: caughtUpFirst((message) => determine(hub, message)),
    'prepare-opening': caughtUpFirst((message) => prepareOpening(hub, prepared, message)),
    open: (message, send) => openCase(hub, prepared, message, send),
    'read-opening': (message) => readOpening(hub, message),
    'prepare-referral': (message) => prepareReferral(hub, message),
    refer: (message) => sendReferral(hub, message),
    inbox: (message) => inbox(hub, message),
    decide: (message) => decideReferral(hub, message),
    close: caughtUpFirst((message) => closeCase(hub, message)),
    enquiries: caughtUpFirst((message) => enquiriesForOfficer(hub, message)),
    'end-enquiry': (message) => endEnquiryByOfficer(hub, message),
    alerts: (message) => alertsForOfficer(hub, message),
    'end-alert': (message) => endAlert(hub, message),
    shield: (message) => shieldChild(hub, message),
    unshield: (message) => unshieldChild(hub, message),
    'override-shield': (message) => overrideShield(hub, message),
    duplicates: caughtUpFirst((message) => duplicatesForOfficer(hub, message)),
    'suspect-duplicate': caughtUpFirst((message) => suspectDuplicate(hub, message)),
    'prepare-link': caughtUpFirst((message) => prepareLink(hub, message)),
    link: caughtUpFirst(thenAssess((message) => link(hub, message))),
  }
  const port = serve(new Map(Object.entries(story)))
  const requireOpen = (): void => {
    if (isClosed) throw new IndexError('ERR_CLOSED', 'the hub is closed')
  }
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await Promise.allSettled(underWay)
    await assessor.settled()
    // Without a quorum there is no new head to keep; the journal itself is durable already.
    await checkpoint(hub).catch(() => undefined)
    await hub.store.close()
    await options.onClose?.()
  }

  // What an earlier process had recorded and not yet assessed.
  assessSoon()

  return {
    id: hub.id,
    name: hub.name,
    pin: { hub: hub.id, roster: (hub.rosters().versions[0]?.roster ?? presentRoster(hub.rosters())).hash },
    async send(message, send) {
      requireOpen()
      const answer = hub.ledger.notice().then(() => port.send(message, send))
      underWay.add(answer)
      return answer.finally(() => underWay.delete(answer))
    },
    enrol: (enrolment) => enrolParty(hub, enrolment, follow),
    suspend: (id) => suspendParty(hub, id, follow),
    rotateEpoch: (rotation = {}) => rotateEpoch(hub, rotation, follow),
    activate: () => activateProposed(hub, follow).finally(assessSoon),
    roster: () => presentRoster(hub.rosters()),
    adoptPolicy: (policy, adoption = {}) => adoptPolicy(hub, policy, adoption, follow).finally(assessSoon),
    policy() {
      const { policy, hash } = hub.policy()
      return { policy, hash }
    },
    policies: () => adoptedPolicies(hub.documents(), presentRoster(hub.rosters())),
    async *histories() {
      await assess()
      yield* listHistories(hub)
    },
    async replay(policy, replayOptions = {}) {
      await assess()
      return replay(hub, policy, replayOptions)
    },
    async *cases(filter) {
      await assess()
      yield* listCases(hub, filter)
    },
    async case(number) {
      await assess()
      return dossier(hub, number)
    },
    async *enquiries(filter) {
      await assess()
      yield* listEnquiries(hub, { ...filter, isShielding: false })
    },
    referrals: (filter) => listReferrals(hub, filter),
    alerts: (filter) => listAlerts(hub, { ...filter, isShielding: false }),
    onAlert(listener) {
      hub.alertListeners.add(listener)
      return () => {
        hub.alertListeners.delete(listener)
      }
    },
    async *duplicates(filter) {
      await assess()
      yield* listDuplicates(hub, { ...filter, isShielding: false })
    },
    status: () => statusOf(hub, options.custodiansApart === true, assessor.unassessed()),
    onCase: assessor.onCase,
    caughtUp: (wait) => assess(wait?.signal),
    journal: {
      size: () => hub.ledger.size(),
      head: async () => (await checkpoint(hub)).note,
      inclusion: (position, size) => hub.ledger.inclusion(position, size),
      consistency: (from, to) => hub.ledger.consistency(from, to),
      entries: (wanted) => exportEntries(hub, wanted),
      check: (position) => checkEvidence(hub, position),
      verify: (verification) => verifyStored(hub, verification),
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
