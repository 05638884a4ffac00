import { fromBase64, sha256, utf8Bytes } from '../../bytes.js'
import { compoundOf } from './compounds.js'
import { KNOWN_NAMES } from './known-names.table.js'

/**
 * Whether a normalised given name is one that people are known to bear, as far as the table goes: about 72,000 names of many
 * languages and spellings, and two of them in one (`Lily-Mae`). Of texts that are no names, one in 7,000 is taken for one.
 *
 * A slip of the pen turns a name into a text that nobody bears; two names that are known are two children.
 */
export function isKnownGivenName(first: string): boolean {
  if (isInTable(first)) return true
  const compound = compoundOf(first)
  return compound !== undefined && isInTable(compound.first)
}

/** The first 29 bits of SHA-256 of a normalised name: what the table holds of it. */
export function nameHash(name: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = sha256(utf8Bytes(name))
  return ((a << 21) | (b << 13) | (c << 5) | (d >>> 3)) >>> 0
}

let hashes: Uint32Array | undefined

function isInTable(name: string): boolean {
  hashes ??= unpacked(fromBase64(KNOWN_NAMES))
  const hash = nameHash(name)
  let low = 0
  let high = hashes.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((hashes[middle] ?? 0) < hash) low = middle + 1
    else high = middle
  }
  return hashes[low] === hash
}

/** The sorted hashes, from their differences in groups of seven bits. */
function unpacked(bytes: Uint8Array): Uint32Array {
  const out: number[] = []
  let last = 0
  let difference = 0
  let shift = 0
  for (const byte of bytes) {
    difference |= (byte & 127) << shift
    shift += 7
    if (byte > 127) continue
    last += difference
    out.push(last)
    difference = 0
    shift = 0
  }
  return Uint32Array.from(out)
}
