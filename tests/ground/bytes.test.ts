import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  concat,
  decode,
  encode,
  equalBytes,
  fromBase64,
  fromHex,
  pack,
  readU64,
  tagOf,
  toBase64,
  toHex,
  u64,
  unpack,
  utf8Bytes,
  utf8Text,
} from '../../src/bytes.js'
import { sha256 } from '../../src/hash.js'
import { codeOf, filled } from './keys.js'

const bytes = fc.uint8Array({ maxLength: 40 })
const tag = fc.string({ unit: 'binary', maxLength: 12 })
const parts = fc.array(bytes, { maxLength: 6 })
const MALFORMED = 'ERR_MESSAGE_MALFORMED'

describe('encode', () => {
  test('joins by length, most significant byte first', () => {
    expect(toHex(encode('ab', Uint8Array.of(1, 2), 'é', 258))).toBe(
      '000000026162' + '000000020102' + '00000002c3a9' + '000000080000000000000102',
    )
  })

  test('gives back its parts, and only under its tag and number', () => {
    fc.assert(
      fc.property(tag, parts, (name, list) => {
        const encoded = encode(name, ...list)
        expect(decode(name, encoded)).toEqual(list)
        expect(decode(name, encoded, list.length)).toEqual(list)
        expect(tagOf(encoded)).toBe(name)
        expect(codeOf(() => decode(name, encoded, list.length + 1))).toBe(MALFORMED)
        expect(codeOf(() => decode(`${name}x`, encoded))).toBe(MALFORMED)
        expect(encode(name, ...decode(name, encoded))).toEqual(encoded)
      }),
      { numRuns: 500 },
    )
  })

  test('no two lists of parts have one form', () => {
    fc.assert(
      fc.property(tag, parts, tag, parts, (tagA, a, tagB, b) => {
        const same =
          tagA === tagB && a.length === b.length && a.every((part, i) => equalBytes(part, b[i] ?? filled(0, 99)))
        expect(equalBytes(encode(tagA, ...a), encode(tagB, ...b))).toBe(same)
      }),
      { numRuns: 1000 },
    )
  })

  test('bytes that move from one part to the next change the form', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.nat(), (all, i, j) => {
        const [a, b] = [i % (all.length + 1), j % (all.length + 1)]
        fc.pre(a !== b)
        const cut = (at: number): Uint8Array => encode('t', all.subarray(0, at), all.subarray(at))
        expect(equalBytes(cut(a), cut(b))).toBe(false)
      }),
    )
    expect(encode('ab', 'c')).not.toEqual(encode('a', 'bc'))
    expect(encode('a', '')).not.toEqual(encode('a'))
  })

  test('a form that is cut short or made longer is refused', () => {
    fc.assert(
      fc.property(tag, parts, fc.uint8Array({ minLength: 1, maxLength: 8 }), (name, list, more) => {
        const encoded = pack(name, ...list)
        for (let length = 0; length < encoded.length; length += 1) {
          const cut = encoded.subarray(0, length)
          expect(codeOf(() => unpack(name, cut, list.length))).toBe(MALFORMED)
        }
        expect(codeOf(() => unpack(name, concat(encoded, more), list.length))).toBe(MALFORMED)
      }),
      { numRuns: 200 },
    )
  })

  test('text that is not well-formed has no form: half a pair would be written like any other half', () => {
    for (const text of ['\ud800', 'a\udc00', '\udc00\ud800']) {
      expect(codeOf(() => encode('t', text))).toBe(MALFORMED)
    }
    expect(decode('t', encode('t', '\u{1f600}'))).toEqual([utf8Bytes('\u{1f600}')])
  })

  test('a length that reaches past the end is refused, however large', () => {
    expect(codeOf(() => decode('t', fromHex('0000000174ffffffff')))).toBe(MALFORMED)
    expect(codeOf(() => decode('t', fromHex('00000001')))).toBe(MALFORMED)
    expect(codeOf(() => tagOf(new Uint8Array(0)))).toBe(MALFORMED)
    expect(codeOf(() => tagOf(fromHex('00000001ff')))).toBe(MALFORMED)
  })

  test('reads bytes that lie inside a larger buffer', () => {
    const inside = concat(filled(0xee, 5), encode('t', u64(7)), filled(0xee, 5)).subarray(5, -5)
    expect(decode('t', inside, 1).map((part) => readU64(part))).toEqual([7])
  })
})

describe('pack', () => {
  test('puts the version in front and refuses every other', () => {
    const packed = pack('t', 'x')
    expect(packed[0]).toBe(1)
    expect(unpack('t', packed, 1)).toEqual([utf8Bytes('x')])
    for (let version = 0; version < 256; version += 1) {
      if (version === 1) continue
      const other = Uint8Array.from(packed)
      other[0] = version
      expect(codeOf(() => unpack('t', other, 1))).toBe(MALFORMED)
    }
    expect(codeOf(() => unpack('t', new Uint8Array(0)))).toBe(MALFORMED)
  })
})

describe('numbers', () => {
  test('safe integers go there and back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(readU64(u64(value))).toBe(value)
      }),
    )
    expect(readU64(u64(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER)
  })

  test.each([-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1, Number.POSITIVE_INFINITY])(
    '%d is not written',
    (value) => {
      expect(() => u64(value)).toThrow(RangeError)
    },
  )

  test.each(['0020000000000000', 'ffffffffffffffff', '00000000000000', '000000000000000000', ''])(
    '%s is not read',
    (hex) => {
      expect(codeOf(() => readU64(fromHex(hex)))).toBe(MALFORMED)
    },
  )
})

describe('spellings', () => {
  test('hexadecimal has one', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromHex(toHex(value))).toEqual(value)
      }),
    )
    for (const text of ['A0', 'a', '0x', ' a0', 'a0\n', 'g0', 'aé']) expect(codeOf(() => fromHex(text))).toBe(MALFORMED)
  })

  test('base64 has one', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromBase64(toBase64(value))).toEqual(value)
      }),
    )
    for (const text of ['AB', 'AB=', 'AB==', 'AA', ' AAAA', 'AAAA\n', 'AA_-', 'AAAA====', '=', 'A']) {
      expect(
        codeOf(() => fromBase64(text)),
        text,
      ).toBe(MALFORMED)
    }
  })

  test('UTF-8 has one', () => {
    expect(utf8Text(utf8Bytes('\ufeffé'))).toBe('\ufeffé')
    for (const hex of ['ff', 'c080', 'eda080', 'c3', 'f4908080'])
      expect(codeOf(() => utf8Text(fromHex(hex)))).toBe(MALFORMED)
  })
})

test('what is read back is no Buffer and shares nothing through slice', () => {
  for (const value of [fromHex('00ff'), fromBase64('AP8='), sha256(filled(1))]) {
    expect(Buffer.isBuffer(value)).toBe(false)
    const copy = value.slice()
    copy[0] = 0x77
    expect(value[0]).not.toBe(0x77)
  }
})

test('bytes are equal in value and length', () => {
  expect(equalBytes(filled(1), filled(1))).toBe(true)
  expect(equalBytes(filled(1), filled(2))).toBe(false)
  expect(equalBytes(filled(1), filled(1, 33))).toBe(false)
  expect(equalBytes(filled(1, 0), filled(2, 0))).toBe(true)
})
