import { equalBytes } from '../bytes.js'
import { saltedLeafHash } from '../journal/merkle.js'
import { verifyInclusion } from '../journal/proof.js'
import { decodeAnswer, detailsCommitment, type IdentifyAnswer } from './answer.js'
import { type Batch, batchIsSignedBy } from './batch.js'

/** Look-ups in one message: by details each asks a custodian for a few hundred tokens. */
export const LOOKUPS_MAX = 1000

/**
 * What an agency keeps of a look-up: its own salt, and the hub's signed answer. With the details that were asked for, it
 * proves which child the hub named. Without the salt it says nothing about whom the agency asked for.
 */
export interface IdentifyProof {
  /** 32 bytes, known to the agency alone. */
  readonly salt: Uint8Array
  readonly batch: Batch
  readonly row: number
  readonly leafSalt: Uint8Array
  readonly bytes: Uint8Array
  readonly path: readonly Uint8Array[]
}

/**
 * The answer that the hub signed for this question, undefined where the proof is not of it.
 * @param query as the agency asked, in the form that `parseQuery` returns
 * @param hub `id`: 32 bytes; `publicKey`: the hub's signing key from the roster, 32 bytes
 */
export function identifiedAs(
  proof: IdentifyProof,
  query: unknown,
  agency: string,
  hub: { readonly id: Uint8Array; readonly publicKey: Uint8Array },
): IdentifyAnswer | undefined {
  return batchIsSignedBy(proof.batch, hub.publicKey) ? answerTo(proof, query, agency, hub.id) : undefined
}

/** As `identifiedAs`, where the signature over the batch has been checked for all its rows at once. */
export function answerTo(
  proof: IdentifyProof,
  query: unknown,
  agency: string,
  hub: Uint8Array,
): IdentifyAnswer | undefined {
  const { salt, batch, row, leafSalt, bytes, path } = proof
  const answer = decodeAnswer(bytes)
  const isTheirs =
    batch.type === 'identify-batch/v1' &&
    equalBytes(batch.hub, hub) &&
    batch.agency === agency &&
    isAnswerTo(answer, detailsCommitment(salt, query), agency, hub) &&
    verifyInclusion(saltedLeafHash(leafSalt, bytes), { index: row, size: batch.size, path }, batch)
  return isTheirs ? answer : undefined
}

/** Whether an answer is one to this agency, for what it committed to. That the hub signed it is another question. */
export function isAnswerTo(answer: IdentifyAnswer, commitment: Uint8Array, agency: string, hub: Uint8Array): boolean {
  return equalBytes(answer.hub, hub) && answer.agency === agency && equalBytes(answer.commitment, commitment)
}
