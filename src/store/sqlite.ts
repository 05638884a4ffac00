import { resolve } from 'node:path'
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
import type { SqliteConnect, SqliteConnection } from './sqlite/driver.js'
import { codeOf, isPassing, storeFailure } from './sqlite/failure.js'
import { closeQuietly, openDatabase } from './sqlite/open.js'
import { Statements } from './sqlite/statements.js'

export interface SqliteStoreOptions {
  /** Whether a file that is missing, or still empty, becomes a new store. Its folder must exist. Default false. */
  readonly create?: boolean
  /** Whether commits are refused (`ERR_STORE_READ_ONLY`). Default false. */
  readonly readonly?: boolean
  /** How long one call may wait, and block the process, for another process's write: 0 to 600,000 ms. Default 5,000. */
  readonly waitMsMax?: number
  /** Pages of 4,096 bytes beyond which a commit fails with `ERR_STORE_FULL`. Default: as far as the disk goes. */
  readonly pagesMax?: number
  /** Another SQLite driver, such as one that encrypts the file. Default: `better-sqlite3`, loaded on the first opening. */
  readonly connect?: SqliteConnect
}

/**
 * A store in one SQLite file, durable through process kill and power cut, shareable by several processes of one host.
 *
 * Calls block the process while SQLite works. What `erase` empties is overwritten in the file and cut from the WAL in the
 * same call, or by a later commit where another process is reading. Backups made before keep it.
 *
 * After `ERR_STORE_FAILED` or `ERR_STORE_DAMAGED` from an open store it is unknown whether the commit was stored, and
 * every verb but `close` fails: open the file again and read its size.
 *
 * @throws {IndexError} `ERR_FILE_MISSING`, `ERR_FILE_INVALID` (not a file), `ERR_STORE_FOREIGN` (another program's; left as it
 * was), `ERR_STORE_NEWER`, `ERR_STORE_DAMAGED` (no database, cut short, corrupt), `ERR_STORE_READ_ONLY`, `ERR_STORE_BUSY`,
 * `ERR_STORE_FULL`, `ERR_STORE_FAILED`. Only the code of SQLite or of the system stands in message and cause.
 */
export async function openSqliteStore(path: string, options: SqliteStoreOptions = {}): Promise<Store> {
  const { create = false, readonly = false, waitMsMax = 5000, pagesMax } = options
  if (path === '') throw new TypeError('path is empty')
  if (create && readonly) throw new TypeError('a store is either created or only read')
  if (!Number.isInteger(waitMsMax) || waitMsMax < 0 || waitMsMax > 600_000) throw new RangeError('waitMsMax')
  if (pagesMax !== undefined && (!Number.isInteger(pagesMax) || pagesMax < 1)) throw new RangeError('pagesMax')
  const connect = options.connect ?? (await defaultConnect())
  // Absolute, so that a driver never takes `:memory:` for anything but the name of a file.
  const file = resolve(path)
  const db = openDatabase(file, { create, readonly, waitMsMax, pagesMax }, connect)
  try {
    return new SqliteStore(db, { readonly, waitMsMax })
  } catch (error) {
    closeQuietly(db)
    throw storeFailure(error)
  }
}

async function defaultConnect(): Promise<SqliteConnect> {
  try {
    const { default: Database } = await import('better-sqlite3')
    return (path, options) => new Database(path, options)
  } catch (error) {
    const cause = codeOf(error)
    throw new IndexError('ERR_STORE_FAILED', `the SQLite driver better-sqlite3 could not be loaded (${cause})`, {
      cause: new Error(cause),
    })
  }
}

interface Kept {
  readonly readonly: boolean
  readonly waitMsMax: number
}

class SqliteStore implements Store {
  readonly #db: SqliteConnection
  readonly #statements: Statements
  readonly #options: Kept
  #closed = false
  #failure: IndexError | undefined
  #erasedInWal = false

  constructor(db: SqliteConnection, options: Kept) {
    this.#db = db
    this.#options = options
    this.#statements = new Statements(db)
  }

  async size(): Promise<number> {
    this.#checkOpen()
    return this.#attempt(() => this.#statements.size())
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    this.#checkOpen()
    checkCommit(commit)
    const outcome = this.#attempt(() => {
      this.#db.exec('BEGIN IMMEDIATE')
      const written = this.#statements.write(commit)
      this.#db.exec(written === 'done' ? 'COMMIT' : 'ROLLBACK')
      return written
    })
    if (outcome === 'done') this.#dropErased((commit.erase ?? []).length > 0)
    return outcome
  }

  async entries(from: number, limit: number): Promise<readonly StoredEntry[]> {
    this.#checkOpen()
    checkPosition(from, 'position')
    checkLimit(limit, STORE_LIMITS.pageLengthMax)
    return this.#attempt(() => this.#statements.entries(from, limit))
  }

  async leaves(position: number, from: number, limit: number): Promise<readonly StoredLeaf[]> {
    this.#checkOpen()
    checkPosition(position, 'position')
    checkLeafRow(from)
    checkLimit(limit, STORE_LIMITS.leavesLengthMax)
    return this.#snapshot(limit, () => this.#statements.leaves(position, from, limit))
  }

  async hashes(places: readonly LeafPlace[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.#checkOpen()
    for (const place of places) checkLeafPlace(place)
    return this.#snapshot(places.length, () => places.map((place) => this.#statements.hash(place)))
  }

  async nodes(places: readonly NodePlace[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.#checkOpen()
    for (const place of places) checkPlace(place)
    return this.#snapshot(places.length, () => places.map((place) => this.#statements.node(place)))
  }

  async get(table: Table, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.#checkOpen()
    checkTable(table)
    for (const key of keys) checkKey(key)
    return this.#snapshot(keys.length, () => keys.map((key) => this.#statements.value(table, key)))
  }

  async list(table: Table, after: Uint8Array | undefined, limit: number): Promise<readonly Row[]> {
    this.#checkOpen()
    checkTable(table)
    if (after !== undefined) checkKey(after)
    checkLimit(limit, STORE_LIMITS.pageLengthMax)
    return this.#attempt(() => this.#statements.list(table, after, limit))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#failure !== undefined) return
    try {
      if (!this.#options.readonly) this.#checkpoint()
    } catch {
      // Everything is durable in the WAL already; the next opening finds it there.
    }
    closeQuietly(this.#db)
  }

  /** Several look-ups on one state of the database, and under one lock: alone each would cost twice as much. */
  #snapshot<T>(lookUps: number, work: () => T): T {
    return this.#attempt(() => {
      if (lookUps <= 1) return work()
      this.#db.exec('BEGIN')
      const result = work()
      this.#db.exec('COMMIT')
      return result
    })
  }

  #attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      const failure = storeFailure(error)
      if (!isPassing(failure) || !this.#rolledBack()) this.#stop(failure)
      throw failure
    }
  }

  #rolledBack(): boolean {
    try {
      // A full disk, among others, makes SQLite roll back by itself.
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK')
      return true
    } catch {
      return false
    }
  }

  #stop(failure: IndexError): void {
    this.#failure = failure
    closeQuietly(this.#db)
  }

  // The commit is durable already, so nothing that goes wrong here may reach its caller.
  #dropErased(erased: boolean): void {
    this.#erasedInWal ||= erased
    if (!this.#erasedInWal) return
    try {
      this.#erasedInWal = !this.#checkpoint()
    } catch (error) {
      const failure = storeFailure(error)
      if (!isPassing(failure)) this.#stop(failure)
    }
  }

  /** Moves the WAL into the file and empties it; false at once where another process is in the way. */
  #checkpoint(): boolean {
    this.#db.exec('PRAGMA busy_timeout = 0')
    const row = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { readonly busy: number }
    this.#db.exec(`PRAGMA busy_timeout = ${this.#options.waitMsMax}`)
    return row.busy === 0
  }

  #checkOpen(): void {
    if (this.#closed) throw new IndexError('ERR_CLOSED', 'the store is closed')
    if (this.#failure !== undefined) {
      throw new IndexError(this.#failure.code, 'the store failed before and must be opened again')
    }
  }
}
