import { decodeAnswer, detailsCommitment } from '../check/answer.js'
import { type Batch, batchIsSignedBy, leavesOf } from '../check/batch.js'
import { type IdentifyProof, isAnswerTo, LOOKUPS_MAX } from '../check/identification.js'
import { type AnsweredRow, decodeIdentifyReply, type IdentifyOutcome } from '../check/messages/identify-reply.js'
import { encodeIdentifyRequest, type IdentifyPurpose } from '../check/messages/identify-request.js'
import type { Known } from '../check/receipt.js'
import type { CheckRequest } from '../check/request.js'
import { type ChildQuery, type FieldQualities, readQuery } from '../child/details.js'
import { type AgencyChildId, practitionerPseudonym } from '../child/identifiers.js'
import { IndexError } from '../errors.js'
import { batchTree, givingPaths } from '../journal/merkle.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { type RefusedCheck, refusedCheck, refusedOr } from './outcome.js'

/** A child as the hub answered for one row. */
export interface NamedChild {
  readonly id: AgencyChildId
  readonly epoch: number
  readonly known: Known
  readonly outcome: IdentifyOutcome
  readonly quality: FieldQualities
  readonly proof: IdentifyProof
}

interface Asked {
  readonly index: number
  readonly query: ChildQuery
  /** What the hub is told of the question under `salt`, and has to answer to. */
  readonly commitment: Uint8Array
  readonly quality: FieldQualities
  readonly salt: Uint8Array
  readonly practitioner: Uint8Array
}

/**
 * Asks the hub who the children are. The hub signs each answer over a commitment whose salt stays here, so a hub that
 * answers with another child can be caught, and nobody else learns what was asked.
 */
export async function identifyAll(
  line: Connection,
  rows: readonly (Pick<CheckRequest, 'child' | 'practitioner'> | RefusedCheck)[],
  neverIssuedNumbers: boolean,
  options?: IdentifyOptions,
): Promise<readonly (NamedChild | RefusedCheck)[]> {
  if (rows.length === 0) return []
  const today = new Date(line.clock()).toISOString().slice(0, 10)
  const asked: Asked[] = []
  // Drawn at once: a call of the source takes longer than the bytes.
  const salts = line.random(32 * rows.length)
  const pseudonym = pseudonymsOf(line)
  const named = rows.map((row, index): NamedChild | RefusedCheck => {
    if ('kind' in row) return row
    const read = refusedOr(() => readQuery(row.child, { today, neverIssuedNumbers }))
    if ('kind' in read) return read
    const salt = salts.slice(32 * index, 32 * index + 32)
    const commitment = detailsCommitment(salt, read.query)
    asked.push({ index, ...read, salt, commitment, practitioner: pseudonym(row.practitioner) })
    return refusedCheck('ERR_MESSAGE_MALFORMED', undefined, 'the hub did not answer what was asked')
  })
  if (asked.length === 0) return named
  for (let from = 0; from < asked.length; from += LOOKUPS_MAX) {
    const page = asked.slice(from, from + LOOKUPS_MAX)
    const reply = await line.askBytes('identify', encodeIdentifyRequest(page, options?.purpose ?? 'check'), options)
    const answers = await answersOf(line, reply, page, options)
    page.forEach(({ index }, at) => {
      named[index] = answers[at] ?? (named[index] as RefusedCheck)
    })
  }
  return named
}

export interface IdentifyOptions extends SendOptions {
  readonly purpose?: IdentifyPurpose | undefined
}

async function answersOf(
  line: Connection,
  reply: Uint8Array,
  asked: readonly Asked[],
  options?: SendOptions,
): Promise<readonly (NamedChild | RefusedCheck)[]> {
  const { rows, signature } = decodeIdentifyReply(reply)
  if (rows.length !== asked.length)
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'the hub did not answer what was asked')
  const answers = rows.filter((row): row is AnsweredRow => 'salt' in row)
  const tree = batchTree(leavesOf(answers))
  const { size, root } = tree
  const batch: Batch = { type: 'identify-batch/v1', hub: line.hub, agency: line.id, size, root, signature }
  if (answers.length > 0 && !batchIsSignedBy(batch, await line.hubKey(options))) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub did not sign its answers')
  }
  const withPath = givingPaths(tree)
  let next = 0
  return asked.map(({ commitment, quality, salt }, index) => {
    const answered = rows[index] as (typeof rows)[number]
    if ('code' in answered) return refusedCheck(answered.code, answered.field, answered.message)
    const row = next++
    // The tree is of these very rows: what is left to ask is whether each is an answer to its question.
    const answer = decodeAnswer(answered.bytes)
    if (!isAnswerTo(answer, commitment, line.id, line.hub))
      throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub answered another question than was asked')
    const proof = withPath({ salt, batch, row, leafSalt: answered.salt, bytes: answered.bytes })
    const { known, outcome } = answered
    return { id: answer.agencyChildId, epoch: answer.epoch, known, outcome, quality, proof }
  })
}

/** The practitioner as the hub may know them: a pseudonym that this agency alone can undo. */
export function pseudonymOf(line: Connection, practitioner: string): Uint8Array {
  return practitionerPseudonym(line.key.pseudonymKey, line.hub, line.id, practitioner)
}

/** `pseudonymOf` for many rows: the same few practitioners stand in most of them. */
export function pseudonymsOf(line: Connection): (practitioner: string) => Uint8Array {
  const known = new Map<string, Uint8Array>()
  return (practitioner) => {
    const pseudonym = known.get(practitioner) ?? pseudonymOf(line, practitioner)
    known.set(practitioner, pseudonym)
    return pseudonym
  }
}
