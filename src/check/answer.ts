import { pack, readU64, unpack, utf8Text } from '../bytes.js'
import type { AgencyChildId } from '../child/identifiers.js'
import { IndexError } from '../errors.js'
import { sha256Joined } from '../hash.js'
import { toJsonBytes } from '../json.js'

/**
 * What the hub signs when it identifies a child: for details that hash to `commitment` under the agency's own salt, it
 * answered this agency child id. A hub that steers a check to another child is caught by its own signature.
 */
export interface IdentifyAnswer {
  readonly hub: Uint8Array
  readonly agency: string
  /** `detailsCommitment(salt, query)`: 32 bytes. The hub never learns the salt. */
  readonly commitment: Uint8Array
  readonly agencyChildId: AgencyChildId
  readonly epoch: number
  readonly at: number
}

/** SHA-256 of salt and query: what an agency asked, provable by the agency and by nobody else. */
export function detailsCommitment(salt: Uint8Array, query: unknown): Uint8Array {
  return sha256Joined('details/v1', salt, numberAsJson(query) ?? toJsonBytes(query))
}

/** The canonical JSON of a query that is nothing but ten digits, as most are: as text, a tenth of the time that any value takes. */
function numberAsJson(query: unknown): string | undefined {
  if (typeof query !== 'object' || query === null || !('nhsNumber' in query)) return undefined
  const { nhsNumber, ...more } = query
  const isIt = typeof nhsNumber === 'string' && DIGITS.test(nhsNumber) && Object.keys(more).length === 0
  return isIt ? `{"nhsNumber":"${nhsNumber}"}` : undefined
}

const DIGITS = /^[0-9]{10}$/

export function encodeAnswer(answer: IdentifyAnswer): Uint8Array {
  const { hub, agency, commitment, agencyChildId, epoch, at } = answer
  return pack('identify-answer/v1', hub, agency, commitment, agencyChildId, epoch, at)
}

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` */
export function decodeAnswer(bytes: Uint8Array): IdentifyAnswer {
  const [hub, agency, commitment, id, epoch, at] = unpack('identify-answer/v1', bytes, 6) as Six<Uint8Array>
  if (hub.length !== 32 || commitment.length !== 32 || id.length !== 16) {
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'bytes are not an identify answer')
  }
  return {
    hub,
    agency: utf8Text(agency),
    commitment,
    agencyChildId: id as AgencyChildId,
    epoch: readU64(epoch),
    at: readU64(at),
  }
}

type Six<T> = [T, T, T, T, T, T]
