import { utf8Bytes } from '../../src/bytes.js'
import { emptyRoot, leafHash, nodeHash, type TreeHead } from '../../src/journal/merkle.js'

// RFC 6962, sections 2.1 to 2.1.2, word for word: the second opinion on every tree, path and proof.

type Hashes = readonly Uint8Array[]

function split(size: number): number {
  let k = 1
  while (k * 2 < size) k *= 2
  return k
}

export function modelRoot(leaves: Hashes): Uint8Array {
  if (leaves.length === 0) return emptyRoot()
  if (leaves.length === 1) return leaves[0]!
  const k = split(leaves.length)
  return nodeHash(modelRoot(leaves.slice(0, k)), modelRoot(leaves.slice(k)))
}

export function modelPath(index: number, leaves: Hashes): Uint8Array[] {
  if (leaves.length === 1) return []
  const k = split(leaves.length)
  return index < k
    ? [...modelPath(index, leaves.slice(0, k)), modelRoot(leaves.slice(k))]
    : [...modelPath(index - k, leaves.slice(k)), modelRoot(leaves.slice(0, k))]
}

export function modelConsistency(from: number, leaves: Hashes, whole = true): Uint8Array[] {
  if (from === leaves.length) return whole ? [] : [modelRoot(leaves)]
  const k = split(leaves.length)
  return from <= k
    ? [...modelConsistency(from, leaves.slice(0, k), whole), modelRoot(leaves.slice(k))]
    : [...modelConsistency(from - k, leaves.slice(k), false), modelRoot(leaves.slice(0, k))]
}

/** `count` different leaf hashes. */
export function someLeaves(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => leafHash(utf8Bytes(`leaf ${i}`)))
}

export function headOf(leaves: Hashes): TreeHead {
  return { size: leaves.length, root: modelRoot(leaves) }
}

export function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const out = Uint8Array.from(bytes)
  out[bit >> 3]! ^= 1 << (bit & 7)
  return out
}
