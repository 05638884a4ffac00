import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../src/store/port.js'
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite.js'
import type { OpenedStore } from '../../src/testing/store-contract.js'

/** A temporary folder, the file of a store in it, and its removal. */
export function temporaryFolder(): { folder: string; file: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'store-'))
  return { folder, file: join(folder, 'hub.db'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export async function newSqliteStore(
  options: SqliteStoreOptions = {},
): Promise<OpenedStore & { readonly file: string; readonly reopen: () => Promise<Store> }> {
  const { file, remove } = temporaryFolder()
  let store = await openSqliteStore(file, { create: true, ...options })
  return {
    file,
    store,
    reopen: async () => {
      await store.close()
      store = await openSqliteStore(file, options)
      return store
    },
    dispose: async () => {
      await store.close()
      remove()
    },
  }
}
