import { createCipheriv } from 'node:crypto'
import { encode } from '../bytes.js'
import { hmacSha256 } from '../hash.js'
import type { ChildId } from './identifiers.js'

/** Bytes of a mark: enough that one agrees by chance once in four thousand million. */
const MARK_LENGTH = 4

/**
 * Marks of tokens in the row of one child, 4 bytes each: AES-256 of the token under a key of that child alone, cut.
 *
 * The same token gives every child another mark, so that marks of two children cannot be compared; whoever has the keys of
 * the hub cannot make a mark without the token, which takes a custodian; and no mark leads back to its token.
 */
export function marksOf(
  storageKey: Uint8Array,
  hub: Uint8Array,
  childId: ChildId,
  tokens: readonly Uint8Array[],
): Marks {
  if (tokens.length === 0) return []
  const aes = createCipheriv('aes-256-ecb', hmacSha256(storageKey, encode('marks/v1', hub, childId)), null)
  aes.setAutoPadding(false)
  const blocks = aes.update(Buffer.concat(tokens))
  return tokens.map((_, i) => blocks.readUInt32BE(i * 16))
}

/** Marks as numbers, so that they can be looked up. */
export type Marks = readonly number[]

/** Distinct marks in ascending order, so that nothing tells of the order in which they were made. */
export function packMarks(marks: Iterable<number>): Uint8Array {
  const sorted = [...new Set(marks)].sort((a, b) => a - b)
  const out = Buffer.alloc(MARK_LENGTH * sorted.length)
  sorted.forEach((mark, i) => {
    out.writeUInt32BE(mark, MARK_LENGTH * i)
  })
  return new Uint8Array(out)
}

export function unpackMarks(bytes: Uint8Array): ReadonlySet<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const marks = new Set<number>()
  for (let at = 0; at + MARK_LENGTH <= bytes.length; at += MARK_LENGTH) marks.add(view.getUint32(at))
  return marks
}
