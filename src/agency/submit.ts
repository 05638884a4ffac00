import { z } from 'zod'
import { equalBytes } from '../bytes.js'
import { decodeAnswer, detailsCommitment } from '../check/answer.js'
import { batchIsSignedBy, leavesOf } from '../check/batch.js'
import { type Check, type CheckId, receiptContent } from '../check/canonical.js'
import { decodeReceipt, type Known, type Receipt, receiptFrom, verifyReceipt } from '../check/receipt.js'
import type { CheckRequest } from '../check/request.js'
import { keptStatement, type Withdrawal } from '../check/withdrawal.js'
import { type ChildQuery, parseQuery } from '../child/details.js'
import { type AgencyChildId, practitionerPseudonym } from '../child/identifiers.js'
import { isBytes, parse } from '../door.js'
import { ERROR_CODES, type ErrorCode, IndexError, isIndexError } from '../errors.js'
import { batchTree } from '../journal/merkle.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { custodiansOf } from '../roster/roster.js'
import { verifySignature } from '../signature.js'

/** What became of one check. */
export type CheckOutcome = { readonly kind: 'recorded'; readonly receipt: Receipt } | RefusedCheck

export interface RefusedCheck {
  readonly kind: 'refused'
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly message: string
}

/** A child as the hub answered for one row. */
export interface NamedChild {
  readonly id: AgencyChildId
  readonly epoch: number
  readonly known: Known
}

/** What the hub says of itself that a check must carry. */
interface HubFacts {
  readonly epoch: number
  readonly vocabulary: Uint8Array
}

const refusal = z
  .strictObject({ code: z.enum(ERROR_CODES), field: z.string().optional(), message: z.string() })
  .nullable()
const identifyReply = z.strictObject({
  refusals: z.array(refusal),
  answers: z.array(
    z.strictObject({ salt: isBytes, bytes: isBytes, known: z.enum(['known', 'unknown', 'unresolved']) }),
  ),
  signature: isBytes.optional(),
})
const receiptsReply = z.strictObject({
  refusals: z.array(refusal),
  receipts: z.array(z.strictObject({ salt: isBytes, bytes: isBytes })),
  signature: isBytes.optional(),
})
const facts = z.strictObject({ epoch: z.number().int().min(1), vocabulary: isBytes, policyHash: z.string() })

export function refusedCheck(code: ErrorCode, field: string | undefined, message: string): RefusedCheck {
  return { kind: 'refused', code, field, message }
}

/** The result of `work`, or its coded failure as a value. */
export function refusedOr<T>(work: () => T): T | RefusedCheck {
  try {
    return work()
  } catch (error) {
    if (!isIndexError(error)) throw error
    return refusedCheck(error.code, error.field, error.message)
  }
}

/** A refusal as the exception that a single call throws. */
export function thrown(outcome: RefusedCheck | CheckOutcome | undefined): IndexError {
  if (outcome?.kind !== 'refused')
    return new IndexError('ERR_MESSAGE_MALFORMED', 'the hub did not answer what was asked')
  return new IndexError(outcome.code, outcome.message, { field: outcome.field })
}

/**
 * Asks the hub who the children are. The hub signs each answer over a commitment whose salt stays here, so a hub that
 * answers with another child can be caught, and nobody else learns what was asked.
 */
export async function identifyAll(
  line: Connection,
  rows: readonly (Pick<CheckRequest, 'child' | 'practitioner'> | RefusedCheck)[],
  neverIssuedNumbers: boolean,
  options?: SendOptions,
): Promise<readonly (NamedChild | RefusedCheck)[]> {
  const today = new Date(line.clock()).toISOString().slice(0, 10)
  const queries = rows.map((row) =>
    'kind' in row ? row : refusedOr(() => parseQuery(row.child, { today, neverIssuedNumbers })),
  )
  const asked = queries.flatMap((query, index) => {
    const row = rows[index]
    if ('kind' in query || row === undefined || 'kind' in row) return []
    return [
      {
        index,
        query,
        commitment: detailsCommitment(line.random(32), query),
        practitioner: pseudonymOf(line, row.practitioner),
      },
    ]
  })
  const named = [...queries] as (NamedChild | RefusedCheck | ChildQuery)[]
  if (asked.length > 0) {
    const body = { rows: asked.map(({ query, commitment, practitioner }) => ({ query, commitment, practitioner })) }
    const answers = await answersOf(
      line,
      await line.ask('identify', body, options),
      asked.map(({ commitment }) => commitment),
      options,
    )
    asked.forEach(({ index }, at) => {
      named[index] =
        answers[at] ?? refusedCheck('ERR_MESSAGE_MALFORMED', undefined, 'the hub did not answer what was asked')
    })
  }
  return named as readonly (NamedChild | RefusedCheck)[]
}

async function answersOf(
  line: Connection,
  reply: unknown,
  commitments: readonly Uint8Array[],
  options?: SendOptions,
): Promise<readonly (NamedChild | RefusedCheck)[]> {
  const { refusals, answers, signature } = parse(identifyReply, reply, 'ERR_MESSAGE_MALFORMED', 'identify')
  if (answers.length > 0) {
    const { root, size } = batchTree(leavesOf(answers))
    const hubKey = (await line.roster(options)).hub.keys.signing
    const batch = {
      type: 'identify-batch/v1' as const,
      hub: line.hub,
      agency: line.id,
      size,
      root,
      signature: signature ?? new Uint8Array(0),
    }
    if (!batchIsSignedBy(batch, hubKey))
      throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub did not sign its answers')
  }
  let next = 0
  return commitments.map((commitment, index) => {
    const refused = refusals[index]
    if (refused) return refusedCheck(refused.code, refused.field, refused.message)
    const answered = answers[next++]
    const answer = answered === undefined ? undefined : decodeAnswer(answered.bytes)
    const isOurs =
      answer !== undefined &&
      equalBytes(answer.commitment, commitment) &&
      answer.agency === line.id &&
      equalBytes(answer.hub, line.hub)
    if (!isOurs || answered === undefined)
      throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub answered another question than was asked')
    return { id: answer.agencyChildId, epoch: answer.epoch, known: answered.known }
  })
}

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
export async function outcomesOf(
  line: Connection,
  reply: unknown,
  checks: readonly Check[],
  options?: SendOptions,
): Promise<readonly CheckOutcome[]> {
  const { refusals, receipts, signature } = parse(receiptsReply, reply, 'ERR_MESSAGE_MALFORMED', 'receipts')
  if (refusals.length !== checks.length || receipts.length !== refusals.filter((each) => each === null).length) {
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'the hub did not answer for every check')
  }
  const publicKey = (await line.roster(options)).hub.keys.signing
  const tree = receipts.length === 0 ? undefined : batchTree(leavesOf(receipts))
  let next = 0
  return refusals.map((refused, index): CheckOutcome => {
    if (refused !== null) return refusedCheck(refused.code, refused.field, refused.message)
    const row = next++
    const signed = receipts[row]
    if (tree === undefined || signed === undefined)
      throw new IndexError('ERR_MESSAGE_MALFORMED', 'the hub did not answer for every check')
    const batch = {
      type: 'receipt-batch/v1' as const,
      hub: line.hub,
      agency: line.id,
      size: tree.size,
      root: tree.root,
      signature: signature ?? new Uint8Array(0),
    }
    const receipt = receiptFrom({ batch, row, salt: signed.salt, bytes: signed.bytes, path: tree.path(row) })
    if (!verifyReceipt(receipt, line.id, { id: line.hub, publicKey }))
      throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub did not sign its receipts')
    // An old receipt must not pass for a check that was dropped.
    if (!equalBytes(decodeReceipt(signed.bytes).content, receiptContent(checks[index] as Check)))
      throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub answered with the receipt of another check')
    return { kind: 'recorded', receipt }
  })
}

const found = z.strictObject({ checkId: z.string().regex(/^[0-9a-f]{64}$/) })

/** The id of this agency's check with a reference. @throws {IndexError} `ERR_CHECK_UNKNOWN` */
export async function ownCheck(line: Connection, reference: string, options?: SendOptions): Promise<CheckId> {
  return parse(found, await line.ask('find-check', { reference }, options), 'ERR_MESSAGE_MALFORMED', 'check')
    .checkId as CheckId
}

function pseudonymOf(line: Connection, practitioner: string): Uint8Array {
  return practitionerPseudonym(line.key.pseudonymKey, line.hub, line.id, practitioner)
}

const kept = z.strictObject({ signature: isBytes })

/**
 * Hands a withdrawal to every custodian. Each signs that it keeps it, so that a hub which carries none of them on is seen.
 * @throws {IndexError} `ERR_CUSTODIAN_UNAVAILABLE` when one did not confirm: the hub has recorded it, send it again
 */
export async function tellCustodians(line: Connection, withdrawal: Withdrawal, options?: SendOptions): Promise<void> {
  const roster = await line.roster(options)
  const body = toJsonBytes({ withdrawal })
  const told = await Promise.all(
    custodiansOf(roster).map(async ({ id, keys }) => {
      try {
        const reply = parse(
          kept,
          fromJsonBytes(await line.relay(id, 'withdraw', body, options)),
          'ERR_MESSAGE_MALFORMED',
          'withdrawal',
        )
        return verifySignature(keys.signing, keptStatement(line.hub, id, withdrawal.checkId), reply.signature)
      } catch (error) {
        if (!isIndexError(error)) throw error
        return false
      }
    }),
  )
  if (told.every(Boolean)) return
  throw new IndexError(
    'ERR_CUSTODIAN_UNAVAILABLE',
    'the hub has recorded it, but not every custodian confirmed it: send it again',
  )
}
