import canonicalize from 'canonicalize'
import { fromBase64, requireWellFormed, toBase64, utf8Bytes, utf8Text } from './bytes.js'
import { IndexError } from './errors.js'
import { sha256 } from './hash.js'

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

/**
 * The same for bytes that nobody but this library can have written, because they come out of a box: that they are canonical
 * needs no second check, which is half of what reading costs.
 */
export function fromOwnJsonBytes(bytes: Uint8Array): unknown {
  return filledIn(JSON.parse(utf8Text(bytes)))
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

/** Whether a name may stand behind another without being sorted. */
function follows(name: string, before: string | undefined): boolean {
  const first = name.charCodeAt(0)
  return (before === undefined || before < name) && !(first >= 0x30 && first <= 0x39)
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
  const members = value as Members
  if (bytesOf(members) !== undefined) throw new TypeError('an object would be read back as bytes')
  const out: Record<string, unknown> = {}
  let before: string | undefined
  let areOrdered = true
  for (const name of Object.keys(members)) {
    const member = members[name]
    if (member === undefined) continue
    areOrdered &&= follows(name, before)
    before = name
    put(out, requireWellFormed(name), withBase64(member, depth + 1, names))
  }
  return areOrdered ? out : inOrder(out, names)
}

function withBytes(value: unknown, depth: number, names: Names): unknown {
  if (typeof value === 'string') return requireWellFormed(value)
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'a number is too large')
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEPTH_MAX) throw new IndexError('ERR_MESSAGE_MALFORMED', 'JSON is nested too deeply')
  if (Array.isArray(value)) return value.map((item) => withBytes(item, depth + 1, names))
  const members = value as Members
  const base64 = bytesOf(members)
  if (base64 !== undefined) return fromBase64(base64)
  const out: Record<string, unknown> = {}
  let before: string | undefined
  for (const name of Object.keys(members)) {
    names.areOrdered &&= follows(name, before)
    before = name
    put(out, requireWellFormed(name), withBytes(members[name], depth + 1, names))
  }
  return out
}

/** The value with its bytes in it, changed where it stands: it was parsed a moment ago, and nobody else has it. */
function filledIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) value[at] = filledIn(value[at])
    return value
  }
  const members = value as Record<string, unknown>
  const base64 = bytesOf(members)
  if (base64 !== undefined) return fromBase64(base64)
  for (const name of Object.keys(members)) {
    const member = members[name]
    if (typeof member === 'object' && member !== null) put(members, name, filledIn(member))
  }
  return members
}

type Members = Readonly<Record<string, unknown>>

// Members are copied one by one: lists of names and pairs on the way would cost as much as everything else here.
function put(out: Record<string, unknown>, name: string, value: unknown): void {
  // Set like the others, this one name would set the object's prototype.
  if (name === '__proto__') Object.defineProperty(out, name, { value, enumerable: true })
  else out[name] = value
}

function inOrder(members: Members, names: Names): Members {
  const out: Record<string, unknown> = {}
  const sorted = Object.keys(members).sort((a, b) => (a < b ? -1 : 1))
  names.areOrdered &&= sorted.every((name, at) => follows(name, sorted[at - 1]))
  for (const name of sorted) put(out, name, members[name])
  return out
}

/** The base64 of an object that stands for bytes: `b64` is its one key that has a value, and a text its value. */
function bytesOf(members: Members): string | undefined {
  const base64 = members.b64
  if (typeof base64 !== 'string' || !Object.hasOwn(members, 'b64')) return undefined
  return Object.keys(members).every((name) => name === 'b64' || members[name] === undefined) ? base64 : undefined
}
