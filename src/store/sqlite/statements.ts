import { equalBytes } from '../../bytes.js'
import { STORE_LIMITS } from '../limits.js'
import type { Commit, CommitOutcome, LeafPlace, NodePlace, Row, StoredEntry, StoredLeaf, Table } from '../port.js'
import { TABLES } from '../port.js'
import { cell, type SqliteConnection, type SqliteStatement, type SqliteValue } from './driver.js'
import {
  erasedContent,
  hashIn,
  leafPages,
  leafPlace,
  leavesOf,
  PAGE_LEAVES_MAX,
  type PlacedPage,
} from './leaf-pages.js'
import { tableName } from './schema.js'

/** The SQL of the store, prepared once for a connection. */
export class Statements {
  readonly #size: Cell
  readonly #entries: SqliteStatement
  readonly #leaves: SqliteStatement
  readonly #fixed: Cell
  readonly #node: Cell
  readonly #addEntry: SqliteStatement
  readonly #addLeaves: SqliteStatement
  readonly #addNode: SqliteStatement
  readonly #eraseEntry: SqliteStatement
  readonly #eraseLeaf: SqliteStatement
  readonly #tables: ReadonlyMap<Table, TableStatements>

  constructor(db: SqliteConnection) {
    this.#size = cell(db.prepare('SELECT coalesce(max(position) + 1, 0) FROM entry'))
    this.#entries = db.prepare(
      'SELECT position, salt, body, sealed FROM entry WHERE position >= ? ORDER BY position LIMIT ?',
    )
    this.#leaves = db.prepare(
      'SELECT place, fixed, content FROM leaf WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?',
    )
    // Without the column of salts and bytes SQLite leaves most of a page unread.
    this.#fixed = cell(db.prepare('SELECT fixed FROM leaf WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1'))
    this.#node = cell(db.prepare('SELECT hash FROM node WHERE level = ? AND place = ?'))
    this.#addEntry = db.prepare('INSERT INTO entry (position, salt, body, sealed) VALUES (?, ?, ?, ?)')
    this.#addLeaves = db.prepare('INSERT INTO leaf (place, fixed, content) VALUES (?, ?, ?)')
    this.#addNode = db.prepare('INSERT INTO node (level, place, hash) VALUES (?, ?, ?)')
    this.#eraseEntry = db.prepare("UPDATE entry SET salt = x'', body = x'' WHERE position = ?")
    this.#eraseLeaf = db.prepare('UPDATE leaf SET content = ? WHERE place = ?')
    this.#tables = new Map(TABLES.map((table) => [table, tableStatements(db, table)]))
  }

  size(): number {
    return this.#size() as number
  }

  /** Writes a commit inside a transaction that the caller has begun; anything but `done` must be rolled back. */
  write(commit: Commit): CommitOutcome {
    if (this.size() !== commit.expectedSize) return 'moved'
    for (const { table, key, value } of commit.expects ?? []) {
      const now = this.value(table, key)
      const same = now === undefined || value === undefined ? now === value : equalBytes(now, value)
      if (!same) return 'moved'
    }
    for (const { table, key, value } of commit.inserts ?? []) {
      if (this.#of(table).insert.run(key, value).changes === 0) return 'taken'
    }
    for (const { position, salt, body, sealed } of commit.entries ?? []) {
      this.#addEntry.run(position, salt, body, sealed ? 1 : 0)
    }
    for (const { level, index, hash } of commit.nodes ?? []) this.#addNode.run(level, index, hash)
    for (const { place, fixed, content } of leafPages(commit.leaves ?? [])) this.#addLeaves.run(place, fixed, content)
    for (const { table, key, value } of commit.puts ?? []) {
      if (value === undefined) this.#of(table).remove.run(key)
      else this.#of(table).put.run(key, value)
    }
    for (const { position, row } of commit.erase ?? []) {
      if (row === undefined) this.#eraseEntry.run(position)
      else this.#eraseRow(position, row)
    }
    return 'done'
  }

  entries(from: number, limit: number): StoredEntry[] {
    const rows = this.#entries.all(from, limit) as (Omit<StoredEntry, 'sealed'> & { readonly sealed: number })[]
    return rows.map(({ position, salt, body, sealed }) => ({
      position,
      salt: plain(salt),
      body: plain(body),
      sealed: sealed === 1,
    }))
  }

  leaves(position: number, from: number, limit: number): StoredLeaf[] {
    const leaves: StoredLeaf[] = []
    for (let next = from; leaves.length < limit; ) {
      // Most pages are full, so that one turn finds all; rows of many bytes, or with gaps between them, may take more.
      const pagesMax = Math.ceil((limit - leaves.length) / PAGE_LEAVES_MAX) + (limit === 1 ? 0 : 1)
      const pages = this.#pages(position, next, pagesMax)
      for (const page of pages) leaves.push(...leavesOf(page, next, limit - leaves.length))
      if (pages.length < pagesMax) break
      next = (leaves.at(-1)?.row ?? next) + 1
    }
    return leaves
  }

  #pages(position: number, from: number, limit: number): PlacedPage[] {
    const last = leafPlace(position, STORE_LIMITS.leavesLengthMax - 1)
    const pages = this.#leaves.all(leafPlace(position, from), last, limit) as PlacedPage[]
    return pages.map(({ place, fixed, content }) => ({ place, fixed: plain(fixed), content: plain(content) }))
  }

  /** The page that held it is written anew in the same commit; SQLite overwrites what it takes back (`secure_delete`). */
  #eraseRow(position: number, row: number): void {
    const [page] = this.#pages(position, row, 1)
    const content = page === undefined ? undefined : erasedContent(page, row)
    if (page !== undefined && content !== undefined) this.#eraseLeaf.run(content, page.place)
  }

  hash({ position, row }: LeafPlace): Uint8Array | undefined {
    const last = leafPlace(position, STORE_LIMITS.leavesLengthMax - 1)
    const fixed = plainIfAny(this.#fixed(leafPlace(position, row), last))
    return fixed === undefined ? undefined : hashIn(fixed, row)
  }

  node({ level, index }: NodePlace): Uint8Array | undefined {
    return plainIfAny(this.#node(level, index))
  }

  value(table: Table, key: Uint8Array): Uint8Array | undefined {
    return plainIfAny(this.#of(table).get(key))
  }

  list(table: Table, after: Uint8Array | undefined, limit: number): Row[] {
    // A key has at least one byte, so every key comes after the empty one.
    const rows = this.#of(table).list.all(after ?? new Uint8Array(0), limit) as Row[]
    return rows.map(({ key, value }) => ({ key: plain(key), value: plain(value) }))
  }

  #of(table: Table): TableStatements {
    const statements = this.#tables.get(table)
    if (statements === undefined) throw new RangeError('there is no table of this name')
    return statements
  }
}

type Cell = (...values: SqliteValue[]) => unknown
type TableStatements = Readonly<Record<'list' | 'insert' | 'put' | 'remove', SqliteStatement>> & { readonly get: Cell }

function tableStatements(db: SqliteConnection, table: Table): TableStatements {
  const name = tableName(table)
  return {
    get: cell(db.prepare(`SELECT value FROM ${name} WHERE key = ?`)),
    list: db.prepare(`SELECT key, value FROM ${name} WHERE key > ? ORDER BY key LIMIT ?`),
    insert: db.prepare(`INSERT INTO ${name} (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING`),
    put: db.prepare(
      `INSERT INTO ${name} (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ),
    remove: db.prepare(`DELETE FROM ${name} WHERE key = ?`),
  }
}

function plainIfAny(value: unknown): Uint8Array | undefined {
  return value === undefined ? undefined : plain(value as Uint8Array)
}

// The driver gives Buffers, each on memory of its own.
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
