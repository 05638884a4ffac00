import { z } from 'zod'
import {
  ACCOUNT_FOR,
  ACCOUNT_OUTCOMES,
  ACCOUNT_PARTS,
  type AccountOutcome,
  type AccountPart,
  DELAY_REASONS,
  type DelayReason,
  WITHHOLDING_REASONS,
  type WithholdingReason,
} from '../case/account.js'
import { CORRECTION_OUTCOMES, CORRECTION_REASONS, type CorrectionOutcome } from '../case/account-correction.js'
import type { Account } from '../case/account-document.js'
import { AGENCY_ANSWERS, AGENCY_QUESTIONS } from '../case/enquiry.js'
import { instant, parse } from '../door.js'
import type { PublicCorrection } from '../hub/families/accounts-corrections.js'
import type { AccountFilter, PublicAccount } from '../hub/families/accounts-list.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { GROUPS } from '../seal/label.js'

/** What should be withheld of a child's own account, why, and until when it must be looked at again (epoch milliseconds). */
export interface Withheld {
  readonly parts: readonly AccountPart[]
  readonly reason: WithholdingReason
  readonly until: number
}

/** Answering children and carers who ask what is held. For records officers where nothing else is said. */
export interface AccountWork {
  /** A page of at most 100 requests by number; for whoever works cases too. */
  accounts(filter?: AccountFilter, options?: SendOptions): Promise<readonly PublicAccount[]>
  /**
   * An account as it stands, to be handed to whom it is for. Every time is journalled.
   * @throws {IndexError} `ERR_ACCOUNT_UNKNOWN`, `ERR_ROLE_MISSING`, `ERR_CASE_STATUS` while a word on withholding waits
   */
  account(account: number, options?: SendOptions): Promise<Account>
  /**
   * Says that parts of a child's own account should be withheld. It takes a records officer and another person who works
   * cases, saying the same within two weeks; until then the account is not produced.
   */
  withhold(account: number, what: Withheld, options?: SendOptions): Promise<'waiting' | 'withheld'>
  /** Puts the answer off, once; gives the new day, epoch milliseconds. */
  delayAccount(account: number, reason: DelayReason, months: 1 | 2, options?: SendOptions): Promise<number>
  /** Says what came of a request. Where parts were withheld, it comes up again when that ends. */
  endAccount(account: number, outcome: AccountOutcome, options?: SendOptions): Promise<void>
  /** A page of at most 100 corrections by number. */
  corrections(filter?: { readonly after?: number }, options?: SendOptions): Promise<readonly PublicCorrection[]>
  /** Asks the agency of a disputed check to correct or withdraw it. @throws {IndexError} `ERR_ACCOUNT_UNKNOWN`, `ERR_CASE_STATUS` */
  pursueCorrection(correction: number, options?: SendOptions): Promise<void>
  /**
   * Decides. `upheld` is for what was put right at its source; otherwise the check is marked as disputed.
   * @throws {IndexError} `ERR_CASE_STATUS` where it was decided otherwise, or its agency has not taken the check back
   */
  decideCorrection(correction: number, outcome: CorrectionOutcome, options?: SendOptions): Promise<void>
}

const number = z.number().int().min(1)
const part = z.enum(ACCOUNT_PARTS)
const accountsReply = z.strictObject({
  accounts: z.array(
    z.strictObject({
      number,
      for: z.enum(ACCOUNT_FOR),
      agencyKind: z.string(),
      agency: z.string().optional(),
      reference: z.string().optional(),
      askedAt: instant,
      dueAt: instant,
      delay: z
        .strictObject({
          reason: z.enum(DELAY_REASONS),
          months: z.union([z.literal(1), z.literal(2)]),
          by: z.string(),
          at: instant,
        })
        .optional(),
      withheld: z.array(part),
      waiting: z
        .strictObject({
          parts: z.array(part),
          reason: z.enum(WITHHOLDING_REASONS),
          until: instant,
          by: z.string(),
          at: instant,
        })
        .optional(),
      outcome: z.enum(ACCOUNT_OUTCOMES).optional(),
      endedAt: instant.optional(),
      lookAgainAt: instant.optional(),
    }),
  ),
})
const correctionsReply = z.strictObject({
  corrections: z.array(
    z.strictObject({
      correction: number,
      agency: z.string(),
      reference: z.string(),
      about: z.union([z.strictObject({ check: z.string() }), z.strictObject({ details: z.enum(GROUPS) })]),
      reason: z.enum(CORRECTION_REASONS),
      askedAt: instant,
      dueAt: instant,
      question: z
        .strictObject({
          question: z.enum(AGENCY_QUESTIONS),
          askedAt: instant,
          answer: z.enum(AGENCY_ANSWERS).optional(),
          authority: z.string().optional(),
          answeredAt: instant.optional(),
        })
        .optional(),
      outcome: z.enum(CORRECTION_OUTCOMES).optional(),
      decidedAt: instant.optional(),
    }),
  ),
})
const withholdReply = z.strictObject({ account: number, outcome: z.enum(['waiting', 'withheld']) })
const delayReply = z.strictObject({ account: number, dueAt: instant })

export function accountWork(line: Connection): AccountWork {
  return {
    async accounts(filter = {}, send) {
      return parse(accountsReply, await line.ask('accounts', filter, send), 'ERR_MESSAGE_MALFORMED', 'accounts')
        .accounts
    },
    async account(account, send) {
      const reply = (await line.ask('account', { account }, send)) as { readonly account: Account }
      return reply.account
    },
    async withhold(account, { parts, reason, until }, send) {
      const reply = await line.ask('withhold', { account, parts, reason, until }, send)
      return parse(withholdReply, reply, 'ERR_MESSAGE_MALFORMED', 'withholding').outcome
    },
    async delayAccount(account, reason, months, send) {
      const reply = await line.ask('delay-account', { account, reason, months }, send)
      return parse(delayReply, reply, 'ERR_MESSAGE_MALFORMED', 'delay').dueAt
    },
    async endAccount(account, outcome, send) {
      await line.ask('end-account', { account, outcome }, send)
    },
    async corrections(filter = {}, send) {
      const reply = await line.ask('corrections', filter, send)
      return parse(correctionsReply, reply, 'ERR_MESSAGE_MALFORMED', 'corrections').corrections
    },
    async pursueCorrection(correction, send) {
      await line.ask('pursue-correction', { correction }, send)
    },
    async decideCorrection(correction, outcome, send) {
      await line.ask('decide-correction', { correction, outcome }, send)
    },
  }
}
