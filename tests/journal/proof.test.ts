import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/bytes.js'
import { isIndexError } from '../../src/errors.js'
import { emptyRoot, leafHash, nodeHash, rootOf, type TreeHead } from '../../src/journal/merkle.js'
import {
  type ConsistencyProof,
  foldProof,
  type InclusionProof,
  planConsistency,
  planInclusion,
  planPlaces,
  verifyConsistency,
  verifyInclusion,
} from '../../src/journal/proof.js'
import type { NodePlace } from '../../src/store/port.js'
import { flip, headOf, modelConsistency, modelPath, modelRoot, someLeaves } from './model.js'
import vectors from './vectors/rfc6962.json' with { type: 'json' }

const SIZE_MAX = 40
const LEAVES = someLeaves(SIZE_MAX)
const HEADS = Array.from({ length: SIZE_MAX + 1 }, (_, size) => headOf(LEAVES.slice(0, size)))
const MAX = Number.MAX_SAFE_INTEGER

/** A proof that is not accepted is either refused as malformed or found wrong. */
function rejected(verify: () => boolean): boolean {
  try {
    return !verify()
  } catch (error) {
    return isIndexError(error, 'ERR_PROOF_MALFORMED')
  }
}

const malformed = expect.objectContaining({ code: 'ERR_PROOF_MALFORMED' })

/** Every path that differs from `path` by one bit, one element more or less, or two elements swapped. */
function* otherPaths(path: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  for (const [i, hash] of path.entries()) {
    yield path.with(i, flip(hash, (i * 37) % 256))
    yield path.with(i, hash.subarray(0, 31))
    yield path.toSpliced(i, 1)
    yield path.toSpliced(i, 0, hash)
    if (i > 0) yield path.with(i, path[i - 1]!).with(i - 1, hash)
  }
  yield [...path, LEAVES[0]!]
  yield [emptyRoot(), ...path]
}

describe('published proofs (certificate-transparency reference trees)', () => {
  const leaves = vectors.leaves.map((hex) => leafHash(fromHex(hex)))
  const head = (size: number): TreeHead => ({ size, root: fromHex(vectors.roots[size - 1]!) })

  test.each(vectors.inclusion)('leaf $index of $size', ({ index, size, path }) => {
    const proof = { index, size, path: path.map(fromHex) }
    expect(verifyInclusion(leaves[index]!, proof, head(size))).toBe(true)
    expect(foldProof(planInclusion(index, size), hashesAt(planPlaces(planInclusion(index, size)), leaves))).toEqual(
      proof.path,
    )
  })

  test.each(vectors.consistency)('from $from to $to', ({ from, to, path }) => {
    const proof = { from, to, path: path.map(fromHex) }
    expect(verifyConsistency(head(from), head(to), proof)).toBe(true)
    expect(foldProof(planConsistency(from, to), hashesAt(planPlaces(planConsistency(from, to)), leaves))).toEqual(
      proof.path,
    )
  })
})

/** Stored nodes, as a store would answer: complete subtrees only. */
function hashesAt(places: readonly NodePlace[], leaves: readonly Uint8Array[]): (Uint8Array | undefined)[] {
  return places.map(({ level, index }) => {
    const part = leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)
    return part.length === 2 ** level ? modelRoot(part) : undefined
  })
}

describe('inclusion', () => {
  test('for every leaf of every size up to 40 the planned proof is that of the RFC, and verifies', () => {
    for (let size = 1; size <= SIZE_MAX; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const steps = planInclusion(index, size)
        const path = foldProof(steps, hashesAt(planPlaces(steps), LEAVES.slice(0, size)))
        expect(path).toEqual(modelPath(index, LEAVES.slice(0, size)))
        expect(verifyInclusion(LEAVES[index]!, { index, size, path }, HEADS[size]!)).toBe(true)
      }
    }
  })

  test('no altered path is accepted, whichever leaf and size', () => {
    for (let size = 1; size <= SIZE_MAX; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const path = modelPath(index, LEAVES.slice(0, size))
        for (const other of otherPaths(path)) {
          expect(rejected(() => verifyInclusion(LEAVES[index]!, { index, size, path: other }, HEADS[size]!))).toBe(true)
        }
      }
    }
  })

  test('no other index, size, leaf, root or head is accepted', () => {
    for (let size = 1; size <= 16; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const leaf = LEAVES[index]!
        const head = HEADS[size]!
        const path = modelPath(index, LEAVES.slice(0, size))
        for (let other = 0; other <= 40; other += 1) {
          if (other !== index)
            expect(rejected(() => verifyInclusion(leaf, { index: other, size, path }, head))).toBe(true)
          if (other !== size) {
            expect(rejected(() => verifyInclusion(leaf, { index, size: other, path }, head))).toBe(true)
            expect(rejected(() => verifyInclusion(leaf, { index, size, path }, HEADS[other]!))).toBe(true)
            // The right root under another size: the proof is whole, the head is not the proof's.
            expect(verifyInclusion(leaf, { index, size, path }, { size: other, root: head.root })).toBe(false)
          }
        }
        for (let bit = 0; bit < 256; bit += 17) {
          expect(verifyInclusion(flip(leaf, bit), { index, size, path }, head)).toBe(false)
          expect(verifyInclusion(leaf, { index, size, path }, { size, root: flip(head.root, bit) })).toBe(false)
        }
        expect(verifyInclusion(leaf, { index, size, path }, { size, root: head.root.subarray(1) })).toBe(false)
      }
    }
  })

  test('an inner node is not taken for a leaf, not even under the size at which it would be one', () => {
    const [a, b, c, d] = LEAVES as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    const head = headOf([a, b, c, d])
    const [left, right] = [nodeHash(a, b), nodeHash(c, d)]
    expect(rootOf([left, right])).toEqual(head.root)
    expect(verifyInclusion(left, { index: 0, size: 2, path: [right] }, head)).toBe(false)
    expect(rejected(() => verifyInclusion(left, { index: 0, size: 4, path: [right] }, head))).toBe(true)
  })

  test.each([
    [0, 0],
    [1, 1],
    [-1, 4],
    [0.5, 4],
    [0, 2 ** 53],
    [Number.NaN, 4],
    [0, Number.POSITIVE_INFINITY],
  ])('index %d of size %d is malformed', (index, size) => {
    expect(() => verifyInclusion(LEAVES[0]!, { index, size, path: [] }, { size, root: emptyRoot() })).toThrow(malformed)
    expect(() => planInclusion(index, size)).toThrow(malformed)
  })

  test('a leaf or path hash of another length, and a path of another length, are malformed', () => {
    const proof: InclusionProof = { index: 1, size: 2, path: [LEAVES[0]!] }
    expect(verifyInclusion(LEAVES[1]!, proof, HEADS[2]!)).toBe(true)
    expect(() => verifyInclusion(LEAVES[1]!.subarray(1), proof, HEADS[2]!)).toThrow(malformed)
    expect(() => verifyInclusion(LEAVES[1]!, { ...proof, path: [new Uint8Array(33)] }, HEADS[2]!)).toThrow(malformed)
    expect(() => verifyInclusion(LEAVES[1]!, { ...proof, path: [] }, HEADS[2]!)).toThrow(malformed)
    expect(() => verifyInclusion(LEAVES[1]!, { ...proof, path: [LEAVES[0]!, LEAVES[0]!] }, HEADS[2]!)).toThrow(
      malformed,
    )
  })
})

describe('consistency', () => {
  test('for all sizes up to 40 the planned proof is that of the RFC, and verifies', () => {
    for (let to = 0; to <= SIZE_MAX; to += 1) {
      for (let from = 0; from <= to; from += 1) {
        const steps = planConsistency(from, to)
        const path = foldProof(steps, hashesAt(planPlaces(steps), LEAVES.slice(0, to)))
        expect(path).toEqual(from === 0 ? [] : modelConsistency(from, LEAVES.slice(0, to)))
        expect(verifyConsistency(HEADS[from]!, HEADS[to]!, { from, to, path })).toBe(true)
      }
    }
  })

  test('no altered path or head is accepted, for all sizes up to 40', () => {
    for (let to = 1; to <= SIZE_MAX; to += 1) {
      for (let from = 0; from <= to; from += 1) {
        const path = from === 0 ? [] : modelConsistency(from, LEAVES.slice(0, to))
        const [older, newer] = [HEADS[from]!, HEADS[to]!]
        for (const other of otherPaths(path)) {
          expect(rejected(() => verifyConsistency(older, newer, { from, to, path: other }))).toBe(true)
        }
        const bent = (head: TreeHead): TreeHead => ({ size: head.size, root: flip(head.root, (from + to) % 256) })
        expect(verifyConsistency(bent(older), newer, { from, to, path })).toBe(false)
        // From nothing, any journal follows: there is nothing to compare the newer root with.
        expect(verifyConsistency(older, bent(newer), { from, to, path })).toBe(from === 0)
      }
    }
  })

  test('no other sizes are accepted', () => {
    for (const [from, to] of [
      [1, 8],
      [6, 8],
      [2, 5],
      [7, 7],
      [4, 16],
      [3, 11],
    ] as const) {
      const path = modelConsistency(from, LEAVES.slice(0, to))
      for (let other = 0; other <= 40; other += 1) {
        if (other !== from) {
          expect(rejected(() => verifyConsistency(HEADS[from]!, HEADS[to]!, { from: other, to, path }))).toBe(true)
          expect(verifyConsistency({ size: other, root: HEADS[from]!.root }, HEADS[to]!, { from, to, path })).toBe(
            false,
          )
        }
        if (other !== to) {
          expect(rejected(() => verifyConsistency(HEADS[from]!, HEADS[to]!, { from, to: other, path }))).toBe(true)
          expect(verifyConsistency(HEADS[from]!, { size: other, root: HEADS[to]!.root }, { from, to, path })).toBe(
            false,
          )
        }
      }
    }
  })

  test('a journal that was rewritten does not follow from the older head', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), (to, a, b) => {
        const from = 1 + (a % to)
        const rewritten = LEAVES.slice(0, to).with(b % from, emptyRoot())
        const proof = { from, to, path: modelConsistency(from, rewritten) }
        expect(verifyConsistency(HEADS[from]!, headOf(rewritten), proof)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('an empty tree has one root', () => {
    const wrong = { size: 0, root: LEAVES[0]! }
    const nothing: ConsistencyProof = { from: 0, to: 0, path: [] }
    expect(verifyConsistency(wrong, HEADS[0]!, nothing)).toBe(false)
    expect(verifyConsistency(HEADS[0]!, wrong, nothing)).toBe(false)
    expect(verifyConsistency(wrong, wrong, nothing)).toBe(false)
  })

  test.each([
    [2, 1],
    [-1, 1],
    [0, 0.5],
    [0, 2 ** 53],
    [Number.NaN, 1],
  ])('from %d to %d is malformed', (from, to) => {
    const heads: [TreeHead, TreeHead] = [
      { size: from, root: emptyRoot() },
      { size: to, root: emptyRoot() },
    ]
    expect(() => verifyConsistency(...heads, { from, to, path: [] })).toThrow(malformed)
    expect(() => planConsistency(from, to)).toThrow(malformed)
  })
})

describe('plans at the largest sizes', () => {
  test('every place is a complete subtree of the tree, with exact integers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: MAX }), fc.maxSafeNat(), (size, n) => {
        const index = n % size
        const inclusion = planInclusion(index, size)
        const consistency = planConsistency(index + 1, size)
        expect(inclusion.length).toBeLessThanOrEqual(53)
        expect(consistency.length).toBeLessThanOrEqual(54)
        for (const place of planPlaces([...inclusion, ...consistency])) {
          expect(Number.isSafeInteger(place.index) && place.level >= 0 && place.level <= 52).toBe(true)
          expect(BigInt(place.index + 1) << BigInt(place.level)).toBeLessThanOrEqual(BigInt(size))
        }
        // Together with the leaf, the siblings cover every leaf once.
        const leaves = planPlaces(inclusion).reduce((sum, { level }) => sum + (1n << BigInt(level)), 1n)
        expect(leaves).toBe(BigInt(size))
      }),
      { numRuns: 500 },
    )
    expect(planInclusion(MAX - 1, MAX)).toHaveLength(52)
    expect(planInclusion(0, MAX)).toHaveLength(53)
    expect(planConsistency(2 ** 52 - 1, MAX)).toHaveLength(54)
  })
})

describe('folding', () => {
  test.each([
    ['missing', undefined],
    ['damaged', new Uint8Array(31)],
  ])("a node that is %s is the journal's fault", (_, hash) => {
    const steps = planInclusion(0, 7)
    const hashes = hashesAt(planPlaces(steps), LEAVES)
    for (let i = 0; i < hashes.length; i += 1) {
      expect(() => foldProof(steps, hashes.with(i, hash))).toThrow(
        expect.objectContaining({ code: 'ERR_JOURNAL_INVALID' }),
      )
    }
  })
})
