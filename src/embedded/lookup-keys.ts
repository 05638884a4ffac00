import { resolve } from 'node:path'
import type { Random } from '../bytes.js'
import {
  type CustodianStore,
  drawNextLookupKey,
  drawsLookupKeys,
  dropLookupKeys,
  type KeyPlace,
  type LookupKeyLetter,
  takeNextLookupKey,
} from '../custodian.js'
import { withNextLookupKey, withoutFormer } from '../hub/children/lookup-rotation.js'
import type { Hub } from '../hub.js'
import { encodeKeyFile } from '../key-file.js'
import { presentKey } from '../seal/wrap.js'
import { systemClock, systemRandom } from '../system.js'
import { fileCustodianStore, fileKeyPlace, hubFolder, readKeyFile, replaceFile } from './files.js'
import { readWiring } from './wiring.js'

/** What became of a rotation. */
export interface LookupRotation {
  readonly generation: number
  /** Custodians that do not have their half yet: the hub goes on as it was until they do. Empty: done. */
  readonly missing: readonly string[]
  /** For custodians that are apart, where the one that draws is here. */
  readonly letters: readonly LookupKeyLetter[]
}

/**
 * Gives a hub's folder the next generation of lookup keys: first every custodian, then the hub. Whatever was cut short is
 * finished by running it again. Look-ups are answered under both generations until `retireLookupKeys`.
 * @param open opens the hub of the folder, to ask custodians that are apart whether they have their half
 * @throws {IndexError} `ERR_REQUEST_INVALID` while a former generation is open
 */
export async function rotateLookupKeys(
  path: string,
  open: () => Promise<Hub>,
  random: Random = systemRandom,
): Promise<LookupRotation> {
  const { hubKey } = hubFolder(path)
  const { id, keys } = await readKeyFile(hubKey, 'hub')
  const lookupKeys = withNextLookupKey(keys.lookupKeys, random(32))
  const { generation } = presentKey(lookupKeys)
  const letters = await giveToCustodiansHere(path, generation, random)
  const hub = await open()
  const missing = await hub.custodiansWithout(generation).finally(() => hub.close())
  if (missing.length > 0) return { generation, missing, letters }
  await replaceFile(hubKey, encodeKeyFile({ kind: 'hub', id, keys: { ...keys, lookupKeys } }))
  return { generation, missing, letters: [] }
}

/**
 * Ends the former generation: the hub forgets what stands under it, then its key files do.
 * @throws {IndexError} `ERR_REQUEST_INVALID` while registered children stand under it, unless `anyway`
 */
export async function retireLookupKeys(
  path: string,
  open: () => Promise<Hub>,
  options: { readonly anyway?: boolean | undefined },
): Promise<{ readonly registered: number; readonly provisional: number }> {
  const hub = await open()
  const { registered, provisional } = await hub.retireLookups(options).finally(() => hub.close())
  const { hubKey } = hubFolder(path)
  const { id, keys } = await readKeyFile(hubKey, 'hub')
  await replaceFile(
    hubKey,
    encodeKeyFile({ kind: 'hub', id, keys: { ...keys, lookupKeys: withoutFormer(keys.lookupKeys) } }),
  )
  for (const { place, store } of await custodiansHere(path)) await dropLookupKeys(place, store, systemClock)
  return { registered, provisional }
}

/** Where the custodian that draws is here: draws, and hands those that are here theirs. Gives the letters to the others. */
async function giveToCustodiansHere(
  path: string,
  generation: number,
  random: Random,
): Promise<readonly LookupKeyLetter[]> {
  const here = await custodiansHere(path)
  for (const { id, place, store } of here) {
    if (!(await drawsLookupKeys(store, id))) continue
    const letters = await drawNextLookupKey(place, store, generation, { clock: systemClock, random })
    for (const other of here) {
      const letter = letters.find(({ to }) => to === other.id)
      if (letter !== undefined) await takeNextLookupKey(other.place, other.store, letter, systemClock)
    }
    return letters.filter(({ to }) => !here.some((each) => each.id === to))
  }
  return []
}

interface CustodianHere {
  readonly id: string
  readonly place: KeyPlace
  readonly store: CustodianStore
}

async function custodiansHere(path: string): Promise<readonly CustodianHere[]> {
  const places = await readWiring(path)
  return places.flatMap((place) =>
    'address' in place
      ? []
      : [
          {
            id: place.custodian,
            place: fileKeyPlace(resolve(path, place.key)),
            store: fileCustodianStore(resolve(path, place.log)),
          },
        ],
  )
}
