import { z } from 'zod'
import {
  AGENCY_ANSWERS,
  AGENCY_QUESTIONS,
  type AgencyQuestion,
  ENQUIRY_OUTCOMES,
  type EnquiryOutcome,
  REFERRALS_MADE,
  type ReferralMade,
  writeEnquiryNumber,
} from '../case/enquiry.js'
import { instant, parse } from '../door.js'
import type { EnquiryFilter, PublicEnquiry } from '../hub/enquiries/enquiries-list.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'

/** An officer's work on children whom checks named and nobody registered. */
export interface EnquiryWork {
  /** A page of at most 100 enquiries by number; a shielding officer is shown those about shielded children too. */
  enquiries(filter?: EnquiryFilter, options?: SendOptions): Promise<readonly PublicEnquiry[]>
  /** Takes an enquiry that nobody pursues. @throws {IndexError} `ERR_ENQUIRY_UNKNOWN`, `ERR_CASE_STATUS` */
  takeEnquiry(enquiry: number, options?: SendOptions): Promise<void>
  /** Gives an enquiry to an officer. For managers. @throws {IndexError} `ERR_ROLE_MISSING`, `ERR_PARTY_NOT_IN_STANDING` */
  assignEnquiry(enquiry: number, to: string, options?: SendOptions): Promise<void>
  /**
   * Asks an agency of the enquiry about its own check. Once each: an agency may answer again, and its last word stands.
   * @param to its place among `sources`, the first where absent
   */
  askAgency(enquiry: number, question: AgencyQuestion, to?: number, options?: SendOptions): Promise<void>
  /**
   * Says how an enquiry ended. An outcome that obliges the authority to act takes a word on the referral that was made in the
   * ordinary way; see `referralWordsFor`. @throws {IndexError} `ERR_REQUEST_INVALID`, `ERR_CASE_STATUS`
   */
  endEnquiry(enquiry: number, outcome: EnquiryOutcome, options?: EndOptions): Promise<void>
}

export interface EndOptions extends SendOptions {
  readonly referralMade?: ReferralMade | undefined
}

const number = z.number().int().min(1)
const enquiriesReply = z.strictObject({
  enquiries: z.array(
    z.strictObject({
      number,
      desk: z.enum(['management', 'shielding']),
      owner: z.string().optional(),
      status: z.enum(['open', 'ended']),
      openedAt: instant,
      dueAt: instant,
      checks: instant,
      earlier: number.optional(),
      sources: z.array(
        z.strictObject({
          to: number,
          agencyKind: z.string(),
          agency: z.string().optional(),
          reference: z.string().optional(),
          since: instant,
        }),
      ),
      questions: z.array(
        z.strictObject({
          to: number,
          by: z.string(),
          question: z.enum(AGENCY_QUESTIONS),
          askedAt: instant,
          answer: z.enum(AGENCY_ANSWERS).optional(),
          authority: z.string().optional(),
          answeredAt: instant.optional(),
        }),
      ),
      outcome: z.enum(ENQUIRY_OUTCOMES).optional(),
      referralMade: z.enum(REFERRALS_MADE).optional(),
      endedAt: instant.optional(),
      endedBy: z.string().optional(),
    }),
  ),
})

export function enquiryWork(line: Connection): EnquiryWork {
  return {
    async enquiries(filter = {}, send) {
      const reply = await line.ask('enquiries', filter, send)
      return parse(enquiriesReply, reply, 'ERR_MESSAGE_MALFORMED', 'enquiries').enquiries
    },
    async takeEnquiry(enquiry, send) {
      await line.ask('take-enquiry', { enquiry: writeEnquiryNumber(enquiry) }, send)
    },
    async assignEnquiry(enquiry, to, send) {
      await line.ask('assign-enquiry', { enquiry: writeEnquiryNumber(enquiry), to }, send)
    },
    async askAgency(enquiry, question, to = 1, send) {
      await line.ask('ask-agency', { enquiry: writeEnquiryNumber(enquiry), to, question }, send)
    },
    async endEnquiry(enquiry, outcome, { referralMade, ...send } = {}) {
      await line.ask('end-enquiry', { enquiry: writeEnquiryNumber(enquiry), outcome, referralMade }, send)
    },
  }
}
