import { type Commit, type LeafPlace, type NodePlace, TABLES, type Table } from './port.js'

/** Sizes that every store holds its callers to. Beyond one of them is a programmer's mistake: a `RangeError`, no code. */
export const STORE_LIMITS = {
  pageLengthMax: 10_000,
  leavesLengthMax: 65_536,
  keyBytesMax: 64,
  valueBytesMax: 16_777_216,
  saltBytes: 32,
  hashBytes: 32,
  bodyBytesMax: 1_048_576,
  nodeLevelMax: 52,
} as const

/** @throws {RangeError} when a part is too long, or does not belong to the entries that the commit appends. */
export function checkCommit(commit: Commit): void {
  const from = commit.expectedSize
  checkPosition(from, 'expected size')
  const to = from + (commit.entries?.length ?? 0)
  checkEntries(commit)
  checkNodes(commit, from, to)
  checkLeaves(commit, from, to)
  for (const { table, key, value } of commit.expects ?? []) checkRow(table, key, value)
  for (const { table, key, value } of commit.inserts ?? []) checkRow(table, key, value)
  for (const { table, key, value } of commit.puts ?? []) checkRow(table, key, value)
  for (const { position, row } of commit.erase ?? []) {
    checkPosition(position, 'position to erase')
    if (position >= to) throw new RangeError('position to erase is beyond the journal')
    if (row !== undefined) checkLeafRow(row)
  }
}

export function checkTable(table: Table): void {
  if (!TABLES.includes(table)) throw new RangeError('there is no table of this name')
}

export function checkKey(key: Uint8Array): void {
  checkLength(key, 1, STORE_LIMITS.keyBytesMax, 'key')
}

export function checkPosition(position: number, what: string): void {
  if (!Number.isSafeInteger(position) || position < 0)
    throw new RangeError(`${what} is not a non-negative safe integer`)
}

export function checkLimit(limit: number, max: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > max) {
    throw new RangeError(`limit is not an integer from 1 to ${max}`)
  }
}

export function checkLeafRow(row: number): void {
  if (!Number.isSafeInteger(row) || row < 0 || row >= STORE_LIMITS.leavesLengthMax) {
    throw new RangeError('row is not an integer from 0 to 65535')
  }
}

export function checkLeafPlace({ position, row }: LeafPlace): void {
  checkPosition(position, 'position')
  checkLeafRow(row)
}

export function checkPlace({ level, index }: NodePlace): void {
  checkPosition(index, 'node index')
  if (!Number.isSafeInteger(level) || level < 0 || level > STORE_LIMITS.nodeLevelMax) {
    throw new RangeError(`node level is not an integer from 0 to ${STORE_LIMITS.nodeLevelMax}`)
  }
}

function checkEntries(commit: Commit): void {
  for (const [at, entry] of (commit.entries ?? []).entries()) {
    if (entry.position !== commit.expectedSize + at) throw new RangeError('entries are not at the next positions')
    checkLength(entry.salt, STORE_LIMITS.saltBytes, STORE_LIMITS.saltBytes, 'salt of an entry')
    checkLength(entry.body, 0, STORE_LIMITS.bodyBytesMax, 'body of an entry')
  }
}

// Only what the new entries complete: as the journal never shrinks, no place can then be written by two commits.
function checkNodes(commit: Commit, from: number, to: number): void {
  const seen = new Set<string>()
  for (const node of commit.nodes ?? []) {
    checkPlace(node)
    checkLength(node.hash, STORE_LIMITS.hashBytes, STORE_LIMITS.hashBytes, 'hash of a node')
    const end = (node.index + 1) * 2 ** node.level
    if (end <= from || end > to) throw new RangeError('a node is not completed by the new entries')
    const place = `${node.level}/${node.index}`
    if (seen.has(place)) throw new RangeError('a node is written twice')
    seen.add(place)
  }
}

function checkLeaves(commit: Commit, from: number, to: number): void {
  const leaves = commit.leaves ?? []
  let isSorted = true
  for (const [at, leaf] of leaves.entries()) {
    checkPosition(leaf.position, 'position of a row')
    checkLeafRow(leaf.row)
    if (leaf.position < from || leaf.position >= to) throw new RangeError('a row does not lie beside a new entry')
    checkLength(leaf.hash, STORE_LIMITS.hashBytes, STORE_LIMITS.hashBytes, 'hash of a row')
    checkLength(leaf.salt, 0, STORE_LIMITS.saltBytes, 'salt of a row')
    checkLength(leaf.bytes, 0, STORE_LIMITS.bodyBytesMax, 'bytes of a row')
    const before = leaves[at - 1]
    isSorted &&= before === undefined || compareLeaves(before, leaf) < 0
  }
  if (!isSorted && new Set(leaves.map(({ position, row }) => `${position}/${row}`)).size < leaves.length) {
    throw new RangeError('a row is written twice')
  }
}

/** By entry, and by row beside it. */
export function compareLeaves(a: LeafPlace, b: LeafPlace): number {
  return a.position - b.position || a.row - b.row
}

function checkRow(table: Table, key: Uint8Array, value: Uint8Array | undefined): void {
  checkTable(table)
  checkKey(key)
  if (value !== undefined) checkLength(value, 0, STORE_LIMITS.valueBytesMax, 'value')
}

function checkLength(bytes: Uint8Array, min: number, max: number, what: string): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${what} is not bytes`)
  if (bytes.length < min || bytes.length > max) {
    throw new RangeError(`${what} has ${bytes.length} bytes, not ${min === max ? min : `${min} to ${max}`}`)
  }
}
