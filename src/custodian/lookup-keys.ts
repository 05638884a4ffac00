import { type Clock, encode, equalBytes } from '../bytes.js'
import { IndexError } from '../errors.js'
import { presentRoster } from '../roster/history.js'
import { type Custodian, custodiansOf, type Roster, standingMembersOf } from '../roster/roster.js'
import { hpkeOpen, hpkeSeal } from '../seal/hpke.js'
import { presentKey } from '../seal/wrap.js'
import { sign, verifySignature } from '../signature.js'
import type { Drawing, KeyPlace } from './controller.js'
import type { CustodianKeys } from './desk.js'
import { requireKeysApart } from './keys-apart.js'
import { type CustodianStore, memoryOf } from './state.js'

/** A lookup key on its way from the custodian that drew it to another one. Nobody else can read it. */
export interface LookupKeyLetter {
  readonly from: string
  readonly to: string
  readonly generation: number
  /** HPKE ciphertext of the 32 bytes. */
  readonly sealed: Uint8Array
  readonly signature: Uint8Array
}

const EMPTY = new Uint8Array(0)

async function rosterIn(store: CustodianStore): Promise<Roster> {
  return presentRoster((await memoryOf(store)).rosters)
}

/** Who draws lookup keys for all: the first custodian in standing. */
function drawerOf(roster: Roster): Custodian | undefined {
  return standingMembersOf(roster)[0]
}

/** Whether it is this custodian that draws lookup keys for all. */
export async function drawsLookupKeys(store: CustodianStore, custodian: string): Promise<boolean> {
  return drawerOf(await rosterIn(store))?.id === custodian
}

/**
 * Draws the custodians' half of the next generation of lookup keys, and seals it to every other custodian on the roster. Asked
 * once more for the generation that it drew last, it seals the same key again.
 * @throws {IndexError} `ERR_REQUEST_INVALID` for any other generation, and for a custodian that is not the first in standing
 */
export async function drawNextLookupKey(
  place: KeyPlace,
  store: CustodianStore,
  generation: number,
  { clock, random }: Drawing,
): Promise<readonly LookupKeyLetter[]> {
  const before = await place.read()
  const roster = await rosterIn(store)
  if (drawerOf(roster)?.id !== before.id)
    throw new IndexError('ERR_REQUEST_INVALID', 'the first custodian in standing draws lookup keys for all')
  const keys = withLookupKey(before, generation, () => random(32))
  if (keys !== before) await keep(place, store, keys, clock)
  const { key } = presentKey(keys.lookupKeys)
  const others = custodiansOf(roster).filter(({ id }) => id !== keys.id)
  return Promise.all(others.map((to) => letterTo(keys, to, generation, key)))
}

/**
 * Takes in a lookup key that another custodian drew. The same one again changes nothing; a generation that is there is never
 * replaced.
 * @throws {IndexError} `ERR_SIGNATURE_INVALID` unless the first custodian in standing sent it; `ERR_SEAL_INVALID`, `ERR_KEY_INVALID`,
 * `ERR_KEY_WRONG`, `ERR_REQUEST_INVALID`
 */
export async function takeNextLookupKey(
  place: KeyPlace,
  store: CustodianStore,
  letter: LookupKeyLetter,
  clock: Clock,
): Promise<void> {
  const before = await place.read()
  const { from, to, generation, sealed, signature } = letter
  const drawer = drawerOf(await rosterIn(store))
  const sender = drawer?.id === from ? drawer : undefined
  const statement = letterStatement(before.hub.id, from, to, generation, sealed)
  if (to !== before.id || sender === undefined || !verifySignature(sender.keys.signing, statement, signature))
    throw new IndexError(
      'ERR_SIGNATURE_INVALID',
      'the lookup key was not sent to this custodian by the first in standing',
    )
  const key = await hpkeOpen(before.hpke, letterInfo(before.hub.id, from, to, generation), EMPTY, sealed)
  const keys = withLookupKey(before, generation, () => key)
  const { key: kept } = presentKey(keys.lookupKeys)
  if (!equalBytes(kept, key))
    throw new IndexError('ERR_KEY_WRONG', 'this custodian has another lookup key of this generation already')
  if (keys !== before) await keep(place, store, keys, clock)
}

/**
 * Deletes the lookup keys before the present one, once the hub has retired them.
 * @returns the generations that were deleted
 */
export async function dropLookupKeys(place: KeyPlace, store: CustodianStore, clock: Clock): Promise<readonly number[]> {
  const keys = await place.read()
  const present = presentKey(keys.lookupKeys)
  const former = keys.lookupKeys.filter((each) => each !== present).map(({ generation }) => generation)
  if (former.length > 0) await keep(place, store, { ...keys, lookupKeys: [present] }, clock)
  return former
}

/** The key first: of one that is in no file, nothing must be said. */
async function keep(place: KeyPlace, store: CustodianStore, keys: CustodianKeys, clock: Clock): Promise<void> {
  await place.write(keys)
  await store.append({ kind: 'lookup-key', at: clock(), generation: presentKey(keys.lookupKeys).generation })
}

function withLookupKey(keys: CustodianKeys, generation: number, draw: () => Uint8Array): CustodianKeys {
  const present = presentKey(keys.lookupKeys)
  if (generation === present.generation) return keys
  if (generation !== present.generation + 1)
    throw new IndexError('ERR_REQUEST_INVALID', 'generations of lookup keys follow one another', {
      field: 'generation',
    })
  const next = { ...keys, lookupKeys: [...keys.lookupKeys, { generation, key: draw() }] } as const
  requireKeysApart(next)
  return next
}

async function letterTo(
  keys: CustodianKeys,
  { id: to, keys: { hpke } }: Custodian,
  generation: number,
  key: Uint8Array,
): Promise<LookupKeyLetter> {
  const { id: from, hub, signing } = keys
  const sealed = await hpkeSeal(hpke, letterInfo(hub.id, from, to, generation), EMPTY, key)
  return {
    from,
    to,
    generation,
    sealed,
    signature: sign(signing, letterStatement(hub.id, from, to, generation, sealed)),
  }
}

function letterInfo(hub: Uint8Array, from: string, to: string, generation: number): Uint8Array {
  return encode('lookup-key/v1', hub, from, to, generation)
}

function letterStatement(
  hub: Uint8Array,
  from: string,
  to: string,
  generation: number,
  sealed: Uint8Array,
): Uint8Array {
  return encode('lookup-key-letter/v1', hub, from, to, generation, sealed)
}
