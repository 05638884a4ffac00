import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encode, utf8Bytes } from '../../src/bytes.js'
import { detailsCommitment } from '../../src/check/answer.js'
import { readQuery } from '../../src/child/details.js'
import { IndexError } from '../../src/errors.js'
import { sha256, sha256Joined } from '../../src/hash.js'
import { batchTree, givingPaths, leafHash } from '../../src/journal/merkle.js'
import { toJsonBytes } from '../../src/json.js'
import { filled } from '../ground/keys.js'

// Ways of which each is quicker than the one beside it, and must not differ from it.

test('a hash of joined parts is the hash of their bytes, however long', () => {
  const part = fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.string({ unit: 'grapheme' }), fc.maxSafeNat())
  const law = (tag: string, parts: readonly (Uint8Array | string | number)[]) =>
    expect(sha256Joined(tag, ...parts)).toEqual(sha256(encode(tag, ...parts)))
  fc.assert(fc.property(fc.string(), fc.array(part), (tag, parts) => void law(tag, parts)))
  for (const length of [16_300, 16_384, 40_000]) law('t', [new Uint8Array(length)])
})

test('a commitment to a number is over its JSON, as one to any query', () => {
  const text = fc.oneof(fc.stringMatching(/^[0-9]{9,11}$/), fc.string())
  fc.assert(
    fc.property(text, fc.boolean(), (nhsNumber, isMore) => {
      const query = { nhsNumber, ...(isMore && { alias: 'x' }) }
      expect(detailsCommitment(filled(1), query)).toEqual(sha256(encode('details/v1', filled(1), toJsonBytes(query))))
    }),
  )
})

test('a number alone is read as the shape reads it', () => {
  const result = (value: unknown): unknown => {
    try {
      return readQuery(value, { today: '2026-01-01', neverIssuedNumbers: true })
    } catch (error) {
      if (error instanceof IndexError) return [error.code, error.field, error.message]
      throw error
    }
  }
  const text = fc.oneof(fc.constantFrom('9990548609', '999 054 8609', '', '1'), fc.string(), fc.anything())
  fc.assert(
    fc.property(text, fc.boolean(), (nhsNumber, isMore) => {
      const value = { nhsNumber, ...(isMore && { note: 1 }) }
      expect(result(value)).toEqual(result(Object.assign(Object.create(null), value)))
    }),
  )
  const throwing = Object.defineProperty({}, 'nhsNumber', {
    enumerable: true,
    get: () => {
      throw new Error('Okafor')
    },
  })
  expect(result(throwing)).toEqual(['ERR_DETAILS_INVALID', 'child', 'child must be plain data'])
})

test('a path that is made when it is read is data to whoever copies, prints or sends the proof', () => {
  const leaves = Array.from({ length: 11 }, (_, leaf) => leafHash(utf8Bytes(`leaf ${leaf}`)))
  const tree = batchTree(leaves)
  const withPath = givingPaths(tree)
  for (const row of [0, 7, 10]) {
    const made = withPath({ row, salt: filled(1) })
    const plain = { row, salt: filled(1), path: tree.path(row) }
    expect({ ...made }).toEqual(plain)
    expect(structuredClone(made)).toEqual(plain)
    expect(JSON.stringify(made)).toBe(JSON.stringify(plain))
    expect(toJsonBytes(made)).toEqual(toJsonBytes(plain))
    // No copy keeps the tree.
    expect(made.path.every(({ buffer }) => buffer.byteLength === 32)).toBe(true)
  }
})

test('a leaf that is no hash is refused', () => {
  expect(() => batchTree([filled(1), filled(1, 33)])).toThrow(RangeError)
})
