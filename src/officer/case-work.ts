import { z } from 'zod'
import { CASE_STATUSES, type CaseOutcome, type CaseStatus, type ClosingReason } from '../case/case.js'
import type { Dossier } from '../case/dossier/dossier.js'
import type { OfficerNeed } from '../case/need.js'
import { instant, parse } from '../door.js'
import type { CaseFilter, CaseSummary } from '../hub/cases/case-lists.js'
import type { Connection } from '../party.js'
import { THRESHOLDS, type Threshold } from '../policy/policy.js'
import type { SendOptions } from '../port.js'
import { reviewed } from './review.js'

/** Working cases, by number and by identifier only. */
export interface CaseWork {
  /** A page of at most 100 cases by number. */
  cases(filter?: CaseFilter, options?: SendOptions): Promise<readonly CaseSummary[]>
  /**
   * The most urgent case that this officer could work on: nobody's, their own, or one whose owner cannot work any longer, and not
   * with an agency yet. Highest threshold first, of those the one raised first.
   * @param after a case that was passed over: the next one after it
   */
  nextCase(after?: Pick<CaseSummary, 'threshold' | 'number'>, options?: SendOptions): Promise<CaseSummary | undefined>
  /** Takes a case on: from now on this officer needs to know what it opens. @throws {IndexError} `ERR_CASE_STATUS` where another owns it */
  take(caseNumber: number, options?: SendOptions): Promise<void>
  /** Puts on record why this officer, who does not own the case, needs to know of it. */
  join(caseNumber: number, because: Exclude<OfficerNeed, 'owner'>, options?: SendOptions): Promise<void>
  /** Hands a case to another officer, as its owner or as a manager. @throws {IndexError} `ERR_ROLE_MISSING`, `ERR_PARTY_NOT_IN_STANDING` */
  assign(caseNumber: number, to: string, options?: SendOptions): Promise<void>
  /** Puts on record that this officer needs to know of a case no longer. One that was theirs is nobody's then. */
  leave(caseNumber: number, options?: SendOptions): Promise<void>
  /** One case by identifier only. */
  review(caseNumber: number, options?: SendOptions): Promise<Dossier>
  /**
   * Says that a case should close; one that reached a threshold and was never opened takes two officers who name the same reason and
   * outcome.
   */
  close(caseNumber: number, reason: ClosingReason, outcome: CaseOutcome, options?: SendOptions): Promise<CaseStatus>
}

const threshold = z.enum(THRESHOLDS)
const summary = z.strictObject({
  number: instant,
  status: z.enum(CASE_STATUSES),
  level: z.string(),
  threshold,
  raisedAt: instant,
  updatedAt: instant,
  reReferral: z.boolean(),
  owner: z.string().optional(),
  joinedTo: instant.optional(),
  splitAt: instant.optional(),
})
const casesReply = z.strictObject({ cases: z.array(summary) })
const nextReply = z.strictObject({ case: summary.optional() })
const closeReply = z.strictObject({ case: instant, status: z.enum(CASE_STATUSES) })

export function caseWork(line: Connection): CaseWork {
  return {
    async cases(filter = {}, send) {
      return parse(casesReply, await line.ask('cases', filter, send), 'ERR_MESSAGE_MALFORMED', 'cases').cases
    },
    async nextCase(after, send) {
      const from: { readonly after?: { readonly threshold: Threshold; readonly number: number } } =
        after === undefined ? {} : { after: { threshold: after.threshold, number: after.number } }
      return parse(nextReply, await line.ask('next-case', from, send), 'ERR_MESSAGE_MALFORMED', 'cases').case
    },
    async take(caseNumber, send) {
      await line.ask('take-case', { case: caseNumber }, send)
    },
    async join(caseNumber, because, send) {
      await line.ask('join-case', { case: caseNumber, because }, send)
    },
    async assign(caseNumber, to, send) {
      await line.ask('assign-case', { case: caseNumber, to }, send)
    },
    async leave(caseNumber, send) {
      await line.ask('leave-case', { case: caseNumber }, send)
    },
    review: (caseNumber, send) => reviewed(line, caseNumber, send),
    async close(caseNumber, reason, outcome, send) {
      const asked = await line.ask('close', { case: caseNumber, reason, outcome }, send)
      return parse(closeReply, asked, 'ERR_MESSAGE_MALFORMED', 'close').status
    },
  }
}
