import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite.js'
import { entry, filled, leaf } from '../../src/testing/store-contract/fixtures.js'
import { temporaryFolder } from './folder.js'

// Every statement of a new file as version 3 wrote it.
const VERSION_3 = readFileSync(new URL('vectors/version-3.sql', import.meta.url), 'utf8')
const ROWS = Array.from({ length: 300 }, (_, row) => row)
const ERASED = { ...leaf(8), salt: filled(0, 0), bytes: filled(0, 0) }

let at: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  at = temporaryFolder()
})
afterEach(() => at.remove())

/** A file of version 3 with two entries, and beside the second 300 rows, one of them erased, and row 65,535. */
function oldFile(extra = ''): void {
  const db = new Database(at.file)
  db.pragma('journal_mode = WAL')
  db.exec(VERSION_3 + extra)
  const addEntry = db.prepare('INSERT INTO entry VALUES (?, ?, ?, ?)')
  for (const { position, salt, body, sealed } of [entry(0), entry(1)])
    addEntry.run(position, salt, body, Number(sealed))
  const addLeaf = db.prepare('INSERT INTO leaf VALUES (?, ?, ?, ?, ?)')
  for (const row of [65_535, ...ROWS.toReversed()]) {
    const { hash, salt, bytes } = row === 8 ? ERASED : leaf(row)
    addLeaf.run(1, row, hash, salt, bytes)
  }
  addLeaf.run(0, 0, ...Object.values(leaf(0)).slice(1))
  db.prepare('INSERT INTO child VALUES (?, ?)').run(filled(16, 1), filled(9, 1))
  db.close()
}

async function expectAllThere(options: SqliteStoreOptions = {}): Promise<void> {
  const store = await openSqliteStore(at.file, options)
  expect(await store.entries(0, 9)).toEqual([entry(0), entry(1)])
  expect(await store.leaves(0, 0, 9)).toEqual([leaf(0)])
  const expected = [...ROWS.map(leaf), leaf(65_535)]
  expect(await store.leaves(1, 0, 65_536)).toEqual(expected.map((one) => (one.row === 8 ? ERASED : one)))
  expect(await store.get('child', [filled(16, 1)])).toEqual([filled(9, 1)])
  expect(await store.list('check', undefined, 9)).toEqual([])
  await store.close()
}

test('a file of version 3 is opened with everything in it, and is of this version then', async () => {
  oldFile()
  await expectAllThere()
  await expectAllThere({ readonly: true })
  const store = await openSqliteStore(at.file)
  await store.commit({
    expectedSize: 2,
    entries: [entry(2)],
    leaves: [{ ...leaf(3), position: 2 }],
    erase: [{ position: 1, row: 9 }],
  })
  expect(await store.leaves(2, 0, 9)).toEqual([leaf(3)])
  expect((await store.leaves(1, 9, 1))[0]?.bytes).toEqual(filled(0, 0))
  await store.close()
})

test('one that may only be read, or has other tables than version 3 made, is refused and left as it was', async () => {
  oldFile()
  const before = readFileSync(at.file)
  await expect(openSqliteStore(at.file, { readonly: true })).rejects.toMatchObject({ code: 'ERR_STORE_READ_ONLY' })
  expect(readFileSync(at.file).equals(before)).toBe(true)
  at.remove()
  at = temporaryFolder()
  oldFile('CREATE TABLE more (x);')
  await expect(openSqliteStore(at.file)).rejects.toMatchObject({ code: 'ERR_STORE_DAMAGED' })
})

test('a migration that fails anywhere leaves a file of version 3, which the next opening takes', async () => {
  oldFile()
  let failed = 0
  for (let fuse = 0; ; fuse++) {
    const opening = openSqliteStore(at.file, { connect: burning(fuse) })
    const store = await opening.catch(() => undefined)
    if (store !== undefined) {
      await store.close()
      break
    }
    failed++
    const db = new Database(at.file, { readonly: true })
    const version = db.pragma('user_version', { simple: true })
    const { leaves } = db.prepare('SELECT count(*) AS leaves FROM leaf').get() as { leaves: number }
    db.close()
    if (version === 3) expect(leaves).toBe(302)
    else expect(version).toBe(4)
  }
  expect(failed).toBeGreaterThan(15)
  await expectAllThere()
})

/** A connection whose next statement fails once `fuse` others have run since the migration began. */
function burning(fuse: number): NonNullable<SqliteStoreOptions['connect']> {
  return (path, given) => {
    const db = new Database(path, given)
    const exec = db.exec.bind(db)
    const prepare = db.prepare.bind(db)
    let left = Number.POSITIVE_INFINITY
    const burn = (): void => {
      left -= 1
      if (left < 0) throw Object.assign(new Error('planted'), { code: 'SQLITE_IOERR_WRITE' })
    }
    db.exec = (sql) => {
      if (sql.startsWith('DROP TRIGGER leaf_is_only_erased')) left = fuse
      burn()
      return exec(sql)
    }
    db.prepare = ((sql: string) => {
      burn()
      const statement = prepare(sql)
      if (!sql.startsWith('INSERT INTO leaf')) return statement
      const run = statement.run.bind(statement) as (...values: unknown[]) => Database.RunResult
      statement.run = ((...values: unknown[]) => {
        burn()
        return run(...values)
      }) as typeof statement.run
      return statement
    }) as typeof db.prepare
    return db
  }
}
