import { type ErrorCode, IndexError } from '../../errors.js'

/** A driver's or file system's error as ours: of the original only the code stays, since its text can hold SQL, values and paths. */
export function storeFailure(error: unknown): IndexError {
  if (error instanceof IndexError) return error
  const cause = codeOf(error)
  const code = meaning(cause)
  return new IndexError(code, `${MESSAGES[code]} (${cause})`, { cause: new Error(cause) })
}

/**
 * Whether the connection can go on after this failure. Not after an I/O error: what the failed write left is then known
 * only to a connection that reads the file afresh.
 */
export function isPassing(failure: IndexError): boolean {
  return (
    failure.code === 'ERR_STORE_BUSY' || failure.code === 'ERR_STORE_FULL' || failure.code === 'ERR_STORE_READ_ONLY'
  )
}

/** `SQLITE_BUSY`, `EACCES` and the like; `unknown` for whatever does not look like a code. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,47}$/.test(code) ? code : 'unknown'
}

type StoreErrorCode = Extract<ErrorCode, `ERR_STORE_${string}`>

const MESSAGES: Readonly<Record<StoreErrorCode, string>> = {
  ERR_STORE_FOREIGN: 'the database belongs to another program',
  ERR_STORE_NEWER: 'the database was written by a newer version of this library',
  ERR_STORE_READ_ONLY: 'the database file, or the folder it stands in, cannot be written',
  ERR_STORE_DAMAGED: 'the file is damaged, or is not a database: restore it from a backup',
  ERR_STORE_BUSY: 'another process holds the database: try again',
  ERR_STORE_FULL: 'there is no room left for the database: nothing was written',
  ERR_STORE_FAILED: 'the database could not be read or written: open it again, and read its size before trying again',
}

function meaning(code: string): StoreErrorCode {
  if (code === 'SQLITE_READONLY_DBMOVED') return 'ERR_STORE_FAILED'
  const primary = code.startsWith('SQLITE_') ? code.split('_').slice(0, 2).join('_') : code
  switch (primary) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return 'ERR_STORE_BUSY'
    case 'SQLITE_FULL':
    case 'ENOSPC':
    case 'EDQUOT':
      return 'ERR_STORE_FULL'
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'ERR_STORE_READ_ONLY'
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
    case 'SQLITE_FORMAT':
      return 'ERR_STORE_DAMAGED'
    default:
      return 'ERR_STORE_FAILED'
  }
}
