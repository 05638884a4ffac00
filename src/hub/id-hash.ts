import { createCipheriv } from 'node:crypto'

const ID_BYTES = 16

/** 32 bits of 16 bytes in `bytes` from `from` on, 0 where it is left out. */
export type IdHash = (bytes: Uint8Array, from?: number) => number

/**
 * Where child ids stand in memory: simple tabulation (Zobrist), a secret random word for every value of every byte. Ids may be chosen by
 * a sealer that means ill: without the secret nobody can choose some that collide.
 * @param secret 16 bytes
 */
export function idHash(secret: Uint8Array): IdHash {
  const random = createCipheriv('aes-128-ctr', secret, new Uint8Array(16)).update(new Uint8Array(ID_BYTES * 256 * 4))
  const words = new Uint32Array(new Uint8Array(random).buffer)
  return (bytes, from = 0) => {
    let hash = 0
    for (let i = 0; i < ID_BYTES; i += 1) hash ^= words[(i << 8) | (bytes[from + i] ?? 0)] ?? 0
    return hash >>> 0
  }
}
