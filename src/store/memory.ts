import { equalBytes } from '../bytes.js'
import { IndexError } from '../errors.js'
import {
  checkCommit,
  checkKey,
  checkLeafPlace,
  checkLeafRow,
  checkLimit,
  checkPlace,
  checkPosition,
  checkTable,
  STORE_LIMITS,
} from './limits.js'
import type { Commit, CommitOutcome, LeafPlace, NodePlace, Row, Store, StoredEntry, StoredLeaf, Table } from './port.js'
import { TABLES } from './port.js'

/** A store that lives and dies with the process: for tests and trials, and the model that other stores are held to. */
export function memoryStore(): Store {
  return new MemoryStore()
}

const EMPTY = new Uint8Array(0)

class MemoryStore implements Store {
  readonly #entries: StoredEntry[] = []
  readonly #leaves = new Map<number, StoredLeaf[]>()
  readonly #nodes = new Map<string, Uint8Array>()
  readonly #tables = new Map<Table, SortedRows>(TABLES.map((table) => [table, new SortedRows()]))
  #closed = false

  async size(): Promise<number> {
    this.#checkOpen()
    return this.#entries.length
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    this.#checkOpen()
    checkCommit(commit)
    if (commit.expectedSize !== this.#entries.length) return 'moved'
    for (const { table, key, value } of commit.expects ?? []) {
      const now = this.#rows(table).get(key)
      const same = now === undefined || value === undefined ? now === value : equalBytes(now, value)
      if (!same) return 'moved'
    }
    const inserted = new Set<string>()
    for (const { table, key } of commit.inserts ?? []) {
      const name = `${table}/${keyText(key)}`
      if (inserted.has(name) || this.#rows(table).get(key) !== undefined) return 'taken'
      inserted.add(name)
    }
    this.#apply(commit)
    return 'done'
  }

  async entries(from: number, limit: number): Promise<readonly StoredEntry[]> {
    this.#checkOpen()
    checkPosition(from, 'position')
    checkLimit(limit, STORE_LIMITS.pageLengthMax)
    return this.#entries.slice(from, from + limit).map(copyEntry)
  }

  async leaves(position: number, from: number, limit: number): Promise<readonly StoredLeaf[]> {
    this.#checkOpen()
    checkPosition(position, 'position')
    checkLeafRow(from)
    checkLimit(limit, STORE_LIMITS.leavesLengthMax)
    const rows = this.#leaves.get(position) ?? []
    const first = firstFrom(rows, from)
    return rows.slice(first, first + limit).map(copyLeaf)
  }

  async hashes(places: readonly LeafPlace[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.#checkOpen()
    for (const place of places) checkLeafPlace(place)
    return places.map(({ position, row }) => {
      const rows = this.#leaves.get(position) ?? []
      const leaf = rows[firstFrom(rows, row)]
      return leaf?.row === row ? copy(leaf.hash) : undefined
    })
  }

  async nodes(places: readonly NodePlace[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.#checkOpen()
    for (const place of places) checkPlace(place)
    return places.map((place) => copyIfAny(this.#nodes.get(placeText(place))))
  }

  async get(table: Table, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.#checkOpen()
    checkTable(table)
    for (const key of keys) checkKey(key)
    return keys.map((key) => copyIfAny(this.#rows(table).get(key)))
  }

  async list(table: Table, after: Uint8Array | undefined, limit: number): Promise<readonly Row[]> {
    this.#checkOpen()
    checkTable(table)
    if (after !== undefined) checkKey(after)
    checkLimit(limit, STORE_LIMITS.pageLengthMax)
    return this.#rows(table).page(after, limit)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #apply(commit: Commit): void {
    for (const entry of commit.entries ?? []) this.#entries.push(copyEntry(entry))
    for (const node of commit.nodes ?? []) this.#nodes.set(placeText(node), copy(node.hash))
    for (const leaf of commit.leaves ?? []) {
      const rows = this.#leaves.get(leaf.position) ?? []
      rows.push(copyLeaf(leaf))
      this.#leaves.set(leaf.position, rows)
    }
    for (const { position } of commit.entries ?? []) this.#leaves.get(position)?.sort((a, b) => a.row - b.row)
    for (const { table, key, value } of commit.inserts ?? []) this.#rows(table).set(key, value)
    for (const { table, key, value } of commit.puts ?? []) {
      if (value === undefined) this.#rows(table).delete(key)
      else this.#rows(table).set(key, value)
    }
    for (const { position, row } of commit.erase ?? []) this.#erase(position, row)
  }

  #erase(position: number, row: number | undefined): void {
    const entry = this.#entries[position]
    if (row === undefined && entry !== undefined) {
      this.#entries[position] = { ...entry, salt: EMPTY, body: EMPTY }
    }
    const rows = this.#leaves.get(position)
    const at = rows?.findIndex((leaf) => leaf.row === row) ?? -1
    const leaf = rows?.[at]
    if (rows !== undefined && leaf !== undefined) rows[at] = { ...leaf, salt: EMPTY, bytes: EMPTY }
  }

  #rows(table: Table): SortedRows {
    const rows = this.#tables.get(table)
    if (rows === undefined) throw new RangeError('there is no table of this name')
    return rows
  }

  #checkOpen(): void {
    if (this.#closed) throw new IndexError('ERR_CLOSED', 'the store is closed')
  }
}

/** Rows of one table. Bytes go in and out as copies, so that no caller can change a stored row from outside. */
class SortedRows {
  readonly #values = new Map<string, Uint8Array>()
  /** The keys in order; undefined when one came or went since they were last sorted. */
  #order: readonly string[] | undefined

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#values.get(keyText(key))
  }

  set(key: Uint8Array, value: Uint8Array): void {
    const text = keyText(key)
    if (!this.#values.has(text)) this.#order = undefined
    this.#values.set(text, copy(value))
  }

  delete(key: Uint8Array): void {
    if (this.#values.delete(keyText(key))) this.#order = undefined
  }

  page(after: Uint8Array | undefined, limit: number): Row[] {
    this.#order ??= [...this.#values.keys()].sort()
    const start = after === undefined ? 0 : firstAbove(this.#order, keyText(after))
    return this.#order.slice(start, start + limit).map((text) => ({
      key: copy(Buffer.from(text, 'latin1')),
      value: copy(this.#values.get(text) ?? EMPTY),
    }))
  }
}

/** One UTF-16 unit a byte, so that the order of the texts is the unsigned order of the keys. */
function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}

function firstAbove(sorted: readonly string[], text: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? '') <= text) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the first leaf from a row on. */
function firstFrom(leaves: readonly StoredLeaf[], row: number): number {
  let low = 0
  let high = leaves.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((leaves[middle]?.row ?? 0) < row) low = middle + 1
    else high = middle
  }
  return low
}

function placeText({ level, index }: NodePlace): string {
  return `${level}/${index}`
}

function copyEntry({ position, salt, body, sealed }: StoredEntry): StoredEntry {
  return { position, salt: copy(salt), body: copy(body), sealed }
}

function copyLeaf({ row, hash, salt, bytes }: StoredLeaf): StoredLeaf {
  return { row, hash: copy(hash), salt: copy(salt), bytes: copy(bytes) }
}

function copyIfAny(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined ? undefined : copy(bytes)
}

// Not slice(): on a Buffer that shares memory.
function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}
