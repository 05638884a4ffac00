import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex, utf8Bytes } from '../../src/bytes.js'
import { hpkeKey, hpkeOpen, hpkeSeal } from '../../src/seal/hpke.js'
import { bytes, codeOf, random } from './fixtures.js'

const empty = new Uint8Array(0)

describe('HPKE', () => {
  // From the CFRG's vectors for RFC 9180, as vectors/README.md says: mode 0, kem 0x0020, kdf 0x0001, aead 0x0002.
  const vector = {
    key: {
      privateKey: fromHex('497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d'),
      publicKey: fromHex('430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c'),
    },
    info: fromHex('4f6465206f6e2061204772656369616e2055726e'),
    aad: fromHex('436f756e742d30'),
    sealed: fromHex(
      '6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256' +
        'e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a',
    ),
  }

  test('opens the published ciphertext of this suite', async () => {
    const opened = await hpkeOpen(vector.key, vector.info, vector.aad, vector.sealed)
    expect(opened).toEqual(utf8Bytes('Beauty is truth, truth beauty'))
  })

  test('derives the published key pair from the published seed', async () => {
    // RFC 9180, A.2.1: the key encapsulation is the same there.
    const key = await hpkeKey(() => fromHex('1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df'))
    expect(toHex(key.privateKey)).toBe('8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb')
    expect(toHex(key.publicKey)).toBe('4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a')
  })

  test('opens what was sealed, at any length, and adds 48 bytes', async () => {
    const key = await hpkeKey(random)
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 70 }),
        async (info, aad, plaintext) => {
          const sealed = await hpkeSeal(key.publicKey, info, aad, plaintext)
          expect(sealed.length).toBe(plaintext.length + 48)
          expect(await hpkeOpen(key, info, aad, sealed)).toEqual(plaintext)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('never makes the same bytes twice', async () => {
    const seal = () => hpkeSeal(vector.key.publicKey, empty, empty, bytes(3, 1))
    expect(await seal()).not.toEqual(await seal())
  })

  test('refuses another info, aad or key, and every changed byte', async () => {
    const open = (over: Partial<typeof vector>) => () => {
      const { key, info, aad, sealed } = { ...vector, ...over }
      return hpkeOpen(key, info, aad, sealed)
    }
    expect(await codeOf(open({}))).toBeUndefined()
    expect(await codeOf(open({ info: vector.info.slice(1) }))).toBe('ERR_SEAL_INVALID')
    expect(await codeOf(open({ aad: empty }))).toBe('ERR_SEAL_INVALID')
    expect(await codeOf(open({ key: await hpkeKey(random) }))).toBe('ERR_SEAL_INVALID')
    for (let at = 0; at < vector.sealed.length; at++) {
      const sealed = vector.sealed.slice()
      sealed[at] = sealed[at]! ^ (1 << (at % 8))
      // The top bit of an X25519 public key is ignored by the curve, yet the key derivation covers the bytes as sent.
      expect(await codeOf(open({ sealed }))).toBe('ERR_SEAL_INVALID')
    }
    const topBit = vector.sealed.slice()
    topBit[31] = topBit[31]! ^ 0x80
    expect(await codeOf(open({ sealed: topBit }))).toBe('ERR_SEAL_INVALID')
  })

  test.each([0, 1, 31, 32, 47])('refuses a message of %i bytes', async (length) => {
    expect(await codeOf(() => hpkeOpen(vector.key, empty, empty, bytes(length, 9)))).toBe('ERR_SEAL_INVALID')
  })

  test('takes no key of another length, and seals to no key of small order', async () => {
    expect(await codeOf(() => hpkeSeal(bytes(31, 9), empty, empty, empty))).toBe('ERR_KEY_INVALID')
    expect(await codeOf(() => hpkeSeal(bytes(32, 0), empty, empty, empty))).toBe('ERR_KEY_INVALID')
    const one = bytes(32, 0)
    one[0] = 1
    expect(await codeOf(() => hpkeSeal(one, empty, empty, empty))).toBe('ERR_KEY_INVALID')
    const short = { ...vector.key, privateKey: bytes(33, 1) }
    expect(await codeOf(() => hpkeOpen(short, empty, empty, vector.sealed))).toBe('ERR_KEY_INVALID')
  })

  test('refuses an encapsulated key of small order', async () => {
    const sealed = vector.sealed.slice()
    sealed.fill(0, 0, 32)
    expect(await codeOf(() => hpkeOpen(vector.key, vector.info, vector.aad, sealed))).toBe('ERR_SEAL_INVALID')
  })

  test('wipes the seed of a key pair', async () => {
    const seed = new Uint8Array(createHash('sha256').digest())
    await hpkeKey(() => seed)
    expect(seed).toEqual(bytes(32, 0))
  })
})
