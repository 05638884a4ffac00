import { z } from 'zod'
import { CASE_STATUSES, type CaseStatus, type ClosingReason } from '../case/case.js'
import type { Dossier } from '../case/dossier.js'
import type { OfficerNeed } from '../case/need.js'
import { instant, parse } from '../door.js'
import type { CaseSummary } from '../hub/cases.js'
import type { Connection } from '../party.js'
import { THRESHOLDS } from '../policy/policy.js'
import type { SendOptions } from '../port.js'

/** Working cases, by number and by identifier only. */
export interface CaseWork {
  /** A page of at most 100 cases by number. */
  cases(
    filter?: { readonly status?: CaseStatus; readonly after?: number },
    options?: SendOptions,
  ): Promise<readonly CaseSummary[]>
  /** Takes a case on: from now on this officer needs to know what it opens. @throws {IndexError} `ERR_CASE_STATUS` where another owns it */
  take(caseNumber: number, options?: SendOptions): Promise<void>
  /** Puts on record why this officer, who does not own the case, needs to know of it. */
  join(caseNumber: number, because: Exclude<OfficerNeed, 'owner'>, options?: SendOptions): Promise<void>
  /** One case by identifier only. */
  review(caseNumber: number, options?: SendOptions): Promise<Dossier>
  /** Says that a case should close; one that reached a threshold and was never opened takes two officers. */
  close(caseNumber: number, reason: ClosingReason, options?: SendOptions): Promise<CaseStatus>
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
const closeReply = z.strictObject({ case: instant, status: z.enum(CASE_STATUSES) })

export function caseWork(line: Connection): CaseWork {
  return {
    async cases(filter = {}, send) {
      return parse(casesReply, await line.ask('cases', filter, send), 'ERR_MESSAGE_MALFORMED', 'cases').cases
    },
    async take(caseNumber, send) {
      await line.ask('take-case', { case: caseNumber }, send)
    },
    async join(caseNumber, because, send) {
      await line.ask('join-case', { case: caseNumber, because }, send)
    },
    review: (caseNumber, send) => reviewed(line, caseNumber, send),
    async close(caseNumber, reason, send) {
      return parse(
        closeReply,
        await line.ask('close', { case: caseNumber, reason }, send),
        'ERR_MESSAGE_MALFORMED',
        'close',
      ).status
    },
  }
}

export async function reviewed(line: Connection, caseNumber: number, send?: SendOptions): Promise<Dossier> {
  return (await line.ask('review', { case: caseNumber }, send)) as Dossier
}
