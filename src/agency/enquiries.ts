import { z } from 'zod'
import { AGENCY_ANSWERS, AGENCY_QUESTIONS, type AgencyQuestion, type Answered } from '../case/enquiry.js'
import { instant, parse } from '../door.js'
import type { AgencyEnquiry } from '../hub/enquiries/enquiries-answer.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'

/** An agency's side of the enquiries about children whom its checks named and nobody registered. */
export interface AgencyEnquiries {
  /** The open ones, by this agency's own references, with what the officer who pursues each asks. */
  enquiries(options?: SendOptions): AsyncIterable<AgencyEnquiry>
  /**
   * Answers what is asked about a check of this agency. The last word stands until the enquiry ends.
   * @throws {IndexError} `ERR_ENQUIRY_UNKNOWN` where it is not asked this
   */
  answerEnquiry(reference: string, question: AgencyQuestion, answered: Answered, options?: SendOptions): Promise<void>
}

const reply = z.strictObject({
  enquiries: z.array(
    z.strictObject({
      reference: z.string().max(64),
      since: instant,
      questions: z.array(
        z.strictObject({
          question: z.enum(AGENCY_QUESTIONS),
          askedAt: instant,
          answer: z.enum(AGENCY_ANSWERS).optional(),
          authority: z.string().max(9).optional(),
          answeredAt: instant.optional(),
        }),
      ),
    }),
  ),
})

export function agencyEnquiries(line: Connection): AgencyEnquiries {
  return {
    async *enquiries(send) {
      for (let after: string | undefined; ; ) {
        const asked = await line.ask('agency-enquiries', { after }, send)
        const page = parse(reply, asked, 'ERR_MESSAGE_MALFORMED', 'enquiries').enquiries
        yield* page
        after = page.at(-1)?.reference
        if (after === undefined) return
      }
    },
    async answerEnquiry(reference, question, { answer, authority }, send) {
      await line.ask('answer-enquiry', { reference, question, answer, authority }, send)
    },
  }
}
