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
}

export type SqliteValue = Uint8Array | number

/** Opens a file. The place to give a key to a driver that encrypts: `(path, options) => { const db = new Database(path, options); … return db }`. */
export type SqliteConnect = (
  path: string,
  options: { readonly readonly: boolean; readonly fileMustExist: boolean; readonly timeout: number },
) => SqliteConnection

/** The value of the first column of a statement's first row. */
export function single(db: SqliteConnection, sql: string): unknown {
  const row = db.prepare(sql).get()
  return typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined
}
