import { concat, equalBytes, toBase64, toHex, u64, utf8Bytes } from '../bytes.js'
import { IndexError } from '../errors.js'
import { type SigningKey, sign, verifySignature } from '../signature.js'
import { emptyRoot, isHash, type TreeHead } from './merkle.js'
import {
  canonicalBase64,
  formatNote,
  NOTE_COSIGNATURE,
  NOTE_ED25519,
  type NoteSignature,
  noteKeyId,
  parseNote,
  type SignedNote,
} from './note.js'

/** The head of one journal: its size and root, and whose journal it is. */
export interface Checkpoint extends TreeHead {
  /** `child-index/v1/<hub id>`. */
  readonly origin: string
}

/** A key that is pinned: under this name, and no other, its signatures count. */
export interface NoteKey {
  readonly name: string
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
}

/** Whom a verifier believes about a journal. All of it is pinned beforehand; nothing of it is taken from a note. */
export interface CheckpointTrust {
  readonly origin: string
  readonly log: NoteKey
  readonly cosigners: readonly NoteKey[]
  /** How many cosigners must have signed; 0 asks for the log's signature only. */
  readonly quorum: number
}

/** A checkpoint that its pinned keys signed. */
export interface VerifiedCheckpoint {
  readonly checkpoint: Checkpoint
  /** Names of the cosigners that signed, each once, in the order in which they are pinned. */
  readonly cosignedBy: readonly string[]
}

/** The origin line of a hub's journal. */
export function checkpointOrigin(hubId: Uint8Array): string {
  return `child-index/v1/${toHex(hubId)}`
}

/**
 * The three lines that are signed: origin, size in decimal, root in base64, each with a newline.
 * @throws {IndexError} `ERR_CHECKPOINT_MALFORMED` when `parseCheckpoint` would not read them back
 * @see https://c2sp.org/tlog-checkpoint
 */
export function checkpointBody(checkpoint: Checkpoint): string {
  const body = `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`
  parseCheckpoint(body)
  return body
}

/**
 * The checkpoint that a note's text states. Extension lines are refused: no auditor could check them.
 * @throws {IndexError} `ERR_CHECKPOINT_MALFORMED`
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split('\n')
  if (!origin || size === undefined || root === undefined || end !== '' || more.length > 0) {
    return refuse('a checkpoint is three lines')
  }
  const count = Number(size)
  if (!/^(?:0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(count))
    refuse('the size of the checkpoint is not valid')
  const hash = canonicalBase64(root)
  if (!isHash(hash)) refuse('the root of the checkpoint is not 32 bytes')
  if (count === 0 && !equalBytes(hash, emptyRoot())) refuse('the root of an empty journal is fixed')
  return { origin, size: count, root: hash }
}

/** What a note states before any signature is looked at. @throws {IndexError} `ERR_CHECKPOINT_MALFORMED` */
export function unverifiedCheckpoint(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text)
}

/**
 * The checkpoint as a signed note with the log's signature. The log signs no two heads of which one does not continue
 * the other: its caller sees to that.
 * @param name the log's key name, which should be the origin
 * @throws {TypeError} for a key name with spaces, plus signs or control characters
 */
export function signCheckpoint(checkpoint: Checkpoint, name: string, key: SigningKey): string {
  const text = checkpointBody(checkpoint)
  const keyId = noteKeyId(name, NOTE_ED25519, key.publicKey)
  return formatNote({ text, signatures: [{ name, keyId, signature: sign(key, utf8Bytes(text)) }] })
}

/**
 * The note with a cosignature added, in place of an earlier one of the same cosigner. It states that at `atMs` (kept in
 * whole seconds) this was the largest head the cosigner had seen, and that it continues every earlier one: verify the
 * note and a consistency proof first.
 * @throws {IndexError} `ERR_CHECKPOINT_MALFORMED` when the note is not a checkpoint
 * @throws {TypeError} for a key name with spaces, plus signs or control characters
 * @see https://c2sp.org/tlog-cosignature
 */
export function cosign(note: string, name: string, key: SigningKey, atMs: number): string {
  const { text, signatures } = parseNote(note)
  parseCheckpoint(text)
  const keyId = noteKeyId(name, NOTE_COSIGNATURE, key.publicKey)
  const seconds = Math.floor(atMs / 1000)
  const signature = concat(u64(seconds), sign(key, cosignedMessage(text, seconds)))
  const others = signatures.filter((line) => !isOf(line, name, keyId))
  return formatNote({ text, signatures: [...others, { name, keyId, signature }] })
}

/**
 * The checkpoint of a note, once the log and a quorum of cosigners are seen to have signed it.
 *
 * Signatures of keys that are not pinned are ignored. A signature that names a pinned key and does not verify spoils the
 * whole note. A cosigner counts once, however many lines, names or times it signs under; the log is no cosigner of itself.
 * @throws {IndexError} `ERR_CHECKPOINT_MALFORMED`; `ERR_SIGNATURE_INVALID` when the log's signature is missing, one does
 * not verify, or the checkpoint is of another origin; `ERR_QUORUM_MISSING` when too few cosigners signed
 */
export function verifyNote(note: string, trust: CheckpointTrust): VerifiedCheckpoint {
  const parsed = parseNote(note)
  const checkpoint = parseCheckpoint(parsed.text)
  if (!signedBy(parsed, trust.log, NOTE_ED25519, verifyLogSignature)) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the checkpoint is not signed by the journal')
  }
  if (checkpoint.origin !== trust.origin) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the checkpoint is of another journal')
  }
  const counted: NoteKey[] = []
  for (const cosigner of trust.cosigners) {
    if (!signedBy(parsed, cosigner, NOTE_COSIGNATURE, verifyCosignature)) continue
    // A cosignature does not cover the cosigner's name: whoever holds one key could sign under many names.
    if (![trust.log, ...counted].some((other) => equalBytes(other.publicKey, cosigner.publicKey)))
      counted.push(cosigner)
  }
  const cosignedBy = [...new Set(counted.map((cosigner) => cosigner.name))]
  // Written so that a quorum that is not a number is never met.
  if (!(cosignedBy.length >= trust.quorum)) {
    throw new IndexError('ERR_QUORUM_MISSING', 'too few cosigners signed the checkpoint')
  }
  return { checkpoint, cosignedBy }
}

type Verify = (publicKey: Uint8Array, text: string, signature: Uint8Array) => boolean

function signedBy(note: SignedNote, key: NoteKey, type: number, verify: Verify): boolean {
  const keyId = noteKeyId(key.name, type, key.publicKey)
  const lines = note.signatures.filter((line) => isOf(line, key.name, keyId))
  for (const line of lines) {
    if (verify(key.publicKey, note.text, line.signature)) continue
    throw new IndexError('ERR_SIGNATURE_INVALID', 'a signature of a known key does not verify')
  }
  return lines.length > 0
}

function verifyLogSignature(publicKey: Uint8Array, text: string, signature: Uint8Array): boolean {
  return verifySignature(publicKey, utf8Bytes(text), signature)
}

function verifyCosignature(publicKey: Uint8Array, text: string, signature: Uint8Array): boolean {
  if (signature.length !== 72) return false
  const seconds = new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0)
  return seconds < 2n ** 63n && verifySignature(publicKey, cosignedMessage(text, seconds), signature.subarray(8))
}

function cosignedMessage(text: string, seconds: number | bigint): Uint8Array {
  return utf8Bytes(`cosignature/v1\ntime ${seconds}\n${text}`)
}

function isOf(line: NoteSignature, name: string, keyId: Uint8Array): boolean {
  return line.name === name && equalBytes(line.keyId, keyId)
}

function refuse(message: string): never {
  throw new IndexError('ERR_CHECKPOINT_MALFORMED', message)
}
