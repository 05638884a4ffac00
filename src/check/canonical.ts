import { decode, encode, pack, readU64, toHex, unpack, utf8Text } from '../bytes.js'
import type { AgencyChildId, ChildId } from '../child/identifiers.js'
import { IndexError } from '../errors.js'
import { sha256Joined } from '../hash.js'

/**
 * A check as an agency signs it: that it met a child, in what kind of incident, and which indicators it saw.
 * It has no field that could hold free text or a detail of the child.
 */
export interface Check {
  /** Hub id, 32 bytes. */
  readonly hub: Uint8Array
  readonly agency: string
  readonly epoch: number
  readonly agencyChildId: AgencyChildId
  readonly incident: string
  /** A set, in ascending order of code units. */
  readonly indicators: readonly string[]
  /** When the child or the incident came to the agency's attention, epoch milliseconds. Never the date of alleged harm. */
  readonly occurredAt: number
  readonly submittedAt: number
  /** The agency's own reference: 1 to 64 of `[A-Za-z0-9._/-]`. */
  readonly reference: string
  /** 16-byte pseudonym under a key of the agency's own. */
  readonly practitioner: Uint8Array
  /** SHA-256 of the vocabulary that the codes come from. */
  readonly vocabulary: Uint8Array
}

/** Identifier of a check: its salted leaf hash, 64 lower-case hexadecimal digits. */
export type CheckId = string & { readonly brand: 'CheckId' }

export const CODE: RegExp = /^[A-Za-z0-9._-]{1,64}$/
export const REFERENCE: RegExp = /^[A-Za-z0-9._/-]{1,64}$/
export const PARTY_ID: RegExp = /^[a-z0-9][a-z0-9-]{0,62}$/
export const INDICATORS_MAX = 64

/** The canonical bytes of a check: one layout, one spelling. They are what is hashed, signed for and stored. */
export function encodeCheck(check: Check): Uint8Array {
  return pack(
    'check/v1',
    check.hub,
    check.agency,
    check.epoch,
    check.agencyChildId,
    check.incident,
    encode('indicators', ...check.indicators),
    check.occurredAt,
    check.submittedAt,
    check.reference,
    check.practitioner,
    check.vocabulary,
  )
}

/**
 * The check that canonical bytes hold.
 * @throws {IndexError} `ERR_CHECK_MALFORMED` for anything that `encodeCheck` would not have written.
 */
export function decodeCheck(bytes: Uint8Array): Check {
  try {
    return strictly(bytes)
  } catch (error) {
    if (error instanceof IndexError && error.code === 'ERR_CHECK_MALFORMED') throw error
    throw new IndexError('ERR_CHECK_MALFORMED', 'bytes are not a check')
  }
}

// INVARIANT: every part has one spelling and nothing is left over, so what is read here is written again as it was.
function strictly(bytes: Uint8Array): Check {
  const [
    hub,
    agency,
    epoch,
    agencyChildId,
    incident,
    indicators,
    occurredAt,
    submittedAt,
    reference,
    practitioner,
    vocabulary,
  ] = unpack('check/v1', bytes, 11) as Eleven<Uint8Array>
  const check: Check = {
    hub: lengthOf(32, hub),
    agency: matching(PARTY_ID, agency),
    epoch: readU64(epoch),
    agencyChildId: lengthOf(16, agencyChildId) as AgencyChildId,
    incident: matching(CODE, incident),
    indicators: decode('indicators', indicators).map((code) => matching(CODE, code)),
    occurredAt: readU64(occurredAt),
    submittedAt: readU64(submittedAt),
    reference: matching(REFERENCE, reference),
    practitioner: lengthOf(16, practitioner),
    vocabulary: lengthOf(32, vocabulary),
  }
  if (check.indicators.length > INDICATORS_MAX) throw malformed('a check has too many indicators')
  if (!ascending(check.indicators)) throw malformed('indicators are not an ascending set')
  return check
}

/**
 * What stays the same when a check is sent again: every field but `submittedAt`, and the child itself in place of the
 * identifier (and its epoch) that the agency had for it at the time.
 */
export function contentHash(check: Check, childId: ChildId): Uint8Array {
  return sha256Joined(
    'check-content/v1',
    check.hub,
    check.agency,
    childId,
    check.incident,
    encode('indicators', ...check.indicators),
    check.occurredAt,
    check.reference,
    check.practitioner,
    check.vocabulary,
  )
}

/**
 * What a receipt says of a check besides its id: a hash that the agency can make again from what it sent. Without the
 * child, which the hub may know by an identifier of another epoch.
 */
export function receiptContent(check: Check): Uint8Array {
  const { hub, agency, incident, indicators, occurredAt, reference, practitioner } = check
  return sha256Joined(
    'receipt-content/v1',
    hub,
    agency,
    incident,
    encode('indicators', ...indicators),
    occurredAt,
    reference,
    practitioner,
  )
}

/** The set of codes in the one order that canonical bytes know. */
export function indicatorSet(codes: readonly string[]): readonly string[] {
  return codes.length < 2 ? [...codes] : [...new Set(codes)].sort()
}

export function checkIdOf(leaf: Uint8Array): CheckId {
  return toHex(leaf) as CheckId
}

type Eleven<T> = [T, T, T, T, T, T, T, T, T, T, T]

function malformed(message: string): IndexError {
  return new IndexError('ERR_CHECK_MALFORMED', message)
}

function lengthOf(length: number, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== length) throw malformed('a field has the wrong length')
  return bytes
}

function matching(pattern: RegExp, bytes: Uint8Array): string {
  const text = utf8Text(bytes)
  if (!pattern.test(text)) throw malformed('a field has characters that do not belong there')
  return text
}

function ascending(codes: readonly string[]): boolean {
  return codes.every((code, index) => index === 0 || (codes[index - 1] ?? '') < code)
}
