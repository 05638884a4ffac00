import { concat, fromBase64, toBase64, toHex, utf8Bytes, utf8Text } from '../bytes.js'
import { IndexError } from '../errors.js'
import { sha256 } from '../hash.js'

/** A C2SP signed note taken apart; nothing in it is verified yet. */
export interface SignedNote {
  /** What is signed, final newline included. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  /** 4 bytes: with the name they say which key and algorithm. */
  readonly keyId: Uint8Array
  /** Without the key id; its form is the algorithm's. */
  readonly signature: Uint8Array
}

/** Signature types of C2SP signed-note that this journal uses. */
export const NOTE_ED25519 = 0x01
export const NOTE_COSIGNATURE = 0x04

/** Largest note in UTF-8 bytes. */
export const NOTE_BYTES_MAX: number = 64 * 1024

const DASH = '—'
const NAME = /^[^\p{White_Space}+]+$/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that a note must not hold
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/

/**
 * The parts of a signed note. Its signatures say nothing until a pinned key has verified them.
 * @throws {IndexError} `ERR_CHECKPOINT_MALFORMED` for more than 64 KiB, control characters, text that is not Unicode, no
 * signature, a blank or unfinished line among the signatures, a bad key name, or base64 that is not canonical
 * @see https://c2sp.org/signed-note
 */
export function parseNote(note: string): SignedNote {
  // A UTF-16 unit is at least one byte: a note that is too long is not even encoded.
  if (note.length > NOTE_BYTES_MAX || utf8Bytes(note).length > NOTE_BYTES_MAX) refuse('the note is too large')
  if (CONTROL.test(note)) refuse('the note has a control character')
  if (utf8Text(utf8Bytes(note)) !== note) refuse('the note is not Unicode text')
  const split = note.lastIndexOf('\n\n')
  if (split < 1 || !note.endsWith('\n')) refuse('the note has no text and signatures')
  const lines = note.slice(split + 2, -1).split('\n')
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) }
}

/** The note of these parts: what `parseNote` takes apart. @throws {TypeError} for a name that a note cannot hold */
export function formatNote(note: SignedNote): string {
  return `${note.text}\n${note.signatures.map(signatureLine).join('')}`
}

/** The first four bytes of SHA-256(name ‖ newline ‖ type ‖ public key), as a signature line names its key. */
export function noteKeyId(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return sha256(utf8Bytes(`${name}\n`), Uint8Array.of(type), publicKey).slice(0, 4)
}

/**
 * A key as C2SP writes it down: name, plus sign, key id, plus sign, type and public key in base64.
 * @throws {TypeError} for a name that a note cannot hold
 */
export function formatVerifierKey(name: string, type: number, publicKey: Uint8Array): string {
  if (!isNoteName(name)) throw new TypeError('a key name has no spaces, plus signs or control characters')
  return `${name}+${toHex(noteKeyId(name, type, publicKey))}+${toBase64(concat(Uint8Array.of(type), publicKey))}`
}

/** @throws {IndexError} `ERR_KEY_INVALID` unless it is a key of this type, with its own id */
export function parseVerifierKey(
  text: string,
  type: number,
): { readonly name: string; readonly publicKey: Uint8Array } {
  const [name = '', id, base64 = '', ...more] = text.split('+')
  // Base64 has plus signs of its own.
  const bytes = Buffer.from([base64, ...more].join('+'), 'base64')
  const publicKey = new Uint8Array(bytes.subarray(1))
  const isKey = isNoteName(name) && bytes[0] === type && publicKey.length === 32 && id !== undefined
  if (!isKey || formatVerifierKey(name, type, publicKey) !== text)
    throw new IndexError('ERR_KEY_INVALID', 'a verifier key is name, key id and key, with plus signs between them')
  return { name, publicKey }
}

/** Whether a note can name this key: at least one character, no space, plus sign or control character. */
function isNoteName(name: string): boolean {
  return NAME.test(name) && !CONTROL.test(name) && utf8Text(utf8Bytes(name)) === name
}

function signatureLine({ name, keyId, signature }: NoteSignature): string {
  if (!isNoteName(name)) throw new TypeError('a key name has no spaces, plus signs or control characters')
  return `${DASH} ${name} ${toBase64(concat(keyId, signature))}\n`
}

function parseSignatureLine(line: string): NoteSignature {
  const [dash, name, base64, ...rest] = line.split(' ')
  if (dash !== DASH || name === undefined || base64 === undefined || rest.length > 0 || !NAME.test(name)) {
    return refuse('a signature line of the note is malformed')
  }
  const bytes = canonicalBase64(base64)
  if (bytes.length <= 4) refuse('a signature of the note is too short')
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

/** Bytes of canonical base64. @throws {IndexError} `ERR_CHECKPOINT_MALFORMED` */
export function canonicalBase64(text: string): Uint8Array {
  try {
    return fromBase64(text)
  } catch {
    return refuse('a line of the note is not canonical base64')
  }
}

function refuse(message: string): never {
  throw new IndexError('ERR_CHECKPOINT_MALFORMED', message)
}
