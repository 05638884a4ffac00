import { equalBytes } from '../../bytes.js'
import type { Commit, CommitOutcome, NodePlace, Row, StoredEntry, StoredLeaf, Table } from '../port.js'
import { TABLES } from '../port.js'
import type { SqliteConnection, SqliteStatement } from './driver.js'
import { tableName } from './schema.js'

/** The SQL of the store, prepared once for a connection. */
export class Statements {
  readonly #size: SqliteStatement
  readonly #entries: SqliteStatement
  readonly #leaves: SqliteStatement
  readonly #node: SqliteStatement
  readonly #addEntry: SqliteStatement
  readonly #addLeaf: SqliteStatement
  readonly #addNode: SqliteStatement
  readonly #eraseEntry: SqliteStatement
  readonly #eraseLeaf: SqliteStatement
  readonly #tables: ReadonlyMap<Table, TableStatements>

  constructor(db: SqliteConnection) {
    this.#size = db.prepare('SELECT coalesce(max(position) + 1, 0) AS size FROM entry')
    this.#entries = db.prepare(
      'SELECT position, salt, body, sealed FROM entry WHERE position >= ? ORDER BY position LIMIT ?',
    )
    this.#leaves = db.prepare(
      'SELECT row, hash, salt, bytes FROM leaf WHERE position = ? AND row >= ? ORDER BY row LIMIT ?',
    )
    this.#node = db.prepare('SELECT hash FROM node WHERE level = ? AND place = ?')
    this.#addEntry = db.prepare('INSERT INTO entry (position, salt, body, sealed) VALUES (?, ?, ?, ?)')
    this.#addLeaf = db.prepare('INSERT INTO leaf (position, row, hash, salt, bytes) VALUES (?, ?, ?, ?, ?)')
    this.#addNode = db.prepare('INSERT INTO node (level, place, hash) VALUES (?, ?, ?)')
    this.#eraseEntry = db.prepare("UPDATE entry SET salt = x'', body = x'' WHERE position = ?")
    this.#eraseLeaf = db.prepare("UPDATE leaf SET salt = x'', bytes = x'' WHERE position = ? AND row = ?")
    this.#tables = new Map(TABLES.map((table) => [table, tableStatements(db, table)]))
  }

  size(): number {
    return (this.#size.get() as { readonly size: number }).size
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
    for (const { position, row, hash, salt, bytes } of commit.leaves ?? []) {
      this.#addLeaf.run(position, row, hash, salt, bytes)
    }
    for (const { table, key, value } of commit.puts ?? []) {
      if (value === undefined) this.#of(table).remove.run(key)
      else this.#of(table).put.run(key, value)
    }
    for (const { position, row } of commit.erase ?? []) {
      if (row === undefined) this.#eraseEntry.run(position)
      else this.#eraseLeaf.run(position, row)
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
    const rows = this.#leaves.all(position, from, limit) as StoredLeaf[]
    return rows.map(({ row, hash, salt, bytes }) => ({
      row,
      hash: plain(hash),
      salt: plain(salt),
      bytes: plain(bytes),
    }))
  }

  node({ level, index }: NodePlace): Uint8Array | undefined {
    const row = this.#node.get(level, index) as { readonly hash: Uint8Array } | undefined
    return row === undefined ? undefined : plain(row.hash)
  }

  value(table: Table, key: Uint8Array): Uint8Array | undefined {
    const row = this.#of(table).get.get(key) as { readonly value: Uint8Array } | undefined
    return row === undefined ? undefined : plain(row.value)
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

type TableStatements = Readonly<Record<'get' | 'list' | 'insert' | 'put' | 'remove', SqliteStatement>>

function tableStatements(db: SqliteConnection, table: Table): TableStatements {
  const name = tableName(table)
  return {
    get: db.prepare(`SELECT value FROM ${name} WHERE key = ?`),
    list: db.prepare(`SELECT key, value FROM ${name} WHERE key > ? ORDER BY key LIMIT ?`),
    insert: db.prepare(`INSERT INTO ${name} (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING`),
    put: db.prepare(
      `INSERT INTO ${name} (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ),
    remove: db.prepare(`DELETE FROM ${name} WHERE key = ?`),
  }
}

// The driver gives Buffers, each on memory of its own.
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
