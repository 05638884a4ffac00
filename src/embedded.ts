import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock, Random } from './bytes.js'
import { type CustodianStore, memoryCustodianStore } from './custodian.js'
import { createKeyFile, exists, fileCustodianStore, hubFolder, readKeyFile } from './embedded/files.js'
import { IndexError } from './errors.js'
import { found, openCustodians } from './founding.js'
import type { Limits } from './hub/context.js'
import { foundHub } from './hub/open-context.js'
import { type Hub, type OpenHubOptions, openHub as openHubOn } from './hub.js'
import { defaultPolicy } from './policy/default.js'
import type { Policy } from './policy/policy.js'
import type { Store } from './store/port.js'
import { systemClock, systemRandom } from './system.js'

interface Wiring {
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly limits?: Partial<Limits> | undefined
}

/** A new hub: in a folder (`path`), or on a store that is handed in, with its keys and custodians in memory. */
export type InitHubOptions = Wiring & {
  readonly name: string
  /** The default matrix where absent; its weights are illustrative. */
  readonly policy?: Policy | undefined
} & ({ readonly path: string } | { readonly store: Store })

/** A hub that exists: in a folder, or on a store with the keys and custodians that belong to it. */
export type OpenOptions = Wiring & ({ readonly path: string } | Omit<OpenHubOptions, keyof Wiring>)

/**
 * Founds a hub with three custodians in this process, two of which can open.
 *
 * Custodians that share a process protect a stolen database, and nothing else of what custodians apart would: `status`
 * says so. In a folder, the keys stand in files outside the database; agency keys never live here.
 * @throws {IndexError} `ERR_FILE_EXISTS` when the folder holds a hub already
 */
export async function initHub(options: InitHubOptions): Promise<Hub> {
  const { name, clock = systemClock, random = systemRandom, policy = defaultPolicy(), limits } = options
  if ('path' in options && (await exists(hubFolder(options.path).hubKey))) {
    throw new IndexError('ERR_FILE_EXISTS', 'the folder holds a hub already')
  }
  const founding = await found({ name, policy, random })
  const { id, keys, custodians: custodianKeys, genesis } = founding
  const storeOf = 'path' in options ? fileStores(options.path) : () => memoryCustodianStore()
  const store = 'path' in options ? await sqliteStore(options.path, true) : options.store
  try {
    const custodians = await openCustodians(custodianKeys, storeOf, clock, random)
    const wired = { id, store, keys, custodians, clock, random, limits }
    await foundHub(wired, genesis, policy)
    if ('path' in options) await writeKeys(options.path, founding)
    return await openHubOn(wired)
  } catch (error) {
    await store.close()
    throw error
  }
}

/**
 * Opens a hub.
 * @throws {IndexError} `ERR_KEY_MISSING`, `ERR_KEY_INVALID`, `ERR_KEY_WRONG`, `ERR_FILE_MISSING`, `ERR_STORE_…`,
 * `ERR_JOURNAL_ROLLED_BACK` when the database is older than a head that a custodian saw
 */
export async function openHub(options: OpenOptions): Promise<Hub> {
  const { clock = systemClock, random = systemRandom, limits } = options
  if (!('path' in options)) return openHubOn({ ...options, clock, random, limits })
  const { path } = options
  const folder = hubFolder(path)
  const { id, keys } = await readKeyFile(folder.hubKey, 'hub')
  const custodianKeys = await Promise.all(
    [1, 2, 3].map(async (number) => (await readKeyFile(folder.custodianKey(number), 'custodian')).keys),
  )
  const store = await sqliteStore(path, false)
  try {
    const custodians = await openCustodians(custodianKeys, fileStores(path), clock, random)
    return await openHubOn({ id, store, keys, custodians, clock, random, limits })
  } catch (error) {
    await store.close()
    throw error
  }
}

function fileStores(path: string): (id: string) => CustodianStore {
  return (id) => fileCustodianStore(hubFolder(path).custodianLog(id))
}

// Loaded only here and only now: importing the package must not load a native addon.
async function sqliteStore(path: string, create: boolean): Promise<Store> {
  const { openSqliteStore } = await import('./store/sqlite.js')
  const { database } = hubFolder(path)
  if (create) await mkdir(dirname(database), { recursive: true })
  return openSqliteStore(database, { create })
}

/** The hub's key goes last: a folder without it holds no hub, and can be founded anew once its database is removed. */
async function writeKeys(path: string, { id, keys, custodians }: Awaited<ReturnType<typeof found>>): Promise<void> {
  const folder = hubFolder(path)
  for (const [index, custodian] of custodians.entries())
    await createKeyFile(folder.custodianKey(index + 1), { kind: 'custodian', keys: custodian })
  await createKeyFile(folder.hubKey, { kind: 'hub', id, keys })
}
