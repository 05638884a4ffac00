import { existsSync, readFileSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/port.js'
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite.js'
import { entry, filled, leaf } from '../../src/testing/store-contract/fixtures.js'
import { temporaryFolder } from './folder.js'

let at: ReturnType<typeof temporaryFolder>
let opened: Store[]
beforeEach(() => {
  at = temporaryFolder()
  opened = []
})
afterEach(async () => {
  for (const store of opened) await store.close()
  at.remove()
})

/** The store and the very connection that it works on. */
async function open(options: SqliteStoreOptions = {}): Promise<{ store: Store; db: Database.Database }> {
  let db: Database.Database | undefined
  const connect: SqliteStoreOptions['connect'] = (path, given) => {
    db = new Database(path, given)
    return db
  }
  const store = await openSqliteStore(at.file, { connect, ...options })
  opened.push(store)
  return { store, db: db! }
}

const expected = {
  journal_mode: 'wal',
  synchronous: 2,
  foreign_keys: 1,
  recursive_triggers: 1,
  trusted_schema: 0,
  cell_size_check: 1,
  busy_timeout: 5000,
  wal_autocheckpoint: 4000,
  cache_size: -32 * 1024,
  journal_size_limit: 64 * 1024 * 1024,
  temp_store: 2,
  mmap_size: 0,
  secure_delete: 1,
  application_id: 0x63686978,
  user_version: 4,
}

function settingsOf(db: Database.Database): unknown {
  return Object.fromEntries(Object.keys(expected).map((name) => [name, db.pragma(name, { simple: true })]))
}

describe('settings', () => {
  test('stand on a new store, after the first statement too, and after a commit that cut the WAL', async () => {
    const { store, db } = await open({ create: true })
    expect(settingsOf(db)).toEqual(expected)
    await store.commit({ expectedSize: 0, entries: [entry(0)] })
    expect(settingsOf(db)).toEqual(expected)
    await store.commit({ expectedSize: 1, erase: [{ position: 0 }] })
    expect(settingsOf(db)).toEqual(expected)
  })

  test('stand after opening again, to write or only to read', async () => {
    await (await open({ create: true })).store.close()
    const again = await open()
    await again.store.size()
    expect(settingsOf(again.db)).toEqual(expected)
    const reading = await open({ readonly: true, waitMsMax: 70 })
    await reading.store.size()
    expect(settingsOf(reading.db)).toEqual({ ...expected, busy_timeout: 70 })
  })

  test('one that the driver does not take is a refusal to open', async () => {
    await (await open({ create: true })).store.close()
    for (const name of Object.keys(expected).slice(1, 13)) {
      const connect: SqliteStoreOptions['connect'] = (path, given) => {
        const db = new Database(path, given)
        const exec = db.exec.bind(db)
        db.exec = (sql) => exec(sql.startsWith(`PRAGMA ${name} `) ? `PRAGMA ${name} = ${OTHER[name] ?? 0}` : sql)
        return db
      }
      await expect(openSqliteStore(at.file, { connect }), name).rejects.toMatchObject({
        code: 'ERR_STORE_FAILED',
        message: `the SQLite driver did not accept the setting ${name}`,
      })
    }
  })

  test('the bundled SQLite is past the WAL-reset fault, and an older one is refused', async () => {
    const version = new Database(':memory:').prepare('SELECT sqlite_version() AS v').get() as { v: string }
    const [major = 0, minor = 0, patch = 0] = version.v.split('.').map(Number)
    expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThanOrEqual(3_051_003)
    for (const [old, refused] of [
      ['3.51.2', true],
      ['3.50.9', true],
      ['2.99.9', true],
      ['nonsense', true],
      ['3.51.3', false],
      ['3.52.0', false],
      ['4.0.0', false],
    ] as const) {
      const connect: SqliteStoreOptions['connect'] = (path, given) => {
        const db = new Database(path, given)
        db.function('sqlite_version', () => old)
        return db
      }
      const opening = openSqliteStore(at.file, { connect, create: true })
      if (refused) await expect(opening, old).rejects.toMatchObject({ code: 'ERR_STORE_FAILED' })
      else await (await opening).close()
    }
  })
})

const OTHER: Readonly<Record<string, number>> = { synchronous: 1, trusted_schema: 1, mmap_size: 4096, temp_store: 1 }

describe('the journal', () => {
  test.each([
    ['an entry deleted', 'DELETE FROM entry WHERE position = 1', 'entry_is_kept'],
    ['a body changed', "UPDATE entry SET body = x'01'", 'entry_is_only_erased'],
    ['a salt changed', "UPDATE entry SET salt = zeroblob(32), body = x''", 'entry_is_only_erased'],
    ['an entry moved', "UPDATE entry SET position = 9, salt = x'', body = x''", 'entry_is_only_erased'],
    ['the seal changed', "UPDATE entry SET sealed = 1 - sealed, salt = x'', body = x''", 'entry_is_only_erased'],
    ['an entry replaced', "REPLACE INTO entry VALUES (0, x'', x'', 0)", 'entry_is_next'],
    ['a gap', "INSERT INTO entry VALUES (3, x'', x'', 0)", 'entry_is_next'],
    ['rows deleted', 'DELETE FROM leaf', 'leaf_is_kept'],
    ['rows given more bytes', 'UPDATE leaf SET content = zeroblob(length(content) + 1)', 'leaf_is_only_erased'],
    ['rows rewritten', 'UPDATE leaf SET content = zeroblob(length(content))', 'leaf_is_only_erased'],
    ["a row's hash changed", 'UPDATE leaf SET fixed = randomblob(34), content = zeroblob(5)', 'leaf_is_only_erased'],
    ["a row's place changed", 'UPDATE leaf SET place = place + 1, content = zeroblob(5)', 'leaf_is_only_erased'],
    ['rows replaced', 'REPLACE INTO leaf VALUES (65536, zeroblob(34), zeroblob(5))', 'leaf_is_next'],
    ['a row of before', 'INSERT INTO leaf VALUES (65535, zeroblob(34), zeroblob(5))', 'leaf_is_next'],
    ['a node changed', 'UPDATE node SET hash = randomblob(32)', 'node_is_fixed'],
    ['a node deleted', 'DELETE FROM node', 'node_is_kept'],
    ['a node replaced', 'REPLACE INTO node VALUES (0, 0, zeroblob(32))', 'node_is_kept'],
  ])('does not let itself be rewritten: %s', async (_, sql, trigger) => {
    const { store, db } = await open({ create: true })
    await store.commit({
      expectedSize: 0,
      entries: [entry(0), entry(1)],
      leaves: [{ ...leaf(0), position: 1 }],
      nodes: [{ level: 0, index: 0, hash: filled(32, 1) }],
    })
    expect(() => db.exec(sql)).toThrow(trigger)
    expect(await store.entries(0, 9)).toEqual([entry(0), entry(1)])
  })

  test('gives up what was erased: no byte of it is left in any file, once the commit has answered', async () => {
    const { store } = await open({ create: true })
    const planted = new TextEncoder().encode('planted-and-to-be-erased')
    const body = new Uint8Array(9000)
    for (let from = 0; from + planted.length <= body.length; from += planted.length) body.set(planted, from)
    const entries = Array.from({ length: 40 }, (_, position) => ({
      ...entry(position),
      body: position === 20 ? body : position === 21 ? planted : filled(position * 20, position),
    }))
    const bytes = planted.slice()
    await store.commit({
      expectedSize: 0,
      entries,
      leaves: [0, 1, 2].map((row) => ({ ...leaf(row), position: 3, bytes })),
    })
    const found = (): boolean =>
      [at.file, `${at.file}-wal`].some((file) => existsSync(file) && readFileSync(file).includes(Buffer.from(planted)))
    expect(found()).toBe(true)
    await store.commit({
      expectedSize: 40,
      erase: [{ position: 20 }, { position: 21 }, ...[0, 1, 2].map((row) => ({ position: 3, row }))],
    })
    expect(found()).toBe(false)
    expect(statSync(`${at.file}-wal`).size).toBe(0)
  })

  test('gives up what was erased with a later commit where another connection was reading', async () => {
    const { store } = await open({ create: true })
    await store.commit({ expectedSize: 0, entries: [entry(0)] })
    const reader = new Database(at.file)
    reader.exec('BEGIN')
    reader.prepare('SELECT * FROM entry').all()
    expect(await store.commit({ expectedSize: 1, erase: [{ position: 0 }] })).toBe('done')
    expect(statSync(`${at.file}-wal`).size).toBeGreaterThan(0)
    reader.exec('COMMIT')
    reader.close()
    expect(await store.commit({ expectedSize: 1, entries: [entry(1)] })).toBe('done')
    expect(statSync(`${at.file}-wal`).size).toBe(0)
  })
})

describe('files', () => {
  test('are for their owner only', async () => {
    const { store } = await open({ create: true })
    await store.commit({ expectedSize: 0, entries: [entry(0)] })
    for (const end of ['', '-wal', '-shm']) expect(statSync(at.file + end).mode & 0o777).toBe(0o600)
  })

  test('hold everything in one of them after closing, also while another connection is open', async () => {
    const { store } = await open({ create: true })
    const other = new Database(at.file)
    other.prepare('SELECT * FROM entry').all()
    await store.commit({ expectedSize: 0, entries: [entry(0)] })
    await store.close()
    expect(statSync(`${at.file}-wal`).size).toBe(0)
    other.close()
  })

  test('become one on closing', async () => {
    const { store } = await open({ create: true })
    await store.commit({ expectedSize: 0, entries: [entry(0)] })
    await store.close()
    expect(existsSync(`${at.file}-wal`)).toBe(false)
    expect(readFileSync(at.file).subarray(68, 72).toString('latin1')).toBe('chix')
  })
})
