import canonicalize from 'canonicalize'
import { fromBase64, sha256, toBase64, utf8Bytes, utf8Text } from './bytes.js'
import { IndexError } from './errors.js'

/**
 * The canonical JSON of a value as UTF-8 bytes (RFC 8785): one value, one spelling, so that it can be hashed and signed.
 * Bytes stand in it as `{"b64": "…"}`; a key whose value is `undefined` is left out.
 */
export function toJsonBytes(value: unknown): Uint8Array {
  const text = canonicalize(withBase64(value))
  if (text === undefined) throw new TypeError('value has no JSON form')
  return utf8Bytes(text)
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
  if (canonicalize(value) !== text) throw new IndexError('ERR_MESSAGE_MALFORMED', 'JSON is not in its canonical form')
  return withBytes(value, 0)
}

/** SHA-256 of the canonical form. */
export function jsonHash(value: unknown): Uint8Array {
  return sha256(toJsonBytes(value))
}

function withBase64(value: unknown): unknown {
  if (value instanceof Uint8Array) return { b64: toBase64(value) }
  if (Array.isArray(value)) return value.map(withBase64)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => [key, withBase64(member)]),
    )
  }
  return value
}

const DEPTH_MAX = 64

function withBytes(value: unknown, depth: number): unknown {
  if (depth > DEPTH_MAX) throw new IndexError('ERR_MESSAGE_MALFORMED', 'JSON is nested too deeply')
  if (Array.isArray(value)) return value.map((item) => withBytes(item, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const only = entries.length === 1 ? entries[0] : undefined
  if (only !== undefined && only[0] === 'b64' && typeof only[1] === 'string') return fromBase64(only[1])
  return Object.fromEntries(entries.map(([key, member]) => [key, withBytes(member, depth + 1)]))
}
