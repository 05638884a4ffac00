import { createHmac, hash as hashOnce, hkdfSync } from 'node:crypto'
import { concat, encode, joinedLength, type Part, writeJoined } from './bytes.js'

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return digestOf(only)
  let length = 0
  for (const part of parts) length += part.length
  if (length > SCRATCH.length) return digestOf(concat(...parts))
  let at = 0
  for (const part of parts) {
    SCRATCH.set(part, at)
    at += part.length
  }
  return digestOf(SCRATCH.subarray(0, at))
}

// What is hashed is mostly a few hundred bytes in a few parts. To put them together here costs a fifth of a hash object that
// takes one part after the other.
const SCRATCH = new Uint8Array(16_384)

/** `sha256` of `encode(tag, …)`, whose bytes nobody else needs: no memory is taken for them, which costs as much as their hash. */
export function sha256Joined(tag: string, ...parts: readonly Part[]): Uint8Array {
  const length = joinedLength(tag, parts)
  if (length > SCRATCH.length) return digestOf(encode(tag, ...parts))
  writeJoined(SCRATCH, 0, tag, parts)
  return digestOf(SCRATCH.subarray(0, length))
}

function digestOf(bytes: Uint8Array): Uint8Array {
  const digest = new Uint8Array(32)
  sha256Into(digest, 0, bytes)
  return digest
}

/** Writes the hash where it belongs: a tree of a thousand nodes is one piece of memory. */
export function sha256Into(out: Uint8Array, at: number, bytes: Uint8Array): void {
  // As text of one character a byte, which Node returns in half the time that a Buffer takes.
  const text = hashOnce('sha256', bytes, 'binary')
  for (let i = 0; i < 32; i += 1) out[at + i] = text.charCodeAt(i)
}

/** The first 32 bits of SHA-256 over a text, as UTF-8: where no more of it is kept, in half the time of `sha256`. */
export function sha256Short(text: string): number {
  const hash = hashOnce('sha256', text, 'binary')
  let value = 0
  for (let i = 0; i < 4; i += 1) value = value * 256 + hash.charCodeAt(i)
  return value
}

const HMAC_BLOCK = 64

/**
 * HMAC-SHA-256 (RFC 2104) as its two hashes: each look-up takes several, and three in four parts of the time of Node's own go
 * into making its objects.
 */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  if (key.length > HMAC_BLOCK || message.length > SCRATCH.length - HMAC_BLOCK)
    return new Uint8Array(createHmac('sha256', key).update(message).digest())
  const inner = new Uint8Array(HMAC_BLOCK)
  const outer = new Uint8Array(HMAC_BLOCK)
  writePads(key, inner, outer)
  const mac = sha256(outer, sha256(inner, message))
  // Nothing that a key was made into stays behind.
  SCRATCH.fill(0, 0, HMAC_BLOCK)
  inner.fill(0)
  outer.fill(0)
  return mac
}

/** What a key of at most a block is before the message, and before the hash of it (RFC 2104, section 2). */
function writePads(key: Uint8Array, inner: Uint8Array, outer: Uint8Array): void {
  for (let i = 0; i < HMAC_BLOCK; i += 1) {
    const byte = key[i] ?? 0
    inner[i] = byte ^ 0x36
    outer[i] = byte ^ 0x5c
  }
}

const UNDER_KEY_MAX = 4096

/**
 * `hmacSha256` of many messages, each in parts, under one key: its two blocks are made once, which halves what a token costs. They live
 * as long as the result.
 */
export function hmacUnder(key: Uint8Array): (...message: readonly Uint8Array[]) => Uint8Array {
  if (key.length > HMAC_BLOCK) return (...message) => hmacSha256(key, concat(...message))
  const inner = new Uint8Array(UNDER_KEY_MAX)
  const outer = new Uint8Array(HMAC_BLOCK + 32)
  writePads(key, inner, outer)
  return (...message) => {
    let at = HMAC_BLOCK
    for (const part of message) {
      if (at + part.length > inner.length) return hmacSha256(key, concat(...message))
      inner.set(part, at)
      at += part.length
    }
    outer.set(sha256(inner.subarray(0, at)), HMAC_BLOCK)
    return sha256(outer)
  }
}

/** HKDF-SHA-256 (RFC 5869) with an empty salt; `info` is always `encode(…)` and carries the hub id. */
export function hkdfSha256(key: Uint8Array, info: Uint8Array, length = 32): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), info, length))
}
