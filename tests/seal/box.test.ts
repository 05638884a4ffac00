import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex, utf8Bytes } from '../../src/bytes.js'
import { aeadOpen, aeadSeal } from '../../src/seal/aead.js'
import { BOX_OVERHEAD, openBoxes } from '../../src/seal/box.js'
import { bytes, codeOf, random } from './fixtures.js'

const key = bytes(32, 7)
const aad = utf8Bytes('case/17')

describe('boxes of the hub', () => {
  // C2SP specification XAES-256-GCM, its two vectors: one for each side of the doubling.
  test.each([
    [0x01, '', 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271'],
    [0x03, 'c2sp.org/XAES-256-GCM', '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d'],
  ])('follow XAES-256-GCM (key of %i)', (fill, context, expected) => {
    const nonce = utf8Bytes('ABCDEFGHIJKLMNOPQRSTUVWX')
    const box = openBoxes(bytes(32, fill)).seal(utf8Bytes(context), utf8Bytes('XAES-256-GCM'), () => nonce)
    expect(toHex(box)).toBe(`01${toHex(nonce)}${expected}`)
    expect(openBoxes(bytes(32, fill)).open(utf8Bytes(context), box)).toEqual(utf8Bytes('XAES-256-GCM'))
  })

  test('open to what was sealed, and add 41 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ maxLength: 40 }), (plaintext, context) => {
        const box = openBoxes(key).seal(context, plaintext, random)
        expect(box.length).toBe(plaintext.length + BOX_OVERHEAD)
        const opened = openBoxes(key).open(context, box)
        expect(opened).toEqual(plaintext)
        expect(opened.constructor).toBe(Uint8Array)
      }),
      { numRuns: 300 },
    )
    expect(BOX_OVERHEAD).toBe(41)
  })

  test('refuse another key, another place, and every flipped bit', async () => {
    const box = openBoxes(key).seal(aad, bytes(20, 5), random)
    expect(await codeOf(() => openBoxes(bytes(32, 8)).open(aad, box))).toBe('ERR_SEAL_INVALID')
    expect(await codeOf(() => openBoxes(key).open(utf8Bytes('case/18'), box))).toBe('ERR_SEAL_INVALID')
    for (let bit = 0; bit < box.length * 8; bit++) {
      const changed = box.slice()
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7))
      expect(await codeOf(() => openBoxes(key).open(aad, changed))).toBe('ERR_SEAL_INVALID')
    }
    for (let length = 0; length < box.length; length++) {
      expect(await codeOf(() => openBoxes(key).open(aad, box.slice(0, length)))).toBe('ERR_SEAL_INVALID')
    }
  })

  test('are the same whether their key was made ready once or anew for each', () => {
    const boxes = openBoxes(key)
    const many = Array.from({ length: 40 }, (_, at) => boxes.seal(aad, bytes(at, at), random))
    for (const [at, box] of [...many.entries()].toReversed()) {
      expect(openBoxes(key).open(aad, box)).toEqual(bytes(at, at))
      expect(boxes.open(aad, box)).toEqual(bytes(at, at))
    }
    // All of it, also of what is written together: a stolen database does not say which rows belong together.
    expect(new Set(many.map((box) => toHex(box.subarray(1, 13)))).size).toBe(40)
  })

  test('draw a fresh nonce each', () => {
    expect(openBoxes(key).seal(aad, bytes(4, 1), random)).not.toEqual(openBoxes(key).seal(aad, bytes(4, 1), random))
  })

  test('take a key of 32 bytes and a source that gives what is asked', () => {
    expect(() => openBoxes(bytes(16, 1)).seal(aad, aad, random)).toThrow(RangeError)
    expect(() => openBoxes(key).seal(aad, aad, () => bytes(12, 1))).toThrow(RangeError)
  })
})

describe('XChaCha20-Poly1305', () => {
  const sunscreen =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."

  test('follows draft-irtf-cfrg-xchacha-03, A.3.1', () => {
    const vectorKey = fromHex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f')
    const nonce = fromHex('404142434445464748494a4b4c4d4e4f5051525354555657')
    const context = fromHex('50515253c0c1c2c3c4c5c6c7')
    const sealed = aeadSeal(vectorKey, context, utf8Bytes(sunscreen), () => nonce)
    expect(toHex(sealed)).toBe(
      toHex(nonce) +
        'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39' +
        'ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9' +
        '21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49',
    )
    expect(aeadOpen(vectorKey, context, sealed)).toEqual(utf8Bytes(sunscreen))
  })

  test.each([0, 1, 15, 16, 17, 31, 63, 64, 65, 2048])(
    'agrees with ChaCha20-Poly1305 of OpenSSL at %i bytes',
    (length) => {
      // HChaCha20 of the first 16 nonce bytes gives the key; it is the ChaCha20 block less the addition of its input.
      const nonce = random(24)
      const plaintext = random(length)
      const subkey = hchacha20(key, nonce.subarray(0, 16))
      const cipher = createCipheriv('chacha20-poly1305', subkey, concat(new Uint8Array(4), nonce.subarray(16)), {
        authTagLength: 16,
      })
      cipher.setAAD(aad, { plaintextLength: length })
      const expected = concat(nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag())
      expect(aeadSeal(key, aad, plaintext, () => nonce)).toEqual(expected)
    },
  )

  test('refuses every flipped bit, and what is cut short', async () => {
    const sealed = aeadSeal(key, aad, bytes(3, 1), random)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice()
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7))
      expect(await codeOf(() => aeadOpen(key, aad, changed))).toBe('ERR_SEAL_INVALID')
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(await codeOf(() => aeadOpen(key, aad, sealed.slice(0, length)))).toBe('ERR_SEAL_INVALID')
    }
  })
})

function hchacha20(secret: Uint8Array, nonce16: Uint8Array): Uint8Array {
  // OpenSSL's ChaCha20 takes counter and nonce as one 16-byte IV: its first keystream block is state + permuted state.
  const block = createCipheriv('chacha20', secret, nonce16).update(new Uint8Array(64))
  const view = new DataView(block.buffer, block.byteOffset, 64)
  const input = new DataView(nonce16.buffer, nonce16.byteOffset, 16)
  const constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]
  const out = new DataView(new ArrayBuffer(32))
  for (let word = 0; word < 4; word++) {
    out.setUint32(word * 4, (view.getUint32(word * 4, true) - constants[word]!) >>> 0, true)
    out.setUint32(16 + word * 4, (view.getUint32(48 + word * 4, true) - input.getUint32(word * 4, true)) >>> 0, true)
  }
  return new Uint8Array(out.buffer)
}
