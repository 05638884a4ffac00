import { equalBytes } from '../bytes.js'
import { IndexError } from '../errors.js'
import type { NodePlace } from '../store/port.js'
import { emptyRoot, isHash, nodeHash, rootFromFrontier, siblingOf, subtreePlaces, type TreeHead } from './merkle.js'

/** That a leaf stands at an index of the tree of a size (RFC 9162, section 2.1.3). */
export interface InclusionProof {
  /** 0-based, below `size`. */
  readonly index: number
  readonly size: number
  /** Sibling hashes from leaf to root, 32 bytes each, at most 53. */
  readonly path: readonly Uint8Array[]
}

/** That the tree of size `to` begins with the tree of size `from` (RFC 9162, section 2.1.4). */
export interface ConsistencyProof {
  readonly from: number
  readonly to: number
  /** 32 bytes each, at most 54; empty when `from` is 0 or equals `to`. */
  readonly path: readonly Uint8Array[]
}

/** What one hash of a proof is made of: complete subtrees, left to right, to be folded into one. */
export type ProofStep = readonly NodePlace[]

/**
 * Whether the proof places the leaf in the tree under `head`. False means that it does not.
 *
 * `head` is a checkpoint whose signatures were verified, or the header of a batch. The size is part of it because a root
 * alone does not say how deep its leaves lie: under another size an inner node would pass for a leaf.
 * @param leaf the leaf hash, 32 bytes
 * @throws {IndexError} `ERR_PROOF_MALFORMED` for an index or size out of range, a hash that is not 32 bytes, or a path
 * with more or fewer hashes than index and size ask for
 * @see RFC 9162, section 2.1.3.2
 */
export function verifyInclusion(leaf: Uint8Array, proof: InclusionProof, head: TreeHead): boolean {
  requireLeafIndex(proof.index, proof.size)
  requireHash(leaf)
  const siblings = siblingsAbove(0, proof.index, proof.size)
  requirePath(proof.path, siblings.length)
  const root = siblings.reduce((hash, sibling, i) => {
    const other = proof.path[i] as Uint8Array
    return sibling.side === 'left' ? nodeHash(other, hash) : nodeHash(hash, other)
  }, leaf)
  return proof.size === head.size && equalBytes(root, head.root)
}

/**
 * Whether the journal under `to` holds, unchanged and in front, everything that the journal under `from` held.
 * @throws {IndexError} `ERR_PROOF_MALFORMED` for sizes out of order or range, a hash that is not 32 bytes, or a path with
 * more or fewer hashes than the sizes ask for
 * @see RFC 9162, section 2.1.4.2
 */
export function verifyConsistency(from: TreeHead, to: TreeHead, proof: ConsistencyProof): boolean {
  requireSizes(proof.from, proof.to)
  if (proof.from !== from.size || proof.to !== to.size) return false
  if (proof.from === 0) {
    requirePath(proof.path, 0)
    return equalBytes(from.root, emptyRoot()) && (proof.to > 0 || equalBytes(to.root, emptyRoot()))
  }
  if (proof.from === proof.to) {
    requirePath(proof.path, 0)
    return equalBytes(from.root, to.root)
  }
  const seed = lastCompleteSubtree(proof.from)
  const siblings = siblingsAbove(seed.level, seed.index, proof.to)
  // The seed of a whole tree is the old root itself, which the verifier has.
  const start = seed.index === 0 ? [from.root] : []
  requirePath(proof.path, siblings.length + 1 - start.length)
  const [first, ...rest] = [...start, ...proof.path] as [Uint8Array, ...Uint8Array[]]
  let older = first
  let newer = first
  for (const [i, sibling] of siblings.entries()) {
    const other = rest[i] as Uint8Array
    // What lies to the left was there before; what lies to the right came later.
    if (sibling.side === 'left') older = nodeHash(other, older)
    newer = sibling.side === 'left' ? nodeHash(other, newer) : nodeHash(newer, other)
  }
  return equalBytes(older, from.root) && equalBytes(newer, to.root)
}

/**
 * Which stored nodes the inclusion proof of a leaf is made of, from leaf to root.
 * @throws {IndexError} `ERR_PROOF_MALFORMED` unless `index` is below `size`
 */
export function planInclusion(index: number, size: number): readonly ProofStep[] {
  requireLeafIndex(index, size)
  return siblingsAbove(0, index, size).map(({ step }) => step)
}

/**
 * Which stored nodes the consistency proof between two sizes is made of. All of them exist at size `to`.
 * @throws {IndexError} `ERR_PROOF_MALFORMED` unless 0 ≤ `from` ≤ `to`
 */
export function planConsistency(from: number, to: number): readonly ProofStep[] {
  requireSizes(from, to)
  if (from === 0 || from === to) return []
  const seed = lastCompleteSubtree(from)
  const above = siblingsAbove(seed.level, seed.index, to).map(({ step }) => step)
  return seed.index === 0 ? above : [[seed], ...above]
}

/** Every node of a plan in order, so that one call to the store fetches them all. */
export function planPlaces(steps: readonly ProofStep[]): NodePlace[] {
  return steps.flat()
}

/**
 * The path of a proof from its plan and the hashes of `planPlaces(steps)`, in that order.
 * @throws {IndexError} `ERR_JOURNAL_INVALID` when a node is missing or is not a hash
 */
export function foldProof(steps: readonly ProofStep[], hashes: readonly (Uint8Array | undefined)[]): Uint8Array[] {
  let at = 0
  return steps.map((step) => {
    const part = hashes.slice(at, at + step.length)
    at += step.length
    return rootFromFrontier(step.map((_, i) => requireNode(part[i])))
  })
}

interface Sibling {
  readonly side: 'left' | 'right'
  readonly step: ProofStep
}

/** The siblings met on the way from a node up to the root of the tree of `size` leaves. Proofs are these, and nothing else. */
function siblingsAbove(level: number, index: number, size: number): Sibling[] {
  const siblings: Sibling[] = []
  let node = index
  for (let at = level; ; at += 1) {
    const last = Math.floor((size - 1) / 2 ** at)
    if (last === 0) return siblings
    // A last node that is a left child has no sibling and moves up unchanged.
    if (node % 2 === 1 || node < last) siblings.push(siblingAt(at, siblingOf(node), node, size))
    node = Math.floor(node / 2)
  }
}

function siblingAt(level: number, sibling: number, node: number, size: number): Sibling {
  if (sibling < node) return { side: 'left', step: [{ level, index: sibling }] }
  const begin = sibling * 2 ** level
  return { side: 'right', step: subtreePlaces(begin, Math.min(begin + 2 ** level, size)) }
}

/** The complete subtree that ends the tree of `size` leaves: where it and any later tree part ways. */
function lastCompleteSubtree(size: number): NodePlace {
  let level = 0
  let index = size - 1
  while (index % 2 === 1) {
    index = (index - 1) / 2
    level += 1
  }
  return { level, index }
}

function requireNode(hash: Uint8Array | undefined): Uint8Array {
  if (hash === undefined || !isHash(hash)) {
    throw new IndexError('ERR_JOURNAL_INVALID', 'a stored node of the journal tree is missing or damaged')
  }
  return hash
}

function requireLeafIndex(index: number, size: number): void {
  if (isCount(index) && isCount(size) && index < size) return
  throw new IndexError('ERR_PROOF_MALFORMED', 'the leaf index is not below the tree size')
}

function requireSizes(from: number, to: number): void {
  if (isCount(from) && isCount(to) && from <= to) return
  throw new IndexError('ERR_PROOF_MALFORMED', 'the tree sizes are not in order')
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function requirePath(path: readonly Uint8Array[], length: number): void {
  if (path.length !== length) throw new IndexError('ERR_PROOF_MALFORMED', 'the path has too many or too few hashes')
  for (const hash of path) requireHash(hash)
}

function requireHash(hash: Uint8Array): void {
  if (!isHash(hash)) throw new IndexError('ERR_PROOF_MALFORMED', 'a hash of the proof is not 32 bytes')
}
