import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, encode, equalBytes, pack, unpack, utf8Bytes } from '../../src/bytes.js'
import {
  type Check,
  checkIdOf,
  contentHash,
  decodeCheck,
  encodeCheck,
  INDICATORS_MAX,
  indicatorSet,
  receiptContent,
} from '../../src/check/canonical.js'
import { asAgencyChildId, asChildId } from '../../src/child/identifiers.js'
import { saltedLeafHash } from '../../src/journal/merkle.js'
import { codeOf, filled, flipped } from '../ground/keys.js'
import { CHECK, check } from './fixtures.js'

const bytes = encodeCheck(CHECK)
const FIELDS = 11
const refusal = (candidate: Uint8Array): unknown => codeOf(() => decodeCheck(candidate))

/** The bytes of a check with one of its eleven parts exchanged. */
function withPart(index: number, part: Uint8Array): Uint8Array {
  const parts = unpack('check/v1', bytes, FIELDS)
  return pack('check/v1', ...parts.map((each, at) => (at === index ? part : each)))
}

const INDICATORS = 5

describe('canonical bytes', () => {
  test('are read back as the check, and written again as they were', () => {
    fc.assert(
      fc.property(check, (each) => {
        const written = encodeCheck(each)
        expect(decodeCheck(written)).toEqual(each)
        expect(encodeCheck(decodeCheck(written))).toEqual(written)
      }),
      { numRuns: 500 },
    )
  })

  test('of two checks are different', () => {
    fc.assert(
      fc.property(check, check, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b))
        expect(equalBytes(encodeCheck(a), encodeCheck(b))).toBe(false)
      }),
    )
  })

  test('that are cut short or longer are refused', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      expect(refusal(bytes.subarray(0, length))).toBe('ERR_CHECK_MALFORMED')
    }
    expect(refusal(concat(bytes, Uint8Array.of(0)))).toBe('ERR_CHECK_MALFORMED')
    expect(refusal(concat(bytes, encode('')))).toBe('ERR_CHECK_MALFORMED')
  })

  test('with any one bit turned over are refused, or are another check with another id', () => {
    const salt = filled(0x5a)
    const id = checkIdOf(saltedLeafHash(salt, bytes))
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const altered = flipped(bytes, bit)
      const code = refusal(altered)
      if (code === undefined) expect(decodeCheck(altered), `bit ${bit}`).not.toEqual(CHECK)
      else expect(code, `bit ${bit}`).toBe('ERR_CHECK_MALFORMED')
      expect(checkIdOf(saltedLeafHash(salt, altered)), `bit ${bit}`).not.toBe(id)
    }
  })

  test('of anything at all are refused by the one code, or have one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (any) => {
        expect(refusal(any)).toBe('ERR_CHECK_MALFORMED')
      }),
      { numRuns: 300 },
    )
  })
})

describe('indicators', () => {
  const listed = (...codes: readonly string[]): Uint8Array => withPart(INDICATORS, encode('indicators', ...codes))

  test('stand in ascending order, each once', () => {
    expect(refusal(listed('bruising', 'hungry'))).toBeUndefined()
    expect(refusal(listed())).toBeUndefined()
    expect(refusal(listed('hungry', 'bruising'))).toBe('ERR_CHECK_MALFORMED')
    expect(refusal(listed('bruising', 'bruising'))).toBe('ERR_CHECK_MALFORMED')
    expect(refusal(listed('a', 'B'))).toBe('ERR_CHECK_MALFORMED')
    expect(refusal(listed('B', 'a'))).toBeUndefined()
  })

  test('are at most 64', () => {
    const codes = Array.from({ length: INDICATORS_MAX + 1 }, (_, i) => `code-${String(i).padStart(3, '0')}`)
    expect(refusal(listed(...codes.slice(1)))).toBeUndefined()
    expect(refusal(listed(...codes))).toBe('ERR_CHECK_MALFORMED')
  })

  test('are in a list of theirs', () => {
    expect(refusal(withPart(INDICATORS, encode('incidents', 'bruising')))).toBe('ERR_CHECK_MALFORMED')
    expect(refusal(withPart(INDICATORS, utf8Bytes('bruising')))).toBe('ERR_CHECK_MALFORMED')
  })

  test('are made a set in that order', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[A-Za-z0-9._-]{1,6}$/), { maxLength: 20 }), (codes) => {
        const set = indicatorSet(codes)
        expect(refusal(listed(...set))).toBeUndefined()
        expect(new Set(set)).toEqual(new Set(codes))
        expect(indicatorSet([...codes].reverse())).toEqual(set)
      }),
    )
  })
})

describe('no field takes free text', () => {
  const TEXTS = [1, 4, 8, INDICATORS] as const
  const written = (field: number, text: string): Uint8Array =>
    withPart(field, field === INDICATORS ? encode('indicators', text) : utf8Bytes(text))

  test.each([
    ['a space', 'Zebedee Quillfeather'],
    ['a comma', 'a,b'],
    ['an accent', 'Zoë'],
    ['a newline', 'a\n'],
    ['a newline in front', '\na'],
    ['a zero byte', 'a\0'],
    ['an emoji', '😀'],
    ['full-width letters', 'ａｂ'],
    ['nothing', ''],
    ['65 characters', 'a'.repeat(65)],
    ['quotes', "o'brien"],
    ['an at sign', 'a@b'],
    ['a colon', 'a:b'],
    ['a byte order mark', '\ufeffa'],
  ])('not %s', (_, text) => {
    for (const field of TEXTS) expect(refusal(written(field, text)), `field ${field}`).toBe('ERR_CHECK_MALFORMED')
  })

  test('not one character that is outside its set', () => {
    for (let unit = 0; unit < 0x250; unit += 1) {
      const character = String.fromCharCode(unit)
      const plain = /[A-Za-z0-9._-]/.test(character)
      expect(refusal(written(4, `a${character}`)) === undefined).toBe(plain)
      expect(refusal(written(INDICATORS, `a${character}`)) === undefined).toBe(plain)
      expect(refusal(written(8, `a${character}`)) === undefined).toBe(plain || character === '/')
      expect(refusal(written(1, `a${character}`)) === undefined).toBe(/[a-z0-9-]/.test(character))
    }
  })

  test('not in the fields of fixed length', () => {
    for (const [field, length] of [
      [0, 32],
      [3, 16],
      [9, 16],
      [10, 32],
    ] as const) {
      expect(refusal(withPart(field, filled(7, length)))).toBeUndefined()
      expect(refusal(withPart(field, filled(7, length - 1)))).toBe('ERR_CHECK_MALFORMED')
      expect(refusal(withPart(field, filled(7, length + 1)))).toBe('ERR_CHECK_MALFORMED')
    }
    for (const field of [2, 6, 7]) {
      expect(refusal(withPart(field, filled(0, 7)))).toBe('ERR_CHECK_MALFORMED')
      expect(refusal(withPart(field, filled(0xff, 8)))).toBe('ERR_CHECK_MALFORMED')
    }
  })

  test('not as one part more or less', () => {
    const parts = unpack('check/v1', bytes, FIELDS)
    expect(refusal(pack('check/v1', ...parts, 'a note'))).toBe('ERR_CHECK_MALFORMED')
    expect(refusal(pack('check/v1', ...parts.slice(0, -1)))).toBe('ERR_CHECK_MALFORMED')
    expect(refusal(pack('check/v2', ...parts))).toBe('ERR_CHECK_MALFORMED')
  })

  test('a refusal holds nothing of the bytes', () => {
    for (const field of TEXTS) {
      try {
        decodeCheck(written(field, 'Zebedee Quillfeather'))
      } catch (error) {
        expect(String(error)).not.toContain('Quillfeather')
      }
    }
  })
})

describe('content', () => {
  const child = asChildId(filled(0xcc, 16))
  const same = (change: Partial<Check>, otherChild = child): boolean =>
    equalBytes(contentHash(CHECK, child), contentHash({ ...CHECK, ...change }, otherChild))

  test('is the same when the check is sent again, later or under the id of another epoch', () => {
    expect(same({})).toBe(true)
    expect(same({ submittedAt: CHECK.submittedAt + 1 })).toBe(true)
    expect(same({ epoch: 2, agencyChildId: asAgencyChildId(filled(9, 16)) })).toBe(true)
  })

  test.each<[string, Partial<Check>]>([
    ['hub', { hub: filled(1) }],
    ['agency', { agency: 'police-south' }],
    ['incident', { incident: 'assault' }],
    ['indicators', { indicators: ['bruising'] }],
    ['occurredAt', { occurredAt: CHECK.occurredAt + 1 }],
    ['reference', { reference: 'PN/2023-0002' }],
    ['practitioner', { practitioner: filled(1, 16) }],
    ['vocabulary', { vocabulary: filled(1) }],
  ])('is another with another %s', (_, change) => {
    expect(same(change)).toBe(false)
  })

  test('is another for another child', () => {
    expect(same({}, asChildId(filled(0xcd, 16)))).toBe(false)
  })
})

describe('what a receipt says of a check', () => {
  const same = (change: Partial<Check>): boolean =>
    equalBytes(receiptContent(CHECK), receiptContent({ ...CHECK, ...change }))

  test('is the same when the check is sent again, by whatever identifier', () => {
    expect(same({ submittedAt: CHECK.submittedAt + 1 })).toBe(true)
    expect(same({ epoch: 2, agencyChildId: asAgencyChildId(filled(9, 16)) })).toBe(true)
  })

  test.each<[string, Partial<Check>]>([
    ['hub', { hub: filled(1) }],
    ['agency', { agency: 'police-south' }],
    ['incident', { incident: 'assault' }],
    ['indicators', { indicators: ['bruising'] }],
    ['occurredAt', { occurredAt: CHECK.occurredAt + 1 }],
    ['reference', { reference: 'PN/2023-0002' }],
    ['practitioner', { practitioner: filled(1, 16) }],
  ])('is another with another %s', (_, change) => {
    expect(same(change)).toBe(false)
  })

  test('is no content hash', () => {
    expect(receiptContent(CHECK)).not.toEqual(contentHash(CHECK, asChildId(filled(0xcc, 16))))
  })
})
