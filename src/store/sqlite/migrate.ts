import type { SqliteConnection } from './driver.js'
import { leafPages } from './leaf-pages.js'
import { SCHEMA, SCHEMA_VERSION, type SchemaObject, trigger } from './schema.js'

/** What version 3 had in other words: a row of its own for every leaf. It had no table `check`. */
const LEAF_3: readonly SchemaObject[] = [
  {
    name: 'leaf',
    sql: `CREATE TABLE leaf (
  position INTEGER NOT NULL,
  row INTEGER NOT NULL CHECK (row BETWEEN 0 AND 65535),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  salt BLOB NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (position, row)
) STRICT, WITHOUT ROWID`,
  },
  trigger(
    'leaf_is_only_erased',
    'UPDATE ON leaf',
    'NEW.position <> OLD.position OR NEW.row <> OLD.row OR NEW.hash <> OLD.hash OR length(NEW.salt) + length(NEW.bytes) > 0',
  ),
  trigger('leaf_is_kept', 'DELETE ON leaf'),
]
const NEW_IN_4: ReadonlySet<string> = new Set(['leaf', 'leaf_is_next', 'leaf_is_only_erased', 'leaf_is_kept', 'check'])
const SCHEMA_3: readonly SchemaObject[] = [...SCHEMA.filter(({ name }) => !NEW_IN_4.has(name)), ...LEAF_3]

/** Rows that are moved at once, each of at most 1 MiB. */
const STEP = 256

/**
 * Brings a database of version 3 to this version, in one transaction: after a crash it is of version 3 still. Meanwhile the
 * rows beside the journal take twice their room.
 */
export function migrate(db: SqliteConnection): void {
  if (versionOf(db) === SCHEMA_VERSION) return
  db.exec('BEGIN IMMEDIATE')
  // Another process may have been faster.
  if (versionOf(db) === 3) {
    db.exec('DROP TRIGGER leaf_is_only_erased')
    db.exec('DROP TRIGGER leaf_is_kept')
    db.exec('ALTER TABLE leaf RENAME TO leaf_3')
    for (const { name, sql } of SCHEMA) if (NEW_IN_4.has(name)) db.exec(sql)
    moveLeaves(db)
    db.exec('DROP TABLE leaf_3')
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
  }
  db.exec('COMMIT')
}

export function versionOf(db: SqliteConnection): number {
  const row = db.prepare('PRAGMA user_version').get() as { readonly user_version: number }
  return row.user_version
}

/** Whether every object of the database stands there word for word as its version made it, and no other. */
export function hasSchema(db: SqliteConnection, version: number): boolean {
  const schema = version === SCHEMA_VERSION ? SCHEMA : version === 3 ? SCHEMA_3 : []
  const found = db.prepare('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all() as SchemaObject[]
  const texts = new Map(found.map(({ name, sql }) => [name, sql]))
  return schema.length > 0 && texts.size === schema.length && schema.every(({ name, sql }) => texts.get(name) === sql)
}

type OldLeaf = Parameters<typeof leafPages>[0][number]

function moveLeaves(db: SqliteConnection): void {
  const some = db.prepare('SELECT * FROM leaf_3 WHERE (position, row) > (?, ?) ORDER BY position, row LIMIT ?')
  const add = db.prepare('INSERT INTO leaf (place, fixed, content) VALUES (?, ?, ?)')
  for (let position = -1, row = 0; ; ) {
    const leaves = some.all(position, row, STEP) as OldLeaf[]
    for (const { place, fixed, content } of leafPages(leaves)) add.run(place, fixed, content)
    const last = leaves.at(-1)
    if (last === undefined) return
    ;({ position, row } = last)
  }
}
