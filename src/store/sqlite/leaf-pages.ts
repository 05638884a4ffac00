import { IndexError } from '../../errors.js'
import { compareLeaves, STORE_LIMITS } from '../limits.js'
import type { StoredLeaf } from '../port.js'

/**
 * Rows beside an entry, many to a row of SQLite. Of `fixed` nothing ever changes; an erasure takes bytes out of `content`.
 */
export interface LeafPage {
  /** Of each leaf, by ascending row: its row (2 bytes) ‖ its hash (32). */
  readonly fixed: Uint8Array
  /** Of each leaf the length of its salt (1 byte) and of its bytes (4); then salt ‖ bytes of each. */
  readonly content: Uint8Array
}

/** A page and its key: the place of its last leaf, so that the first page from a place on is the one that holds it. */
export interface PlacedPage extends LeafPage {
  readonly place: number
}

type PlacedLeaf = StoredLeaf & { readonly position: number }

// Measured on leaves of 300 bytes: with more to a page an append gains nothing, and reading one of them costs more.
export const PAGE_LEAVES_MAX = 32
const PAGE_BYTES_MAX = 65_536
const FIXED_BYTES: number = 2 + STORE_LIMITS.hashBytes
const SIZES_BYTES = 5

/** Where a leaf lies among all of the journal: below 2^53 up to entry 2^37, which no journal reaches. */
export function leafPlace(position: number, row: number): number {
  return position * STORE_LIMITS.leavesLengthMax + row
}

/** The leaves of a commit in pages, by ascending place. */
export function leafPages(leaves: readonly PlacedLeaf[]): PlacedPage[] {
  const sorted = leaves.toSorted(compareLeaves)
  const pages: PlacedPage[] = []
  for (let from = 0; from < sorted.length; ) {
    const to = pageEnd(sorted, from)
    const page = sorted.slice(from, to)
    const last = page.at(-1) as PlacedLeaf
    pages.push({ place: leafPlace(last.position, last.row), fixed: fixedOf(page), content: contentOf(page) })
    from = to
  }
  return pages
}

/** At most `limit` leaves of a page, from a row on; on memory of their own, so that none keeps a whole page alive. */
export function leavesOf({ fixed, content }: LeafPage, from = 0, limit: number = PAGE_LEAVES_MAX): StoredLeaf[] {
  const count = fixed.length / FIXED_BYTES
  const heads = viewOf(fixed)
  const sizes = viewOf(content)
  const leaves: StoredLeaf[] = []
  let at = count * SIZES_BYTES
  if (content.length < at) throw damaged()
  for (let index = 0; index < count; index += 1) {
    const head = index * FIXED_BYTES
    const row = heads.getUint16(head)
    const saltEnd = at + sizes.getUint8(index * SIZES_BYTES)
    const end = saltEnd + sizes.getUint32(index * SIZES_BYTES + 1)
    if (row >= from && leaves.length < limit) {
      const hash = fixed.slice(head + 2, head + FIXED_BYTES)
      leaves.push({ row, hash, salt: content.slice(at, saltEnd), bytes: content.slice(saltEnd, end) })
    }
    at = end
  }
  if (at !== content.length) throw damaged()
  return leaves
}

/** The hash of a row among those of a page. */
export function hashIn(fixed: Uint8Array, row: number): Uint8Array | undefined {
  for (let at = 0; at < fixed.length; at += FIXED_BYTES) {
    const found = ((fixed[at] ?? 0) << 8) | (fixed[at + 1] ?? 0)
    if (found === row) return fixed.slice(at + 2, at + FIXED_BYTES)
  }
  return undefined
}

/** What stands in a page without the salt and bytes of one row; undefined where they are not there, or are empty already. */
export function erasedContent(page: LeafPage, row: number): Uint8Array | undefined {
  const leaves = leavesOf(page)
  const one = leaves.find((leaf) => leaf.row === row)
  if (one === undefined || one.salt.length + one.bytes.length === 0) return undefined
  return contentOf(leaves.map((leaf) => (leaf === one ? { ...leaf, salt: EMPTY, bytes: EMPTY } : leaf)))
}

function damaged(): IndexError {
  return new IndexError('ERR_STORE_DAMAGED', 'the rows beside a journal entry are damaged')
}

const EMPTY = new Uint8Array(0)

/** A page holds rows of one entry, few enough and short enough that one is soon read and erased. */
function pageEnd(leaves: readonly PlacedLeaf[], from: number): number {
  const position = leaves[from]?.position
  let bytes = 0
  let to = from
  for (; to < leaves.length && to - from < PAGE_LEAVES_MAX && bytes < PAGE_BYTES_MAX; to += 1) {
    const leaf = leaves[to] as PlacedLeaf
    if (leaf.position !== position) break
    bytes += leaf.bytes.length
  }
  return to
}

function fixedOf(leaves: readonly StoredLeaf[]): Uint8Array {
  const out = new Uint8Array(leaves.length * FIXED_BYTES)
  const view = viewOf(out)
  leaves.forEach(({ row, hash }, index) => {
    view.setUint16(index * FIXED_BYTES, row)
    out.set(hash, index * FIXED_BYTES + 2)
  })
  return out
}

function contentOf(leaves: readonly StoredLeaf[]): Uint8Array {
  let at = leaves.length * SIZES_BYTES
  const out = new Uint8Array(leaves.reduce((total, { salt, bytes }) => total + salt.length + bytes.length, at))
  const view = viewOf(out)
  leaves.forEach(({ salt, bytes }, index) => {
    view.setUint8(index * SIZES_BYTES, salt.length)
    view.setUint32(index * SIZES_BYTES + 1, bytes.length)
    out.set(salt, at)
    out.set(bytes, at + salt.length)
    at += salt.length + bytes.length
  })
  return out
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
