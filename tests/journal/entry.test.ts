import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, encode, fromHex, pack, toHex, utf8Bytes } from '../../src/bytes.js'
import {
  decodeEntry,
  ENTRY_BYTES_MAX,
  ENTRY_TYPES,
  type Entry,
  encodeEntry,
  entryLeaf,
  SEALED_TYPES,
} from '../../src/journal/entry.js'
import frozen from './vectors/frozen.json' with { type: 'json' }

const malformed = expect.objectContaining({ code: 'ERR_ENTRY_MALFORMED' })

const entries: fc.Arbitrary<Entry> = fc.record({
  type: fc.constantFrom(...ENTRY_TYPES),
  at: fc.maxSafeNat(),
  body: fc.uint8Array({ maxLength: 200 }),
})

describe('entries', () => {
  test('decode undoes encode, and encode undoes decode', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const bytes = encodeEntry(entry)
        const back = decodeEntry(bytes)
        expect({ ...back, body: Uint8Array.from(back.body) }).toEqual({ ...entry, body: Uint8Array.from(entry.body) })
        expect(encodeEntry(back)).toEqual(bytes)
      }),
    )
  })

  test('every truncation, and every byte too many, is refused', () => {
    fc.assert(
      fc.property(entries, fc.uint8Array({ minLength: 1, maxLength: 5 }), (entry, extra) => {
        const bytes = encodeEntry(entry)
        for (let length = 0; length < bytes.length; length += 1) {
          expect(() => decodeEntry(bytes.subarray(0, length))).toThrow(malformed)
        }
        expect(() => decodeEntry(concat(bytes, extra))).toThrow(malformed)
      }),
      { numRuns: 100 },
    )
  })

  test('whatever decodes is spelt the one way', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (entry, n) => {
        const bytes = encodeEntry(entry)
        const at = n % bytes.length
        const changed = bytes.with(at, (bytes[at] ?? 0) ^ (1 << (n % 8)))
        try {
          expect(encodeEntry(decodeEntry(changed))).toEqual(changed)
        } catch (error) {
          expect(error).toEqual(malformed)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['an unknown type', pack('entry/v1', 'gossip', 0, utf8Bytes(''))],
    ['a type in other letters', pack('entry/v1', 'Case', 0, utf8Bytes(''))],
    ['a type that is not text', pack('entry/v1', Uint8Array.of(0xff), 0, utf8Bytes(''))],
    ['a time of four bytes', pack('entry/v1', 'case', new Uint8Array(4), utf8Bytes(''))],
    ['a time that no number holds', pack('entry/v1', 'case', new Uint8Array(8).fill(255), utf8Bytes(''))],
    ['a part too many', pack('entry/v1', 'case', 0, utf8Bytes(''), utf8Bytes(''))],
    ['a part too few', pack('entry/v1', 'case', 0)],
    ['another tag', pack('entry/v2', 'case', 0, utf8Bytes(''))],
    ['another version', concat(Uint8Array.of(2), encode('entry/v1', 'case', 0, utf8Bytes('')))],
    ['nothing', new Uint8Array(0)],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeEntry(bytes)).toThrow(malformed)
  })

  test('the largest entry fits a store with its encryption, and one byte more is refused both ways', () => {
    const frame = encodeEntry({ type: 'record', at: 0, body: new Uint8Array(0) }).length
    const largest: Entry = { type: 'record', at: 0, body: new Uint8Array(ENTRY_BYTES_MAX - frame) }
    expect(decodeEntry(encodeEntry(largest)).body).toHaveLength(largest.body.length)
    expect(ENTRY_BYTES_MAX).toBeLessThan(2 ** 20 - 40)
    expect(() => encodeEntry({ ...largest, body: new Uint8Array(largest.body.length + 1) })).toThrow(malformed)
    expect(() => decodeEntry(pack('entry/v1', 'record', 0, new Uint8Array(largest.body.length + 1)))).toThrow(malformed)
  })

  test('the types are those reserved, and what joins agencies is sealed', () => {
    expect(ENTRY_TYPES).toEqual(frozen.entryTypes)
    const sealed = [
      'account',
      'alert',
      'case',
      'conference',
      'consent',
      'determination',
      'duplicate',
      'enquiry',
      'erasure',
      'link',
      'shield',
    ]
    expect([...SEALED_TYPES].sort()).toEqual(sealed)
  })

  test('bytes and leaf are frozen', () => {
    const { type, at, body, salt, bytes, leaf } = frozen.entry
    const entry = encodeEntry({ type: type as Entry['type'], at, body: fromHex(body) })
    expect(toHex(entry)).toBe(bytes)
    expect(toHex(entryLeaf(fromHex(salt), entry))).toBe(leaf)
  })
})
