import { z } from 'zod'
import type { AccountFor } from '../case/account.js'
import type { CorrectionAbout, CorrectionReason } from '../case/account-correction.js'
import { readAgencyChildId } from '../child/written-form.js'
import { parse } from '../door.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { pseudonymOf } from './identify.js'

/** What an agency passes on for a child or a carer who asks what is held. */
export interface AccountAsk {
  /** As this agency writes it: ask who the child is first, as for a check. */
  readonly agencyChildId: string
  /** This agency's own, by which it knows whom the answer is for; as that of a check. */
  readonly reference: string
  readonly for: AccountFor
  /**
   * For a child: whether the child understands what it asks for, as a person judged for this request, and who judged.
   * Never worked out from an age.
   */
  readonly understanding?: { readonly understands: boolean; readonly assessedBy: string } | undefined
}

/** What an agency passes on for somebody who says that what is held is wrong. */
export interface CorrectionAsk extends Pick<AccountAsk, 'agencyChildId' | 'reference'> {
  readonly about: CorrectionAbout
  readonly reason: CorrectionReason
}

export interface AccountAsking {
  /**
   * Passes on the request of a child, or of a carer, whom this agency has made sure of. What is answered goes from the
   * Trust's records officer to that person. The agency learns the number of the request and nothing else; the same reference again is the same request.
   * @throws {IndexError} `ERR_CHILD_ID_UNKNOWN`, `ERR_DISCLOSURE_DENIED` for a child who does not understand, `ERR_REFERENCE_CONFLICT`
   */
  askAccount(ask: AccountAsk, options?: SendOptions): Promise<number>
  /**
   * Passes on somebody's word that what is held is wrong. Gives the number of the request, and says nothing else: not whether there is such a check.
   * @throws {IndexError} `ERR_CHILD_ID_UNKNOWN`, `ERR_REFERENCE_CONFLICT`
   */
  askCorrection(ask: CorrectionAsk, options?: SendOptions): Promise<number>
}

const reply = z.strictObject({ account: z.number().int().min(1) })
const correctionReply = z.strictObject({ correction: z.number().int().min(1) })
const assessor = z.string().min(1).max(256)

export function accountAsking(line: Connection): AccountAsking {
  return {
    async askAccount({ agencyChildId, reference, for: whom, understanding }, send) {
      // A wrong letter is found here, before anything is sent.
      readAgencyChildId(agencyChildId)
      const judged =
        understanding === undefined
          ? undefined
          : {
              understands: understanding.understands,
              assessedBy: pseudonymOf(
                line,
                parse(assessor, understanding.assessedBy, 'ERR_REQUEST_INVALID', 'assessedBy'),
              ),
            }
      const asked = await line.ask('ask-account', { agencyChildId, reference, for: whom, understanding: judged }, send)
      return parse(reply, asked, 'ERR_MESSAGE_MALFORMED', 'account').account
    },
    async askCorrection({ agencyChildId, reference, about, reason }, send) {
      readAgencyChildId(agencyChildId)
      const asked = await line.ask('ask-correction', { agencyChildId, reference, about, reason }, send)
      return parse(correctionReply, asked, 'ERR_MESSAGE_MALFORMED', 'correction').correction
    },
  }
}
