import type { Known } from '../../check/receipt.js'
import { IndexError } from '../../errors.js'

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
const NAME_BYTES_MAX = 64

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
  const out = new Writer(length)
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

class Writer {
  readonly written: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(length: number) {
    this.written = new Uint8Array(length)
    this.#view = new DataView(this.written.buffer)
  }

  u8(value: number): void {
    this.#view.setUint8(this.#at, value)
    this.#at += 1
  }

  u16(value: number): void {
    this.#view.setUint16(this.#at, value)
    this.#at += 2
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value)
    this.#at += 4
  }

  u48(value: number): void {
    if (!(value >= 0 && value < 2 ** 48)) throw new RangeError('an instant does not fit in 48 bits')
    this.u16(Math.floor(value / 2 ** 32))
    this.u32(value % 2 ** 32)
  }

  bytes(value: Uint8Array): void {
    this.written.set(value, this.#at)
    this.#at += value.length
  }

  /** Agencies and codes are ASCII, and short. */
  name(value: string): void {
    if (value.length === 0 || value.length > NAME_BYTES_MAX) throw new RangeError('a name has the wrong length')
    this.u8(value.length)
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i)
      if (code <= 0x20 || code >= 0x7f) throw new RangeError('a name has characters that do not belong there')
      this.u8(code)
    }
  }
}

/** @throws {IndexError} `ERR_STORE_DAMAGED` for anything that `encodeCheckRow` would not have written */
export function decodeCheckRow(bytes: Uint8Array): CheckRow {
  try {
    return strictly(new Reader(bytes))
  } catch (error) {
    if (error instanceof RangeError) throw damaged()
    throw error
  }
}

function strictly(from: Reader): CheckRow {
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
function list<T>(from: Reader, length: number, bytesEach: number, read: () => T): readonly T[] {
  from.require(length * bytesEach <= from.left)
  return Array.from({ length }, read)
}

function fill<T extends Uint8Array | Uint16Array | Float64Array>(column: T, read: () => number): T {
  for (let i = 0; i < column.length; i += 1) column[i] = read()
  return column
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  require(isSo: boolean): void {
    if (!isSo) throw damaged()
  }

  u8(): number {
    this.#at += 1
    return this.#view.getUint8(this.#at - 1)
  }

  u16(): number {
    this.#at += 2
    return this.#view.getUint16(this.#at - 2)
  }

  u32(): number {
    this.#at += 4
    return this.#view.getUint32(this.#at - 4)
  }

  u48(): number {
    return this.u16() * 2 ** 32 + this.u32()
  }

  index(length: number): number {
    const index = this.u16()
    this.require(index < length)
    return index
  }

  bytes(length: number): Uint8Array {
    this.require(length <= this.left)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  name(): string {
    const length = this.u8()
    this.require(length > 0 && length <= NAME_BYTES_MAX)
    let name = ''
    for (const byte of this.bytes(length)) {
      this.require(byte > 0x20 && byte < 0x7f)
      name += String.fromCharCode(byte)
    }
    return name
  }
}

function damaged(): IndexError {
  return new IndexError('ERR_STORE_DAMAGED', 'a row of checks is damaged')
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
