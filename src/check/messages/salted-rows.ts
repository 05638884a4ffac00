import { SALT_BYTES } from '../../journal/merkle.js'
import type { SaltedRow } from '../batch.js'
import type { Refusal } from './refusal.js'
import type { RowReader, RowWriter } from './rows.js'

/** A row of a signed batch: its salt, and its bytes behind their length in two bytes. */
export function writeSaltedRow(out: RowWriter, { salt, bytes }: SaltedRow): void {
  out.bytes(salt)
  out.number(bytes.length, 2)
  out.bytes(bytes)
}

/** A copy: whoever keeps the proof of one row keeps no message of a thousand. */
export function readSaltedRow(rows: RowReader): SaltedRow {
  const salt = rows.bytes(SALT_BYTES)
  const bytes = rows.bytes(rows.number(2))
  const kept = new Uint8Array(SALT_BYTES + bytes.length)
  kept.set(salt)
  kept.set(bytes, SALT_BYTES)
  return { salt: kept.subarray(0, SALT_BYTES), bytes: kept.subarray(SALT_BYTES) }
}

/** There is a signature exactly where there is something that it is over. */
export function requireSignatureOf(
  rows: readonly (SaltedRow | Refusal)[],
  signature: Uint8Array,
  reader: RowReader,
): void {
  const isOver = rows.some((row) => !('code' in row))
  if (signature.length !== (isOver ? 64 : 0)) reader.refuse()
}
