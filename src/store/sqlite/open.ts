import { closeSync, openSync, statSync } from 'node:fs'
import { IndexError } from '../../errors.js'
import { type SqliteConnect, type SqliteConnection, single } from './driver.js'
import { codeOf, storeFailure } from './failure.js'
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION, type SchemaObject } from './schema.js'

export interface OpenOptions {
  readonly readonly: boolean
  readonly create: boolean
  readonly waitMsMax: number
  readonly pagesMax: number | undefined
}

/** A connection to a database of ours, with every setting made and read back; a foreign file is left as it was. */
export function openDatabase(path: string, options: OpenOptions, connect: SqliteConnect): SqliteConnection {
  let db: SqliteConnection | undefined
  try {
    checkFile(path, options)
    db = connect(path, { readonly: options.readonly, fileMustExist: true, timeout: options.waitMsMax })
    checkVersion(db)
    settle(db, options)
    if (isBlank(db)) initialise(db, options)
    checkIdentity(db)
    if (!options.readonly) checkWritable(db)
    checkWhole(db, path)
    settle(db, options)
    checkSettings(db, options)
    return db
  } catch (error) {
    closeQuietly(db)
    throw openFailure(error, path)
  }
}

export function closeQuietly(db: SqliteConnection | undefined): void {
  try {
    db?.close()
  } catch {
    // The failure that made us close is the one to report.
  }
}

function checkFile(path: string, options: OpenOptions): void {
  const file = statSync(path, { throwIfNoEntry: false })
  if (file === undefined) {
    createFile(path, options)
    return
  }
  if (!file.isFile()) throw new IndexError('ERR_FILE_INVALID', 'the path of the database is not that of a file')
  if (file.size === 0 && !options.create) {
    throw new IndexError('ERR_STORE_DAMAGED', 'the database file is empty: restore it from a backup')
  }
}

// For its owner only; SQLite gives the files it puts beside it the same mode.
function createFile(path: string, { create }: OpenOptions): void {
  if (!create) throw new IndexError('ERR_FILE_MISSING', 'the database file does not exist: create it first')
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new IndexError('ERR_FILE_MISSING', 'the folder for the database does not exist')
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

// Before 3.51.3 two connections that write or checkpoint at once can corrupt a file in WAL mode.
const SQLITE_VERSION_MIN = [3, 51, 3] as const

function checkVersion(db: SqliteConnection): void {
  const parts = String(single(db, 'SELECT sqlite_version()')).split('.').map(Number)
  for (const [at, least] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[at] ?? 0
    if (part > least) return
    if (!(part >= least)) throw new IndexError('ERR_STORE_FAILED', 'the SQLite driver is older than SQLite 3.51.3')
  }
}

/** Settings of a connection, each with the value that it must read back as. */
function settings({ waitMsMax, pagesMax }: OpenOptions): readonly (readonly [name: string, value: number])[] {
  return [
    ['synchronous', 2], // FULL: durable on return, also through a power cut
    ['foreign_keys', 1],
    ['recursive_triggers', 1], // so that REPLACE, too, meets the triggers on the journal
    ['trusted_schema', 0],
    ['cell_size_check', 1],
    ['busy_timeout', waitMsMax],
    ['wal_autocheckpoint', 4000], // pages, 16 MiB: pages written again and again go to the file once (measured: a fifth less)
    ['cache_size', -32 * 1024], // KiB
    ['journal_size_limit', 64 * 1024 * 1024],
    ['temp_store', 2], // memory: nothing spills into a file of its own
    ['mmap_size', 0],
    ['secure_delete', 1],
    ...(pagesMax === undefined ? [] : [['max_page_count', pagesMax] as const]),
  ]
}

function settle(db: SqliteConnection, options: OpenOptions): void {
  for (const [name, value] of settings(options)) db.exec(`PRAGMA ${name} = ${value}`)
}

// After a statement that reads the file: only then does the driver put its own default for WAL, NORMAL, in place.
function checkSettings(db: SqliteConnection, options: OpenOptions): void {
  single(db, 'SELECT count(*) FROM sqlite_schema')
  if (single(db, 'PRAGMA journal_mode') !== 'wal') throw refusedSetting('journal_mode')
  for (const [name, value] of settings(options)) {
    const now = Number(single(db, `PRAGMA ${name}`))
    // A file that is already larger keeps its size: it can be read, and a write says that it is full.
    if (name === 'max_page_count' ? now < value : now !== value) throw refusedSetting(name)
  }
}

function refusedSetting(name: string): IndexError {
  return new IndexError('ERR_STORE_FAILED', `the SQLite driver did not accept the setting ${name}`)
}

/** Nothing in it yet: just created, or its creation was cut short. */
function isBlank(db: SqliteConnection): boolean {
  const objects = single(db, 'SELECT count(*) FROM sqlite_schema')
  return objects === 0 && single(db, 'PRAGMA application_id') === 0 && single(db, 'PRAGMA user_version') === 0
}

function initialise(db: SqliteConnection, options: OpenOptions): void {
  if (!options.create || options.readonly) throw new IndexError('ERR_STORE_DAMAGED', 'the database holds nothing')
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('BEGIN IMMEDIATE')
  // Another process may have been faster.
  if (isBlank(db)) {
    for (const { sql } of SCHEMA) db.exec(sql)
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
  }
  db.exec('COMMIT')
}

function checkIdentity(db: SqliteConnection): void {
  if (single(db, 'PRAGMA application_id') !== APPLICATION_ID) {
    throw new IndexError('ERR_STORE_FOREIGN', 'the database belongs to another program')
  }
  const version = Number(single(db, 'PRAGMA user_version'))
  if (version > SCHEMA_VERSION) {
    throw new IndexError('ERR_STORE_NEWER', 'the database was written by a newer version of this library')
  }
  const found = db.prepare('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all() as SchemaObject[]
  const texts = new Map(found.map(({ name, sql }) => [name, sql]))
  const same = texts.size === SCHEMA.length && SCHEMA.every(({ name, sql }) => texts.get(name) === sql)
  if (version !== SCHEMA_VERSION || !same) {
    throw new IndexError('ERR_STORE_DAMAGED', 'the tables of the database are not as this version made them')
  }
}

// Where the file cannot be written SQLite falls back to reading it, without a word until the first write: not at BEGIN
// IMMEDIATE either. So one is tried, of a value that does not change.
function checkWritable(db: SqliteConnection): void {
  if (single(db, 'PRAGMA journal_mode') !== 'wal') db.exec('PRAGMA journal_mode = WAL')
  db.exec('BEGIN IMMEDIATE')
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
  db.exec('ROLLBACK')
}

/**
 * Refuses a file that is shorter than its own page count. SQLite notices whole pages that are missing, but fills up a page
 * that is cut in two with zeros. Inside a read transaction with an empty WAL nobody can move pages into the file.
 */
function checkWhole(db: SqliteConnection, path: string): void {
  db.exec('BEGIN')
  single(db, 'SELECT count(*) FROM sqlite_schema')
  const bytes = Number(single(db, 'PRAGMA page_count')) * Number(single(db, 'PRAGMA page_size'))
  const wal = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  const cut = wal === 0 && statSync(path).size < bytes
  db.exec('COMMIT')
  if (cut) throw new IndexError('ERR_STORE_DAMAGED', 'the database file is cut short: restore it from a backup')
}

function openFailure(error: unknown, path: string): IndexError {
  if (codeOf(error) === 'ENOTDIR')
    return new IndexError('ERR_FILE_MISSING', 'the folder for the database does not exist')
  return storeFailure(codeOf(error).startsWith('SQLITE_CANTOPEN') ? reasonFor(error, path) : error)
}

/** What the system says where SQLite only says that it could not open a file: its own, or the WAL (an empty one is harmless). */
function reasonFor(error: unknown, path: string): unknown {
  try {
    closeSync(openSync(path, 'r+'))
    closeSync(openSync(`${path}-wal`, 'a', 0o600))
    return error
  } catch (reason) {
    return reason
  }
}
