import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock, Random } from './bytes.js'
import { type CustodianStore, memoryCustodianStore } from './custodian.js'
import { createKeyFile, exists, fileCustodianStore, hubFolder, hubPlaces, readKeyFile } from './embedded/files.js'
import { readWiring, wire } from './embedded/wiring.js'
import { witnessesIn } from './embedded/witness-files.js'
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
  const founding = await found({ name, policy, random })
  const { id, keys, custodians: custodianKeys, genesis } = founding
  const wire = async (store: Store, storeOf: (custodian: string) => CustodianStore): Promise<Hub> => {
    const custodians = await openCustodians(custodianKeys, storeOf, clock, random)
    const wired = { id, store, keys, custodians, clock, random, limits }
    await foundHub(wired, genesis, policy)
    return openHubOn(wired)
  }
  if ('store' in options) return wire(options.store, () => memoryCustodianStore())
  const { path } = options
  await requireUnused(path)
  let store: Store | undefined
  try {
    store = await sqliteStore(path, true)
    // The keys go first: a journal whose keys a crash has lost could never be opened.
    await writeKeys(path, founding)
    return await wire(store, fileStores(path))
  } catch (error) {
    await store?.close()
    // Nothing stood here before, and what stands here now is no hub.
    for (const place of hubPlaces(path)) await rm(place, { recursive: true, force: true })
    throw error
  }
}

/** @throws {IndexError} `ERR_FILE_EXISTS` when anything of a hub stands in the folder, whole or not */
export async function requireUnused(path: string): Promise<void> {
  for (const place of hubPlaces(path)) {
    if (await exists(place))
      throw new IndexError('ERR_FILE_EXISTS', 'the folder holds a hub already, or what is left of one')
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
  return openFolder(options.path, { clock, random, limits })
}

/** @param isNew whether it was founded just now, so that custodians in this process remember nothing yet */
export async function openFolder(
  path: string,
  { clock = systemClock, random = systemRandom, limits }: Wiring,
  isNew = false,
): Promise<Hub> {
  const { id, keys } = await readKeyFile(hubFolder(path).hubKey, 'hub')
  const places = await readWiring(path)
  const wired = await wire(path, places, { identity: keys.signing, clock, random, isNew })
  try {
    const store = await sqliteStore(path, false)
    try {
      const { ports: custodians, apart: custodiansApart } = wired
      const onClose = async (): Promise<void> => wired.close()
      const witnesses = await witnessesIn(path)
      const hub = await openHubOn({
        id,
        store,
        keys,
        custodians,
        custodiansApart,
        witnesses,
        clock,
        random,
        limits,
        onClose,
      })
      wired.requireOnRoster(hub.roster())
      return hub
    } catch (error) {
      await store.close()
      throw error
    }
  } catch (error) {
    wired.close()
    throw error
  }
}

function fileStores(path: string): (id: string) => CustodianStore {
  return (id) => fileCustodianStore(hubFolder(path).custodianLog(id))
}

// Loaded only here and only now: importing the package must not load a native addon.
export async function sqliteStore(path: string, create: boolean): Promise<Store> {
  const { openSqliteStore } = await import('./store/sqlite.js')
  const { database } = hubFolder(path)
  if (create) await mkdir(dirname(database), { recursive: true })
  return openSqliteStore(database, { create })
}

async function writeKeys(path: string, { id, keys, custodians }: Awaited<ReturnType<typeof found>>): Promise<void> {
  const folder = hubFolder(path)
  for (const [index, custodian] of custodians.entries())
    await createKeyFile(folder.custodianKey(index + 1), { kind: 'custodian', keys: custodian })
  await createKeyFile(folder.hubKey, { kind: 'hub', id, keys })
}
