import { encode, equalBytes, pack, type Random, readU64, unpack, utf8Text } from '../bytes.js'
import { IndexError } from '../errors.js'
import { batchTree, pathOf, SALT_BYTES, saltedLeafHash } from '../journal/merkle.js'
import { type SigningKey, sign, verifySignature } from '../signature.js'
import { RowWriter } from './messages/rows.js'

/** Rows at most in a batch. */
export const BATCH_SIZE_MAX = 65_536

/** What a batch carries, which is also what its signature says it is. */
export type BatchType = 'check-batch/v1' | 'identify-batch/v1' | 'receipt-batch/v1'

/** Rows under one signature: the signature is over their Merkle root, so each row can be proved, and erased, alone. */
export interface Batch {
  readonly type: BatchType
  /** Hub id, 32 bytes. */
  readonly hub: Uint8Array
  /** The agency that the rows come from, or that the answers go to. */
  readonly agency: string
  readonly size: number
  readonly root: Uint8Array
  readonly signature: Uint8Array
}

export interface SaltedRow {
  /** 32 bytes, drawn by the signer. */
  readonly salt: Uint8Array
  readonly bytes: Uint8Array
}

/** Rows with fresh salts, their leaf hashes, and the signed root over them. */
export function signBatch(
  type: BatchType,
  hub: Uint8Array,
  agency: string,
  rows: readonly Uint8Array[],
  key: SigningKey,
  random: Random,
): { readonly batch: Batch; readonly rows: readonly SaltedRow[]; readonly leaves: readonly Uint8Array[] } {
  const salts = random(32 * rows.length)
  const salted = rows.map((bytes, row) => ({ salt: salts.subarray(32 * row, 32 * row + 32), bytes }))
  const leaves = leavesOf(salted)
  const { root } = batchTree(leaves)
  const signature = sign(key, batchStatement(type, hub, agency, rows.length, root))
  return { batch: { type, hub, agency, size: rows.length, root, signature }, rows: salted, leaves }
}

export function leavesOf(rows: readonly SaltedRow[]): readonly Uint8Array[] {
  return rows.map((row) => saltedLeafHash(row.salt, row.bytes))
}

/** Whether the signature is the key's over this batch. The root is not recomputed here. */
export function batchIsSignedBy(batch: Batch, publicKey: Uint8Array): boolean {
  const { type, hub, agency, size, root, signature } = batch
  return verifySignature(publicKey, batchStatement(type, hub, agency, size, root), signature)
}

function batchStatement(type: BatchType, hub: Uint8Array, agency: string, size: number, root: Uint8Array): Uint8Array {
  return encode(type, hub, agency, size, root)
}

/** Inclusion path of a row in its batch. */
export function batchPath(leaves: readonly Uint8Array[], row: number): readonly Uint8Array[] {
  return pathOf(leaves, row)
}

/** What the journal holds of a batch: its header, its signature, and which rows were accepted. */
export function encodeBatchEntry(batch: Batch, accepted: readonly boolean[]): Uint8Array {
  return pack(batch.type, batch.hub, batch.agency, batch.size, batch.root, batch.signature, bitmap(accepted))
}

/** @throws {IndexError} `ERR_ENTRY_MALFORMED` */
export function decodeBatchEntry(
  type: BatchType,
  body: Uint8Array,
): { readonly batch: Batch; readonly accepted: readonly boolean[] } {
  try {
    const [hub, agency, size, root, signature, bits] = unpack(type, body, 6) as Six<Uint8Array>
    const batch = { type, hub, agency: utf8Text(agency), size: readU64(size), root, signature }
    if (hub.length !== 32 || root.length !== 32 || signature.length !== 64) throw new RangeError()
    if (batch.size < 1 || batch.size > BATCH_SIZE_MAX || bits.length !== Math.ceil(batch.size / 8))
      throw new RangeError()
    const accepted = Array.from({ length: batch.size }, (_, row) => (((bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 1)
    if (bitmap(accepted).some((byte, index) => byte !== bits[index])) throw new RangeError()
    return { batch, accepted }
  } catch {
    throw new IndexError('ERR_ENTRY_MALFORMED', 'an entry is not a batch')
  }
}

type Six<T> = [T, T, T, T, T, T]

/** Bit `row & 7` of byte `row >> 3`; bits past the last row are zero. */
function bitmap(accepted: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(accepted.length / 8))
  accepted.forEach((yes, row) => {
    if (yes) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7))
  })
  return bits
}

/** A batch as it is sent: header, signature and every row with its salt. */
export interface Submission {
  readonly batch: Batch
  readonly rows: readonly SaltedRow[]
  readonly leaves: readonly Uint8Array[]
}

export function encodeSubmission({ batch, rows }: Pick<Submission, 'batch' | 'rows'>): Uint8Array {
  const header = pack('submission/v1', batch.hub, batch.agency, batch.root, batch.signature)
  const out = new RowWriter(rows.reduce((length, { bytes }) => length + 4 + SALT_BYTES + bytes.length, header.length))
  out.bytes(header)
  // Each row is a part more, written where it stays.
  for (const { salt, bytes } of rows) {
    out.number(salt.length + bytes.length, 4)
    out.bytes(salt)
    out.bytes(bytes)
  }
  return out.written()
}

/**
 * The batch that was sent, its root recomputed from its rows.
 * @throws {IndexError} `ERR_MESSAGE_MALFORMED`, `ERR_BATCH_TOO_LARGE`, `ERR_CHECK_MALFORMED` when the rows are not the signed ones
 */
export function decodeSubmission(type: BatchType, bytes: Uint8Array): Submission {
  const [hub, agency, root, signature, ...saltedRows] = unpack('submission/v1', bytes)
  if (
    hub === undefined ||
    agency === undefined ||
    root === undefined ||
    signature === undefined ||
    saltedRows.length === 0
  ) {
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'a batch has no rows')
  }
  if (saltedRows.length > BATCH_SIZE_MAX)
    throw new IndexError('ERR_BATCH_TOO_LARGE', 'a batch has at most 65536 rows: send several')
  const rows = saltedRows.map((row) => {
    if (row.length < 32 || row.length > 32 + ROW_BYTES_MAX)
      throw new IndexError('ERR_MESSAGE_MALFORMED', 'a row has the wrong size')
    return { salt: row.subarray(0, 32), bytes: row.subarray(32) }
  })
  const leaves = leavesOf(rows)
  if (!equalBytes(batchTree(leaves).root, root))
    throw new IndexError('ERR_CHECK_MALFORMED', 'the rows are not those that were signed')
  return { batch: { type, hub, agency: utf8Text(agency), size: rows.length, root, signature }, rows, leaves }
}

/** Largest row: a check with 64 indicators of 64 characters fits. */
const ROW_BYTES_MAX = 8_192
