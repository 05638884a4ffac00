import { type AccountAsk, type AccountAsking, accountAsking, type CorrectionAsk } from './agency/accounts.js'
import { type BackFillOptions, type BackFillOutcome, type BackFillQuery, backFill } from './agency/back-fill.js'
import {
  type Conference,
  type ConferenceAsk,
  type Joined,
  joinConference,
  openConference,
} from './agency/conference.js'
import { type AgencyEnquiries, agencyEnquiries } from './agency/enquiries.js'
import { gathering } from './agency/gathering.js'
import { identifyAll, type NamedChild } from './agency/identify.js'
import { type CheckOutcome, thrown } from './agency/outcome.js'
import { type ReferralWork, referralWork } from './agency/referrals.js'
import { submitter } from './agency/submit.js'
import { correctCheck, withdrawCheck } from './agency/withdraw.js'
import type { AgencyReferral, UnreadableReferral } from './case/package.js'
import type { DeclineReason, Milestone, ReferralOutcome, ReferralStatus } from './case/referral.js'
import type { CheckId } from './check/canonical.js'
import type { IdentifyProof } from './check/identification.js'
import type { IdentifyOutcome } from './check/messages/identify-reply.js'
import type { Known, Receipt } from './check/receipt.js'
import type { CheckInput } from './check/request.js'
import type { WithdrawalReason } from './check/withdrawal.js'
import type { ChildQuery, ConfirmingDetail, FieldQualities, FieldQuality } from './child/details.js'
import { writeAgencyChildId } from './child/written-form.js'
import { replacementOf } from './party/replacement.js'
import { connect, type PartyKey, type PartyOptions } from './party.js'
import type { SendOptions } from './port.js'
import { type Enrolment, enrol, type Replacement } from './roster/enrolment.js'

export type { BackFillOptions, BackFillOutcome, BackFillQuery } from './agency/back-fill.js'
export type { Conference, ConferenceAsk, Joined } from './agency/conference.js'
export { referralPage } from './case/referral-page.js'
export { type IdentifyProof, identifiedAs } from './check/identification.js'
export { RECEIPT_NOTICE, verifyReceipt } from './check/receipt.js'
export { readAgencyChildId, writeAgencyChildId } from './child/written-form.js'
export { type ErrorCode, IndexError, isIndexError } from './errors.js'
export { type HubPort, newPartyKey, type PartyKey, type Pin } from './party.js'
export type {
  AccountAsk,
  AgencyReferral,
  CheckId,
  CheckInput,
  CheckOutcome,
  ChildQuery,
  ConfirmingDetail,
  CorrectionAsk,
  DeclineReason,
  FieldQualities,
  FieldQuality,
  IdentifyOutcome,
  Known,
  Milestone,
  Receipt,
  ReferralOutcome,
  ReferralStatus,
  UnreadableReferral,
  WithdrawalReason,
}

/** An agency's side of the index: what a police, health, school or housing system imports. */
export interface Agency extends AgencyEnquiries, AccountAsking, ReferralWork {
  readonly id: string
  /** What to hand to the hub's operator to be put on the roster; proves possession of the key. */
  enrolment(): Enrolment
  /** Puts a new key in the place of this one: for `hub.replace`. What was signed under the old one keeps its standing. */
  replacement(next: PartyKey, options?: SendOptions): Promise<Replacement>
  /** Who a child is, as this agency sees them. An unknown child gets a provisional id. */
  identify(child: ChildQuery, practitioner: string, options?: SendOptions): Promise<Identified>
  /**
   * Looks up a whole case list, of any length, and gives an outcome for each child in order. The same list again gives
   * the same ids. Declared to the hub as a back-fill, which its officers are told of.
   * @throws {IndexError} `ERR_RATE_LIMITED` when the agency's look-ups of the day are used up: go on with the rest tomorrow
   */
  identifyAll(
    queries: Iterable<BackFillQuery> | AsyncIterable<BackFillQuery>,
    options: BackFillOptions,
  ): AsyncGenerator<BackFillOutcome<Identified>>
  /**
   * Submits one check. On return it is durable at the hub. Checks that are made while another is under way go together, under
   * one signature; each has its own outcome.
   * @throws {IndexError} naming the field where the check is refused; `ERR_REFERENCE_CONFLICT` where the reference stands for another
   */
  check(input: CheckInput, options?: SendOptions): Promise<Receipt>
  /** Submits many, at most 65,536, under one signature: an outcome for each, in order. */
  checkAll(inputs: readonly unknown[], options?: SendOptions): Promise<readonly CheckOutcome[]>
  /** Takes a check back. It no longer counts; that it existed stays on record. */
  withdraw(reference: string, reason: WithdrawalReason, options?: SendOptions): Promise<void>
  /** Replaces the check that has the same reference. */
  correct(input: CheckInput, reason: WithdrawalReason, options?: SendOptions): Promise<Receipt>
  /**
   * Opens a case conference about a child: an alias that can be read aloud, and that the named agencies, and nobody else,
   * turn into their own ids for the child while its hours run.
   * @throws {IndexError} `ERR_CHILD_ID_UNKNOWN`, `ERR_EPOCH_CLOSED`, `ERR_PARTY_UNKNOWN`, `ERR_PARTY_NOT_IN_STANDING`
   */
  openConference(ask: ConferenceAsk, options?: SendOptions): Promise<Conference>
  /**
   * This agency's own id for the child of a conference, by the alias as it was heard.
   * @throws {IndexError} `ERR_REQUEST_INVALID` for a wrong letter; `ERR_CONFERENCE_UNKNOWN` for an alias that has expired, was
   * meant for others, or never was
   */
  joinConference(alias: string, practitioner: string, options?: SendOptions): Promise<Joined>
}

export interface AgencyOptions extends PartyOptions {
  /** `police`, `health`, `education`, …: must be the kind on the roster. */
  readonly kind: string
  /** A sexual health, mental health or substance misuse service. */
  readonly sensitive?: boolean | undefined
  /** When its information-sharing agreement ends, epoch milliseconds; absent: no end is set. */
  readonly agreementUntil?: number | undefined
  /** Take NHS numbers of the ranges that are for tests. */
  readonly neverIssuedNumbers?: boolean | undefined
}

export interface Identified {
  /** Nine groups of three letters, to write down or read aloud; means nothing to anybody else. */
  readonly agencyChildId: string
  readonly known: Known
  /** A match, candidates to confirm by asking again with one more detail (`confirm`), too many of them, or none. */
  readonly outcome: IdentifyOutcome
  /** What each field of the question was worth. */
  readonly quality: FieldQualities
  /** Evidence of which child the hub named; see `identifiedAs`. Keep it where an answer may be disputed. */
  readonly proof: IdentifyProof
}

function written({ id, epoch, ...answered }: NamedChild): Identified {
  return { agencyChildId: writeAgencyChildId(id, epoch), ...answered }
}

/** An agency from its id, kind and key. */
export function createAgency(options: AgencyOptions): Agency {
  const line = connect(options)
  const { key, hub, id } = line
  const forTests = options.neverIssuedNumbers === true

  const submit = submitter(line, forTests)
  const gathered = gathering(submit)

  return {
    ...agencyEnquiries(line),
    ...accountAsking(line),
    id,
    enrolment() {
      const { signing, hpke } = key
      const keys = { signing: signing.publicKey, hpke: hpke.publicKey }
      const party = {
        party: 'agency' as const,
        id,
        keys,
        suspended: false,
        agencyKind: options.kind,
        sensitive: options.sensitive === true,
        ...(options.agreementUntil === undefined ? {} : { agreementUntil: options.agreementUntil }),
        identifierKeys: [],
      }
      return enrol(hub, party, signing)
    },
    replacement: (next, sendOptions) => replacementOf(line, next, {}, sendOptions),
    async identify(child, practitioner, sendOptions) {
      const [named] = await identifyAll(line, [{ child, practitioner }], forTests, sendOptions)
      if (named === undefined || 'kind' in named) throw thrown(named)
      return written(named)
    },
    identifyAll: (queries, fill) =>
      backFill(queries, fill, async (rows) => {
        const named = await identifyAll(line, rows, forTests, { signal: fill.signal, purpose: 'back-fill' })
        return named.map((each) => ('kind' in each ? each : written(each)))
      }),
    async check(input, sendOptions) {
      const outcome = await gathered(input, sendOptions)
      if (outcome.kind !== 'recorded') throw thrown(outcome)
      return outcome.receipt
    },
    checkAll: submit,
    withdraw: (reference, reason, sendOptions) => withdrawCheck(line, reference, reason, sendOptions),
    correct: (input, reason, sendOptions) => correctCheck(line, input, reason, forTests, sendOptions),
    openConference: (ask, sendOptions) => openConference(line, ask, sendOptions),
    joinConference: (alias, practitioner, sendOptions) => joinConference(line, alias, practitioner, sendOptions),
    ...referralWork(line),
  }
}
