import { encode, type Random } from '../bytes.js'
import { IndexError } from '../errors.js'
import { hmacSha256 } from '../hash.js'

/** A secret of 32 bytes that is replaced now and then. */
export interface GenerationKey {
  /** From 1. */
  readonly generation: number
  readonly key: Uint8Array
}

/** At least one, by ascending generation: the last is used for what is new, the others for what they were once used for. */
export type KeysByGeneration = readonly [GenerationKey, ...GenerationKey[]]

/** Whether keys are at least one, and by ascending generation. */
export function areByGeneration(keys: readonly GenerationKey[]): keys is KeysByGeneration {
  return keys.length > 0 && keys.every(({ generation }, at) => generation > (keys[at - 1]?.generation ?? 0))
}

/** The key that is used for what is new. */
export function presentKey(keys: KeysByGeneration): GenerationKey {
  return keys.at(-1) ?? keys[0]
}

/** @throws {IndexError} `ERR_KEY_MISSING` where the key of this generation was deleted, or never was */
export function keyOf(keys: KeysByGeneration, generation: number): Uint8Array {
  const found = keys.find((each) => each.generation === generation)
  if (found === undefined) throw new IndexError('ERR_KEY_MISSING', 'there is no key of this generation here')
  return found.key
}

/** Length of a handle in bytes. */
export const HANDLE_LENGTH = 16

/** What one custodian answers to a sealer: the key under which its share of one record is wrapped, used once. */
export interface IssuedWrap {
  /** Number of the custodian, from 1. */
  readonly custodian: number
  /** 16 bytes, drawn by the custodian for this answer only. */
  readonly handle: Uint8Array
  /** Generation of the custodian's root that the wrap was made with. */
  readonly generation: number
  /** 32 bytes, secret; forgotten by the custodian at once and by the sealer after sealing. */
  readonly wrap: Uint8Array
}

/**
 * The wrap of one record under a custodian's 32-byte root: what it issues to a sealer, and finds again at a release.
 *
 * Nothing is stored: handle and label bring it back. As the handle is fresh and drawn by the custodian itself, nobody
 * can have the wrap of an existing record issued a second time.
 */
export function issueWrap(rootKey: Uint8Array, handle: Uint8Array, label: Uint8Array): Uint8Array {
  if (rootKey.length !== 32) throw new RangeError('a root is 32 bytes')
  if (handle.length !== HANDLE_LENGTH) throw new RangeError('a handle is 16 bytes')
  if (label.length !== 32) throw new RangeError('a label is 32 bytes')
  return hmacSha256(rootKey, encode('wrap/v1', handle, label))
}

/** A fresh handle. */
export function drawHandle(random: Random): Uint8Array {
  return random(HANDLE_LENGTH)
}
