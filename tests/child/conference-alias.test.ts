import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/bytes.js'
import { newAlias, readAlias, writeAlias } from '../../src/child/conference-alias.js'
import { seededRandom } from '../../src/testing.js'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const alias = fc.uint8Array({ minLength: 5, maxLength: 5 })
const plain = (bytes: Uint8Array): readonly string[] => [...writeAlias(bytes).replaceAll('-', '')]

function noticed(text: unknown): boolean {
  try {
    readAlias(text as string)
    return false
  } catch (error) {
    if ((error as { readonly field?: string }).field !== 'alias') throw error
    return true
  }
}

describe('the alias of a case conference', () => {
  test.each([
    ['0000000000', '000-000-000'],
    ['ffffffffff', 'ZZZ-ZZZ-ZZT'],
    ['0123456789', '04H-MAS-W93'],
    ['5a5a5a5a5a', 'B9D-5MP-JTW'],
  ])('of %s is frozen', (hex, text) => {
    expect(writeAlias(fromHex(hex))).toBe(text)
  })

  test('reads back as the same 40 bits, also as it is heard', () => {
    const heard: Record<string, string> = { '0': 'o', '1': 'l' }
    fc.assert(
      fc.property(alias, (bytes) => {
        expect(writeAlias(bytes)).toMatch(/^[0-9A-HJKMNP-TV-Z]{3}(-[0-9A-HJKMNP-TV-Z]{3}){2}$/)
        expect(readAlias(writeAlias(bytes))).toEqual(bytes)
        const spoken = plain(bytes).map((letter) => heard[letter] ?? letter.toLowerCase())
        expect(readAlias(spoken.join(' '))).toEqual(bytes)
      }),
    )
  })

  test('every other letter in every place, and every swap of two letters, is noticed', () => {
    fc.assert(
      fc.property(alias, (bytes) => {
        const letters = plain(bytes)
        letters.forEach((letter, place) => {
          for (const other of ALPHABET)
            if (other !== letter && !noticed(letters.with(place, other).join(''))) expect.fail(`missed at ${place}`)
          letters.slice(place + 1).forEach((other, more) => {
            const swapped = letters.with(place, other).with(place + 1 + more, letter)
            if (other !== letter && !noticed(swapped.join(''))) expect.fail(`missed a swap at ${place}`)
          })
        })
      }),
    )
  })

  test.each([
    ['nothing', ''],
    ['an agency child id', 'K07-JGP-HSH-YWV-ACP-XTP-GQN-8TS-ARR'],
    ['a letter too few', '000-000-00'],
    ['a letter too many', '000-000-000-0'],
    ['U', 'U00-000-000'],
    ['a line break', '000-000-000\n'],
    ['a million zeros', '0'.repeat(1_000_000)],
    ['null', null],
    ['a number', 0],
    ['an array', ['000-000-000']],
  ])('is not read from %s', (_, text) => {
    expect(noticed(text)).toBe(true)
  })

  test('is drawn at random, and of no other length', () => {
    const { bytes } = seededRandom(3)
    expect(new Set(Array.from({ length: 100 }, () => writeAlias(newAlias(bytes)))).size).toBe(100)
    for (const length of [0, 4, 6]) expect(() => writeAlias(new Uint8Array(length))).toThrow(RangeError)
  })
})
