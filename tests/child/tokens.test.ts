import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, hmacSha256, toHex, utf8Bytes } from '../../src/bytes.js'
import type { RegistrationDetails } from '../../src/child/details.js'
import { asChildId } from '../../src/child/identifiers.js'
import {
  aliasKey,
  innerFingerprint,
  innerToken,
  type LookupKey,
  lookupKeys,
  outerToken,
  queryKeys,
} from '../../src/child/tokens.js'

const sequence = (length: number, from = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i)
const HUB = sequence(32, 0x40)
const KH = sequence(32, 0x60)
const KC = sequence(32, 0x80)
const CHILD = asChildId(sequence(16, 0xa0))

const LOOKUP = {
  givenNames: 'Zoë',
  familyName: 'O’Brien-Smith',
  dateOfBirth: '2015-02-28',
  postcode: 'kt19 0st',
  nhsNumber: '9990000018',
}
const ZOE: RegistrationDetails = { givenNames: 'Zoë', familyName: 'Khan', dateOfBirth: '2015-02-28' }

const plain = (keys: readonly LookupKey[]): string[] =>
  keys.map((key) => [key.strength, key.kind, ...key.parts].join(' '))

describe('lookup keys', () => {
  test('of all that a sealer registers', () => {
    const keys = lookupKeys({
      ...ZOE,
      nhsNumber: '9990000018',
      upn: 'A123456789012',
      aliases: [{ kind: 'maternity', value: 'M1' }],
      otherNames: [
        { givenNames: 'ZOE', familyName: 'O’Brien' },
        { givenNames: 'zoe', familyName: 'KHAN' },
      ],
      addresses: [{ lines: [], postcode: 'KT19 0ST' }, { lines: ['a'] }, { lines: [], postcode: 'sw1a1aa' }],
      carers: [{ name: 'Ngozi', relationship: 'aunt', address: { lines: [], postcode: 'N1 1AA' } }],
      sex: 'female',
      shielded: true,
    })
    expect(plain(keys)).toEqual([
      'strong nhs-number 9990000018',
      'strong upn A123456789012',
      'strong alias:maternity M1',
      'strong name-birth-postcode zoe khan 2015-02-28 KT190ST',
      'strong name-birth-postcode zoe khan 2015-02-28 SW1A1AA',
      'strong name-birth-postcode zoe obrien 2015-02-28 KT190ST',
      'strong name-birth-postcode zoe obrien 2015-02-28 SW1A1AA',
    ])
  })

  test('of a registration and of a look-up of the same child are the same', () => {
    const { postcode, ...rest } = LOOKUP
    expect(lookupKeys(LOOKUP)).toEqual(lookupKeys({ ...rest, addresses: [{ lines: ['x'], postcode: 'KT19 0ST' }] }))
  })

  test.each([
    ['no given name', { givenNames: '' }],
    ['a stand-in for one', { givenNames: 'BABY' }],
    ['a stand-in of two words', { givenNames: 'Baby Girl' }],
    ['another stand-in', { givenNames: 'Not Known' }],
    ['no postcode', { addresses: [{ lines: ['a'] }] }],
    ['the postcode of those who have none', { addresses: [{ lines: [], postcode: 'ZZ99 3VZ' }] }],
    ['no address', { addresses: [] }],
  ])('with %s, a name gives none: it would link children who are two', (_, change) => {
    const address = { addresses: [{ lines: [], postcode: 'KT19 0ST' }] }
    expect(lookupKeys({ ...ZOE, ...address })).toHaveLength(1)
    expect(lookupKeys({ ...ZOE, ...address, ...change })).toEqual([])
  })

  test('of one name without a family name', () => {
    expect(plain(lookupKeys({ ...LOOKUP, familyName: '', nhsNumber: '4010232137' }))).toEqual([
      'strong nhs-number 4010232137',
      'strong name-birth-postcode zoe  2015-02-28 KT190ST',
    ])
  })

  test('of an unborn child are of another kind than those of a child born on that day', () => {
    const unborn = {
      ...ZOE,
      givenNames: '',
      expectedDate: true,
      addresses: [{ lines: [], postcode: 'KT19 0ST' }],
    } as const
    expect(plain(lookupKeys(unborn))).toEqual(['strong name-expected-postcode  khan 2015-02-28 KT190ST'])
  })

  test('of queries', () => {
    expect(queryKeys({ details: LOOKUP })).toEqual(lookupKeys(LOOKUP))
    expect(plain(queryKeys({ nhsNumber: '9990000018' }))).toEqual(['strong nhs-number 9990000018'])
    expect(plain(queryKeys({ alias: { kind: 'maternity', value: 'M1' } }))).toEqual(['strong alias:maternity M1'])
    expect(queryKeys({ agencyChildId: '000-G40-R40-M30-E20-918-5GR-38E-1YA' })).toEqual([])
  })

  test('of an alias called upn or nhs-number are those of the field', () => {
    expect(aliasKey('upn', 'A123456789012')).toEqual(lookupKeys({ ...ZOE, upn: 'A123456789012' })[0])
    expect(aliasKey('nhs-number', '9990000018')).toEqual(queryKeys({ nhsNumber: '9990000018' })[0])
    expect(aliasKey('name-birth-postcode', 'x').kind).toBe('alias:name-birth-postcode')
  })
})

describe('lookup tokens', () => {
  test('RFC 4231, test case 2, is our HMAC', () => {
    expect(toHex(hmacSha256(utf8Bytes('Jefe'), utf8Bytes('what do ya want for nothing?')))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  test('our own vectors, frozen', () => {
    const inner = lookupKeys(LOOKUP).map((key) => innerToken(KH, HUB, key))
    expect(inner.map(toHex)).toEqual([
      '41790c0594bc3be7498798591ee38d3908dcd9fb1e7a3036ff60891e9845cff3',
      '0016d0c022dffe59d389de4568a91993dd1b42a22c3bad29857d8fd68e310a12',
    ])
    expect(inner.map((half) => toHex(outerToken(KC, HUB, half)))).toEqual([
      'f0c8e030e5686c0f780878490422d204',
      'b91cab42082bde5b20c47af646e4b9c2',
    ])
  })

  test('are what a second implementation computes', () => {
    const u32 = (value: number): Uint8Array => fromHex(value.toString(16).padStart(8, '0'))
    const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
      concat(...parts.flatMap((part) => [u32(part.length), part]))
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(bytes, bytes, bytes, fc.array(fc.string(), { maxLength: 5 }), (kh, kc, hub, parts) => {
        const key = { kind: 'upn', strength: 'strong', parts } as const
        const inner = hmac(
          sha256,
          kh,
          joined(utf8Bytes('lookup-token/v1'), hub, utf8Bytes('upn'), ...parts.map(utf8Bytes)),
        )
        expect(innerToken(kh, hub, key)).toEqual(inner)
        const outer = hmac(sha256, kc, joined(utf8Bytes('lookup-token-outer/v1'), hub, inner))
        expect(outerToken(kc, hub, inner)).toEqual(outer.slice(0, 16))
      }),
    )
  })

  test('differ by key, hub, kind and where one part ends', () => {
    const key = (kind: 'upn' | 'nhs-number', ...parts: string[]): LookupKey => ({ kind, strength: 'strong', parts })
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
    const outer = [outerToken(KC, HUB, half), outerToken(KH, HUB, half), outerToken(KC, KH, half)]
    expect(new Set(outer.map(toHex)).size).toBe(3)
  })
})

describe('fingerprints of details', () => {
  test('our own vector, frozen', () => {
    const half = innerFingerprint(KH, HUB, CHILD, 'carers', sequence(5))
    expect(toHex(half)).toBe('29213f11c6e7a68a66cdc237836f7010882c29cdb8ae61593beafcd603eaad31')
    expect(toHex(outerToken(KC, HUB, half))).toBe('ad8443eaf62c0e5cddd9e507fda93023')
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
