import { z } from 'zod'
import { equalBytes } from '../bytes.js'
import { type Batch, batchIsSignedBy, encodeSubmission, leavesOf, type SaltedRow, signBatch } from '../check/batch.js'
import { type Check, encodeCheck, receiptContent } from '../check/canonical.js'
import type { IdentifyProof } from '../check/identification.js'
import { decodeReceiptsReply } from '../check/messages/receipts-reply.js'
import { decodeReceipt, type Receipt, type ReceiptStatement, receiptOf } from '../check/receipt.js'
import { type CheckRequest, parseCheckRequest } from '../check/request.js'
import type { AgencyChildId } from '../child/identifiers.js'
import { readAgencyChildId } from '../child/written-form.js'
import { isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { batchTree, givingPaths } from '../journal/merkle.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { identifyAll, type NamedChild, pseudonymsOf } from './identify.js'
import { type CheckOutcome, NO_ANSWER, type RefusedCheck, refusedCheck, refusedOr } from './outcome.js'

/** What the hub says of itself that a check must carry. */
interface HubFacts {
  readonly epoch: number
  readonly vocabulary: Uint8Array
}

/** The child of a check. There is a proof where the hub was asked who it is. */
interface CheckedChild {
  readonly id: AgencyChildId
  readonly epoch: number
  readonly proof?: IdentifyProof
}

/** A row on its way: what the check says, and its child where the agency holds the id itself. */
interface Row {
  readonly request: CheckRequest | RefusedCheck
  readonly own: CheckedChild | undefined
}

const facts = z.strictObject({ epoch: z.number().int().min(1), vocabulary: isBytes, policyHash: z.string() })

/**
 * Steps 1 to 5 of a check's life: validate, identify, sign, record, answer. What the hub says of itself is kept until it
 * refuses a check by it: then it is asked again, and the check goes once more.
 */
export function submitter(
  line: Connection,
  forTests: boolean,
): (inputs: readonly unknown[], options?: SendOptions) => Promise<readonly CheckOutcome[]> {
  let kept: HubFacts | undefined
  return async (inputs, options) => {
    const requests = inputs.map((input) => refusedOr(() => parseCheckRequest(input)))
    if (requests.every((request) => 'kind' in request)) return requests as readonly RefusedCheck[]
    const known = kept ?? (await hubFacts(line, options))
    kept = known
    const rows = requests.map((request): Row => ({ request, own: ownChild(request, known.epoch) }))
    const outcomes = [...(await submitted(line, known, rows, forTests, options))]
    const stale = rows.flatMap((row, index) => (isByOldFacts(row, outcomes[index]) ? [index] : []))
    if (stale.length === 0) return outcomes
    const fresh = await hubFacts(line, options)
    kept = fresh
    // By identify now, which says what has become of an id, and is counted.
    const again = stale.map((index): Row => ({ request: requests[index] as CheckRequest, own: undefined }))
    const answers = await submitted(line, fresh, again, forTests, options)
    stale.forEach((index, at) => {
      outcomes[index] = answers[at] ?? NO_ANSWER
    })
    return outcomes
  }
}

/**
 * The child of a check that names it by an agency child id of the present epoch: it is who the agency says, and nobody need be
 * asked. An id of an epoch before is exchanged for the present one first.
 */
function ownChild(request: CheckRequest | RefusedCheck, epoch: number): CheckedChild | undefined {
  const child = 'kind' in request ? undefined : request.child
  if (typeof child !== 'object' || child === null || !('agencyChildId' in child) || Object.keys(child).length !== 1)
    return undefined
  const written = child.agencyChildId
  const read = typeof written === 'string' ? refusedOr(() => readAgencyChildId(written)) : undefined
  if (read === undefined || 'kind' in read || read.epochMod4 !== epoch % 4) return undefined
  return { id: read.agencyChildId, epoch }
}

/** Whether a row was refused for what may have changed at the hub since it was asked. */
function isByOldFacts({ own }: Row, outcome: CheckOutcome | undefined): boolean {
  if (outcome?.kind !== 'refused') return false
  if (outcome.code === 'ERR_VOCABULARY_UNKNOWN') return true
  return own !== undefined && (outcome.code === 'ERR_EPOCH_CLOSED' || outcome.code === 'ERR_CHILD_ID_UNKNOWN')
}

async function submitted(
  line: Connection,
  facts: HubFacts,
  rows: readonly Row[],
  forTests: boolean,
  options?: SendOptions,
): Promise<readonly CheckOutcome[]> {
  const { hub, id, key } = line
  const named = await namedChildren(line, rows, forTests, options)
  const requests = rows.map(({ request }) => request)
  const checks = canonicalChecks(line, facts, requests, named)
  const sent = checks.filter((check): check is Check => !('kind' in check))
  if (sent.length === 0) return checks.map((check) => ('kind' in check ? check : NO_ANSWER))
  const signed = signBatch('check-batch/v1', hub, id, sent.map(encodeCheck), key.signing, line.random)
  const reply = await line.send('check-batch', encodeSubmission(signed), options)
  const answers = await receiptsFor(line, reply, sent, options)
  let next = 0
  return checks.map((check, index): CheckOutcome => {
    if ('kind' in check) return check
    const receipt = answers[next++] ?? NO_ANSWER
    if ('kind' in receipt) return receipt
    const identification = (named[index] as CheckedChild).proof
    return identification === undefined ? { kind: 'recorded', receipt } : { kind: 'recorded', receipt, identification }
  })
}

async function namedChildren(
  line: Connection,
  rows: readonly Row[],
  forTests: boolean,
  options?: SendOptions,
): Promise<readonly (CheckedChild | RefusedCheck)[]> {
  const unnamed = rows.flatMap(({ request, own }) => (own === undefined ? [request] : []))
  const answers = await identifyAll(line, unnamed, forTests, options)
  let next = 0
  return rows.map(({ own }) => own ?? answers[next++] ?? NO_ANSWER)
}

/** Canonical checks of the rows whose child is named: from here on there are no details. */
export function canonicalChecks(
  line: Connection,
  { vocabulary }: HubFacts,
  requests: readonly (CheckRequest | RefusedCheck)[],
  named: readonly (Pick<NamedChild, 'id' | 'epoch'> | RefusedCheck)[],
): readonly (Check | RefusedCheck)[] {
  const { hub, id: agency } = line
  const submittedAt = line.clock()
  const pseudonym = pseudonymsOf(line)
  return requests.map((request, index) => {
    const child = named[index]
    if ('kind' in request) return request
    if (child === undefined || 'kind' in child)
      return child ?? refusedCheck('ERR_MESSAGE_MALFORMED', undefined, 'the child was not named')
    const { incident, indicators, occurredAt, reference } = request
    return {
      hub,
      agency,
      epoch: child.epoch,
      agencyChildId: child.id,
      incident,
      indicators,
      occurredAt,
      submittedAt,
      reference,
      practitioner: pseudonym(request.practitioner),
      vocabulary,
    }
  })
}

export async function hubFacts(line: Connection, options?: SendOptions): Promise<HubFacts> {
  return parse(facts, await line.ask('facts', {}, options), 'ERR_MESSAGE_MALFORMED', 'facts')
}

/** The hub's reply to a batch, row by row; every receipt is verified before anybody relies on it. */
export async function receiptsFor(
  line: Connection,
  reply: Uint8Array,
  checks: readonly Check[],
  options?: SendOptions,
): Promise<readonly (Receipt | RefusedCheck)[]> {
  const { rows, signature } = decodeReceiptsReply(reply)
  if (rows.length !== checks.length)
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'the hub did not answer for every check')
  const receipts = rows.filter((row): row is SaltedRow => 'salt' in row)
  const tree = batchTree(leavesOf(receipts))
  const { size, root } = tree
  const batch: Batch = { type: 'receipt-batch/v1', hub: line.hub, agency: line.id, size, root, signature }
  if (receipts.length > 0 && !batchIsSignedBy(batch, await line.hubKey(options))) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub did not sign its receipts')
  }
  const withPath = givingPaths(tree)
  let next = 0
  return rows.map((answered, index) => {
    if ('code' in answered) return refusedCheck(answered.code, answered.field, answered.message)
    // The tree is of these very rows: what is left to ask is whether each says of its check what it must.
    const statement = decodeReceipt(answered.bytes)
    requireReceiptOf(line, statement, checks[index] as Check)
    return receiptOf(statement, withPath({ batch, row: next++, salt: answered.salt, bytes: answered.bytes }))
  })
}

/** A receipt for this agency and this check: an older one must not pass for a check that was dropped. */
function requireReceiptOf(line: Connection, { hub, agency, content }: ReceiptStatement, check: Check): void {
  if (!equalBytes(hub, line.hub) || agency !== line.id) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub did not sign its receipts')
  }
  if (!equalBytes(content, receiptContent(check))) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub answered with the receipt of another check')
  }
}
