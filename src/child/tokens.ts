import { encode, hmacSha256 } from '../bytes.js'
import type { ChildId } from './identifiers.js'
import type { LookupKey } from './keys.js'

/** The hub's half of a lookup token: HMAC-SHA-256 under `kh`, 32 bytes. All that a custodian sees of a look-up. */
export function innerToken(kh: Uint8Array, hubId: Uint8Array, key: LookupKey): Uint8Array {
  return hmacSha256(kh, encode('lookup-token/v1', hubId, key.kind, ...key.parts))
}

/**
 * What a token is of: a number is guessed one by one, a description by the hundred for one look-up, so that custodians meter the two apart.
 * The word is part of the token: a number cannot be asked for as a description.
 */
export type TokenSort = 'number' | 'description'

/** Halves that one message to a custodian holds at most. */
export const BLIND_MAX = 262_144

/**
 * The lookup token, 16 bytes: HMAC-SHA-256 under the custodians' `kc` over the hub's half, cut.
 * Whoever holds only one of the two keys cannot test a guess.
 */
export function outerToken(kc: Uint8Array, hubId: Uint8Array, sort: TokenSort, inner: Uint8Array): Uint8Array {
  return hmacSha256(kc, encode('lookup-token-outer/v2', hubId, sort, inner)).slice(0, 16)
}

/**
 * The hub's half of the fingerprint of one group of a child's details; `outerToken` makes it whole. Equal bytes give an
 * equal fingerprint for the same child only, so that the fingerprints of a family's carers do not show the family.
 */
export function innerFingerprint(
  kh: Uint8Array,
  hubId: Uint8Array,
  childId: ChildId,
  group: string,
  canonicalBytes: Uint8Array,
): Uint8Array {
  return hmacSha256(kh, encode('details-fingerprint/v1', hubId, childId, group, canonicalBytes))
}
