import { timingSafeEqual } from 'node:crypto'
import { IndexError } from './errors.js'

/** Source of random bytes. Handed in by the caller, so that vectors and demonstrations can fix it. */
export type Random = (length: number) => Uint8Array

/** Source of the present instant, in milliseconds since 1970-01-01 UTC. */
export type Clock = () => number

export type Part = Uint8Array | string | number

const utf8 = new TextEncoder()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8Bytes(text: string): Uint8Array {
  return utf8.encode(text)
}

/** Text of well-formed UTF-8 bytes. @throws {IndexError} `ERR_MESSAGE_MALFORMED` for anything else. */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'bytes that should be text are not UTF-8')
  }
}

/**
 * The text itself, unless half of a surrogate pair stands alone in it: UTF-8 would write every such half alike, and two
 * texts would have one form.
 * @throws {IndexError} `ERR_MESSAGE_MALFORMED`
 */
export function requireWellFormed(text: string): string {
  if (LONE_SURROGATE.test(text)) throw new IndexError('ERR_MESSAGE_MALFORMED', 'text is not well-formed Unicode')
  return text
}

const LONE_SURROGATE = /\p{Surrogate}/u

/** A non-negative safe integer as 8 bytes, most significant first. */
export function u64(value: number): Uint8Array {
  const out = new Uint8Array(8)
  writeU64(out, value, 0)
  return out
}

export function readU64(bytes: Uint8Array): number {
  if (bytes.length !== 8) throw new IndexError('ERR_MESSAGE_MALFORMED', 'an integer is not 8 bytes long')
  const value = readU32(bytes, 0) * 2 ** 32 + readU32(bytes, 4)
  if (value > Number.MAX_SAFE_INTEGER) throw new IndexError('ERR_MESSAGE_MALFORMED', 'an integer is too large')
  return value
}

function readU32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  )
}

/**
 * The one way in which this library joins parts before it hashes, signs or derives: the domain tag, then each part,
 * every one preceded by its length as a u32. Two different lists of parts never give the same bytes.
 * Text is UTF-8; a number is 8 bytes, most significant first.
 * @throws {IndexError} `ERR_MESSAGE_MALFORMED` for text that is not well-formed Unicode
 */
export function encode(tag: string, ...parts: readonly Part[]): Uint8Array {
  return joined(tag, parts)
}

// Written into one piece of memory: every lookup token, row and signature begins here. Nearly all text is ASCII, which is copied
// here in a quarter of the time that a call of Node's takes.
function joined(tag: string, parts: readonly Part[], version?: number): Uint8Array {
  const before = version === undefined ? 0 : 1
  const out = new Uint8Array(before + joinedLength(tag, parts))
  if (version !== undefined) out[0] = version
  writeJoined(out, before, tag, parts)
  return out
}

/** Bytes of `encode(tag, …)`. */
export function joinedLength(tag: string, parts: readonly Part[]): number {
  let length = lengthOf(tag)
  for (const part of parts) length += lengthOf(part)
  return length
}

/** Writes `encode(tag, …)` into memory that has room for it. */
export function writeJoined(out: Uint8Array, from: number, tag: string, parts: readonly Part[]): void {
  let at = written(out, tag, from)
  for (const part of parts) at = written(out, part, at)
}

function lengthOf(part: Part): number {
  if (typeof part === 'string') return 4 + (isAscii(part) ? part.length : Buffer.byteLength(part))
  return 4 + (typeof part === 'number' ? 8 : part.length)
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

function written(out: Uint8Array, part: Part, at: number): number {
  const from = at + 4
  let length = 8
  if (typeof part === 'number') writeU64(out, part, from)
  else if (typeof part === 'string' && isAscii(part)) {
    length = part.length
    for (let i = 0; i < length; i += 1) out[from + i] = part.charCodeAt(i)
  } else {
    const bytes = typeof part === 'string' ? utf8.encode(requireWellFormed(part)) : part
    length = bytes.length
    out.set(bytes, from)
  }
  writeU32(out, length, at)
  return from + length
}

function writeU32(out: Uint8Array, value: number, at: number): void {
  out[at] = value >>> 24
  out[at + 1] = value >>> 16
  out[at + 2] = value >>> 8
  out[at + 3] = value
}

function writeU64(out: Uint8Array, value: number, at: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('u64 takes a non-negative safe integer')
  writeU32(out, Math.floor(value / 2 ** 32), at)
  writeU32(out, value % 2 ** 32, at + 4)
}

/**
 * The parts of bytes that `encode(tag, …)` made; views on the input, not copies.
 * @throws {IndexError} `ERR_MESSAGE_MALFORMED` for another tag, another number of parts, or a single byte too many.
 */
export function decode(tag: string, bytes: Uint8Array, count?: number): Uint8Array[] {
  const [first, ...parts] = lengthPrefixed(bytes)
  if (first === undefined || !saysText(first, tag) || (count !== undefined && parts.length !== count)) {
    throw new IndexError('ERR_MESSAGE_MALFORMED', `bytes are not a ${tag}`)
  }
  return parts
}

function saysText(bytes: Uint8Array, text: string): boolean {
  if (!isAscii(text)) return equalBytes(bytes, utf8.encode(text))
  if (bytes.length !== text.length) return false
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] !== text.charCodeAt(i)) return false
  return true
}

/** The tag of encoded bytes, to choose a decoder by. */
export function tagOf(bytes: Uint8Array): string {
  const first = lengthPrefixed(bytes)[0]
  if (first === undefined) throw new IndexError('ERR_MESSAGE_MALFORMED', 'bytes have no tag')
  return utf8Text(first)
}

function lengthPrefixed(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw new IndexError('ERR_MESSAGE_MALFORMED', 'a length is cut short')
    const end = at + 4 + readU32(bytes, at)
    if (end > bytes.length) throw new IndexError('ERR_MESSAGE_MALFORMED', 'a part is cut short')
    parts.push(bytes.subarray(at + 4, end))
    at = end
  }
  return parts
}

/** Version byte in front of everything that is stored or sent. */
export const FORMAT_VERSION = 1

/** `encode` behind the version byte: the form of everything binary that is stored or sent. */
export function pack(tag: string, ...parts: readonly Part[]): Uint8Array {
  return packAll(tag, parts)
}

/** `pack` for as many parts as a batch has rows: so many arguments would not fit on the stack. */
export function packAll(tag: string, parts: readonly Part[]): Uint8Array {
  return joined(tag, parts, FORMAT_VERSION)
}

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` also for another version. */
export function unpack(tag: string, bytes: Uint8Array, count?: number): Uint8Array[] {
  return decode(tag, unversioned(bytes), count)
}

export function unversioned(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== FORMAT_VERSION) throw new IndexError('ERR_MESSAGE_MALFORMED', 'unknown format version')
  return bytes.subarray(1)
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Equality in time that depends on the lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` unless `text` is lower-case hexadecimal of whole bytes. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new IndexError('ERR_MESSAGE_MALFORMED', 'text is not hexadecimal')
  return plain(Buffer.from(text, 'hex'))
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` unless `text` is canonical, padded base64. */
export function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw new IndexError('ERR_MESSAGE_MALFORMED', 'text is not canonical base64')
  return plain(bytes)
}

// A Buffer is a Uint8Array whose slice() shares memory and whose JSON form is its content: callers get neither.
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
