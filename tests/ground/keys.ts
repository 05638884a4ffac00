import { createHash } from 'node:crypto'
import type { Random } from '../../src/bytes.js'
import { type SigningKey, signingKey } from '../../src/signature.js'

/** So many times the same byte: values that a reader of a failure recognises. */
export function filled(byte: number, length = 32): Uint8Array {
  return new Uint8Array(length).fill(byte)
}

export function keyOf(byte: number): SigningKey {
  return signingKey(filled(byte))
}

/** The same bytes for the same name, in every run. */
export function fixedRandom(name: string): Random {
  let drawn = 0
  return (length) => {
    const out = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) {
      const block = createHash('sha256').update(`${name} ${drawn++}`).digest()
      out.set(block.subarray(0, Math.min(32, length - at)), at)
    }
    return out
  }
}

/** A copy with one bit turned over. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

/** The code of what `work` throws; undefined where it throws nothing, the error itself where it has no code. */
export function codeOf(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}
