import { ecb } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex, utf8Bytes } from '../../src/bytes.js'
import { asChildId } from '../../src/child/identifiers.js'
import { marksOf, packMarks, unpackMarks } from '../../src/child/marks.js'

const sequence = (length: number, from = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i)
const STORAGE = sequence(32, 0x20)
const HUB = sequence(32, 0x40)
const CHILD = asChildId(sequence(16, 0xa0))
const TOKENS = [sequence(16), sequence(16, 1), sequence(16, 0xf0)]

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const mark = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('marks of tokens in the row of one child', () => {
  test('our own vector, frozen', () => {
    expect(toHex(packMarks(marksOf(STORAGE, HUB, CHILD, TOKENS)))).toBe('0f1d80a91243f77ba73634da')
  })

  test('are what a second implementation of AES and HMAC computes', () => {
    const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
      concat(...parts.flatMap((part) => [fromHex(part.length.toString(16).padStart(8, '0')), part]))
    fc.assert(
      fc.property(bytes(32), bytes(32), bytes(16), fc.array(bytes(16), { maxLength: 20 }), (key, hub, id, tokens) => {
        const ofChild = hmac(sha256, key, joined(utf8Bytes('marks/v1'), hub, id))
        const expected = tokens.map((token) => {
          const block = ecb(ofChild, { disablePadding: true }).encrypt(token)
          return new DataView(block.buffer, block.byteOffset).getUint32(0)
        })
        expect(marksOf(key, hub, asChildId(id), tokens)).toEqual(expected)
      }),
    )
  })

  test('stand in the order of their tokens, one for each', () => {
    const marks = marksOf(STORAGE, HUB, CHILD, TOKENS)
    expect(marksOf(STORAGE, HUB, CHILD, TOKENS.toReversed())).toEqual(marks.toReversed())
    expect(TOKENS.map((token) => marksOf(STORAGE, HUB, CHILD, [token])[0])).toEqual(marks)
    expect(marksOf(STORAGE, HUB, CHILD, [])).toEqual([])
  })

  test('of another child, hub or storage key are others', () => {
    const sets = [
      marksOf(STORAGE, HUB, CHILD, TOKENS),
      marksOf(STORAGE, HUB, asChildId(sequence(16, 0xa1)), TOKENS),
      marksOf(STORAGE, sequence(32, 0x41), CHILD, TOKENS),
      marksOf(sequence(32, 0x21), HUB, CHILD, TOKENS),
    ]
    expect(new Set(sets.flat()).size).toBe(4 * TOKENS.length)
  })

  test('depend on every byte of the token', () => {
    const [token] = TOKENS
    const marks = Array.from({ length: 16 }, (_, i) => token!.with(i, token![i]! ^ 1))
    expect(new Set(marksOf(STORAGE, HUB, CHILD, [token!, ...marks])).size).toBe(17)
  })

  test('agree by chance as rarely as 32 bits do: none of 20,000 tokens for one child is the mark of another', () => {
    const tokens = Array.from({ length: 20_000 }, (_, i) => {
      const token = new Uint8Array(16)
      new DataView(token.buffer).setUint32(12, i)
      return token
    })
    const marks = marksOf(STORAGE, HUB, CHILD, tokens)
    // Two of 20,000 numbers of 32 bits agree once in twenty runs; this run is always the same.
    expect(new Set(marks).size).toBeGreaterThanOrEqual(19_998)
    for (let shift = 0; shift < 32; shift++) {
      const ones = marks.filter((each) => ((each >>> shift) & 1) === 1).length
      expect(Math.abs(ones - 10_000), `bit ${shift}`).toBeLessThan(400)
    }
  })
})

describe('packed marks', () => {
  test('are distinct, ascending, four bytes each, the highest first', () => {
    expect(toHex(packMarks([0x01020304, 5, 0xffffffff, 5]))).toBe('0000000501020304ffffffff')
    expect(packMarks([])).toEqual(new Uint8Array(0))
  })

  test('tell nothing of the order in which they were made, and come back as they were', () => {
    fc.assert(
      fc.property(fc.array(mark), (marks) => {
        const packed = packMarks(marks)
        expect(packMarks(marks.toReversed())).toEqual(packed)
        expect(packed).toHaveLength(4 * new Set(marks).size)
        const back = unpackMarks(packed)
        expect(back).toEqual(new Set(marks))
        expect([...back]).toEqual([...back].toSorted((a, b) => a - b))
      }),
    )
  })

  test('are read where they lie in a larger piece of memory; a cut one is no mark', () => {
    const whole = concat(sequence(3), packMarks([7, 8]))
    expect(unpackMarks(whole.subarray(3))).toEqual(new Set([7, 8]))
    expect(unpackMarks(whole.subarray(3, whole.length - 1))).toEqual(new Set([7]))
  })
})
