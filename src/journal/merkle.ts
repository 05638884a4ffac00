import { sha256, sha256Into } from '../hash.js'
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

/** What the hash of an inner node is of, with room for the two below it. */
const TWO_NODES = Uint8Array.of(0x01, ...new Uint8Array(2 * HASH_BYTES))

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

/**
 * The tree over leaf hashes, every level kept, one behind the other in one piece of memory: twice that of the leaves. Each
 * path costs no hashing.
 */
export function batchTree(leafHashes: readonly Uint8Array[]): BatchTree {
  const levels = levelsOver(leafHashes.length)
  const { start: rootAt } = levels.at(-1) ?? { start: 0 }
  const nodes = new Uint8Array(rootAt + HASH_BYTES)
  leafHashes.forEach((hash, leaf) => {
    if (!isHash(hash)) throw new RangeError('a leaf hash is 32 bytes')
    nodes.set(hash, HASH_BYTES * leaf)
  })
  levels.forEach((below, level) => {
    const above = levels[level + 1]
    if (above !== undefined) writeParents(nodes, below, above)
  })
  const size = leafHashes.length
  const hashAt = (at: number): Uint8Array => nodes.slice(at, at + HASH_BYTES)
  return {
    size,
    root: size === 0 ? emptyRoot() : hashAt(rootAt),
    path(index) {
      if (!Number.isInteger(index) || index < 0 || index >= size) throw new RangeError('no leaf at this index')
      return levels.flatMap(({ start, width }, level) => {
        const sibling = siblingOf(Math.floor(index / 2 ** level))
        return sibling < width ? [hashAt(start + HASH_BYTES * sibling)] : []
      })
    },
  }
}

/**
 * Gives proofs their path, which is made when somebody reads it: of a thousand, few are ever shown. To whoever copies, prints or
 * sends such a proof it is data like the rest.
 */
export function givingPaths(
  tree: BatchTree,
): <Proof extends { readonly row: number }>(proof: Proof) => Proof & { readonly path: readonly Uint8Array[] } {
  const path = {
    enumerable: true,
    get(this: { readonly row: number }) {
      return tree.path(this.row)
    },
  }
  return (proof) => Object.defineProperty(proof, 'path', path) as typeof proof & { path: readonly Uint8Array[] }
}

/** A level of a tree: where its hashes begin, and how many they are. */
interface Level {
  readonly start: number
  readonly width: number
}

/** The levels of a tree of so many leaves, from the leaves to the root. */
function levelsOver(leaves: number): readonly Level[] {
  const levels: Level[] = []
  let start = 0
  for (let width = leaves; width > 0; width = width === 1 ? 0 : Math.ceil(width / 2)) {
    levels.push({ start, width })
    start += HASH_BYTES * width
  }
  return levels
}

// A last node without a sibling moves up unchanged. That is RFC 6962's split at the largest power of two, seen from below.
function writeParents(nodes: Uint8Array, below: Level, above: Level): void {
  for (let parent = 0; parent < above.width; parent += 1) {
    const left = below.start + 2 * HASH_BYTES * parent
    const at = above.start + HASH_BYTES * parent
    if (2 * parent + 1 === below.width) nodes.copyWithin(at, left, left + HASH_BYTES)
    else {
      TWO_NODES.set(nodes.subarray(left, left + 2 * HASH_BYTES), 1)
      sha256Into(nodes, at, TWO_NODES)
    }
  }
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
