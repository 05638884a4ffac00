import { z } from 'zod'
import { type AgencyReferral, openReferral, type UnreadableReferral } from '../case/package.js'
import {
  type DeclineReason,
  type Milestone,
  REFERRAL_STATUSES,
  type ReferralOutcome,
  type ReferralStatus,
} from '../case/referral.js'
import { instant, isBytes, parse } from '../door.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'

/** What an agency does with the referrals that it is sent. Every word of it is signed, and the officers see it. */
export interface ReferralWork {
  /** Referrals to this agency after a number; reading one is its receipt. */
  referrals(after?: number, options?: SendOptions): AsyncIterable<AgencyReferral | UnreadableReferral>
  /**
   * Says that this agency takes a referral on. That is no decision yet, and its deadline runs on.
   * @throws {IndexError} `ERR_REFERRAL_UNKNOWN`; `ERR_CASE_STATUS` where it was declined
   */
  accept(referral: number, options?: SendOptions): Promise<ReferralStatus>
  /**
   * Says that it does not, and why: the officers must find another agency.
   * @throws {IndexError} `ERR_REFERRAL_UNKNOWN`; `ERR_CASE_STATUS` where it was decided, or declined for another reason
   */
  decline(referral: number, reason: DeclineReason, options?: SendOptions): Promise<ReferralStatus>
  /**
   * Says what this agency decided on a referral.
   * @throws {IndexError} `ERR_REFERRAL_UNKNOWN`; `ERR_CASE_STATUS` where it was declined, or decided otherwise
   */
  decide(referral: number, outcome: ReferralOutcome, options?: SendOptions): Promise<ReferralStatus>
  /**
   * Says what became of a referral, and on which day in London (`YYYY-MM-DD`). A strategy discussion starts the 15 working days
   * to the conference. A day that was told wrong is told again.
   * @throws {IndexError} `ERR_REFERRAL_UNKNOWN`, `ERR_CASE_STATUS`; `ERR_REQUEST_INVALID` for a day before the referral or to come
   */
  report(referral: number, milestone: Milestone, on: string, options?: SendOptions): Promise<ReferralStatus>
}

const inboxReply = z.strictObject({
  referrals: z.array(
    z.strictObject({
      referral: z.number().int().min(1),
      sealed: isBytes,
      status: z.string(),
      amendedAt: instant.optional(),
    }),
  ),
})
const wordReply = z.strictObject({ referral: instant, status: z.enum(REFERRAL_STATUSES) })

export function referralWork(line: Connection): ReferralWork {
  const { key, hub, id } = line
  const say = async (verb: string, body: object, send?: SendOptions): Promise<ReferralStatus> =>
    parse(wordReply, await line.ask(verb, body, send), 'ERR_MESSAGE_MALFORMED', 'referral').status
  return {
    async *referrals(after = 0, send) {
      for (let last = after; ; ) {
        const reply = await line.ask('inbox', { after: last }, send)
        const page = parse(inboxReply, reply, 'ERR_MESSAGE_MALFORMED', 'referrals').referrals
        for (const each of page) yield openReferral(hub, id, [key.hpke, ...(key.formerHpke ?? [])], each)
        const end = page.at(-1)
        if (end === undefined) return
        last = end.referral
      }
    },
    accept: (referral, send) => say('accept', { referral }, send),
    decline: (referral, reason, send) => say('decline', { referral, reason }, send),
    decide: (referral, outcome, send) => say('decide', { referral, outcome }, send),
    report: (referral, milestone, on, send) => say('report', { referral, milestone, on }, send),
  }
}
