import { pack, unpack } from '../../bytes.js'
import type { ChildQuery } from '../../child/details.js'
import { asAgencyChildId } from '../../child/identifiers.js'
import { readAgencyChildId, writeAgencyChildId } from '../../child/written-form.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { LOOKUPS_MAX } from '../identification.js'
import { RowReader, RowWriter } from './rows.js'

/** What an agency asks for: one child, by a commitment whose salt stays with the agency, for one of its practitioners. */
export interface IdentifyRow<Query> {
  readonly query: Query
  /** `detailsCommitment`, 32 bytes. */
  readonly commitment: Uint8Array
  /** `practitionerPseudonym`, 16 bytes. */
  readonly practitioner: Uint8Array
}

/** `back-fill`: an agency looks up its whole case list, and no checks are to follow. */
export type IdentifyPurpose = 'check' | 'back-fill'

const TAG = 'identify-request/v2'
const PURPOSES: readonly IdentifyPurpose[] = ['check', 'back-fill']

/** How a query is spelt: a number or an id in bytes; details, and an alias, in JSON. */
const AS = { number: 0, id: 1, json: 2 }

// Ten digits fit five bytes; a JSON of the longest details that `parseQuery` takes has some 70,000.
const NUMBER_BYTES = 5
const NUMBERS = 10_000_000_000
const JSON_BYTES_MAX = 131_072
const ROW_BYTES = 32 + 16 + 1 + 17

/** @param rows with queries as `readQuery` gives them */
export function encodeIdentifyRequest(rows: readonly IdentifyRow<ChildQuery>[], purpose: IdentifyPurpose): Uint8Array {
  const out = new RowWriter(rows.length * ROW_BYTES)
  for (const { query, commitment, practitioner } of rows) {
    out.bytes(commitment)
    out.bytes(practitioner)
    writeQuery(out, query)
  }
  return pack(TAG, Uint8Array.of(PURPOSES.indexOf(purpose)), out.written())
}

/**
 * The rows of a request. What a query says is still unknown input.
 * @throws {IndexError} `ERR_MESSAGE_MALFORMED` for what is no such message; `ERR_REQUEST_INVALID` for its rows
 */
export function decodeIdentifyRequest(body: Uint8Array): {
  readonly rows: readonly IdentifyRow<unknown>[]
  readonly purpose: IdentifyPurpose
} {
  const [said, packed] = unpack(TAG, body, 2) as [Uint8Array, Uint8Array]
  const reader = new RowReader(packed, 'ERR_REQUEST_INVALID')
  const rows: IdentifyRow<unknown>[] = []
  while (!reader.isAtEnd && rows.length <= LOOKUPS_MAX) {
    const [commitment, practitioner] = [reader.bytes(32), reader.bytes(16)]
    rows.push({ query: readQueryOf(reader), commitment, practitioner })
  }
  const purpose = said.length === 1 ? PURPOSES[said[0] as number] : undefined
  if (purpose === undefined || rows.length === 0 || rows.length > LOOKUPS_MAX) return reader.refuse()
  return { rows, purpose }
}

function writeQuery(out: RowWriter, query: ChildQuery): void {
  if ('nhsNumber' in query) {
    out.byte(AS.number)
    out.number(Number(query.nhsNumber), NUMBER_BYTES)
  } else if ('agencyChildId' in query) {
    const { agencyChildId, epochMod4 } = readAgencyChildId(query.agencyChildId)
    out.byte(AS.id)
    out.bytes(agencyChildId)
    out.byte(epochMod4)
  } else {
    const json = toJsonBytes(query)
    out.byte(AS.json)
    out.number(json.length, 4)
    out.bytes(json)
  }
}

function readQueryOf(rows: RowReader): unknown {
  switch (rows.byte()) {
    case AS.number: {
      const number = rows.number(NUMBER_BYTES)
      return number < NUMBERS ? { nhsNumber: String(number).padStart(10, '0') } : rows.refuse()
    }
    case AS.id: {
      const [id, epochMod4] = [asAgencyChildId(rows.bytes(16)), rows.byte()]
      return epochMod4 < 4 ? { agencyChildId: writeAgencyChildId(id, epochMod4) } : rows.refuse()
    }
    case AS.json: {
      const length = rows.number(4)
      const query = length <= JSON_BYTES_MAX ? fromJsonBytes(rows.bytes(length)) : rows.refuse()
      return isSpeltInBytes(query) ? rows.refuse() : query
    }
    default:
      return rows.refuse()
  }
}

/** There is one spelling: what has a form in bytes does not come as JSON. */
function isSpeltInBytes(query: unknown): boolean {
  return typeof query === 'object' && query !== null && ('nhsNumber' in query || 'agencyChildId' in query)
}
