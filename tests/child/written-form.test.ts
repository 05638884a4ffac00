import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/bytes.js'
import { type AgencyChildId, asAgencyChildId } from '../../src/child/identifiers.js'
import { readAgencyChildId, writeAgencyChildId } from '../../src/child/written-form.js'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

const id: fc.Arbitrary<AgencyChildId> = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(asAgencyChildId)

function reads(text: unknown): boolean {
  try {
    readAgencyChildId(text as string)
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_CHILD_ID_MALFORMED', field: 'agencyChildId' })
    return false
  }
}

/** `reads`, without a look at the refusal: for the many. */
function noticed(text: string): boolean {
  try {
    readAgencyChildId(text)
    return false
  } catch {
    return true
  }
}

describe('the written form of an agency child id', () => {
  test.each([
    ['00000000000000000000000000000000', 0, '000-000-000-000-000-000-000-000-000'],
    ['ffffffffffffffffffffffffffffffff', 3, 'ZZZ-ZZZ-ZZZ-ZZZ-ZZZ-ZZZ-ZZZ-ZZZ-ZZJ'],
    ['000102030405060708090a0b0c0d0e0f', 2, '000-G40-R40-M30-E20-918-5GR-38E-1YA'],
    ['980f285a398fb9b532ddd5a17aa35956', 0, 'K07-JGP-HSH-YWV-ACP-XTP-GQN-8TS-ARR'],
    ['3e49ee19729ce9d1e431837705cd26c9', 5, '7S4-YW6-BJK-KMX-3S1-HGD-VGB-K96-S58'],
  ])('of %s in epoch %i is frozen', (hex, epoch, text) => {
    expect(writeAgencyChildId(asAgencyChildId(fromHex(hex)), epoch)).toBe(text)
  })

  test('reads back as the same id and the epoch modulo 4', () => {
    fc.assert(
      fc.property(id, fc.nat(), (agencyChildId, epoch) => {
        const text = writeAgencyChildId(agencyChildId, epoch)
        expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]{3}(-[0-9A-HJKMNP-TV-Z]{3}){8}$/)
        expect(readAgencyChildId(text)).toEqual({ agencyChildId, epochMod4: epoch % 4 })
      }),
    )
  })

  test('every other letter in every place is noticed', () => {
    fc.assert(
      fc.property(id, fc.integer({ min: 0, max: 3 }), (agencyChildId, epoch) => {
        const letters = [...writeAgencyChildId(agencyChildId, epoch).replaceAll('-', '')]
        let count = 0
        letters.forEach((letter, place) => {
          for (const other of ALPHABET) {
            if (other !== letter && noticed(letters.with(place, other).join(''))) count++
          }
        })
        expect(count).toBe(27 * 31)
      }),
      { numRuns: 50 },
    )
  })

  test('every swap of two different letters, neighbours or not, is noticed', () => {
    fc.assert(
      fc.property(id, fc.integer({ min: 0, max: 3 }), (agencyChildId, epoch) => {
        const letters = [...writeAgencyChildId(agencyChildId, epoch).replaceAll('-', '')]
        for (let a = 0; a < 27; a++) {
          for (let b = a + 1; b < 27; b++) {
            const [x, y] = [letters[a]!, letters[b]!]
            if (x !== y && !noticed(letters.with(a, y).with(b, x).join(''))) expect.fail(`missed ${a} and ${b}`)
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  test('every letter missing and every letter too many is noticed', () => {
    const text = writeAgencyChildId(asAgencyChildId(fromHex('980f285a398fb9b532ddd5a17aa35956')), 0)
    for (let i = 0; i < text.length; i++) {
      if (text[i] === '-') continue
      expect(reads(text.slice(0, i) + text.slice(i + 1))).toBe(false)
      expect(reads(text.slice(0, i) + text[i] + text.slice(i))).toBe(false)
    }
  })

  test('survives a telephone: case, O, I, L, and spaces and hyphens anywhere', () => {
    const heard: Record<string, readonly string[]> = { '0': ['0', 'O', 'o'], '1': ['1', 'I', 'i', 'L', 'l'] }
    fc.assert(
      fc.property(id, fc.infiniteStream(fc.nat()), (agencyChildId, choices) => {
        const pick = <Item>(items: readonly Item[]): Item => items[choices.next().value % items.length]!
        const text = [...writeAgencyChildId(agencyChildId, 1).replaceAll('-', '')]
          .map(
            (letter) =>
              pick(heard[letter] ?? [letter, letter.toLowerCase()]) + pick(['', '', ' ', '-', '–', '\u00A0', ' - ']),
          )
          .join('')
        fc.pre(text.length <= 200)
        expect(readAgencyChildId(text)).toEqual({ agencyChildId, epochMod4: 1 })
      }),
    )
  })

  test.each([
    ['U', 'U00-000-000-000-000-000-000-000-000'],
    ['u', 'u00-000-000-000-000-000-000-000-000'],
    ['nothing', ''],
    ['a dotless i for 1', 'ı00-000-000-000-000-000-000-000-000'],
    ['a long s for S', 'ſ00-000-000-000-000-000-000-000-000'],
    ['a Cyrillic letter', 'А00-000-000-000-000-000-000-000-000'],
    ['a check mark of Crockford’s own', '000-000-000-000-000-000-000-000-00*'],
    ['a line break', '000-000-000-000-000-000-000-000-000\n'],
    ['a direction mark', '\u202E000-000-000-000-000-000-000-000-000'],
    ['a million zeros', '0'.repeat(1_000_000)],
    ['a number', 0],
    ['null', null],
    ['undefined', undefined],
    ['an array', ['000-000-000-000-000-000-000-000-000']],
    ['an object', { length: 27 }],
  ])('refuses %s', (_, text) => {
    expect(reads(text)).toBe(false)
  })

  test('an epoch that is none is a mistake of the programmer', () => {
    const zero = asAgencyChildId(new Uint8Array(16))
    for (const epoch of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => writeAgencyChildId(zero, epoch)).toThrow(RangeError)
  })
})
