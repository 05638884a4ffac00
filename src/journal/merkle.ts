import { sha256 } from '../bytes.js'
import type { NodePlace } from '../store/port.js'

/** What a tree head commits to: the number of leaves and the root over them (RFC 6962, section 2.1). */
export interface TreeHead {
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

/** A complete subtree with its hash, as a store keeps it. */
export interface TreeNode extends NodePlace {
  readonly hash: Uint8Array
}

/** A tree after an append: what to store, and what to append to next. */
export interface Growth {
  readonly size: number
  /** The subtrees that the new leaves completed, leaf hashes (level 0) among them. */
  readonly nodes: readonly TreeNode[]
  /** Hashes of `frontierPlaces(size)`, in that order. */
  readonly frontier: readonly Uint8Array[]
}

/** A whole tree in memory: its root, and the inclusion path of each leaf. For batches, not for the journal. */
export interface BatchTree extends TreeHead {
  /** Sibling hashes from leaf to root. @throws {RangeError} for an index outside the tree. */
  path(index: number): readonly Uint8Array[]
}

const LEAF = Uint8Array.of(0x00)
const NODE = Uint8Array.of(0x01)
const EMPTY = new Uint8Array(0)

const HASH_BYTES = 32
export const SALT_BYTES = 32

/** SHA-256(0x00 ‖ data): the hash of a leaf (RFC 6962, section 2.1). */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(LEAF, data)
}

/**
 * SHA-256(0x00 ‖ salt ‖ bytes): a leaf that says nothing once salt and bytes are erased.
 * @throws {RangeError} unless the salt is 32 bytes: with any other length, salt and bytes could run into each other.
 */
export function saltedLeafHash(salt: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new RangeError('a leaf salt is 32 bytes')
  return sha256(LEAF, salt, bytes)
}

/** SHA-256(0x01 ‖ left ‖ right): the hash of an inner node (RFC 6962, section 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right)
}

/** The root of a tree without leaves: SHA-256 of nothing. */
export function emptyRoot(): Uint8Array {
  return sha256(EMPTY)
}

/** The root over leaf hashes in order. */
export function rootOf(leafHashes: readonly Uint8Array[]): Uint8Array {
  return rootFromFrontier(completedNodes(0, leafHashes, []).frontier)
}

/** The inclusion path of one leaf; for the paths of many, build `batchTree` once. */
export function pathOf(leafHashes: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  return batchTree(leafHashes).path(index)
}

/** The tree over leaf hashes, every level kept: twice their memory, and each path costs no hashing. */
export function batchTree(leafHashes: readonly Uint8Array[]): BatchTree {
  const levels: (readonly Uint8Array[])[] = [leafHashes]
  for (let row = leafHashes; row.length > 1; ) {
    row = parentsOf(row)
    levels.push(row)
  }
  const size = leafHashes.length
  return {
    size,
    root: levels.at(-1)?.[0] ?? emptyRoot(),
    path(index) {
      if (!Number.isInteger(index) || index < 0 || index >= size) throw new RangeError('no leaf at this index')
      return levels.flatMap((row, level) => row[siblingOf(Math.floor(index / 2 ** level))] ?? [])
    },
  }
}

// A last node without a sibling moves up unchanged. That is RFC 6962's split at the largest power of two, seen from below.
function parentsOf(row: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = []
  for (let i = 0; i < row.length; i += 2) {
    const left = row[i] as Uint8Array
    const right = row[i + 1]
    parents.push(right === undefined ? left : nodeHash(left, right))
  }
  return parents
}

/** The other child of the same parent. (No bit operators: they cut numbers to 32 bits.) */
export function siblingOf(index: number): number {
  return index % 2 === 0 ? index + 1 : index - 1
}

/**
 * Appends leaf hashes to a tree of `size` leaves of which only the frontier is at hand.
 * @param frontier hashes of `frontierPlaces(size)`, in that order; empty for an empty tree
 * @throws {RangeError} when the frontier is not that of `size`
 */
export function completedNodes(
  size: number,
  newLeafHashes: readonly Uint8Array[],
  frontier: readonly Uint8Array[],
): Growth {
  if (frontier.length !== frontierPlaces(size).length) throw new RangeError('the frontier is of another size')
  const open = [...frontier]
  const nodes: TreeNode[] = []
  let index = size
  for (const leaf of newLeafHashes) {
    let node: TreeNode = { level: 0, index, hash: leaf }
    nodes.push(node)
    // A right child completes its parent, and its left sibling is the last open subtree.
    while (node.index % 2 === 1) {
      const left = open.pop() as Uint8Array
      node = { level: node.level + 1, index: (node.index - 1) / 2, hash: nodeHash(left, node.hash) }
      nodes.push(node)
    }
    open.push(node.hash)
    index += 1
  }
  return { size: index, nodes, frontier: open }
}

/** The complete subtrees whose hashes make up the root at that size: one for each 1 in its binary form, left to right. */
export function frontierPlaces(size: number): NodePlace[] {
  return subtreePlaces(0, size)
}

/** The root, or the hash of a ragged right edge, from the hashes of its complete subtrees, left to right. */
export function rootFromFrontier(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.length === 0 ? emptyRoot() : hashes.reduceRight((right, left) => nodeHash(left, right))
}

/**
 * The complete subtrees that cover leaves `begin` up to, not including, `end`, left to right, largest first.
 * `begin` is the first leaf of a subtree at least as large as the range, so that no subtree crosses it.
 * @throws {RangeError} unless `end` is a safe integer, not before `begin`
 */
export function subtreePlaces(begin: number, end: number): NodePlace[] {
  if (!Number.isSafeInteger(end) || end < begin) throw new RangeError('a tree size is a safe integer, not negative')
  const places: NodePlace[] = []
  let at = begin
  for (let level = 52; level >= 0; level -= 1) {
    const width = 2 ** level
    if (end - at < width) continue
    places.push({ level, index: at / width })
    at += width
  }
  return places
}

/** Whether the bytes are as long as a hash. */
export function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES
}
