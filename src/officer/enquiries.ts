import { z } from 'zod'
import { ENQUIRY_OUTCOMES, type EnquiryOutcome } from '../case/enquiry.js'
import { instant, parse } from '../door.js'
import type { EnquiryFilter, PublicEnquiry } from '../hub/lists.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'

/** Pursuing children of whom there is no record. */
export interface EnquiryWork {
  /** A page of at most 100 enquiries by number; a shielding officer is shown those about shielded children too. */
  enquiries(filter?: EnquiryFilter, options?: SendOptions): Promise<readonly PublicEnquiry[]>
  /** Says how an enquiry ended. */
  endEnquiry(enquiry: number, outcome: EnquiryOutcome, options?: SendOptions): Promise<void>
}

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

export function enquiryWork(line: Connection): EnquiryWork {
  return {
    async enquiries(filter = {}, send) {
      return parse(enquiriesReply, await line.ask('enquiries', filter, send), 'ERR_MESSAGE_MALFORMED', 'enquiries')
        .enquiries
    },
    async endEnquiry(enquiry, outcome, send) {
      await line.ask('end-enquiry', { enquiry, outcome }, send)
    },
  }
}
