import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normaliseName, normalisePostcode } from '../../src/child/name.js'

// Frozen: lookup tokens in stores depend on every one of these.
const VERSION_1: readonly (readonly [string, string])[] = [
  ['Zoë', 'zoe'],
  ['Zoe\u0308', 'zoe'],
  ['JOSÉ', 'jose'],
  ['O’Brien', 'obrien'],
  ["O'Brien", 'obrien'],
  ['O`BRIEN', 'obrien'],
  ['Oʼbrien', 'obrien'],
  ['O Brien', 'obrien'],
  ['OBrien', 'obrien'],
  ["Ta'Shae", 'tashae'],
  ['Mc Donald', 'mcdonald'],
  ['McDonald', 'mcdonald'],
  ['MACDONALD', 'macdonald'],
  ['Smith-Jones', 'smithjones'],
  ['Smith Jones', 'smithjones'],
  ['Smith–Jones', 'smithjones'],
  ['St. John', 'stjohn'],
  ['Abdul\u00A0Rahman', 'abdulrahman'],
  ['Łukasz', 'lukasz'],
  ['Søren Kierkegård', 'sorenkierkegard'],
  ['Đặng', 'dang'],
  ['Nguyễn', 'nguyen'],
  ['Þór', 'thor'],
  ['Weiß', 'weiss'],
  ['WEISS', 'weiss'],
  ['Æthel', 'aethel'],
  ['Œuvre', 'oeuvre'],
  ['ﬁona', 'fiona'],
  ['Ｊｏｈｎ', 'john'],
  ['İbrahim', 'ibrahim'],
  ['Işıl', 'isil'],
  ['Siân', 'sian'],
  ['Gal·la', 'galla'],
  ['Мария', 'мария'],
  ['Алёна', 'алена'],
  ['Андрей', 'андреи'],
  ['ΓΙΩΡΓΟΣ', 'γιωργοσ'],
  ['Γιώργος', 'γιωργοσ'],
  ['محمد', 'محمد'],
  ['مُحَمَّد', 'محمد'],
  ['محـــمد', 'محمد'],
  ['أحمد', 'احمد'],
  ['علی\u200Cرضا', 'علیرضا'],
  ['שָׂרָה', 'שרה'],
  ['王小明', '王小明'],
  ['राम', 'राम'],
  ['रमा', 'रमा'],
  ['がく', 'か\u3099く'],
  ['かく', 'かく'],
  ['', ''],
  [" '-. ", ''],
]

describe('a normalised name', () => {
  test.each(VERSION_1)('version 1 of %j is %j', (text, expected) => {
    expect(normaliseName(text)).toBe(expected)
  })

  test('keeps scripts apart: nothing is transliterated', () => {
    expect(normaliseName('Мария')).not.toBe(normaliseName('Maria'))
  })

  test('is idempotent and the same for forms C and D, for every code point alone and for text of them', () => {
    const wrong: string[] = []
    const same = (text: string): boolean => {
      const once = normaliseName(text)
      return normaliseName(once) === once && normaliseName(text.normalize('NFD')) === once
    }
    // Where every normalisation, case and mark of Unicode lies; the gaps are ideographs and what is not assigned.
    for (const [from, to] of [
      [0, 0x20000],
      [0x2f800, 0x2fa20],
      [0xe0000, 0xe0200],
    ] as const) {
      for (let point = from; point < to; point++) {
        if (!same(String.fromCodePoint(point))) wrong.push(point.toString(16))
      }
    }
    expect(wrong).toEqual([])
    fc.assert(fc.property(fc.string({ unit: 'binary' }), same), { numRuns: 500 })
  })

  test('is the same in upper and lower case for Latin letters', () => {
    for (let point = 0; point < 0x250; point++) {
      const letter = String.fromCodePoint(point)
      expect(normaliseName(letter.toUpperCase()), point.toString(16)).toBe(normaliseName(letter))
    }
  })

  test('does not see spaces, hyphens, apostrophes and full stops, wherever they stand', () => {
    const joints = fc.stringMatching(/^[ '’.\u00A0\u2010-]{0,3}$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('anna', 'é', 'Ł', '明'), joints)), (pieces) => {
        const bare = pieces.map(([letters]) => letters).join('')
        expect(normaliseName(pieces.flat().join(''))).toBe(normaliseName(bare))
      }),
    )
  })
})

describe('a normalised postcode', () => {
  test.each([
    ['kt19 0st', 'KT190ST'],
    ['KT19  0ST ', 'KT190ST'],
    ['KT19-0ST', 'KT190ST'],
    ['ＫＴ１９ ０ＳＴ', 'KT190ST'],
    ['  ', ''],
  ])('version 1 of %j is %j', (text, expected) => {
    expect(normalisePostcode(text)).toBe(expected)
  })
})
