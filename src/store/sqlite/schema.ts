import { TABLES, type Table } from '../port.js'

/** "chix" in ASCII, in the header of every file of ours. */
export const APPLICATION_ID = 0x63686978

/** Raised by every change of `SCHEMA`, together with a migration. */
export const SCHEMA_VERSION = 4

// The table names are our own constants and hold no quote, but one of them is a keyword of SQL.
export function tableName(table: Table): string {
  return `"${table}"`
}

/** A table or trigger, and its text. */
export interface SchemaObject {
  readonly name: string
  readonly sql: string
}

/**
 * Every object of the database, each as SQLite itself keeps its text, so that opening can compare them word for word.
 * The triggers guard the journal against a slip in code, not against an attacker: the proof is the tree.
 */
export const SCHEMA: readonly SchemaObject[] = [
  {
    name: 'entry',
    sql: `CREATE TABLE entry (
  position INTEGER PRIMARY KEY,
  salt BLOB NOT NULL,
  body BLOB NOT NULL,
  sealed INTEGER NOT NULL CHECK (sealed IN (0, 1))
) STRICT`,
  },
  {
    name: 'leaf',
    sql: `CREATE TABLE leaf (
  place INTEGER PRIMARY KEY,
  fixed BLOB NOT NULL CHECK (length(fixed) > 0 AND length(fixed) % 34 = 0),
  content BLOB NOT NULL CHECK (length(content) >= length(fixed) / 34 * 5)
) STRICT`,
  },
  {
    name: 'node',
    sql: `CREATE TABLE node (
  level INTEGER NOT NULL,
  place INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, place)
) STRICT, WITHOUT ROWID`,
  },
  trigger('entry_is_next', 'INSERT ON entry', 'NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM entry)'),
  trigger(
    'entry_is_only_erased',
    'UPDATE ON entry',
    'NEW.position <> OLD.position OR NEW.sealed <> OLD.sealed OR length(NEW.salt) + length(NEW.body) > 0',
  ),
  trigger('entry_is_kept', 'DELETE ON entry'),
  trigger('leaf_is_next', 'INSERT ON leaf', 'NEW.place <= (SELECT max(place) FROM leaf)'),
  // That what remains of a page is what stood there before, no trigger can say: the hashes do, which stay.
  trigger(
    'leaf_is_only_erased',
    'UPDATE ON leaf',
    'NEW.place <> OLD.place OR NEW.fixed <> OLD.fixed OR length(NEW.content) >= length(OLD.content)',
  ),
  trigger('leaf_is_kept', 'DELETE ON leaf'),
  trigger('node_is_fixed', 'UPDATE ON node'),
  trigger('node_is_kept', 'DELETE ON node'),
  ...TABLES.map((table) => ({
    name: table,
    sql: `CREATE TABLE ${tableName(table)} (
  key BLOB PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 64),
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  })),
]

function trigger(name: string, event: string, when?: string): SchemaObject {
  const condition = when === undefined ? '' : ` WHEN ${when}`
  return { name, sql: `CREATE TRIGGER ${name} BEFORE ${event}${condition} BEGIN SELECT RAISE(ABORT, '${name}'); END` }
}
