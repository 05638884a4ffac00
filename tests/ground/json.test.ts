import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex, utf8Bytes, utf8Text } from '../../src/bytes.js'
import { sha256 } from '../../src/hash.js'
import { fromJsonBytes, fromOwnJsonBytes, jsonHash, toJsonBytes } from '../../src/json.js'
import { codeOf } from './keys.js'

const MALFORMED = 'ERR_MESSAGE_MALFORMED'
const textOf = (value: unknown): string => utf8Text(toJsonBytes(value))
const read = (text: string): unknown => fromJsonBytes(utf8Bytes(text))
const refusal = (text: string): unknown => codeOf(() => read(text))

describe('RFC 8785', () => {
  test('the sample object of section 3.2.2, as the bytes of section 3.2.4', () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ) as unknown
    expect(toHex(toJsonBytes(value))).toBe(
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a' +
        '5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d3237' +
        '5d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d',
    )
  })

  test('the order of keys of section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\u{1f600}': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    expect([...textOf(value).matchAll(/:"([^"]*)"/g)].map(([, text]) => text)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555555', '333333333.3333333'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('the number %s of appendix B', (bits, text) => {
    expect(textOf(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text)
  })
})

describe('one value, one spelling', () => {
  // Not `fc.jsonValue`: bytes are values here too, and an object that looks like bytes is none.
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array({ maxLength: 8 }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'b64', '1')), tie('value')), {
          maxLength: 4,
        })
        .map((members) => Object.fromEntries(members))
        .filter((object) => !(Object.keys(object).join() === 'b64' && typeof object['b64'] === 'string')),
    ),
  }))

  test('is read back as it was', () => {
    fc.assert(
      fc.property(value, (each) => {
        const bytes = toJsonBytes(each)
        expect(fromJsonBytes(bytes)).toEqual(each)
        expect(toJsonBytes(fromOwnJsonBytes(bytes))).toEqual(bytes)
        expect(fromOwnJsonBytes(bytes)).toEqual(each)
        expect(toJsonBytes(fromJsonBytes(bytes))).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  test('bytes and their base64 as text are two values', () => {
    expect(textOf(Uint8Array.of(0, 0, 0))).not.toBe(textOf('AAAA'))
  })

  test.each([
    ['a duplicate key', '{"a":1,"a":1}'],
    ['a duplicate key that hides the first', '{"a":1,"a":2}'],
    ['a space', '{"a": 1}'],
    ['a space in front', ' 1'],
    ['a newline behind', '1\n'],
    ['another order', '{"b":1,"a":2}'],
    ['an escape that is not needed', '"\\u0061"'],
    ['a short escape written long', '"\\u000a"'],
    ['an escape in capitals', '"\\u001F"'],
    ['an escaped slash', '"\\/"'],
    ['a fraction of zero', '1.0'],
    ['an exponent', '1e3'],
    ['minus zero', '-0'],
    ['more digits than the number has', '333333333.33333329'],
    ['a byte order mark', '\ufeff1'],
    ['nothing', ''],
    ['half a value', '{"a":'],
    ['two values', '1 2'],
    ['a comment', '1//'],
    ['a number past the largest', '1e400'],
    ['a number past the smallest', '-1e400'],
    ['half a surrogate pair', '"\\ud800"'],
    ['half a surrogate pair as a key', '{"\\udfff":1}'],
    ['bytes that are not canonical base64', '{"b64":"AB=="}'],
    ['bytes of the other alphabet', '{"b64":"_-8="}'],
    ['bytes that are words', '{"b64":"hello there"}'],
  ])('%s is refused', (_, text) => {
    expect(refusal(text)).toBe(MALFORMED)
  })

  test('what is not UTF-8 is refused', () => {
    expect(codeOf(() => fromJsonBytes(fromHex('22ff22')))).toBe(MALFORMED)
  })
})

describe('bytes', () => {
  test('stand as base64 in an object of their own', () => {
    expect(textOf({ key: Uint8Array.of(0, 255), list: [new Uint8Array(0)] })).toBe(
      '{"key":{"b64":"AP8="},"list":[{"b64":""}]}',
    )
    expect(read('{"b64":"AP8="}')).toEqual(Uint8Array.of(0, 255))
    expect(read('{"b64":{"b64":""}}')).toEqual({ b64: new Uint8Array(0) })
  })

  test('an object with more in it, or with no text in it, is an object', () => {
    expect(read('{"b64":"no bytes","c":1}')).toEqual({ b64: 'no bytes', c: 1 })
    expect(read('{"b64":7}')).toEqual({ b64: 7 })
  })

  test('an object that would be read back as bytes is not written', () => {
    expect(() => toJsonBytes({ b64: 'AAAA' })).toThrow(TypeError)
    expect(() => toJsonBytes({ b64: 'AAAA', gone: undefined })).toThrow(TypeError)
  })
})

describe('objects', () => {
  test('a key called __proto__ is a key', () => {
    const value = read('{"__proto__":{"polluted":true}}') as Record<string, unknown>
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect('polluted' in value).toBe(false)
    expect('polluted' in {}).toBe(false)
    expect(textOf(value)).toBe('{"__proto__":{"polluted":true}}')
    const own = fromOwnJsonBytes(utf8Bytes('{"__proto__":{"b64":"AA=="}}'))
    expect(Object.getPrototypeOf(own)).toBe(Object.prototype)
    expect(textOf(own)).toBe('{"__proto__":{"b64":"AA=="}}')
  })

  test('64 levels are read and written, and not one more', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    const value = read(nested(64))
    expect(textOf(value)).toBe(nested(64))
    expect(refusal(nested(65))).toBe(MALFORMED)
    expect(() => toJsonBytes([value])).toThrow(TypeError)
    expect(refusal(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`)).toBe(MALFORMED)
  })

  test('a hundred thousand levels are refused by the same code, not by running out of stack', () => {
    expect(refusal(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toBe(MALFORMED)
    expect(refusal('['.repeat(100_000))).toBe(MALFORMED)
  })

  test('a key without a value is left out', () => {
    expect(textOf({ b: undefined, a: 1 })).toBe('{"a":1}')
  })

  test.each([
    ['a date', new Date(0)],
    ['a map', new Map([[1, 2]])],
    ['a class instance', new (class Point {})()],
    ['a number that is none', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a large integer', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['nothing', undefined],
    ['nothing in a list', [undefined]],
    ['a function in an object', { f: () => 1 }],
  ])('%s has no form', (_, value) => {
    expect(() => toJsonBytes(value)).toThrow(TypeError)
  })

  test('text that is not well-formed has no form', () => {
    expect(codeOf(() => toJsonBytes(['\ud800']))).toBe(MALFORMED)
    expect(codeOf(() => toJsonBytes({ '\ud800': 1 }))).toBe(MALFORMED)
  })
})

test('the hash is over the canonical bytes', () => {
  expect(jsonHash({ b: 1, a: 2 })).toEqual(sha256(utf8Bytes('{"a":2,"b":1}')))
})
