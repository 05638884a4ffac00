import { concat, utf8Bytes } from '../bytes.js'
import { sha256 } from '../hash.js'
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
  return placesUnder(placeKey)(token, index)
}

/** `postingPlace` of many tokens: what is hashed is put together in one piece of memory, which halves what a place costs. */
export function placesUnder(placeKey: Uint8Array): (token: Uint8Array, index: number) => PostingPlace {
  if (placeKey.length !== 32) throw new RangeError('a place key is 32 bytes')
  const message = concat(TAG, placeKey, new Uint8Array(20))
  const view = new DataView(message.buffer)
  const at = message.length - 20
  return (token, index) => {
    if (token.length !== 16) throw new RangeError('a token is 16 bytes')
    if (index >>> 0 !== index) throw new RangeError('an index is a 32-bit number')
    message.set(token, at)
    view.setUint32(at + 16, index)
    const digest = sha256(message)
    return { key: digest.subarray(0, 12), cover: digest.subarray(12, 28) }
  }
}

const TAG = utf8Bytes('child-index/posting/v1 ')

/** The id under its cover, and back: 16 bytes. */
export function covered({ cover }: PostingPlace, id: Uint8Array): Uint8Array {
  if (id.length !== 16) throw new RangeError('an id is 16 bytes')
  const out = new Uint8Array(16)
  for (let i = 0; i < 16; i += 1) out[i] = (id[i] as number) ^ (cover[i] as number)
  return out
}

export function uncovered(place: PostingPlace, value: Uint8Array): ChildId {
  return covered(place, value) as ChildId
}
