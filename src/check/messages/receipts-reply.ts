import { pack, unpack } from '../../bytes.js'
import type { SaltedRow } from '../batch.js'
import { REFUSED, type Refusal, readRefusal, writeRefusal } from './refusal.js'
import { RowReader, RowWriter } from './rows.js'
import { readSaltedRow, requireSignatureOf, writeSaltedRow } from './salted-rows.js'

/** What an agency gets back for a batch: for each row its receipt or a refusal, in order. */
export interface ReceiptsReply {
  readonly rows: readonly (SaltedRow | Refusal)[]
  /** Of the batch of the receipts; empty where none stands. */
  readonly signature: Uint8Array
}

const TAG = 'receipts-reply/v2'
const STANDS = 0
const ROW_BYTES = 320

export function encodeReceiptsReply({ rows, signature }: ReceiptsReply): Uint8Array {
  const out = new RowWriter(rows.length * ROW_BYTES)
  for (const row of rows) {
    if ('code' in row) {
      writeRefusal(out, row)
      continue
    }
    out.byte(STANDS)
    writeSaltedRow(out, row)
  }
  return pack(TAG, out.written(), signature)
}

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` */
export function decodeReceiptsReply(body: Uint8Array): ReceiptsReply {
  const [packed, signature] = unpack(TAG, body, 2) as [Uint8Array, Uint8Array]
  const reader = new RowReader(packed, 'ERR_MESSAGE_MALFORMED')
  const rows: (SaltedRow | Refusal)[] = []
  while (!reader.isAtEnd) {
    const first = reader.byte()
    if (first !== STANDS && first !== REFUSED) reader.refuse()
    rows.push(first === STANDS ? readSaltedRow(reader) : readRefusal(reader))
  }
  requireSignatureOf(rows, signature, reader)
  return { rows, signature }
}
