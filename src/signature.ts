import { createPrivateKey, createPublicKey, type KeyObject, sign as nodeSign, verify as nodeVerify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { concat } from './bytes.js'
import { IndexError } from './errors.js'
import { sha256 } from './hash.js'

/** An Ed25519 key pair in raw form: a 32-byte seed and the 32-byte public key that belongs to it. */
export interface SigningKey {
  readonly publicKey: Uint8Array
  readonly seed: Uint8Array
}

const PKCS8 = Uint8Array.from(Buffer.from('302e020100300506032b657004220420', 'hex'))
const SPKI = Uint8Array.from(Buffer.from('302a300506032b6570032100', 'hex'))

// Importing a key costs more than a signature; keys are few (a roster), so the imported forms are kept.
const KEPT_AT_MOST = 4096
const privateKeys = new WeakMap<SigningKey, KeyObject>()
const publicKeys = new Map<string, KeyObject>()
const soundKeys = new Set<string>()
const verified = new Set<string>()

/** The signing key of a 32-byte seed (RFC 8032). @throws {IndexError} `ERR_KEY_INVALID` for another length. */
export function signingKey(seed: Uint8Array): SigningKey {
  if (seed.length !== 32) throw new IndexError('ERR_KEY_INVALID', 'a signing seed is 32 bytes')
  const imported = privateKeyObject(seed)
  const spki = createPublicKey(imported).export({ type: 'spki', format: 'der' })
  const key = { seed, publicKey: new Uint8Array(spki.subarray(SPKI.length)) }
  privateKeys.set(key, imported)
  return key
}

/** Ed25519 signature, 64 bytes, deterministic (RFC 8032, section 5.1.6). `message` begins with its type tag. */
export function sign(key: SigningKey, message: Uint8Array): Uint8Array {
  return new Uint8Array(nodeSign(null, message, privateKeyOf(key)))
}

/** The private key as the platform keeps it. */
export function privateKeyOf(key: SigningKey): KeyObject {
  const imported = privateKeys.get(key) ?? privateKeyObject(key.seed)
  privateKeys.set(key, imported)
  return imported
}

/**
 * Whether the signature is the key's over the message: one acceptance rule, OpenSSL's, for every party.
 *
 * A signature that held before holds at once: each party that follows the roster asks about every version of it, and where
 * custodians share a process they were a third of its time. Only what held is remembered, under a hash of all three,
 * each of one length.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const id = nameOf(sha256(publicKey, signature, sha256(message)))
  if (verified.has(id)) return true
  if (!nodeVerify(null, message, publicKeyObject(publicKey), signature)) return false
  if (verified.size >= KEPT_AT_MOST) verified.clear()
  verified.add(id)
  return true
}

/**
 * Refuses a public key that no honest party has: wrong length, non-canonical encoding, off the curve, or of small order
 * (under which one signature fits many messages). A key that passed before passes at once: every party that follows the
 * roster asks, at each version.
 * @throws {IndexError} `ERR_KEY_INVALID`
 * @see RFC 8032, section 5.1.3
 */
export function requireSoundPublicKey(publicKey: Uint8Array): void {
  const id = nameOf(publicKey)
  if (soundKeys.has(id)) return
  if (!isSound(publicKey))
    throw new IndexError('ERR_KEY_INVALID', 'the public key is not a canonical Ed25519 key of full order')
  if (soundKeys.size >= KEPT_AT_MOST) soundKeys.clear()
  soundKeys.add(id)
}

function isSound(publicKey: Uint8Array): boolean {
  try {
    const point = ed25519.Point.fromBytes(publicKey, false)
    // Refuses the neutral point; every other point of small order is not torsion-free.
    point.assertValidity()
    return point.isTorsionFree()
  } catch {
    return false
  }
}

function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function privateKeyObject(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(concat(PKCS8, seed)), format: 'der', type: 'pkcs8' })
}

function publicKeyObject(raw: Uint8Array): KeyObject {
  const id = nameOf(raw)
  const known = publicKeys.get(id)
  if (known !== undefined) return known
  const imported = createPublicKey({ key: Buffer.from(concat(SPKI, raw)), format: 'der', type: 'spki' })
  if (publicKeys.size >= KEPT_AT_MOST) publicKeys.clear()
  publicKeys.set(id, imported)
  return imported
}
