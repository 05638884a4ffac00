import { IndexError } from '../errors.js'

/**
 * Sizes that padded details can have, in bytes. Few and far apart, so that a size says little: a child with several
 * names, addresses and aliases needs about half of the first, and nearly every record of either group has that one.
 */
export const BUCKETS = [2_048, 8_192, 65_536] as const

const PREFIX = 4

/**
 * Bytes with their length (u32) in front and zeros behind, in the smallest bucket that holds them.
 * @throws {IndexError} `ERR_DETAILS_INVALID` when they fit into none.
 */
export function pad(bytes: Uint8Array): Uint8Array {
  const bucket = bucketFor(bytes.length)
  if (bucket === undefined) throw new IndexError('ERR_DETAILS_INVALID', 'the details are too large to be sealed')
  const out = new Uint8Array(bucket)
  new DataView(out.buffer).setUint32(0, bytes.length)
  out.set(bytes, PREFIX)
  return out
}

/**
 * What was padded, as a copy.
 * @throws {IndexError} `ERR_SEAL_INVALID` for anything that `pad` does not make: there is one padding for every content.
 */
export function unpad(padded: Uint8Array): Uint8Array {
  if (padded.length < PREFIX) throw malformed()
  const length = new DataView(padded.buffer, padded.byteOffset, PREFIX).getUint32(0)
  if (bucketFor(length) !== padded.length) throw malformed()
  if (padded.subarray(PREFIX + length).some((byte) => byte !== 0)) throw malformed()
  return padded.slice(PREFIX, PREFIX + length)
}

function bucketFor(length: number): number | undefined {
  return BUCKETS.find((bucket) => length + PREFIX <= bucket)
}

function malformed(): IndexError {
  return new IndexError('ERR_SEAL_INVALID', 'the padding of the details is not well formed')
}
