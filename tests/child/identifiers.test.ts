import { ecb } from '@noble/ciphers/aes.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encode, fromHex, toHex } from '../../src/bytes.js'
import {
  type AgencyChildId,
  agencyIdKey,
  agencyIdKeyHash,
  asAgencyChildId,
  asChildId,
  fromAgencyChildId,
  fromAgencyChildIds,
  newChildId,
  practitionerPseudonym,
  toAgencyChildId,
  toAgencyChildIds,
} from '../../src/child/identifiers.js'
import { hkdfSha256 } from '../../src/hash.js'

const sequence = (length: number, from = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i)
const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

const IDENTIFIER_KEY = sequence(32)
const HUB = sequence(32, 0x40)
const CHILD = asChildId(sequence(16, 0xa0))

describe('published vectors', () => {
  test('FIPS 197, appendix C.3', () => {
    const key = fromHex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f')
    const out = toAgencyChildId(key, asChildId(fromHex('00112233445566778899aabbccddeeff')))
    expect(toHex(out)).toBe('8ea2b7ca516745bfeafc49904b496089')
  })

  test('NIST SP 800-38A, sections F.1.5 and F.1.6', () => {
    const key = fromHex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4')
    const plain = [
      '6bc1bee22e409f96e93d7e117393172a',
      'ae2d8a571e03ac9c9eb76fac45af8e51',
      '30c81c46a35ce411e5fbc1191a0a52ef',
      'f69f2445df4f9b17ad2b417be66c3710',
    ]
    const hidden = [
      'f3eed1bdb5d2a03c064b5a7e3db181f8',
      '591ccb10d410ed26dc5ba74a31362870',
      'b6ed21b99ca6f4f9f153e7b1beafed1d',
      '23304b7a39f9f3ff067d8d8f9e24ecc7',
    ]
    expect(
      toAgencyChildIds(
        key,
        plain.map((hex) => asChildId(fromHex(hex))),
      ).map(toHex),
    ).toEqual(hidden)
    expect(
      fromAgencyChildIds(
        key,
        hidden.map((hex) => asAgencyChildId(fromHex(hex))),
      ).map(toHex),
    ).toEqual(plain)
  })

  test('RFC 5869, test case 3, is our derivation', () => {
    expect(toHex(hkdfSha256(new Uint8Array(22).fill(0x0b), new Uint8Array(0), 42))).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    )
  })
})

describe('our own vectors, frozen', () => {
  test('keys, their hashes, agency child ids and pseudonyms', () => {
    const key = agencyIdKey(IDENTIFIER_KEY, HUB, 'met-police', 0)
    expect(toHex(key)).toBe('da64adf5a37aa3a95e4330ee31d5a3fcca0887459c8517bb40cdb74747bec8dd')
    expect(toHex(agencyIdKeyHash(key, HUB, 'met-police', 0))).toBe(
      'dac7ee98086cce78e1c34ec11a6f41ee0d0b11d454b028375695c9eb9decad72',
    )
    expect(toHex(toAgencyChildId(key, CHILD))).toBe('980f285a398fb9b532ddd5a17aa35956')
    const later = agencyIdKey(IDENTIFIER_KEY, HUB, 'met-police', 5)
    expect(toHex(toAgencyChildId(later, CHILD))).toBe('3e49ee19729ce9d1e431837705cd26c9')
    expect(toHex(practitionerPseudonym(sequence(32, 0xc0), HUB, 'met-police', 'PC 1234'))).toBe(
      '108d4849fa5ee40e0ce8e664dff4440e',
    )
  })
})

describe('cross-checks against a second implementation', () => {
  test('the key of an agency and epoch, its hash and the permutation', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), fc.string(), fc.nat(), bytes(16), (identifierKey, hub, agency, epoch, id) => {
        const info = encode('agency-id/v1', hub, agency, epoch)
        const key = hkdf(nobleSha256, identifierKey, undefined, info, 32)
        expect(agencyIdKey(identifierKey, hub, agency, epoch)).toEqual(key)
        expect(agencyIdKeyHash(key, hub, agency, epoch)).toEqual(
          nobleSha256(encode('agency-id-key/v1', hub, agency, epoch, key)),
        )
        expect(toAgencyChildId(key, asChildId(id))).toEqual(ecb(key, { disablePadding: true }).encrypt(id))
      }),
    )
  })

  test('the pseudonym of a practitioner', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), fc.string(), fc.string(), (key, hub, agency, person) => {
        const mac = hmac(nobleSha256, key, encode('practitioner/v1', hub, agency, person.normalize('NFC')))
        expect(practitionerPseudonym(key, hub, agency, person)).toEqual(mac.slice(0, 16))
      }),
    )
  })
})

describe('an agency child id', () => {
  test('is a permutation: back and forth in either order', () => {
    fc.assert(
      fc.property(bytes(32), bytes(16), (key, id) => {
        expect(fromAgencyChildId(key, toAgencyChildId(key, asChildId(id)))).toEqual(id)
        expect(toAgencyChildId(key, fromAgencyChildId(key, asAgencyChildId(id)))).toEqual(id)
      }),
    )
  })

  test('many at once are what they are one by one, and none is none', () => {
    fc.assert(
      fc.property(bytes(32), fc.array(bytes(16), { maxLength: 20 }), (key, ids) => {
        const children = ids.map(asChildId)
        const all = toAgencyChildIds(key, children)
        expect(all).toEqual(children.map((child) => toAgencyChildId(key, child)))
        expect(fromAgencyChildIds(key, all)).toEqual(children)
      }),
    )
  })

  test('differs between agencies, epochs and hubs', () => {
    const ids = [
      agencyIdKey(IDENTIFIER_KEY, HUB, 'met-police', 0),
      agencyIdKey(IDENTIFIER_KEY, HUB, 'met-police', 1),
      agencyIdKey(IDENTIFIER_KEY, HUB, 'met-polic', 0),
      agencyIdKey(IDENTIFIER_KEY, sequence(32, 0x41), 'met-police', 0),
      agencyIdKey(sequence(32, 1), HUB, 'met-police', 0),
    ].map((key) => toHex(toAgencyChildId(key, CHILD)))
    expect(new Set([...ids, toHex(CHILD)]).size).toBe(6)
  })

  test('leaves its input alone and shares no memory with its neighbours', () => {
    const key = sequence(32)
    const child = asChildId(sequence(16))
    const [first, second] = toAgencyChildIds(key, [child, child])
    expect(first?.buffer.byteLength).toBe(16)
    first?.fill(0)
    expect(second).toEqual(toAgencyChildId(key, child))
    expect(child).toEqual(sequence(16))
  })

  test('of another length is refused, in a batch too', () => {
    for (const length of [0, 1, 15, 17, 32]) {
      const wrong = new Uint8Array(length)
      const refusal = expect.objectContaining({ code: 'ERR_CHILD_ID_MALFORMED' })
      expect(() => asChildId(wrong)).toThrow(refusal)
      expect(() => asAgencyChildId(wrong)).toThrow(refusal)
      expect(() => newChildId(() => wrong)).toThrow(refusal)
      expect(() => toAgencyChildIds(sequence(32), [wrong as typeof CHILD, wrong as typeof CHILD])).toThrow(refusal)
      expect(() => toAgencyChildId(sequence(32), wrong as typeof CHILD)).toThrow(refusal)
      expect(() => fromAgencyChildId(sequence(32), wrong as AgencyChildId)).toThrow(refusal)
    }
  })
})

describe('other identifiers', () => {
  test('a new child id is what the source of randomness gave: 16 bytes', () => {
    expect(newChildId((length) => sequence(length, 7))).toEqual(sequence(16, 7))
  })

  test('a pseudonym differs by key, hub, agency and person, and not by the Unicode form of a name', () => {
    const key = sequence(32)
    const all = [
      practitionerPseudonym(key, HUB, 'a', 'Zoë'),
      practitionerPseudonym(sequence(32, 1), HUB, 'a', 'Zoë'),
      practitionerPseudonym(key, sequence(32), 'a', 'Zoë'),
      practitionerPseudonym(key, HUB, 'b', 'Zoë'),
      practitionerPseudonym(key, HUB, 'a', 'Zoe'),
    ]
    expect(new Set(all.map(toHex)).size).toBe(5)
    expect(all.every((pseudonym) => pseudonym.length === 16)).toBe(true)
    expect(practitionerPseudonym(key, HUB, 'a', 'Zoe\u0308')).toEqual(all[0])
    expect(() => practitionerPseudonym(sequence(31), HUB, 'a', 'b')).toThrow(RangeError)
  })
})
