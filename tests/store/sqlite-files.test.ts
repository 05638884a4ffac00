import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isIndexError } from '../../src/errors.js'
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite.js'
import { entry, filled } from '../../src/testing/store-contract/fixtures.js'
import { temporaryFolder } from './folder.js'

let at: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  at = temporaryFolder()
})
afterEach(() => at.remove())

/** A closed store of some pages. */
async function filledStore(): Promise<void> {
  const store = await openSqliteStore(at.file, { create: true })
  const entries = Array.from({ length: 50 }, (_, position) => ({ ...entry(position), body: filled(1000, position) }))
  await store.commit({
    expectedSize: 0,
    entries,
    inserts: [{ table: 'child', key: filled(16, 1), value: filled(9, 1) }],
  })
  await store.close()
}

async function refusal(code: string, options: SqliteStoreOptions = {}): Promise<void> {
  const before = existsSync(at.file) && statSync(at.file).isFile() ? readFileSync(at.file) : undefined
  const error = await openSqliteStore(at.file, options).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code })
  expect(isIndexError(error)).toBe(true)
  // Neither the path nor SQL; the stack names our own files only.
  expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/hub\.db|SELECT|PRAGMA|CREATE/)
  if (before !== undefined) expect(readFileSync(at.file).equals(before)).toBe(true)
  // A connection that only reads may not remove the files that SQLite puts beside.
  if (options.readonly !== true) expect(existsSync(`${at.file}-wal`)).toBe(false)
}

describe('a file that is no store of ours is refused and left as it was', () => {
  test('missing, or in a missing folder', async () => {
    await refusal('ERR_FILE_MISSING')
    expect(existsSync(at.file)).toBe(false)
    await expect(openSqliteStore(join(at.folder, 'no', 'hub.db'), { create: true })).rejects.toMatchObject({
      code: 'ERR_FILE_MISSING',
    })
  })

  test('a folder', async () => {
    mkdirSync(at.file)
    await refusal('ERR_FILE_INVALID')
    await refusal('ERR_FILE_INVALID', { create: true })
  })

  test('a path through a file', async () => {
    writeFileSync(at.file, 'x')
    await expect(openSqliteStore(join(at.file, 'hub.db'))).rejects.toMatchObject({ code: 'ERR_FILE_MISSING' })
  })

  test.each([
    ['an old-fashioned', 'DELETE'],
    ['a WAL', 'WAL'],
  ])("another program's database, %s one", async (_, mode) => {
    const foreign = new Database(at.file)
    foreign.pragma(`journal_mode = ${mode}`)
    foreign.exec('CREATE TABLE entry (position INTEGER PRIMARY KEY); INSERT INTO entry VALUES (1)')
    foreign.close()
    await refusal('ERR_STORE_FOREIGN')
    await refusal('ERR_STORE_FOREIGN', { create: true })
  })

  test('a database that is empty but marked as another program’s', async () => {
    const foreign = new Database(at.file)
    foreign.pragma('application_id = 7')
    foreign.close()
    await refusal('ERR_STORE_FOREIGN', { create: true })
  })

  test('a newer version', async () => {
    await filledStore()
    change('PRAGMA user_version = 5')
    await refusal('ERR_STORE_NEWER')
  })

  test.each([
    ['an older version than ever was', 'PRAGMA user_version = 0'],
    ['a missing trigger', 'DROP TRIGGER entry_is_kept'],
    ['a missing table', 'DROP TABLE "case"'],
    ['one table more', 'CREATE TABLE more (x)'],
    ['another table of the same name', 'DROP TABLE child; CREATE TABLE child (key BLOB PRIMARY KEY, value BLOB)'],
  ])('%s', async (_, sql) => {
    await filledStore()
    change(sql)
    await refusal('ERR_STORE_DAMAGED')
  })

  test('random bytes, text, and a file of a few bytes', async () => {
    for (const bytes of [filled(10_000, 0xa5), new TextEncoder().encode('id,name\n'.repeat(500)), filled(20, 1)]) {
      writeFileSync(at.file, bytes)
      await refusal('ERR_STORE_DAMAGED')
      await refusal('ERR_STORE_DAMAGED', { create: true })
    }
  })

  test('an empty file, unless a store is to be created there', async () => {
    writeFileSync(at.file, '')
    await refusal('ERR_STORE_DAMAGED')
    await refusal('ERR_STORE_DAMAGED', { readonly: true })
    const store = await openSqliteStore(at.file, { create: true })
    expect(await store.size()).toBe(0)
    await store.close()
  })

  test('a store whose creation was cut short is created on the next try', async () => {
    const begun = new Database(at.file)
    begun.pragma('journal_mode = WAL')
    begun.close()
    await refusal('ERR_STORE_DAMAGED')
    await (await openSqliteStore(at.file, { create: true })).close()
    await (await openSqliteStore(at.file)).close()
  })

  test('cut short anywhere', async () => {
    await filledStore()
    const whole = join(at.folder, 'whole.db')
    copyFileSync(at.file, whole)
    const { size } = statSync(whole)
    for (const bytes of [1, 99, 100, 511, 512, 4095, 4096, 4097, size / 2, size - 4096, size - 4095, size - 1]) {
      for (const end of ['-wal', '-shm']) rmSync(at.file + end, { force: true })
      copyFileSync(whole, at.file)
      truncateSync(at.file, bytes)
      await refusal('ERR_STORE_DAMAGED')
      await refusal('ERR_STORE_DAMAGED', { readonly: true })
    }
  })

  test('a page overwritten is found when it is read, and the store stops', async () => {
    await filledStore()
    const bytes = readFileSync(at.file)
    for (let from = bytes.length - 10 * 4096; from < bytes.length; from += 4096) bytes.fill(0xee, from, from + 64)
    writeFileSync(at.file, bytes)
    const store = await openSqliteStore(at.file)
    await expect(store.entries(0, 100)).rejects.toMatchObject({ code: 'ERR_STORE_DAMAGED' })
    await expect(store.commit({ expectedSize: 50 })).rejects.toMatchObject({ code: 'ERR_STORE_DAMAGED' })
    await store.close()
    await expect(store.size()).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  })
})

describe('only reading', () => {
  test('a store opened to be read answers and takes no commit', async () => {
    await filledStore()
    const before = readFileSync(at.file)
    const store = await openSqliteStore(at.file, { readonly: true })
    expect(await store.size()).toBe(50)
    await expect(store.commit({ expectedSize: 50, entries: [entry(50)] })).rejects.toMatchObject({
      code: 'ERR_STORE_READ_ONLY',
    })
    expect(await store.get('child', [filled(16, 1)])).toEqual([filled(9, 1)])
    await store.close()
    expect(readFileSync(at.file).equals(before)).toBe(true)
    await expect(openSqliteStore(at.file, { readonly: true, create: true })).rejects.toThrow(TypeError)
  })

  // Permissions bind everybody but root, so a test run by root lays its rights down for a moment.
  test.skipIf(process.seteuid === undefined)(
    'a file, or folder, that may not be written is refused for writing',
    async () => {
      await filledStore()
      const asNobody = async (work: () => Promise<void>): Promise<void> => {
        const root = process.geteuid?.() === 0
        if (root) process.seteuid?.(65_534)
        try {
          await work()
        } finally {
          if (root) process.seteuid?.(0)
        }
      }
      chmodSync(at.file, 0o444)
      chmodSync(at.folder, 0o777)
      await asNobody(() => expect(openSqliteStore(at.file)).rejects.toMatchObject({ code: 'ERR_STORE_READ_ONLY' }))
      // The two that SQLite made beside it while the file could only be read took over its rights.
      for (const end of ['-wal', '-shm']) rmSync(at.file + end, { force: true })
      chmodSync(at.file, 0o666)
      chmodSync(at.folder, 0o555)
      await asNobody(() => expect(openSqliteStore(at.file)).rejects.toMatchObject({ code: 'ERR_STORE_READ_ONLY' }))
      await asNobody(() =>
        expect(openSqliteStore(join(at.folder, 'new.db'), { create: true })).rejects.toMatchObject({
          code: 'ERR_STORE_READ_ONLY',
        }),
      )
      chmodSync(at.folder, 0o777)
      await asNobody(async () => (await openSqliteStore(at.file)).close())
      chmodSync(at.file, 0)
      await asNobody(() => expect(openSqliteStore(at.file)).rejects.toMatchObject({ code: 'ERR_STORE_READ_ONLY' }))
    },
  )
})

test('mistakes in the arguments are no store failures', async () => {
  await expect(openSqliteStore('')).rejects.toThrow(TypeError)
  await expect(openSqliteStore(at.file, { waitMsMax: -1 })).rejects.toThrow(RangeError)
  await expect(openSqliteStore(at.file, { waitMsMax: 600_001 })).rejects.toThrow(RangeError)
  await expect(openSqliteStore(at.file, { pagesMax: 0 })).rejects.toThrow(RangeError)
})

test('a path that means memory to the driver is a file', async () => {
  const directory = process.cwd()
  process.chdir(at.folder)
  try {
    const store = await openSqliteStore(':memory:', { create: true })
    await store.commit({ expectedSize: 0, entries: [entry(0)] })
    await store.close()
  } finally {
    process.chdir(directory)
  }
  const again = await openSqliteStore(join(at.folder, ':memory:'))
  expect(await again.size()).toBe(1)
  await again.close()
})

function change(sql: string): void {
  const db = new Database(at.file)
  db.exec(sql)
  db.close()
}
