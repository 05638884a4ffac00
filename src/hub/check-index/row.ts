import type { Known } from '../../check/receipt.js'
import { damaged, RowReader, RowWriter } from './bytes.js'

/** Checks of one batch, as a row of table `check` holds them. */
export interface RowBatch {
  /** Journal entry. */
  readonly entry: number
  readonly recordedAt: number
  readonly agency: string
  /** By row, ascending. */
  readonly checks: readonly RowCheck[]
}

export interface RowCheck {
  readonly row: number
  /** 16 bytes. */
  readonly childId: Uint8Array
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly known: Known
  /** Of agency and reference, 48 bits. */
  readonly fingerprint: number
}

/** A row as it is read: columns over all of its checks, and what they refer to. */
export interface CheckRow {
  /** Agencies and codes. */
  readonly names: readonly string[]
  /** Sets of indicators, each as places in `names`. */
  readonly sets: readonly Uint16Array[]
  readonly batches: readonly {
    readonly entry: number
    readonly recordedAt: number
    readonly agency: number
    readonly size: number
  }[]
  /** Fingerprints of references whose checks were taken out. */
  readonly forgotten: readonly number[]
  readonly size: number
  readonly rows: Uint16Array
  /** 16 bytes each. */
  readonly childIds: Uint8Array
  readonly fingerprints: Float64Array
  readonly occurredAt: Float64Array
  readonly incidents: Uint16Array
  readonly indicators: Uint16Array
  readonly known: Uint8Array
}

export const KNOWN: readonly Known[] = ['known', 'unknown', 'unresolved']

const VERSION = 1
const ID_BYTES = 16
const CHECK_BYTES = 2 + ID_BYTES + 6 + 6 + 2 + 2 + 1
const BATCH_BYTES = 4 + 6 + 2 + 4
const SETS_MAX = 0x10000
const NAMES_MAX = 0xffff

/**
 * A row of table `check` before it is sealed: 35 bytes a check, 16 a batch, and each name once. Not `encode`: of a single check a
 * length before every field would be half of it.
 */
export function encodeCheckRow(batches: readonly RowBatch[], forgotten: readonly number[]): Uint8Array {
  const { names, sets, numberOf, setOf } = dictionary()
  const numbered = batches.map(({ agency, checks }) => ({
    agency: numberOf(agency),
    checks: checks.map(({ incident, indicators }) => ({ incident: numberOf(incident), set: setOf(indicators) })),
  }))
  const checks = batches.flatMap((batch) => batch.checks)
  const parts = numbered.flatMap((batch) => batch.checks)
  if (names.length > NAMES_MAX || sets.length > SETS_MAX) throw new RangeError('a row of checks has too many names')
  const length =
    1 +
    names.reduce((sum, name) => sum + 1 + name.length, 2) +
    sets.reduce((sum, set) => sum + 1 + 2 * set.length, 4) +
    (4 + BATCH_BYTES * batches.length) +
    (4 + 6 * forgotten.length) +
    CHECK_BYTES * checks.length
  const out = new RowWriter(length)
  out.u8(VERSION)
  out.u16(names.length)
  names.forEach((name) => {
    out.name(name)
  })
  out.u32(sets.length)
  for (const set of sets) {
    out.u8(set.length)
    for (const code of set) out.u16(code)
  }
  out.u32(batches.length)
  for (const [at, { entry, recordedAt, checks: own }] of batches.entries()) {
    out.u32(entry)
    out.u48(recordedAt)
    out.u16(numbered[at]?.agency ?? 0)
    out.u32(own.length)
  }
  out.u32(forgotten.length)
  for (const fingerprint of forgotten) out.u48(fingerprint)
  for (const { row } of checks) out.u16(row)
  for (const { childId } of checks) out.bytes(childId)
  for (const { fingerprint } of checks) out.u48(fingerprint)
  for (const { occurredAt } of checks) out.u48(occurredAt)
  for (const { incident } of parts) out.u16(incident)
  for (const { set } of parts) out.u16(set)
  for (const { known } of checks) out.u8(KNOWN.indexOf(known))
  return out.written
}

function dictionary() {
  const names: string[] = []
  const numbers = new Map<string, number>()
  const sets: (readonly number[])[] = []
  const setNumbers = new Map<string, number>()
  const numberOf = (name: string): number => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, names.length)
    return names.push(name) - 1
  }
  const setOf = (codes: readonly string[]): number => {
    const text = codes.join(' ')
    const known = setNumbers.get(text)
    if (known !== undefined) return known
    setNumbers.set(text, sets.length)
    return sets.push(codes.map(numberOf)) - 1
  }
  return { names, sets, numberOf, setOf }
}

/** @throws {IndexError} `ERR_STORE_DAMAGED` for anything that `encodeCheckRow` would not have written */
export function decodeCheckRow(bytes: Uint8Array): CheckRow {
  try {
    return strictly(new RowReader(bytes))
  } catch (error) {
    if (error instanceof RangeError) throw damaged()
    throw error
  }
}

function strictly(from: RowReader): CheckRow {
  from.require(from.u8() === VERSION)
  const names = list(from, from.u16(), 2, () => from.name())
  const sets = list(from, from.u32(), 1, () => {
    const set = new Uint16Array(from.u8())
    for (let i = 0; i < set.length; i += 1) set[i] = from.index(names.length)
    return set
  })
  const batches = list(from, from.u32(), BATCH_BYTES, () => ({
    entry: from.u32(),
    recordedAt: from.u48(),
    agency: from.index(names.length),
    size: from.u32(),
  }))
  const forgotten = list(from, from.u32(), 6, () => from.u48())
  const size = batches.reduce((sum, batch) => sum + batch.size, 0)
  from.require(from.left === CHECK_BYTES * size)
  const row: CheckRow = {
    names,
    sets,
    batches,
    forgotten,
    size,
    rows: fill(new Uint16Array(size), () => from.u16()),
    childIds: from.bytes(ID_BYTES * size),
    fingerprints: fill(new Float64Array(size), () => from.u48()),
    occurredAt: fill(new Float64Array(size), () => from.u48()),
    incidents: fill(new Uint16Array(size), () => from.index(names.length)),
    indicators: fill(new Uint16Array(size), () => from.index(sets.length)),
    known: fill(new Uint8Array(size), () => from.u8()),
  }
  from.require(isAscending(row) && row.known.every((known) => known < KNOWN.length))
  return row
}

/** Batches by entry, the checks of each by row, none twice. */
function isAscending({ batches, rows }: CheckRow): boolean {
  let at = 0
  let before = -1
  for (const { entry, size } of batches) {
    if (entry <= before || size === 0) return false
    before = entry
    for (let i = at + 1; i < at + size; i += 1) if ((rows[i] ?? 0) <= (rows[i - 1] ?? 0)) return false
    at += size
  }
  return true
}

/** As many as are said to be there, if there are bytes for so many. */
function list<T>(from: RowReader, length: number, bytesEach: number, read: () => T): readonly T[] {
  from.require(length * bytesEach <= from.left)
  return Array.from({ length }, read)
}

function fill<T extends Uint8Array | Uint16Array | Float64Array>(column: T, read: () => number): T {
  for (let i = 0; i < column.length; i += 1) column[i] = read()
  return column
}

/** The checks of a row, batch by batch: for what rewrites it. */
export function batchesOf(row: CheckRow): readonly RowBatch[] {
  let at = 0
  return row.batches.map(({ entry, recordedAt, agency, size }) => {
    const from = at
    at += size
    const checks = Array.from({ length: size }, (_, index) => checkAt(row, from + index))
    return { entry, recordedAt, agency: row.names[agency] ?? '', checks }
  })
}

function checkAt(row: CheckRow, at: number): RowCheck {
  return {
    row: row.rows[at] ?? 0,
    childId: row.childIds.subarray(ID_BYTES * at, ID_BYTES * (at + 1)),
    incident: row.names[row.incidents[at] ?? 0] ?? '',
    indicators: Array.from(row.sets[row.indicators[at] ?? 0] ?? [], (code) => row.names[code] ?? ''),
    occurredAt: row.occurredAt[at] ?? 0,
    known: KNOWN[row.known[at] ?? 0] ?? 'unknown',
    fingerprint: row.fingerprints[at] ?? 0,
  }
}
