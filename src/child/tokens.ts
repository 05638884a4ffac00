import { encode } from '../bytes.js'
import { hmacSha256, hmacUnder } from '../hash.js'
import type { ChildId } from './identifiers.js'
import type { LookupKey } from './keys.js'

/** The hub's half of a lookup token: HMAC-SHA-256 under `kh`, 32 bytes. All that a custodian sees of a look-up. */
export function innerToken(kh: Uint8Array, hubId: Uint8Array, key: LookupKey): Uint8Array {
  return hmacSha256(kh, encode('lookup-token/v1', hubId, key.kind, ...key.parts))
}

/** As `innerToken` of each key, in half the time. */
export function innerTokens(kh: Uint8Array, hubId: Uint8Array, keys: readonly LookupKey[]): readonly Uint8Array[] {
  const mac = hmacUnder(kh)
  const before = encode('lookup-token/v1', hubId)
  return keys.map(({ kind, parts }) => mac(before, encode(kind, ...parts)))
}

/**
 * What a token is of: a number is guessed one by one, a description by the hundred for one look-up, so that custodians meter the two apart.
 * The word is part of the token: a number cannot be asked for as a description.
 */
export const TOKEN_SORTS = ['number', 'description'] as const
export type TokenSort = (typeof TOKEN_SORTS)[number]

/** Halves that one message to a custodian holds at most. */
export const BLIND_MAX = 262_144

/**
 * The lookup token, 16 bytes: HMAC-SHA-256 under the custodians' `kc` over the hub's half, cut.
 * Whoever holds only one of the two keys cannot test a guess.
 */
export function outerToken(kc: Uint8Array, hubId: Uint8Array, sort: TokenSort, inner: Uint8Array): Uint8Array {
  return hmacSha256(kc, encode('lookup-token-outer/v2', hubId, sort, inner)).slice(0, 16)
}

export const INNER_LENGTH = 32
export const TOKEN_LENGTH = 16

/** As `outerToken` of each half of some that stand one after the other, in half the time; the tokens stand so too. */
export function outerTokens(kc: Uint8Array, hubId: Uint8Array, sort: TokenSort, inner: Uint8Array): Uint8Array {
  const count = inner.length / INNER_LENGTH
  if (!Number.isInteger(count)) throw new RangeError('a half of a token is 32 bytes')
  const mac = hmacUnder(kc)
  const [blank, tokens] = [new Uint8Array(INNER_LENGTH), new Uint8Array(TOKEN_LENGTH * count)]
  const before = encode('lookup-token-outer/v2', hubId, sort, blank).subarray(0, -INNER_LENGTH)
  for (let i = 0; i < count; i += 1) {
    const token = mac(before, inner.subarray(INNER_LENGTH * i, INNER_LENGTH * (i + 1)))
    tokens.set(token.subarray(0, TOKEN_LENGTH), TOKEN_LENGTH * i)
  }
  return tokens
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
