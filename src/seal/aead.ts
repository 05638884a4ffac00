import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { concat, type Random } from '../bytes.js'
import { IndexError } from '../errors.js'

/** What XChaCha20-Poly1305 adds to a plaintext: a 24-byte nonce in front, a 16-byte tag behind. */
const NONCE_LENGTH = 24
export const AEAD_OVERHEAD: number = NONCE_LENGTH + 16

/**
 * Nonce ‖ ciphertext under XChaCha20-Poly1305 with a fresh nonce. For sealed records, where every key is used once:
 * the nonce is drawn all the same, so that a sealer which repeats itself gives nothing away.
 * @see draft-irtf-cfrg-xchacha-03
 */
export function aeadSeal(key: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, random: Random): Uint8Array {
  const nonce = draw(random, NONCE_LENGTH)
  return concat(nonce, xchacha20poly1305(key, nonce, aad).encrypt(plaintext))
}

/** @throws {IndexError} `ERR_SEAL_INVALID` unless key, aad and every bit of `sealed` are those of the sealing. */
export function aeadOpen(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length < AEAD_OVERHEAD) throw new IndexError('ERR_SEAL_INVALID', 'a ciphertext is cut short')
  const cipher = xchacha20poly1305(key, sealed.subarray(0, NONCE_LENGTH), aad)
  try {
    return cipher.decrypt(sealed.subarray(NONCE_LENGTH))
  } catch {
    throw new IndexError('ERR_SEAL_INVALID', 'a ciphertext does not open under this key and label')
  }
}

/** Random bytes as a plain Uint8Array over the memory that was drawn, so that wiping it leaves no copy behind. */
export function draw(random: Random, length: number): Uint8Array {
  const bytes = random(length)
  if (bytes.length !== length) throw new RangeError('the source of random bytes gave another number than asked for')
  return new Uint8Array(bytes.buffer, bytes.byteOffset, length)
}
