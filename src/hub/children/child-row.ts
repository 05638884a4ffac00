import { decode, encode, pack, readU64, unpack, utf8Text } from '../../bytes.js'
import { asChildId } from '../../child/identifiers.js'
import { IndexError } from '../../errors.js'
import type { ChildRow } from '../rows.js'

const TAG = 'child-row/v2'
const STATUSES = ['registered', 'provisional', 'unresolved'] as const
const SHIELDED = 1
const SHIELDED_BY_LINK = 2
const SAYS_HONEY = 4
const HONEY = 8
const NOTHING = new Uint8Array(0)

// The largest of which five rows fit on a page of SQLite; nine in ten take one step.
const STEP = 744

/**
 * A child's row in bytes: as JSON it took half as much room again, and many times as long to read. Zeros behind fill it up to one of
 * few sizes, for to the byte its size would tell how many names a child has, and whether it is shielded.
 */
export function encodeChildRow(row: ChildRow): Uint8Array {
  const parts = [
    Uint8Array.of(STATUSES.indexOf(row.status), flagsOf(row), row.traits, row.lookups ?? 0),
    row.childId,
    row.linkedTo ?? NOTHING,
    row.answeredAs ?? NOTHING,
    row.createdAt,
    row.recordVersion,
    row.enquiry ?? 0,
    encode('numbers', ...row.numbers.flatMap(({ kind, mark }) => [kind, mark])),
    encode('fingerprints', ...row.fingerprints),
    row.marks,
    row.details,
  ] as const
  const { length } = pack(TAG, ...parts, NOTHING)
  return pack(TAG, ...parts, new Uint8Array(Math.ceil(length / STEP) * STEP - length))
}

function flagsOf({ shielded, shieldedByLink, isHoney }: ChildRow): number {
  const honey = isHoney === undefined ? 0 : SAYS_HONEY | (isHoney === 1 ? HONEY : 0)
  return (shielded ? SHIELDED : 0) | (shieldedByLink === true ? SHIELDED_BY_LINK : 0) | honey
}

/** @throws {IndexError} `ERR_STORE_DAMAGED` */
export function decodeChildRow(bytes: Uint8Array): ChildRow {
  const [head, childId, linkedTo, answeredAs, createdAt, recordVersion, enquiry, numbers, prints, marks, details] =
    unpack(TAG, bytes, PARTS) as Twelve<Uint8Array>
  const [status = 0, flags = 0, traits = 0, lookups = 0] = head
  return {
    childId: asChildId(childId),
    status: statusOf(status),
    shielded: (flags & SHIELDED) !== 0,
    numbers: numbersIn(decode('numbers', numbers)),
    marks,
    details,
    traits,
    recordVersion: readU64(recordVersion),
    fingerprints: decode('fingerprints', prints),
    createdAt: readU64(createdAt),
    ...(lookups === 0 ? {} : { lookups }),
    ...(readU64(enquiry) === 0 ? {} : { enquiry: readU64(enquiry) }),
    ...(linkedTo.length === 0 ? {} : { linkedTo: asChildId(linkedTo) }),
    ...(answeredAs.length === 0 ? {} : { answeredAs: asChildId(answeredAs) }),
    ...((flags & SHIELDED_BY_LINK) === 0 ? {} : { shieldedByLink: true }),
    ...((flags & SAYS_HONEY) === 0 ? {} : { isHoney: (flags & HONEY) === 0 ? 0 : 1 }),
  }
}

const PARTS = 12
type Twelve<T> = [T, T, T, T, T, T, T, T, T, T, T, T]

function statusOf(place: number): ChildRow['status'] {
  const status = STATUSES[place]
  if (status === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a child’s row has a status that there is not')
  return status
}

function numbersIn(parts: readonly Uint8Array[]): ChildRow['numbers'] {
  const numbers: { readonly kind: string; readonly mark: number }[] = []
  for (let i = 0; i + 1 < parts.length; i += 2)
    numbers.push({ kind: utf8Text(parts[i] as Uint8Array), mark: readU64(parts[i + 1] as Uint8Array) })
  return numbers
}
