import canonicalize from 'canonicalize'
import { fromBase64, requireWellFormed, sha256, toBase64, utf8Bytes, utf8Text } from './bytes.js'
import { IndexError } from './errors.js'

/**
 * The canonical JSON of a value as UTF-8 bytes (RFC 8785): one value, one spelling, so that it can be hashed and signed.
 * Bytes stand in it as `{"b64": "…"}`; a key whose value is `undefined` is left out.
 * @throws {TypeError} for what `fromJsonBytes` would not give back: numbers that are not finite, class instances, an
 * object that looks like bytes, or more than 64 levels
 * @throws {IndexError} `ERR_MESSAGE_MALFORMED` for text that is not well-formed Unicode
 */
export function toJsonBytes(value: unknown): Uint8Array {
  const names: Names = { areOrdered: true }
  return utf8Bytes(spelt(withBase64(value, 0, names), names))
}

/**
 * The value of canonical JSON bytes, not yet checked against any schema.
 * @throws {IndexError} `ERR_MESSAGE_MALFORMED` for what is not JSON, or is not spelt canonically (duplicate keys,
 * spaces, another order): there is one spelling, so a hash of the bytes is a hash of the value.
 */
export function fromJsonBytes(bytes: Uint8Array): unknown {
  const text = utf8Text(bytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'bytes are not JSON')
  }
  // First, because it bounds the depth: what follows would run out of stack.
  const names: Names = { areOrdered: true }
  const decoded = withBytes(value, 0, names)
  if (spelt(value, names) !== text) throw new IndexError('ERR_MESSAGE_MALFORMED', 'JSON is not in its canonical form')
  return decoded
}

/** SHA-256 of the canonical form. */
export function jsonHash(value: unknown): Uint8Array {
  return sha256(toJsonBytes(value))
}

const DEPTH_MAX = 64

/** Whether the names of every object that was walked stand in the order of RFC 8785, section 3.2.3, and stay there. */
interface Names {
  areOrdered: boolean
}

/**
 * The platform writes numbers and text as the RFC asks, and members as they stand: no second copy need be sorted and
 * joined. Only names that are whole numbers it puts first.
 */
function spelt(value: unknown, { areOrdered }: Names): string {
  return (areOrdered ? JSON.stringify(value) : canonicalize(value)) ?? ''
}

function areInOrder(entries: readonly (readonly [string, unknown])[]): boolean {
  return entries.every(([name], i) => (i === 0 || (entries[i - 1]?.[0] ?? '') < name) && !/^[0-9]/.test(name))
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

function withBase64(value: unknown, depth: number, names: Names): unknown {
  if (value instanceof Uint8Array) return { b64: toBase64(value) }
  if (typeof value === 'string') return requireWellFormed(value)
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value
  if (typeof value !== 'object') throw new TypeError('a value has no JSON form')
  if (depth >= DEPTH_MAX) throw new TypeError('a value is nested too deeply for JSON')
  if (Array.isArray(value)) return Array.from(value, (item) => withBase64(item, depth + 1, names))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('a class instance has no JSON form')
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  if (bytesOf(entries) !== undefined) throw new TypeError('an object would be read back as bytes')
  if (!areInOrder(entries)) names.areOrdered &&= areInOrder(entries.sort(byName))
  return Object.fromEntries(
    entries.map(([key, member]) => [requireWellFormed(key), withBase64(member, depth + 1, names)]),
  )
}

function withBytes(value: unknown, depth: number, names: Names): unknown {
  if (typeof value === 'string') return requireWellFormed(value)
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'a number is too large')
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEPTH_MAX) throw new IndexError('ERR_MESSAGE_MALFORMED', 'JSON is nested too deeply')
  if (Array.isArray(value)) return value.map((item) => withBytes(item, depth + 1, names))
  const entries = Object.entries(value)
  const base64 = bytesOf(entries)
  if (base64 !== undefined) return fromBase64(base64)
  names.areOrdered &&= areInOrder(entries)
  return Object.fromEntries(
    entries.map(([key, member]) => [requireWellFormed(key), withBytes(member, depth + 1, names)]),
  )
}

/** The base64 of an object that stands for bytes: `b64` is its one key, and a text its value. */
function bytesOf(entries: readonly (readonly [string, unknown])[]): string | undefined {
  const [only, ...more] = entries
  return only !== undefined && more.length === 0 && only[0] === 'b64' && typeof only[1] === 'string'
    ? only[1]
    : undefined
}
