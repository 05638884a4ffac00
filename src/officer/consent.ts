import { z } from 'zod'
import type { ConsentDecision, ConsentKind, ConsentRecord, ConsentSpeaker } from '../case/consent.js'
import { listedConsentShape, type RecordConsentBody } from '../case/consent-message.js'
import { instant, parse } from '../door.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'

/** What a child or a carer said on one decision, to be put on record. Nobody's name, and nothing in their own words. */
export type ConsentSaid = ConsentSpeaker &
  ConsentDecision & {
    readonly case: number
    readonly kind: ConsentKind
    readonly given: boolean
    /** When it ends, epoch milliseconds, excluded. */
    readonly until?: number | undefined
    /** A person's judgement whether the child understands this decision, never worked out from an age. `at`: now where absent. */
    readonly understanding?:
      | { readonly understands: boolean; readonly assessedBy: string; readonly at?: number | undefined }
      | undefined
    /** Number of what the same person said under another id, once officers have linked two ids of this child. */
    readonly replaces?: number | undefined
  }

/** Putting on record what families say. Recording decides nothing: the disclosure rules do, whenever something is to be shown. */
export interface Consents {
  /**
   * Records a consent or a refusal, and gives its number. The last word of each person counts.
   * @throws {IndexError} `ERR_CASE_STATUS` of a closed case, `ERR_DISCLOSURE_DENIED` where this officer has neither taken nor joined
   * the case, `ERR_PARTY_UNKNOWN` for a recipient that is no agency on the roster, `ERR_CONSENT_UNKNOWN` for `replaces`
   */
  recordConsent(said: ConsentSaid, options?: SendOptions): Promise<number>
  /** Takes back what that person gave on that decision; twice is once. @throws {IndexError} `ERR_CONSENT_UNKNOWN` */
  withdrawConsent(caseNumber: number, consent: number, options?: SendOptions): Promise<void>
  /** All that is on record of the child of a case, by number. @throws {IndexError} `ERR_DISCLOSURE_DENIED` */
  consents(caseNumber: number, options?: SendOptions): Promise<readonly ConsentRecord[]>
}

const recordReply = z.strictObject({ consent: instant })
const listReply = z.strictObject({ consents: z.array(listedConsentShape) })

export function consentWork(line: Connection): Consents {
  return {
    async recordConsent(said, send) {
      const reply = await line.ask('record-consent', bodyOf(said, line.clock()), send)
      return parse(recordReply, reply, 'ERR_MESSAGE_MALFORMED', 'consent').consent
    },
    async withdrawConsent(caseNumber, consent, send) {
      await line.ask('withdraw-consent', { case: caseNumber, consent }, send)
    },
    async consents(caseNumber, send) {
      const reply = await line.ask('consents', { case: caseNumber }, send)
      return parse(listReply, reply, 'ERR_MESSAGE_MALFORMED', 'consents').consents
    },
  }
}

function bodyOf({ understanding, ...said }: ConsentSaid, now: number): RecordConsentBody {
  const judged = understanding === undefined ? {} : { understanding: { ...understanding, at: understanding.at ?? now } }
  return { ...said, ...judged } as RecordConsentBody
}
