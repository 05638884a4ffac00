import { createHash } from 'node:crypto'
import { utf8Bytes } from '../bytes.js'
import type { ChildId } from './identifiers.js'

/**
 * Where the child that a token points at as its `index`th stands, and what its id is covered with there.
 *
 * SHA-256(tag ‖ place key ‖ token ‖ index): all of fixed length, and the token is known to nobody who has not asked a custodian for it. Without the token
 * nobody can tell which rows of a store belong together, how many a token has, or whose they are.
 */
export interface PostingPlace {
  /** 12 bytes: the key of the row. */
  readonly key: Uint8Array
  /** 16 bytes. */
  readonly cover: Uint8Array
}

export function postingPlace(placeKey: Uint8Array, token: Uint8Array, index: number): PostingPlace {
  if (placeKey.length !== 32 || token.length !== 16) throw new RangeError('a place key is 32 bytes, a token 16')
  const message = Buffer.allocUnsafe(TAG.length + 52)
  message.set(TAG, 0)
  message.set(placeKey, TAG.length)
  message.set(token, TAG.length + 32)
  message.writeUInt32BE(index, TAG.length + 48)
  const digest = createHash('sha256').update(message).digest()
  return { key: new Uint8Array(digest.subarray(0, 12)), cover: digest.subarray(12, 28) }
}

const TAG = utf8Bytes('child-index/posting/v1 ')

/** The id under its cover, and back: 16 bytes. */
export function covered({ cover }: PostingPlace, id: Uint8Array): Uint8Array {
  if (id.length !== 16) throw new RangeError('an id is 16 bytes')
  return Uint8Array.from(id, (byte, i) => byte ^ (cover[i] as number))
}

export function uncovered(place: PostingPlace, value: Uint8Array): ChildId {
  return covered(place, value) as ChildId
}
