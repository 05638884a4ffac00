/** What the store calls on a SQLite driver. A `Database` of `better-sqlite3`, or of a package with the same calls, fits as it is. */
export interface SqliteConnection {
  readonly inTransaction: boolean
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  close(): unknown
}

export interface SqliteStatement {
  run(...values: SqliteValue[]): { readonly changes: number }
  get(...values: SqliteValue[]): unknown
  all(...values: SqliteValue[]): unknown[]
  /** From now on rows are the value of their first column. Not every driver has it. */
  pluck?(): unknown
}

export type SqliteValue = Uint8Array | number

/** Opens a file. The place to give a key to a driver that encrypts: `(path, options) => { const db = new Database(path, options); … return db }`. */
export type SqliteConnect = (
  path: string,
  options: { readonly readonly: boolean; readonly fileMustExist: boolean; readonly timeout: number },
) => SqliteConnection

/** Runs a statement that gives one value, or none. With `pluck` a look-up costs a fifth less: there is no object for the row. */
export function cell(statement: SqliteStatement): (...values: SqliteValue[]) => unknown {
  if (statement.pluck === undefined) return (...values) => firstColumn(statement.get(...values))
  statement.pluck()
  return (...values) => statement.get(...values)
}

/** The value of the first column of a statement's first row. */
export function single(db: SqliteConnection, sql: string): unknown {
  return firstColumn(db.prepare(sql).get())
}

function firstColumn(row: unknown): unknown {
  return typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined
}
