import { encode } from '../bytes.js'
import { type SigningKey, sign, verifySignature } from '../signature.js'
import { type Roster, standingMembersOf } from './roster.js'

/** A custodian's signature on a version of the roster. */
export interface NamedSignature {
  readonly custodian: string
  readonly signature: Uint8Array
}

/**
 * What a custodian signs: that this version may take effect.
 * @param proposedAt journal position of the proposal, where changes have to wait: what was signed for one proposal does
 * not put another in force, though it says the same
 */
export function signActivation(next: Roster, key: SigningKey, proposedAt?: number): Uint8Array {
  return sign(key, activationStatement(next, proposedAt))
}

/** Whether a quorum of the custodians in standing on the version before has signed for the next. */
export function activationCounts(
  current: Roster,
  next: Roster,
  signatures: readonly NamedSignature[],
  proposedAt?: number,
): boolean {
  return countSignatures(current, activationStatement(next, proposedAt), signatures) >= current.keyset.quorum
}

function activationStatement(next: Roster, proposedAt: number | undefined): Uint8Array {
  const { hub, version, hash } = next
  return proposedAt === undefined
    ? encode('activation/v1', hub.id, version, hash)
    : encode('activation/v1', hub.id, version, hash, proposedAt)
}

/** How many members of the present keyset, none of them suspended, have signed a statement. */
export function countSignatures(roster: Roster, statement: Uint8Array, signatures: readonly NamedSignature[]): number {
  const signed = standingMembersOf(roster).filter(({ id, keys }) => {
    const theirs = signatures.find(({ custodian }) => custodian === id)
    return theirs !== undefined && verifySignature(keys.signing, statement, theirs.signature)
  })
  return signed.length
}
