import { z } from 'zod'
import { detailsCommitment } from '../check/answer.js'
import { type Batch, batchIsSignedBy, leavesOf } from '../check/batch.js'
import { answerTo, type IdentifyProof, LOOKUPS_MAX } from '../check/identification.js'
import type { Known } from '../check/receipt.js'
import type { CheckRequest } from '../check/request.js'
import { type ChildQuery, type FieldQualities, readQuery } from '../child/details.js'
import { type AgencyChildId, practitionerPseudonym } from '../child/identifiers.js'
import { isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { batchTree } from '../journal/merkle.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { type RefusedCheck, refusalRow, refusedCheck, refusedOr } from './outcome.js'

/** A child as the hub answered for one row. */
export interface NamedChild {
  readonly id: AgencyChildId
  readonly epoch: number
  readonly known: Known
  readonly outcome: IdentifyOutcome
  readonly quality: FieldQualities
  readonly proof: IdentifyProof
}

/** How a question came out. Of candidates it says how many there are to confirm, never who; `many`: too many to confirm. */
export type IdentifyOutcome =
  | { readonly kind: 'match' }
  | { readonly kind: 'candidates'; readonly candidates: 1 | 2 | 3 }
  | { readonly kind: 'many' }
  | { readonly kind: 'none' }

const outcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('match') }),
  z.strictObject({ kind: z.literal('candidates'), candidates: z.literal([1, 2, 3]) }),
  z.strictObject({ kind: z.literal('many') }),
  z.strictObject({ kind: z.literal('none') }),
])

const identifyReply = z.strictObject({
  refusals: z.array(refusalRow),
  answers: z.array(
    z.strictObject({ salt: isBytes, bytes: isBytes, known: z.enum(['known', 'unknown', 'unresolved']), outcome }),
  ),
  signature: isBytes.optional(),
})

interface Asked {
  readonly index: number
  readonly query: ChildQuery
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
  const today = new Date(line.clock()).toISOString().slice(0, 10)
  const asked: Asked[] = []
  const named = rows.map((row, index): NamedChild | RefusedCheck => {
    if ('kind' in row) return row
    const read = refusedOr(() => readQuery(row.child, { today, neverIssuedNumbers }))
    if ('kind' in read) return read
    asked.push({ index, ...read, salt: line.random(32), practitioner: pseudonymOf(line, row.practitioner) })
    return refusedCheck('ERR_MESSAGE_MALFORMED', undefined, 'the hub did not answer what was asked')
  })
  if (asked.length === 0) return named
  for (let from = 0; from < asked.length; from += LOOKUPS_MAX) {
    const page = asked.slice(from, from + LOOKUPS_MAX)
    const rows = page.map(({ query, salt, practitioner }) => ({
      query,
      commitment: detailsCommitment(salt, query),
      practitioner,
    }))
    const purpose = options?.purpose === undefined ? {} : { purpose: options.purpose }
    const answers = await answersOf(line, await line.ask('identify', { rows, ...purpose }, options), page, options)
    page.forEach(({ index }, at) => {
      named[index] = answers[at] ?? (named[index] as RefusedCheck)
    })
  }
  return named
}

export interface IdentifyOptions extends SendOptions {
  /** `back-fill`: the agency looks up its whole case list, and no checks are to follow. */
  readonly purpose?: 'check' | 'back-fill' | undefined
}

async function answersOf(
  line: Connection,
  reply: unknown,
  asked: readonly Asked[],
  options?: SendOptions,
): Promise<readonly (NamedChild | RefusedCheck)[]> {
  const {
    refusals,
    answers,
    signature = new Uint8Array(0),
  } = parse(identifyReply, reply, 'ERR_MESSAGE_MALFORMED', 'identify')
  const tree = batchTree(leavesOf(answers))
  const { size, root } = tree
  const batch: Batch = { type: 'identify-batch/v1', hub: line.hub, agency: line.id, size, root, signature }
  if (answers.length > 0 && !batchIsSignedBy(batch, (await line.roster(options)).hub.keys.signing)) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub did not sign its answers')
  }
  let next = 0
  return asked.map(({ query, quality, salt }, index) => {
    const refused = refusals[index]
    if (refused) return refusedCheck(refused.code, refused.field, refused.message)
    const row = next++
    const answered = answers[row]
    if (answered === undefined) throw new IndexError('ERR_MESSAGE_MALFORMED', 'the hub did not answer what was asked')
    const proof = { salt, batch, row, leafSalt: answered.salt, bytes: answered.bytes, path: tree.path(row) }
    const answer = answerTo(proof, query, line.id, line.hub)
    if (answer === undefined)
      throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub answered another question than was asked')
    const { known, outcome: told } = answered
    return { id: answer.agencyChildId, epoch: answer.epoch, known, outcome: told, quality, proof }
  })
}

/** The practitioner as the hub may know them: a pseudonym that this agency alone can undo. */
export function pseudonymOf(line: Connection, practitioner: string): Uint8Array {
  return practitionerPseudonym(line.key.pseudonymKey, line.hub, line.id, practitioner)
}
