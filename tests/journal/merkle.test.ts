import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex, utf8Bytes } from '../../src/bytes.js'
import { sha256 } from '../../src/hash.js'
import {
  batchTree,
  completedNodes,
  emptyRoot,
  frontierPlaces,
  leafHash,
  nodeHash,
  pathOf,
  rootFromFrontier,
  rootOf,
  saltedLeafHash,
} from '../../src/journal/merkle.js'
import type { NodePlace } from '../../src/store/port.js'
import { modelPath, modelRoot, someLeaves } from './model.js'
import vectors from './vectors/rfc6962.json' with { type: 'json' }

const LEAVES = vectors.leaves.map((hex) => leafHash(fromHex(hex)))
const MANY = someLeaves(130)

function covered({ level, index }: NodePlace): readonly Uint8Array[] {
  return MANY.slice(index * 2 ** level, (index + 1) * 2 ** level)
}

describe('hashing (RFC 6962, section 2.1)', () => {
  test('the published roots come out for each of the eight sizes', () => {
    expect(vectors.roots.map((_, i) => toHex(rootOf(LEAVES.slice(0, i + 1))))).toEqual(vectors.roots)
    expect(toHex(emptyRoot())).toBe(vectors.emptyRoot)
    expect(toHex(rootOf([]))).toBe(vectors.emptyRoot)
  })

  test('a leaf is never a node, and a salted leaf is a leaf over salt and bytes', () => {
    const [a, b] = [MANY[0]!, MANY[1]!]
    expect(leafHash(concat(a, b))).not.toEqual(nodeHash(a, b))
    expect(leafHash(utf8Bytes('x'))).toEqual(sha256(Uint8Array.of(0), utf8Bytes('x')))
    expect(nodeHash(a, b)).toEqual(sha256(Uint8Array.of(1), a, b))
    expect(nodeHash(a, b)).not.toEqual(nodeHash(b, a))
    expect(saltedLeafHash(a, utf8Bytes('x'))).toEqual(leafHash(concat(a, utf8Bytes('x'))))
  })

  test.each([0, 31, 33, 64])('a salt of %i bytes is refused', (length) => {
    expect(() => saltedLeafHash(new Uint8Array(length), utf8Bytes('x'))).toThrow(RangeError)
  })
})

describe('a tree in memory', () => {
  test('root and every path are those of the RFC, for every size up to 40', () => {
    for (let size = 0; size <= 40; size += 1) {
      const leaves = MANY.slice(0, size)
      const tree = batchTree(leaves)
      expect(tree.size).toBe(size)
      expect(tree.root).toEqual(modelRoot(leaves))
      for (let index = 0; index < size; index += 1) {
        expect(tree.path(index)).toEqual(modelPath(index, leaves))
        expect(pathOf(leaves, index)).toEqual(modelPath(index, leaves))
      }
    }
  })

  test.each([-1, 3, 0.5, Number.NaN])('there is no path for leaf %d of three', (index) => {
    expect(() => batchTree(MANY.slice(0, 3)).path(index)).toThrow(RangeError)
  })
})

describe('a tree that grows', () => {
  test('however the leaves are dealt out, nodes, frontier and root are those of the whole tree', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 8 }), (steps) => {
        let size = 0
        let frontier: readonly Uint8Array[] = []
        const stored = new Map<string, Uint8Array>()
        for (const step of steps) {
          const grown = completedNodes(size, MANY.slice(size, Math.min(size + step, MANY.length)), frontier)
          for (const { level, index, hash } of grown.nodes) {
            expect(stored.has(`${level}/${index}`)).toBe(false)
            stored.set(`${level}/${index}`, hash)
          }
          ;({ size, frontier } = grown)
          expect(rootFromFrontier(frontier)).toEqual(modelRoot(MANY.slice(0, size)))
          expect(frontier).toEqual(frontierPlaces(size).map((place) => stored.get(`${place.level}/${place.index}`)))
        }
        // Every complete subtree is there, and nothing else.
        let expected = 0
        for (let level = 0; 2 ** level <= size; level += 1) {
          for (let index = 0; (index + 1) * 2 ** level <= size; index += 1) {
            expect(stored.get(`${level}/${index}`)).toEqual(modelRoot(covered({ level, index })))
            expected += 1
          }
        }
        expect(stored.size).toBe(expected)
      }),
      { numRuns: 200 },
    )
  })

  test('a frontier of another size is refused', () => {
    expect(() => completedNodes(3, MANY.slice(0, 1), MANY.slice(0, 1))).toThrow(RangeError)
    expect(() => completedNodes(0, MANY.slice(0, 1), MANY.slice(0, 1))).toThrow(RangeError)
  })

  test('the frontier of the largest size is one subtree a level, exactly placed', () => {
    const places = frontierPlaces(Number.MAX_SAFE_INTEGER)
    expect(places).toHaveLength(53)
    expect(places[0]).toEqual({ level: 52, index: 0 })
    expect(places.at(-1)).toEqual({ level: 0, index: Number.MAX_SAFE_INTEGER - 1 })
    expect(frontierPlaces(0)).toEqual([])
    expect(frontierPlaces(11)).toEqual([
      { level: 3, index: 0 },
      { level: 1, index: 4 },
      { level: 0, index: 10 },
    ])
  })

  test.each([-1, 1.5, Number.NaN, 2 ** 53])('a size of %d is refused', (size) => {
    expect(() => frontierPlaces(size)).toThrow(RangeError)
  })
})
