import { inspect } from 'node:util'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/port.js'
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite.js'
import { entry, filled } from '../../src/testing/store-contract/fixtures.js'
import { contents } from '../../src/testing/store-contract/model.js'
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

async function open(options: SqliteStoreOptions = {}): Promise<Store> {
  const store = await openSqliteStore(at.file, { create: options.readonly !== true, ...options })
  opened.push(store)
  return store
}

/** The real driver, which throws once for each statement that was armed instead of executing it. */
function faulty(): { connect: NonNullable<SqliteStoreOptions['connect']>; arm: (sql: string, code: string) => void } {
  const faults = new Map<string, string>()
  return {
    arm: (sql, code) => faults.set(sql, code),
    connect: (path, given) => {
      const db = new Database(path, given)
      const exec = db.exec.bind(db)
      db.exec = (sql) => {
        const code = faults.get(sql)
        if (!faults.delete(sql)) return exec(sql)
        throw Object.assign(new Error(`planted secret while running ${sql} on ${path}`), {
          code,
          detail: 'planted secret',
        })
      }
      return db
    },
  }
}

const next = { expectedSize: 1, entries: [entry(1)] }

describe('a failing driver', () => {
  test.each([
    ['SQLITE_BUSY', 'ERR_STORE_BUSY'],
    ['SQLITE_BUSY_SNAPSHOT', 'ERR_STORE_BUSY'],
    ['SQLITE_LOCKED', 'ERR_STORE_BUSY'],
    ['SQLITE_FULL', 'ERR_STORE_FULL'],
    ['SQLITE_READONLY', 'ERR_STORE_READ_ONLY'],
    ['SQLITE_READONLY_DIRECTORY', 'ERR_STORE_READ_ONLY'],
  ])('%s is %s: nothing is written, and the store goes on', async (code, expected) => {
    const { connect, arm } = faulty()
    const store = await open({ connect })
    await store.commit({ expectedSize: 0, entries: [entry(0)] })
    const before = await contents(store)
    for (const sql of ['BEGIN IMMEDIATE', 'COMMIT']) {
      arm(sql, code)
      await expect(store.commit(next)).rejects.toMatchObject({ code: expected })
      expect(await contents(store)).toEqual(before)
    }
    expect(await store.commit(next)).toBe('done')
  })

  test.each([
    ['SQLITE_IOERR_FSYNC', 'ERR_STORE_FAILED'],
    ['SQLITE_IOERR_WRITE', 'ERR_STORE_FAILED'],
    ['SQLITE_READONLY_DBMOVED', 'ERR_STORE_FAILED'],
    ['SQLITE_NOMEM', 'ERR_STORE_FAILED'],
    ['SQLITE_CORRUPT_INDEX', 'ERR_STORE_DAMAGED'],
    ['SQLITE_NOTADB', 'ERR_STORE_DAMAGED'],
    ['a planted secret', 'ERR_STORE_FAILED'],
  ])('%s is %s: the store stops until it is opened again', async (code, expected) => {
    const { connect, arm } = faulty()
    const store = await open({ connect })
    await store.commit({ expectedSize: 0, entries: [entry(0)] })
    arm('COMMIT', code)
    const error = await store.commit(next).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: expected })
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/planted|hub\.db|COMMIT/)
    await expect(store.size()).rejects.toMatchObject({ code: expected })
    await expect(store.commit(next)).rejects.toMatchObject({ code: expected })
    const again = await open()
    expect(await again.size()).toBe(1)
    expect(await again.commit(next)).toBe('done')
  })

  test('a roll-back that fails stops the store', async () => {
    const { connect, arm } = faulty()
    const store = await open({ connect })
    arm('COMMIT', 'SQLITE_FULL')
    arm('ROLLBACK', 'SQLITE_IOERR')
    await expect(store.commit({ expectedSize: 0, entries: [entry(0)] })).rejects.toMatchObject({
      code: 'ERR_STORE_FULL',
    })
    await expect(store.size()).rejects.toMatchObject({ code: 'ERR_STORE_FULL' })
    expect(await (await open()).size()).toBe(0)
  })

  test('what fails after a commit is durable does not make it fail', async () => {
    const { connect, arm } = faulty()
    const store = await open({ connect })
    await store.commit({ expectedSize: 0, entries: [entry(0)] })
    arm('PRAGMA busy_timeout = 0', 'SQLITE_IOERR_WRITE')
    expect(await store.commit({ ...next, erase: [{ position: 0 }] })).toBe('done')
    await expect(store.size()).rejects.toMatchObject({ code: 'ERR_STORE_FAILED' })
    expect(await (await open()).size()).toBe(2)
  })

  test('an opening that fails closes its connection', async () => {
    const { connect, arm } = faulty()
    await (await open()).close()
    let db: Database.Database | undefined
    arm('BEGIN IMMEDIATE', 'SQLITE_IOERR_LOCK')
    await expect(
      open({
        connect: (path, given) => {
          db = connect(path, given) as Database.Database
          return db
        },
      }),
    ).rejects.toMatchObject({ code: 'ERR_STORE_FAILED' })
    expect(db?.open).toBe(false)
  })
})

describe('room', () => {
  test('a store that is full says so, keeps what it has, and takes what fits', async () => {
    const store = await open({ pagesMax: 68 })
    const big = (position: number) => ({ ...entry(position), body: filled(10_000, position) })
    let size = 0
    let failure: unknown
    while (failure === undefined && size < 100) {
      await store.commit({ expectedSize: size, entries: [big(size)] }).then(
        () => size++,
        (error: unknown) => {
          failure = error
        },
      )
    }
    expect(failure).toMatchObject({ code: 'ERR_STORE_FULL' })
    expect(size).toBeGreaterThan(3)
    const kept = await store.entries(0, 100)
    expect(kept.length).toBe(size)
    expect(kept.every(({ body, position }) => Buffer.compare(body, big(position).body) === 0)).toBe(true)
    expect(await store.commit({ expectedSize: size, erase: [{ position: 0 }] })).toBe('done')
    expect(await store.commit({ expectedSize: size, entries: [big(size)] })).toBe('done')
    await store.close()
    // A smaller limit than the file has pages already: it can be read.
    expect(await (await open({ pagesMax: 10 })).size()).toBe(size + 1)
  })
})

describe('two connections on one file', () => {
  test('the second to write on one size is told that it has moved', async () => {
    const [one, other] = [await open(), await open()]
    expect(await one.commit({ expectedSize: 0, entries: [entry(0)] })).toBe('done')
    expect(await other.commit({ expectedSize: 0, entries: [entry(0)] })).toBe('moved')
    expect(await other.commit(next)).toBe('done')
    expect(await one.entries(0, 9)).toEqual([entry(0), entry(1)])
    const key = { table: 'posting', key: filled(16, 1), value: filled(16, 1) } as const
    expect(await one.commit({ expectedSize: 2, inserts: [key] })).toBe('done')
    expect(await other.commit({ expectedSize: 2, inserts: [key] })).toBe('taken')
  })

  test('a writer that finds another one at work is told to try again', async () => {
    const store = await open({ waitMsMax: 20 })
    const other = new Database(at.file)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.commit({ expectedSize: 0, entries: [entry(0)] })).rejects.toMatchObject({
      code: 'ERR_STORE_BUSY',
    })
    expect(await store.size()).toBe(0)
    await expect(open({ waitMsMax: 20 })).rejects.toMatchObject({ code: 'ERR_STORE_BUSY' })
    expect(await (await open({ readonly: true })).size()).toBe(0)
    other.exec('COMMIT')
    other.close()
    expect(await store.commit({ expectedSize: 0, entries: [entry(0)] })).toBe('done')
  })
})
