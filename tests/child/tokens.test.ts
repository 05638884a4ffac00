import { createHmac } from 'node:crypto'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex, utf8Bytes } from '../../src/bytes.js'
import { asChildId } from '../../src/child/identifiers.js'
import type { LookupKey } from '../../src/child/keys.js'
import { innerFingerprint, innerToken, innerTokens, outerToken, outerTokens } from '../../src/child/tokens.js'
import { hmacSha256, hmacUnder } from '../../src/hash.js'

const sequence = (length: number, from = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i)
const HUB = sequence(32, 0x40)
const KH = sequence(32, 0x60)
const KC = sequence(32, 0x80)
const CHILD = asChildId(sequence(16, 0xa0))

const KEYS: readonly LookupKey[] = [
  { kind: 'nhs-number', parts: ['9990000018'] },
  { kind: 'name-birth-postcode', parts: ['zoe', 'obriensmith', '2015-02-28', 'KT190ST'] },
]

describe('lookup tokens', () => {
  test('RFC 4231, test case 2, is our HMAC', () => {
    expect(toHex(hmacSha256(utf8Bytes('Jefe'), utf8Bytes('what do ya want for nothing?')))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  test('is the HMAC of another implementation, for keys and messages of every size about a block and about what is put together', () => {
    for (const keyLength of [0, 1, 32, 63, 64, 65, 100])
      for (const length of [0, 1, 64, 200, 16_319, 16_320, 16_321, 20_000]) {
        const [key, message] = [new Uint8Array(keyLength).fill(7), new Uint8Array(length).fill(9)]
        const theirs = createHmac('sha256', key).update(message).digest('hex')
        expect(toHex(hmacSha256(key, message))).toBe(theirs)
      }
  })

  test('many at once are what each is by itself', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const part = fc.oneof(fc.string(), fc.constant('x'.repeat(5000)))
    const keys = fc.array(
      fc.record({ kind: fc.constantFrom('upn', 'nhs-number'), parts: fc.array(part, { maxLength: 4 }) }),
    )
    fc.assert(
      fc.property(bytes, bytes, bytes, keys, (kh, kc, hub, all) => {
        const inner = innerTokens(kh, hub, all)
        expect(inner).toEqual(all.map((key) => innerToken(kh, hub, key)))
        const tokens = inner.map((half) => outerToken(kc, hub, 'description', half))
        expect(outerTokens(kc, hub, 'description', concat(...inner))).toEqual(concat(...tokens))
      }),
      { numRuns: 50 },
    )
    expect(() => outerTokens(KC, HUB, 'number', new Uint8Array(33))).toThrow(RangeError)
  })

  test('the HMAC of many is that of one, for keys and messages of every size about a block', () => {
    for (const keyLength of [0, 32, 64, 65])
      for (const length of [0, 1, 64, 4031, 4032, 4033]) {
        const [key, message] = [new Uint8Array(keyLength).fill(7), new Uint8Array(length).fill(9)]
        const mac = hmacUnder(key)
        for (let twice = 0; twice < 2; twice += 1)
          expect(mac(message.subarray(0, 1), message.subarray(1))).toEqual(hmacSha256(key, message))
      }
  })

  test('our own vectors, frozen', () => {
    const inner = KEYS.map((key) => innerToken(KH, HUB, key))
    expect(inner.map(toHex)).toEqual([
      '41790c0594bc3be7498798591ee38d3908dcd9fb1e7a3036ff60891e9845cff3',
      '0016d0c022dffe59d389de4568a91993dd1b42a22c3bad29857d8fd68e310a12',
    ])
    expect(inner.map((half) => toHex(outerToken(KC, HUB, 'number', half)))).toEqual([
      'dd8ab43921205224f0e394aeab21333e',
      '06448ca37146cb000d7f94d3d19def64',
    ])
  })

  test('are what a second implementation computes', () => {
    const u32 = (value: number): Uint8Array => fromHex(value.toString(16).padStart(8, '0'))
    const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
      concat(...parts.flatMap((part) => [u32(part.length), part]))
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(bytes, bytes, bytes, fc.array(fc.string(), { maxLength: 5 }), (kh, kc, hub, parts) => {
        const key = { kind: 'upn', parts }
        const inner = hmac(
          sha256,
          kh,
          joined(utf8Bytes('lookup-token/v1'), hub, utf8Bytes('upn'), ...parts.map(utf8Bytes)),
        )
        expect(innerToken(kh, hub, key)).toEqual(inner)
        const outer = hmac(sha256, kc, joined(utf8Bytes('lookup-token-outer/v2'), hub, utf8Bytes('number'), inner))
        expect(outerToken(kc, hub, 'number', inner)).toEqual(outer.slice(0, 16))
      }),
    )
  })

  test('differ by key, hub, kind and where one part ends', () => {
    const key = (kind: 'upn' | 'nhs-number', ...parts: string[]): LookupKey => ({ kind, parts })
    const inner = [
      innerToken(KH, HUB, key('upn', 'a', 'b')),
      innerToken(KC, HUB, key('upn', 'a', 'b')),
      innerToken(KH, KH, key('upn', 'a', 'b')),
      innerToken(KH, HUB, key('nhs-number', 'a', 'b')),
      innerToken(KH, HUB, key('upn', 'ab')),
      innerToken(KH, HUB, key('upn', 'a', 'b', '')),
    ]
    expect(new Set(inner.map(toHex)).size).toBe(6)
    const half = inner[0]!
    const outer = [
      outerToken(KC, HUB, 'number', half),
      outerToken(KC, HUB, 'description', half),
      outerToken(KH, HUB, 'number', half),
      outerToken(KC, KH, 'number', half),
    ]
    expect(new Set(outer.map(toHex)).size).toBe(4)
  })
})

describe('fingerprints of details', () => {
  test('our own vector, frozen', () => {
    const half = innerFingerprint(KH, HUB, CHILD, 'carers', sequence(5))
    expect(toHex(half)).toBe('29213f11c6e7a68a66cdc237836f7010882c29cdb8ae61593beafcd603eaad31')
    expect(toHex(outerToken(KC, HUB, 'description', half))).toBe('62b5b11504cd6cf4328ffd815b771eac')
  })

  test('differ by key, hub, child, group and content', () => {
    const halves = [
      innerFingerprint(KH, HUB, CHILD, 'carers', sequence(5)),
      innerFingerprint(KC, HUB, CHILD, 'carers', sequence(5)),
      innerFingerprint(KH, KC, CHILD, 'carers', sequence(5)),
      innerFingerprint(KH, HUB, asChildId(sequence(16)), 'carers', sequence(5)),
      innerFingerprint(KH, HUB, CHILD, 'identity', sequence(5)),
      innerFingerprint(KH, HUB, CHILD, 'carers', sequence(6)),
    ]
    expect(new Set(halves.map(toHex)).size).toBe(6)
  })
})
