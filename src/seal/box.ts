import { createCipheriv, createDecipheriv } from 'node:crypto'
import { FORMAT_VERSION, type Random } from '../bytes.js'
import { IndexError } from '../errors.js'
import { draw } from './aead.js'

const KEY_LENGTH = 32
const NONCE_LENGTH = 24
const TAG_LENGTH = 16

// Counter, the letter X, zero: what the two blocks of a message key begin with.
const FIRST = [0, 1, 0x58, 0] as const
const SECOND = [0, 2, 0x58, 0] as const

/** Bytes that a box is longer than what it holds. */
export const BOX_OVERHEAD: number = 1 + NONCE_LENGTH + TAG_LENGTH

/**
 * Boxes that only the holder of one key can make or open: what the hub stores of its own. Each is version (1) ‖ nonce (24) ‖
 * ciphertext ‖ tag (16).
 *
 * XAES-256-GCM: each message gets a key of its own from the first half of a 24-byte random nonce, so that one key may
 * box more messages than a hub will ever write. AES-GCM with a random 12-byte nonce is a little faster and safe for
 * about 2^32 messages only; XChaCha20-Poly1305 has the nonce but no native code in Node, and half the speed. Boxes that
 * are written together do not share a nonce's first half, though that would spare a derivation: it would say which rows
 * of a stolen database belong together.
 *
 * @see C2SP XAES-256-GCM
 */
export interface Boxes {
  /** @param aad What the box is bound to: its table and key, or its position. Made with `encode`. */
  seal(aad: Uint8Array, plaintext: Uint8Array, random: Random): Uint8Array
  /** @throws {IndexError} `ERR_SEAL_INVALID` unless key, aad and every bit of the box are those of the sealing. */
  open(aad: Uint8Array, sealed: Uint8Array): Uint8Array
}

/** Boxes under a key. Its schedule and CMAC mask are made once, which halves what a box costs; they live as long as the result. */
export function openBoxes(key: Uint8Array): Boxes {
  const derive = messageKeys(key)
  return {
    seal: (aad, plaintext, random) => {
      const nonce = draw(random, NONCE_LENGTH)
      return sealed(derive(nonce), nonce, aad, plaintext)
    },
    open: (aad, box) => {
      if (box.length < BOX_OVERHEAD || box[0] !== FORMAT_VERSION) {
        throw new IndexError('ERR_SEAL_INVALID', 'the bytes are not a sealed box')
      }
      return opened(derive(box.subarray(1, 1 + NONCE_LENGTH)), aad, box)
    },
  }
}

function sealed(messageKey: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', messageKey, nonce.subarray(12), { authTagLength: TAG_LENGTH })
  messageKey.fill(0)
  cipher.setAAD(aad)
  const ciphertext = cipher.update(plaintext)
  cipher.final()
  const out = new Uint8Array(BOX_OVERHEAD + plaintext.length)
  out[0] = FORMAT_VERSION
  out.set(nonce, 1)
  out.set(ciphertext, 1 + NONCE_LENGTH)
  out.set(cipher.getAuthTag(), 1 + NONCE_LENGTH + plaintext.length)
  return out
}

function opened(messageKey: Uint8Array, aad: Uint8Array, box: Uint8Array): Uint8Array {
  const nonce = box.subarray(1 + 12, 1 + NONCE_LENGTH)
  const decipher = createDecipheriv('aes-256-gcm', messageKey, nonce, { authTagLength: TAG_LENGTH })
  messageKey.fill(0)
  decipher.setAAD(aad)
  decipher.setAuthTag(box.subarray(box.length - TAG_LENGTH))
  const plaintext = decipher.update(box.subarray(1 + NONCE_LENGTH, box.length - TAG_LENGTH))
  try {
    decipher.final()
  } catch {
    plaintext.fill(0)
    throw new IndexError('ERR_SEAL_INVALID', 'a sealed box does not open under this key and place')
  }
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length)
}

/** Message keys by nonce: a CMAC block for each half, over the counter and the first 12 bytes of the nonce (NIST SP 800-108). */
function messageKeys(key: Uint8Array): (nonce: Uint8Array) => Uint8Array {
  if (key.length !== KEY_LENGTH) throw new RangeError('the key of a box is 32 bytes')
  // ECB over whole blocks keeps nothing from one call to the next.
  const aes = createCipheriv('aes-256-ecb', key, null)
  const mask = doubled(aes.update(new Uint8Array(16)))
  const blocks = new Uint8Array(32)
  return (nonce) => {
    for (let i = 0; i < 16; i++) {
      const masked = (mask[i] ?? 0) ^ (i < 4 ? 0 : (nonce[i - 4] ?? 0))
      blocks[i] = masked ^ (FIRST[i] ?? 0)
      blocks[16 + i] = masked ^ (SECOND[i] ?? 0)
    }
    return aes.update(blocks)
  }
}

/** Doubling in GF(2^128) as CMAC does it (RFC 4493, section 2.3), without a branch on the secret bit. */
function doubled(block: Uint8Array): Uint8Array {
  const out = new Uint8Array(16)
  let carry = 0
  for (let i = 15; i >= 0; i--) {
    const byte = block[i] ?? 0
    out[i] = ((byte << 1) | carry) & 0xff
    carry = byte >>> 7
  }
  out[15] = (out[15] ?? 0) ^ (0x87 & -carry)
  return out
}
