import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex, utf8Bytes } from '../../src/bytes.js'
import { covered, postingPlace, uncovered } from '../../src/child/postings.js'

const sequence = (length: number, from = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i)
const PLACE_KEY = sequence(32, 0x20)
const TOKEN = sequence(16, 0x60)
const ID = sequence(16, 0xa0)

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const index = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('the place of a posting', () => {
  test('our own vector, frozen', () => {
    const place = postingPlace(PLACE_KEY, TOKEN, 3)
    expect(toHex(place.key)).toBe('0c39f20256d171e030fcae20')
    expect(toHex(covered(place, ID))).toBe('0d9ecf3449ec440594c840834911b3b9')
  })

  test('is what a second implementation of SHA-256 computes', () => {
    fc.assert(
      fc.property(bytes(32), bytes(16), index, (placeKey, token, i) => {
        const number = fromHex(i.toString(16).padStart(8, '0'))
        const digest = sha256(concat(utf8Bytes('child-index/posting/v1 '), placeKey, token, number))
        const { key, cover } = postingPlace(placeKey, token, i)
        expect(toHex(key)).toBe(toHex(digest.slice(0, 12)))
        expect(toHex(cover)).toBe(toHex(digest.slice(12, 28)))
      }),
    )
  })

  test('is another for every token, index and hub, and so is the cover', () => {
    const keys = new Set<string>()
    const covers = new Set<string>()
    for (const placeKey of [PLACE_KEY, sequence(32, 0x21)])
      for (let t = 0; t < 200; t++)
        for (let i = 0; i < 50; i++) {
          const { key, cover } = postingPlace(placeKey, sha256(sequence(2, t)).slice(0, 16), i)
          keys.add(toHex(key))
          covers.add(toHex(cover))
        }
    expect(keys.size).toBe(2 * 200 * 50)
    expect(covers.size).toBe(2 * 200 * 50)
  })

  test('never repeats for two pairs of token and index', () => {
    fc.assert(
      fc.property(bytes(16), bytes(16), index, index, (one, other, i, j) => {
        fc.pre(toHex(one) !== toHex(other) || i !== j)
        expect(toHex(postingPlace(PLACE_KEY, one, i).key)).not.toBe(toHex(postingPlace(PLACE_KEY, other, j).key))
      }),
    )
  })

  test('is refused for a key or token of another length, and an index that is no 32-bit number', () => {
    for (const length of [0, 16, 31, 33])
      expect(() => postingPlace(sequence(length), TOKEN, 0), `key ${length}`).toThrow(RangeError)
    for (const length of [0, 15, 17, 32])
      expect(() => postingPlace(PLACE_KEY, sequence(length), 0), `token ${length}`).toThrow(RangeError)
    for (const wrong of [-1, 2 ** 32]) expect(() => postingPlace(PLACE_KEY, TOKEN, wrong)).toThrow(RangeError)
  })
})

describe('the cover of an id', () => {
  test('comes off again, and hides every byte of it', () => {
    fc.assert(
      fc.property(bytes(16), index, (id, i) => {
        const place = postingPlace(PLACE_KEY, TOKEN, i)
        expect(toHex(uncovered(place, covered(place, id)))).toBe(toHex(id))
        expect(covered(place, id)).toEqual(id.map((byte, at) => byte ^ place.cover[at]!))
      }),
    )
  })

  test('is refused for what is no id', () => {
    const place = postingPlace(PLACE_KEY, TOKEN, 0)
    for (const length of [0, 15, 17]) {
      expect(() => covered(place, sequence(length))).toThrow(RangeError)
      expect(() => uncovered(place, sequence(length))).toThrow(RangeError)
    }
  })
})
