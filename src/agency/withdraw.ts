import { z } from 'zod'
import { encodeSubmission, signBatch } from '../check/batch.js'
import { type CheckId, checkIdOf, encodeCheck } from '../check/canonical.js'
import type { Receipt } from '../check/receipt.js'
import { type CheckInput, parseCheckRequest } from '../check/request.js'
import {
  keptStatement,
  parseWithdrawal,
  signWithdrawal,
  type Withdrawal,
  type WithdrawalReason,
  withdrawalIsSignedBy,
} from '../check/withdrawal.js'
import { isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { tellCustodians } from '../party/tell-custodians.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { entriesOf } from '../roster/history.js'
import { identifyAll } from './identify.js'
import { NO_ANSWER, thrown } from './outcome.js'
import { canonicalChecks, hubFacts, receiptsFor } from './submit.js'

const found = z.strictObject({ checkId: z.string().regex(/^[0-9a-f]{64}$/) })
const correctReply = z.strictObject({ receipts: isBytes, withdrawal: z.unknown() })

/** Takes back this agency's check with a reference, at the hub and at every custodian. */
export async function withdrawCheck(
  line: Connection,
  reference: string,
  reason: WithdrawalReason,
  send?: SendOptions,
): Promise<void> {
  const checkId = await ownCheck(line, reference, send)
  const withdrawal = signedWithdrawal(line, { checkId, reason })
  await line.ask('withdraw', { reference, withdrawal }, send)
  await tell(line, withdrawal, send)
}

/** Puts another check in the place of the one with the same reference. */
export async function correctCheck(
  line: Connection,
  input: CheckInput,
  reason: WithdrawalReason,
  forTests: boolean,
  send?: SendOptions,
): Promise<Receipt> {
  const { hub, id, key } = line
  const request = parseCheckRequest(input)
  const replaced = await ownCheck(line, request.reference, send)
  const named = await identifyAll(line, [request], forTests, send)
  const [check] = canonicalChecks(line, await hubFacts(line, send), [request], named)
  if (check === undefined || 'kind' in check) throw thrown(check)
  const signed = signBatch('check-batch/v1', hub, id, [encodeCheck(check)], key.signing, line.random)
  const replacedBy = checkIdOf(signed.leaves[0] ?? new Uint8Array(0))
  const withdrawal = signedWithdrawal(line, { checkId: replaced, reason, replacedBy })
  const body = { reference: request.reference, withdrawal, submission: encodeSubmission(signed) }
  const reply = parse(correctReply, await line.ask('correct', body, send), 'ERR_MESSAGE_MALFORMED', 'correction')
  const [receipt = NO_ANSWER] = await receiptsFor(line, reply.receipts, [check], send)
  if ('kind' in receipt) throw thrown(receipt)
  // Where the hub had it already, custodians must hear of the withdrawal that was recorded, not of a new one.
  await tell(line, await requireOwn(line, parseWithdrawal(reply.withdrawal), send), send)
  return receipt
}

/** The id of this agency's check with a reference. @throws {IndexError} `ERR_CHECK_UNKNOWN` */
async function ownCheck(line: Connection, reference: string, send?: SendOptions): Promise<CheckId> {
  const reply = await line.ask('find-check', { reference }, send)
  return parse(found, reply, 'ERR_MESSAGE_MALFORMED', 'check').checkId as CheckId
}

function signedWithdrawal(
  { hub, id, key, clock }: Connection,
  said: Pick<Withdrawal, 'checkId' | 'reason' | 'replacedBy'>,
): Withdrawal {
  return signWithdrawal(hub, { agency: id, ...said, at: clock() }, key.signing)
}

/** @throws {IndexError} `ERR_SIGNATURE_INVALID` for a withdrawal that this agency did not sign */
async function requireOwn(line: Connection, withdrawal: Withdrawal, send?: SendOptions): Promise<Withdrawal> {
  const { hub, id, key } = line
  const isBy = (publicKey: Uint8Array): boolean =>
    withdrawal.agency === id && withdrawalIsSignedBy(hub, withdrawal, publicKey)
  if (isBy(key.signing.publicKey)) return withdrawal
  const { signature: _, ...said } = withdrawal
  // Signed before this agency's key was replaced: custodians take the word of the present one.
  if (entriesOf(await line.rosters(send), id).some(({ keys }) => isBy(keys.signing)))
    return signWithdrawal(hub, said, key.signing)
  throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub answered with a withdrawal that this agency never signed')
}

function tell(line: Connection, withdrawal: Withdrawal, send?: SendOptions): Promise<void> {
  const kept = (custodian: string): Uint8Array => keptStatement(line.hub, custodian, withdrawal.checkId)
  return tellCustodians(line, 'withdraw', { withdrawal }, kept, send)
}
