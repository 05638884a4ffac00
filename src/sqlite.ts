export type { SqliteConnect, SqliteConnection, SqliteStatement, SqliteValue } from './store/sqlite/driver.js'
export { openSqliteStore, type SqliteStoreOptions } from './store/sqlite.js'
