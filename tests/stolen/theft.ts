import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import Database from 'better-sqlite3'
import { hubFolder, readKeyFile } from '../../src/embedded/files.js'
import type { HubKeys } from '../../src/hub/context.js'
import { TABLES, type Table } from '../../src/store/port.js'
import { type LeafPage, leavesOf } from '../../src/store/sqlite/leaf-pages.js'

/** What a thief carries away from a hub's folder, and what one can do with bytes alone. */

export interface StolenRow {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export interface Stolen {
  /** Where the thief keeps the copy. */
  readonly folder: string
  /** Every byte of every file, pages that SQLite has freed and its write-ahead log included. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly tables: ReadonlyMap<Table, readonly StolenRow[]>
  /** Bodies of journal entries and the rows beside them. */
  readonly journal: readonly Uint8Array[]
}

/** Copies all of a hub's folder but the key files, as it stands while the hub runs. */
export function steal(folder: string, to: string): Stolen {
  cpSync(folder, to, { recursive: true, filter: (path) => relative(folder, path) !== 'keys' })
  const files = new Map<string, Uint8Array>()
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && statSync(path).size > 0) files.set(relative(to, path), readFileSync(path))
  }
  const database = new Database(hubFolder(to).database)
  try {
    const rows = (table: Table): StolenRow[] =>
      database.prepare(`SELECT key, value FROM "${table}"`).all() as StolenRow[]
    const bodies = database.prepare('SELECT body AS bytes FROM entry').all() as { bytes: Uint8Array }[]
    const pages = database.prepare('SELECT fixed, content FROM leaf').all() as LeafPage[]
    const leaves = pages.flatMap(({ fixed, content }) => leavesOf({ fixed, content: new Uint8Array(content) }))
    const tables = new Map(TABLES.map((table) => [table, rows(table)]))
    return { folder: to, files, tables, journal: [...bodies, ...leaves].map(({ bytes }) => bytes) }
  } finally {
    database.close()
  }
}

/** The same loot with something in it that a careless index would have stored. */
export function weakened(stolen: Stolen, table: Table, rows: readonly StolenRow[]): Stolen {
  const all = [...(stolen.tables.get(table) ?? []), ...rows]
  const file = Buffer.concat(rows.flatMap(({ key, value }) => [key, value]))
  return {
    ...stolen,
    files: new Map([...stolen.files, ['weakened', file]]),
    tables: new Map([...stolen.tables, [table, all]]),
    journal: stolen.journal,
  }
}

export interface HubSecrets {
  readonly id: Uint8Array
  readonly keys: HubKeys
  /** The custodians' part, which the thief of a test's control has too. */
  readonly kc: Uint8Array
}

export async function secretsOf(folder: string): Promise<HubSecrets> {
  const { id, keys } = await readKeyFile(hubFolder(folder).hubKey, 'hub')
  const custodian = await readKeyFile(hubFolder(folder).custodianKey(1), 'custodian')
  return { id, keys, kc: custodian.keys.lookupKeys[0].key }
}

const PREFIX = 8

/** Which of many values stand anywhere in the loot, by their first eight bytes: their places in the list. */
export function valuesIn({ files }: Pick<Stolen, 'files'>, values: readonly Uint8Array[]): ReadonlySet<number> {
  const filter = new Uint8Array(1 << 24)
  const places = new Map<string, number[]>()
  values.forEach((value, i) => {
    if (value.length < PREFIX) throw new RangeError('too short to be told from chance')
    filter[((value[0] ?? 0) << 16) | ((value[1] ?? 0) << 8) | (value[2] ?? 0)] = 1
    const name = Buffer.from(value.subarray(0, PREFIX)).toString('latin1')
    places.set(name, [...(places.get(name) ?? []), i])
  })
  const found = new Set<number>()
  for (const bytes of files.values()) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at + PREFIX <= bytes.length; at += 1) {
      if (filter[((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)] === 0) continue
      for (const i of places.get(text.toString('latin1', at, at + PREFIX)) ?? []) found.add(i)
    }
  }
  return found
}

const PAGE_HEADER = 24

/**
 * The rows of a table that each commit added, as far back as the write-ahead log reaches: each commit is a point at which the log may be
 * cut, and SQLite itself shows what stood there then.
 */
export function rowsOfCommits(folder: string, to: string, table: Table): readonly (readonly string[])[] {
  cpSync(folder, to, { recursive: true, filter: (path) => !/keys$|-shm$/.test(path) })
  const { database } = hubFolder(to)
  const wal = readFileSync(`${database}-wal`)
  const pageSize = wal.readUInt32BE(8)
  const ends: number[] = []
  const [saltOne, saltTwo] = [wal.readUInt32BE(16), wal.readUInt32BE(20)]
  for (let at = 32; at + PAGE_HEADER + pageSize <= wal.length; at += PAGE_HEADER + pageSize) {
    // Frames behind the last of this round are left from an earlier one.
    if (wal.readUInt32BE(at + 8) !== saltOne || wal.readUInt32BE(at + 12) !== saltTwo) break
    if (wal.readUInt32BE(at + 4) > 0) ends.push(at + PAGE_HEADER + pageSize)
  }
  let before = new Set<string>()
  return ends.map((end, i) => {
    const copy = join(to, `commit-${i}`)
    cpSync(database, `${copy}.db`)
    const then = cut(`${copy}.db`, wal.subarray(0, end), table)
    const added = [...then].filter((key) => !before.has(key))
    before = then
    return added
  })
}

function cut(path: string, wal: Uint8Array, table: Table): Set<string> {
  writeFileSync(`${path}-wal`, wal)
  const database = new Database(path)
  try {
    const rows = database.prepare(`SELECT key FROM "${table}"`).all() as { key: Buffer }[]
    return new Set(rows.map(({ key }) => key.toString('hex')))
  } catch {
    // Before the first commit of the tables.
    return new Set()
  } finally {
    database.close()
  }
}
