import { z } from 'zod'
import type { Alert, AlertOutcome } from './case/alert.js'
import { CASE_STATUSES, type CaseStatus, type ClosingReason } from './case/case.js'
import { DETERMINATION_DAYS, signDetermination } from './case/determination.js'
import type { Dossier } from './case/dossier.js'
import { ENQUIRY_OUTCOMES, type EnquiryOutcome } from './case/enquiry.js'
import type { LinkReason } from './case/link.js'
import type { OverrideReason, ShieldReason, UnshieldReason } from './case/shielding.js'
import { instant, parse } from './door.js'
import { IndexError } from './errors.js'
import type { AlertFilter } from './hub/alert-desk.js'
import type { CaseSummary } from './hub/cases.js'
import type { DuplicateFilter, PublicDuplicate } from './hub/duplicate-list.js'
import type { LinkOutcome } from './hub/links.js'
import type { EnquiryFilter, PublicEnquiry } from './hub/lists.js'
import type { About } from './hub/shield.js'
import {
  alertsSeen,
  type Existence,
  endAlert,
  overrideShield,
  shield,
  type UnshieldOutcome,
  unshield,
} from './officer/alerts.js'
import { duplicatesSeen, saidOnDuplicate, splitDuplicate, suspectCases } from './officer/link.js'
import { memoryOneUseKeys, type OneUseKeys } from './officer/one-use-keys.js'
import { type OpenAsk, type Opening, openDetails } from './officer/open.js'
import { type OpenedDetails, readDetails } from './officer/read.js'
import { type ReferAsk, referCase, type SentReferral } from './officer/refer.js'
import { replacementOf } from './party/replacement.js'
import { connect, type PartyKey, type PartyOptions } from './party.js'
import { THRESHOLDS } from './policy/policy.js'
import type { SendOptions } from './port.js'
import { type Enrolment, enrol, type Replacement } from './roster/enrolment.js'
import type { OfficerRole } from './roster/roster.js'

export { memoryOneUseKeys, type OneUseKeys } from './officer/one-use-keys.js'
export type { About, AlertFilter, Existence, OpenAsk, OpenedDetails, Opening, ReferAsk, SentReferral, UnshieldOutcome }

export interface OfficerChange {
  /** The key to go over to; that of now where absent. */
  readonly key?: PartyKey | undefined
  /** When the confidentiality undertaking was signed anew, epoch milliseconds; never before the one of now. */
  readonly undertakingAt?: number | undefined
  readonly trainingUntil?: number | undefined
  readonly vettingUntil?: number | undefined
}

/** An officer of the management function: works cases by identifier, and opens what the law and the policy allow. */
export interface Officer {
  readonly id: string
  enrolment(): Enrolment
  /** Puts a new key or new dates in the place of those of now: for `hub.replace`. */
  replacement(change: OfficerChange, options?: SendOptions): Promise<Replacement>
  /** A page of at most 100 cases by number. */
  cases(
    filter?: { readonly status?: CaseStatus; readonly after?: number },
    options?: SendOptions,
  ): Promise<readonly CaseSummary[]>
  /** One case by identifier only. */
  review(caseNumber: number, options?: SendOptions): Promise<Dossier>
  /** Signs the judgement that a level is met which the checks alone do not reach. */
  determine(caseNumber: number, options?: SendOptions): Promise<void>
  /**
   * Asks the custodians to open a group of details, which this officer alone can then read until the opening expires.
   * @throws {IndexError} `ERR_THRESHOLD_NOT_REACHED`, `ERR_DISCLOSURE_DENIED`, `ERR_CASE_STATUS`, `ERR_OPENING_UNKNOWN`
   */
  open(ask: OpenAsk, options?: SendOptions): Promise<Opening>
  /** Reads what was opened. Every reading is journalled. @throws {IndexError} `ERR_OPENING_EXPIRED`, `ERR_SHARES_INSUFFICIENT` */
  read(opening: string, options?: SendOptions): Promise<OpenedDetails>
  /** Sends an agency what it needs to act, sealed to its key. */
  refer(ask: ReferAsk, options?: SendOptions): Promise<SentReferral>
  /** Says that a case should close; one that reached a threshold and was never opened takes two officers. */
  close(caseNumber: number, reason: ClosingReason, options?: SendOptions): Promise<CaseStatus>
  /** A page of at most 100 enquiries by number; a shielding officer is shown those about shielded children too. */
  enquiries(filter?: EnquiryFilter, options?: SendOptions): Promise<readonly PublicEnquiry[]>
  /** Says how an enquiry ended. */
  endEnquiry(enquiry: number, outcome: EnquiryOutcome, options?: SendOptions): Promise<void>
  /** A page of at most 100 alerts by number; a shielding officer is shown those about shielded children too. */
  alerts(filter?: AlertFilter, options?: SendOptions): Promise<readonly Alert[]>
  /**
   * Says what came of an alert. One about an officer's own act is ended by another person.
   * @throws {IndexError} `ERR_ALERT_UNKNOWN`, `ERR_CASE_STATUS` where it was ended otherwise, `ERR_PARTY_NOT_IN_STANDING`
   */
  endAlert(alert: number, outcome: AlertOutcome, options?: SendOptions): Promise<void>
  /** Shields the child of a case or an enquiry. For shielding officers. @throws {IndexError} `ERR_PARTY_NOT_IN_STANDING` */
  shield(about: About, reason: ShieldReason, options?: SendOptions): Promise<void>
  /**
   * Says that the child of a case or an enquiry need not be shielded any longer. It is lifted once two persons have said so
   * for one reason within 14 days, one of them a shielding officer; every word alerts shielding officers.
   */
  unshield(about: About, reason: UnshieldReason, options?: SendOptions): Promise<UnshieldOutcome>
  /**
   * Whether the child of an open case or enquiry is registered here, although it may be shielded. Journalled, and every
   * shielding officer is alerted at once, whatever the answer is. @throws {IndexError} `ERR_CASE_STATUS` once it has ended
   */
  overrideShield(about: About, reason: OverrideReason, options?: SendOptions): Promise<Existence>
  /** A page of at most 100 suspected duplicates by number; a shielding officer is shown those about shielded children too. */
  duplicates(filter?: DuplicateFilter, options?: SendOptions): Promise<readonly PublicDuplicate[]>
  /**
   * Queues the children of two cases that seem to be one; gives the number in the queue.
   * @throws {IndexError} `ERR_DUPLICATE_UNKNOWN` where it is for a shielding officer to look into
   */
  suspect(caseNumber: number, other: number, options?: SendOptions): Promise<number>
  /**
   * Signs that two ids of the queue are one child (`merge`) or two (`distinct`). The first officer's word waits two weeks
   * for that of another person. Whoever opened a case of either cannot sign; whoever signed a merge cannot open its case.
   * @throws {IndexError} `ERR_DUPLICATE_UNKNOWN`, `ERR_DUPLICATE_STATUS`, `ERR_OFFICER_INVOLVED`
   */
  link(
    duplicate: number,
    finding: 'merge' | 'distinct',
    reason: LinkReason,
    options?: SendOptions,
  ): Promise<LinkOutcome>
  /**
   * Signs that a merge was an error, and once two persons have, tells every custodian.
   * @throws {IndexError} as `link`; `ERR_CUSTODIAN_UNAVAILABLE` where not every custodian confirmed it: send it again
   */
  split(duplicate: number, reason: LinkReason, options?: SendOptions): Promise<LinkOutcome>
}

export interface OfficerOptions extends PartyOptions {
  /** Who the officer is across roles and keys; a pseudonym from the employer's register. */
  readonly person: string
  /** Epoch milliseconds. */
  readonly undertakingAt: number
  readonly trainingUntil: number
  readonly vettingUntil: number
  /** Absent: a caseworker. */
  readonly roles?: readonly OfficerRole[] | undefined
  /** Where one-use keys are kept until their opening expires; in memory where absent. */
  readonly oneUseKeys?: OneUseKeys | undefined
}

const threshold = z.enum(THRESHOLDS)
const casesReply = z.strictObject({
  cases: z.array(
    z.strictObject({
      number: instant,
      status: z.enum(CASE_STATUSES),
      level: z.string(),
      threshold,
      raisedAt: instant,
      updatedAt: instant,
      reReferral: z.boolean(),
      joinedTo: instant.optional(),
      splitAt: instant.optional(),
    }),
  ),
})
const enquiriesReply = z.strictObject({
  enquiries: z.array(
    z.strictObject({
      number: instant,
      agency: z.string(),
      reference: z.string(),
      owner: z.enum(['management', 'shielding']),
      status: z.enum(['open', 'ended']),
      openedAt: instant,
      dueAt: instant,
      checks: instant,
      outcome: z.enum(ENQUIRY_OUTCOMES).optional(),
      endedAt: instant.optional(),
    }),
  ),
})
const closeReply = z.strictObject({ case: instant, status: z.enum(CASE_STATUSES) })

const DAY_MS = 86_400_000

/** What is given of optional members. */
function given<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>
  }
}

export function createOfficer(options: OfficerOptions): Officer {
  const line = connect(options)
  const keys = options.oneUseKeys ?? memoryOneUseKeys()
  const review = async (caseNumber: number, send?: SendOptions): Promise<Dossier> =>
    (await line.ask('review', { case: caseNumber }, send)) as Dossier

  return {
    id: line.id,
    enrolment() {
      const { signing, hpke } = line.key
      const { person, undertakingAt, trainingUntil, vettingUntil, roles = ['caseworker'] } = options
      const ids = { id: line.id, keys: { signing: signing.publicKey, hpke: hpke.publicKey }, suspended: false }
      return enrol(
        line.hub,
        { party: 'officer', ...ids, person, undertakingAt, trainingUntil, vettingUntil, roles },
        signing,
      )
    },
    replacement: ({ key, ...dates }, send) => replacementOf(line, key, given(dates), send),
    async cases(filter = {}, send) {
      return parse(casesReply, await line.ask('cases', filter, send), 'ERR_MESSAGE_MALFORMED', 'cases').cases
    },
    review,
    async determine(caseNumber, send) {
      const { verdict, mayDetermine, timeline } = await review(caseNumber, send)
      if (mayDetermine === undefined)
        throw new IndexError(
          'ERR_THRESHOLD_NOT_REACHED',
          'the policy lets nobody determine from the level that the checks reach',
        )
      const checkIds = timeline
        .filter(({ supports, withdrawn }) => supports ?? !withdrawn)
        .map(({ checkId }) => checkId)
      const at = verdict.asOf
      const { from, to } = mayDetermine
      const said = {
        case: caseNumber,
        checkIds,
        policyHash: verdict.policyHash,
        at,
        from,
        to,
        expiry: at + DETERMINATION_DAYS * DAY_MS,
        officer: line.id,
      }
      await line.ask('determine', { determination: signDetermination(line.hub, said, line.key.signing) }, send)
    },
    open: (ask, send) => openDetails(line, keys, ask, send),
    read: async (opening, send) => (await readDetails(line, keys, opening, send)).opened,
    refer: (ask, send) => referCase(line, keys, ask, send),
    async close(caseNumber, reason, send) {
      return parse(
        closeReply,
        await line.ask('close', { case: caseNumber, reason }, send),
        'ERR_MESSAGE_MALFORMED',
        'close',
      ).status
    },
    async enquiries(filter = {}, send) {
      return parse(enquiriesReply, await line.ask('enquiries', filter, send), 'ERR_MESSAGE_MALFORMED', 'enquiries')
        .enquiries
    },
    async endEnquiry(enquiry, outcome, send) {
      await line.ask('end-enquiry', { enquiry, outcome }, send)
    },
    alerts: (filter = {}, send) => alertsSeen(line, filter, send),
    endAlert: (alert, outcome, send) => endAlert(line, alert, outcome, send),
    shield: (about, reason, send) => shield(line, about, reason, send),
    unshield: (about, reason, send) => unshield(line, about, reason, send),
    overrideShield: (about, reason, send) => overrideShield(line, about, reason, send),
    duplicates: (filter = {}, send) => duplicatesSeen(line, filter, send),
    suspect: (caseNumber, other, send) => suspectCases(line, [caseNumber, other], send),
    link: (duplicate, finding, reason, send) => saidOnDuplicate(line, { duplicate, kind: finding, reason }, send),
    split: (duplicate, reason, send) => splitDuplicate(line, { duplicate, reason }, send),
  }
}
