import { pack, unpack } from '../../bytes.js'
import type { SaltedRow } from '../batch.js'
import { KNOWN, type Known } from '../receipt.js'
import { REFUSED, type Refusal, readRefusal, writeRefusal } from './refusal.js'
import { RowReader, RowWriter } from './rows.js'
import { readSaltedRow, requireSignatureOf, writeSaltedRow } from './salted-rows.js'

/** How a question came out. Of candidates it says how many there are to confirm, never who; `many`: too many to confirm. */
export type IdentifyOutcome =
  | { readonly kind: 'match' }
  | { readonly kind: 'candidates'; readonly candidates: 1 | 2 | 3 }
  | { readonly kind: 'many' }
  | { readonly kind: 'none' }

/** A signed answer, and what travels beside it unsigned. */
export interface AnsweredRow extends SaltedRow {
  readonly known: Known
  readonly outcome: IdentifyOutcome
}

/** A row of the reply for each row of the request, in order. */
export interface IdentifyReply {
  readonly rows: readonly (AnsweredRow | Refusal)[]
  /** Of the batch of the answers; empty where none stands. */
  readonly signature: Uint8Array
}

const TAG = 'identify-reply/v2'
const OUTCOMES: readonly IdentifyOutcome[] = [
  { kind: 'match' },
  { kind: 'candidates', candidates: 1 },
  { kind: 'candidates', candidates: 2 },
  { kind: 'candidates', candidates: 3 },
  { kind: 'many' },
  { kind: 'none' },
]
const ROW_BYTES = 256

export function encodeIdentifyReply({ rows, signature }: IdentifyReply): Uint8Array {
  const out = new RowWriter(rows.length * ROW_BYTES)
  for (const row of rows) {
    if ('code' in row) {
      writeRefusal(out, row)
      continue
    }
    out.byte(KNOWN.length * outcomeNumber(row.outcome) + KNOWN.indexOf(row.known))
    writeSaltedRow(out, row)
  }
  return pack(TAG, out.written(), signature)
}

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` */
export function decodeIdentifyReply(body: Uint8Array): IdentifyReply {
  const [packed, signature] = unpack(TAG, body, 2) as [Uint8Array, Uint8Array]
  const reader = new RowReader(packed, 'ERR_MESSAGE_MALFORMED')
  const rows: (AnsweredRow | Refusal)[] = []
  while (!reader.isAtEnd) {
    const first = reader.byte()
    rows.push(first === REFUSED ? readRefusal(reader) : readAnswer(reader, first))
  }
  requireSignatureOf(rows, signature, reader)
  return { rows, signature }
}

function readAnswer(reader: RowReader, first: number): AnsweredRow {
  const known = KNOWN[first % KNOWN.length]
  const outcome = OUTCOMES[Math.floor(first / KNOWN.length)]
  if (known === undefined || outcome === undefined) reader.refuse()
  const { salt, bytes } = readSaltedRow(reader)
  return { salt, bytes, known, outcome }
}

function outcomeNumber(outcome: IdentifyOutcome): number {
  return OUTCOMES.findIndex(
    (each) => each.kind === outcome.kind && (outcome.kind !== 'candidates' || isSo(each, outcome.candidates)),
  )
}

function isSo(outcome: IdentifyOutcome, candidates: number): boolean {
  return outcome.kind === 'candidates' && outcome.candidates === candidates
}
