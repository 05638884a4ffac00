import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.js'
import { requireSoundPublicKey, sign, signingKey, verifySignature } from '../../src/signature.js'
import { codeOf, filled, flipped, keyOf } from './keys.js'

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
const message = fc.uint8Array({ maxLength: 64 })

describe('RFC 8032, section 7.1', () => {
  test.each([
    {
      name: 'TEST 1',
      secret: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      message: '',
      signature:
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    },
    {
      name: 'TEST 2',
      secret: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      message: '72',
      signature:
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    },
    {
      name: 'TEST 3',
      secret: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      message: 'af82',
      signature:
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    },
    {
      name: 'TEST SHA(abc)',
      secret: '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
      publicKey: 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
      message:
        'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      signature:
        'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
    },
  ])('$name', ({ secret, publicKey, message: text, signature }) => {
    const key = signingKey(fromHex(secret))
    expect(toHex(key.publicKey)).toBe(publicKey)
    expect(toHex(sign(key, fromHex(text)))).toBe(signature)
    expect(verifySignature(fromHex(publicKey), fromHex(text), fromHex(signature))).toBe(true)
    requireSoundPublicKey(fromHex(publicKey))
  })
})

describe('against another implementation', () => {
  test('signatures are the same, and both accept them', () => {
    fc.assert(
      fc.property(seed, message, (secret, text) => {
        const key = signingKey(secret)
        const signature = sign(key, text)
        expect(key.publicKey).toEqual(ed25519.getPublicKey(secret))
        expect(signature).toEqual(ed25519.sign(text, secret))
        expect(verifySignature(key.publicKey, text, signature)).toBe(true)
        requireSoundPublicKey(key.publicKey)
      }),
      { numRuns: 200 },
    )
  })

  test('one bit elsewhere is refused by both', () => {
    fc.assert(
      fc.property(
        seed,
        fc.uint8Array({ minLength: 1, maxLength: 32 }),
        fc.nat(511),
        fc.nat(),
        (secret, text, bit, other) => {
          const key = signingKey(secret)
          const signature = sign(key, text)
          // That this one held is remembered, and helps no other.
          expect(verifySignature(key.publicKey, text, signature)).toBe(true)
          for (const [publicKey, said, signed] of [
            [key.publicKey, text, flipped(signature, bit)],
            [key.publicKey, flipped(text, other % (text.length * 8)), signature],
            [flipped(key.publicKey, bit % 256), text, signature],
          ] as const) {
            expect(verifySignature(publicKey, said, signed)).toBe(false)
            expect(ed25519.verify(signed, said, publicKey, { zip215: false })).toBe(false)
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  test('a signature with the group order added to its scalar is refused: there is one', () => {
    const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
    const key = keyOf(1)
    const signature = sign(key, filled(2))
    let scalar = ORDER
    for (let at = 0; at < 32; at += 1) scalar += BigInt(signature[32 + at] ?? 0) << BigInt(8 * at)
    const other = Uint8Array.from(signature)
    for (let at = 0; at < 32; at += 1) other[32 + at] = Number((scalar >> BigInt(8 * at)) & 255n)
    expect(other).not.toEqual(signature)
    expect(verifySignature(key.publicKey, filled(2), other)).toBe(false)
  })
})

test('what has another length is no signature and no key', () => {
  const key = keyOf(1)
  const signature = sign(key, filled(2))
  expect(verifySignature(key.publicKey, filled(2), signature.subarray(1))).toBe(false)
  expect(verifySignature(key.publicKey, filled(2), new Uint8Array(65))).toBe(false)
  expect(verifySignature(key.publicKey.subarray(1), filled(2), signature)).toBe(false)
  expect(verifySignature(filled(0, 33), filled(2), signature)).toBe(false)
  expect(verifySignature(filled(0, 0), filled(2), new Uint8Array(0))).toBe(false)
  for (const length of [0, 31, 33]) expect(codeOf(() => signingKey(filled(1, length)))).toBe('ERR_KEY_INVALID')
})

describe('public keys that no honest party has are refused', () => {
  test.each([
    ['order 1', '0100000000000000000000000000000000000000000000000000000000000000'],
    ['order 2', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['order 4', '0000000000000000000000000000000000000000000000000000000000000000'],
    ['order 4, other sign', '0000000000000000000000000000000000000000000000000000000000000080'],
    ['order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['order 8, other sign', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
    ['order 8, again', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['order 8, again, other sign', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
    ['order 1 with a sign', '0100000000000000000000000000000000000000000000000000000000000080'],
    ['order 2 with a sign', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'],
    ['zero as p', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['zero as p, other sign', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'],
    ['one as p + 1', 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['one as p + 1, with a sign', 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'],
    ['the largest number', 'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['off the curve', '0200000000000000000000000000000000000000000000000000000000000000'],
  ])('%s', (_, hex) => {
    expect(codeOf(() => requireSoundPublicKey(fromHex(hex)))).toBe('ERR_KEY_INVALID')
  })

  test('one with a part of small order in it', () => {
    const torsion = ed25519.Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')
    const mixed = ed25519.Point.fromBytes(keyOf(1).publicKey).add(torsion).toBytes()
    expect(codeOf(() => requireSoundPublicKey(mixed))).toBe('ERR_KEY_INVALID')
  })

  test('the same one again', () => {
    const smallOrder = fromHex(`01${'00'.repeat(31)}`)
    for (let times = 0; times < 3; times += 1)
      expect(codeOf(() => requireSoundPublicKey(smallOrder))).toBe('ERR_KEY_INVALID')
  })

  test('every number from p on', () => {
    for (let last = 0xed; last <= 0xff; last += 1) {
      for (const top of [0x7f, 0xff]) {
        const publicKey = filled(0xff)
        publicKey[0] = last
        publicKey[31] = top
        expect(codeOf(() => requireSoundPublicKey(publicKey))).toBe('ERR_KEY_INVALID')
      }
    }
  })

  test.each([0, 31, 33])('one of %i bytes', (length) => {
    expect(codeOf(() => requireSoundPublicKey(filled(1, length)))).toBe('ERR_KEY_INVALID')
  })
})
