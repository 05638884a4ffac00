import { z } from 'zod'
import { equalBytes } from '../bytes.js'
import { type Batch, batchIsSignedBy, leavesOf, type SaltedRow } from '../check/batch.js'
import { type Check, receiptContent } from '../check/canonical.js'
import { decodeReceiptsReply } from '../check/messages/receipts-reply.js'
import { decodeReceipt, type Receipt, receiptFrom, receiptIsFor } from '../check/receipt.js'
import type { CheckRequest } from '../check/request.js'
import { isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { batchTree } from '../journal/merkle.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { type NamedChild, pseudonymOf } from './identify.js'
import { type RefusedCheck, refusedCheck } from './outcome.js'

/** What the hub says of itself that a check must carry. */
interface HubFacts {
  readonly epoch: number
  readonly vocabulary: Uint8Array
}

const facts = z.strictObject({ epoch: z.number().int().min(1), vocabulary: isBytes, policyHash: z.string() })

/** Canonical checks of the rows whose child is named: from here on there are no details. */
export async function canonicalChecks(
  line: Connection,
  requests: readonly (CheckRequest | RefusedCheck)[],
  named: readonly (NamedChild | RefusedCheck)[],
  options?: SendOptions,
): Promise<readonly (Check | RefusedCheck)[]> {
  const { vocabulary } = await hubFacts(line, options)
  const submittedAt = line.clock()
  return requests.map((request, index) => {
    const child = named[index]
    if ('kind' in request) return request
    if (child === undefined || 'kind' in child)
      return child ?? refusedCheck('ERR_MESSAGE_MALFORMED', undefined, 'the child was not named')
    const { incident, indicators, occurredAt, reference } = request
    const practitioner = pseudonymOf(line, request.practitioner)
    return {
      hub: line.hub,
      agency: line.id,
      epoch: child.epoch,
      agencyChildId: child.id,
      incident,
      indicators,
      occurredAt,
      submittedAt,
      reference,
      practitioner,
      vocabulary,
    }
  })
}

async function hubFacts(line: Connection, options?: SendOptions): Promise<HubFacts> {
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
  const batch: Batch = {
    type: 'receipt-batch/v1',
    hub: line.hub,
    agency: line.id,
    size: tree.size,
    root: tree.root,
    signature,
  }
  if (receipts.length > 0 && !batchIsSignedBy(batch, (await line.roster(options)).hub.keys.signing)) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub did not sign its receipts')
  }
  let next = 0
  return rows.map((answered, index) => {
    if ('code' in answered) return refusedCheck(answered.code, answered.field, answered.message)
    const row = next++
    const receipt = receiptFrom({ batch, row, ...answered, path: tree.path(row) })
    requireReceiptOf(line, receipt, checks[index] as Check)
    return receipt
  })
}

/** A receipt for this agency and this check: an older one must not pass for a check that was dropped. */
function requireReceiptOf(line: Connection, receipt: Receipt, check: Check): void {
  if (!receiptIsFor(receipt, line.id, line.hub)) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub did not sign its receipts')
  }
  if (!equalBytes(decodeReceipt(receipt.proof.bytes).content, receiptContent(check))) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub answered with the receipt of another check')
  }
}
