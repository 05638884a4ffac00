import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { concat, type Random } from '../bytes.js'
import { IndexError } from '../errors.js'
import { draw } from './aead.js'

/** A key pair for hybrid public key encryption in raw form (X25519), both halves 32 bytes. Never changed once made. */
export interface HpkeKey {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM: ids 0x0020, 0x0001, 0x0002.
const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})

type ImportedKey = Awaited<ReturnType<typeof suite.kem.deserializePublicKey>>

const ENC_LENGTH = 32
const TAG_LENGTH = 16

// Importing costs as much as the arithmetic. Private keys are kept for as long as their pair lives, public ones are few.
const KEPT_AT_MOST = 4_096
const privateKeys = new WeakMap<HpkeKey, ImportedKey>()
const publicKeys = new Map<string, ImportedKey>()

/** A new key pair, derived from 32 random bytes. @see RFC 9180, section 7.1.3 */
export async function hpkeKey(random: Random): Promise<HpkeKey> {
  const seed = draw(random, 32)
  const pair = await suite.kem.deriveKeyPair(seed)
  seed.fill(0)
  return {
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
    privateKey: new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey)),
  }
}

/**
 * Plaintext that only the holder of the private key can read: encapsulated key (32) ‖ ciphertext, one message each.
 *
 * Says nothing about who sealed it. The ephemeral key comes from the platform's generator: the library takes another
 * source for its own tests only.
 *
 * @param info What the message is for; part of the key derivation. Made with `encode`.
 * @throws {IndexError} `ERR_KEY_INVALID` for a public key of another length or of small order.
 * @see RFC 9180, section 6.1, base mode
 */
export async function hpkeSeal(
  publicKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const recipientPublicKey = await importedPublicKey(publicKey)
  const sender = await suite.createSenderContext({ recipientPublicKey, info }).catch(() => {
    throw new IndexError('ERR_KEY_INVALID', 'nothing can be sealed to this public key')
  })
  return concat(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(plaintext, aad)))
}

/**
 * @throws {IndexError} `ERR_SEAL_INVALID` unless key, info, aad and every bit of `sealed` are those of the sealing;
 * `ERR_KEY_INVALID` for a key pair of other lengths.
 */
export async function hpkeOpen(
  key: HpkeKey,
  info: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const recipientKey = await importedPair(key)
  if (sealed.length < ENC_LENGTH + TAG_LENGTH) throw unopened()
  const params = { recipientKey, info, enc: sealed.slice(0, ENC_LENGTH) }
  const plaintext = await suite.open(params, sealed.slice(ENC_LENGTH), aad).catch(() => {
    throw unopened()
  })
  return new Uint8Array(plaintext)
}

function unopened(): IndexError {
  return new IndexError('ERR_SEAL_INVALID', 'a message does not open under this key and purpose')
}

async function importedPair(key: HpkeKey): Promise<{ publicKey: ImportedKey; privateKey: ImportedKey }> {
  const publicKey = await importedPublicKey(key.publicKey)
  let privateKey = privateKeys.get(key)
  if (privateKey === undefined) {
    requireLength(key.privateKey)
    privateKey = await suite.kem.deserializePrivateKey(key.privateKey)
    privateKeys.set(key, privateKey)
  }
  return { publicKey, privateKey }
}

async function importedPublicKey(raw: Uint8Array): Promise<ImportedKey> {
  requireLength(raw)
  const id = Buffer.from(raw).toString('latin1')
  const known = publicKeys.get(id)
  if (known !== undefined) return known
  const imported = await suite.kem.deserializePublicKey(raw)
  if (publicKeys.size >= KEPT_AT_MOST) publicKeys.clear()
  publicKeys.set(id, imported)
  return imported
}

function requireLength(key: Uint8Array): void {
  if (key.length !== 32) throw new IndexError('ERR_KEY_INVALID', 'an X25519 key is 32 bytes')
}
