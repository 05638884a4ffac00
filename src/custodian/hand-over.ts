import { z } from 'zod'
import { encode, equalBytes } from '../bytes.js'
import { bytesOf, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { presentRoster } from '../roster/history.js'
import { type Custodian, custodiansOf } from '../roster/roster.js'
import { type HpkeKey, hpkeOpen, hpkeSeal } from '../seal/hpke.js'
import { areByGeneration, type GenerationKey, type KeysByGeneration, presentKey } from '../seal/wrap.js'
import { type SigningKey, sign, verifySignature } from '../signature.js'
import type { Drawing, KeyPlace } from './controller.js'
import type { CustodianKeys } from './desk.js'
import { lockRestored } from './lock.js'
import { type CustodianStore, memoryOf } from './state.js'

/** What the former holder of a seat gives the new one, for its eyes only. */
export interface HandOver {
  /** Hub id, 32 bytes. */
  readonly hub: Uint8Array
  /** Id of the custodian whose seat it is. */
  readonly custodian: string
  /** Its roots and its share of the look-up keys, sealed to the new holder. */
  readonly sealed: Uint8Array
  /** By the key of the former holder: nobody else gives a successor roots that they know. */
  readonly signature: Uint8Array
}

/** The new holder of a seat, as it draws its own keys where it is. */
export interface Successor {
  readonly signing: SigningKey
  readonly hpke: HpkeKey
  /** A root of its own, 32 bytes, which the former holder never has. */
  readonly root: Uint8Array
}

/** What a new holder was told of the seat by another way than the hand-over itself. */
export interface Seat {
  readonly hub: CustodianKeys['hub']
  readonly custodian: string
  /** Signing key of the former holder, as the roster had it. */
  readonly predecessor: Uint8Array
}

const EMPTY = new Uint8Array(0)
const generations = z
  .array(z.strictObject({ generation: z.number().int().min(1), key: bytesOf(32) }))
  .min(1)
  .max(1024)
const handed = z.strictObject({ roots: generations, lookupKeys: generations })

/**
 * Seals a custodian's roots to whoever the roster in force names in its place. Its own signing and HPKE keys stay with it.
 * @throws {IndexError} `ERR_ROSTER_INVALID` where the roster names nobody else
 */
export async function handOver(keys: CustodianKeys, store: CustodianStore): Promise<HandOver> {
  const { rosters } = await memoryOf(store)
  const successor = successorOf(keys, custodiansOf(presentRoster(rosters)))
  const said = seatInfo(keys.hub.id, keys.id, keys.signing.publicKey, successor.keys)
  const { roots, lookupKeys } = keys
  const sealed = await hpkeSeal(successor.keys.hpke, infoOf(said), EMPTY, toJsonBytes({ roots, lookupKeys }))
  return { hub: keys.hub.id, custodian: keys.id, sealed, signature: sign(keys.signing, statementOf(said, sealed)) }
}

function successorOf({ id, signing }: CustodianKeys, custodians: readonly Custodian[]): Custodian {
  const holder = custodians.find((each) => each.id === id)
  if (holder === undefined || equalBytes(holder.keys.signing, signing.publicKey))
    throw new IndexError('ERR_ROSTER_INVALID', 'the roster in force names nobody else for this seat')
  if (holder.suspended) throw new IndexError('ERR_ROSTER_INVALID', 'the new holder of this seat is suspended')
  return holder
}

/**
 * The keys of a seat's new holder: the former one's roots, for what was sealed before, and its own newest one, for what is sealed
 * from now on.
 * @throws {IndexError} `ERR_KEY_WRONG` for another hub, seat or successor; `ERR_SIGNATURE_INVALID`, `ERR_SEAL_INVALID`
 */
export async function takeOver(successor: Successor, seat: Seat, given: HandOver): Promise<CustodianKeys> {
  const { hub, custodian, predecessor } = seat
  if (!equalBytes(given.hub, hub.id) || given.custodian !== custodian)
    throw new IndexError('ERR_KEY_WRONG', 'these are the roots of another hub or seat')
  const { signing, hpke, root } = successor
  const said = seatInfo(hub.id, custodian, predecessor, { signing: signing.publicKey, hpke: hpke.publicKey })
  if (!verifySignature(predecessor, statementOf(said, given.sealed), given.signature))
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the former holder of the seat did not hand it over to this one')
  const opened = fromJsonBytes(await hpkeOpen(hpke, infoOf(said), EMPTY, given.sealed))
  const { roots, lookupKeys } = parse(handed, opened, 'ERR_KEY_INVALID', 'roots')
  const former = ascending(roots)
  const next = { generation: (former.at(-1)?.generation ?? 0) + 1, key: root }
  return { id: custodian, hub, signing, hpke, roots: [...former, next] as const, lookupKeys: ascending(lookupKeys) }
}

/**
 * Puts the keys of a seat's new holder in their place, and begins its store: locked until its peers have told it what it must know,
 * and with its own root as the newest, so that those handed over can be retired. Cut short, it can be done again.
 */
export async function takeSeat(
  place: Pick<KeyPlace, 'write'>,
  store: CustodianStore,
  keys: CustodianKeys,
  { clock, random }: Drawing,
): Promise<void> {
  // The lock first: it must never serve with these keys and an empty memory.
  if ((await memoryOf(store)).locked === undefined) await lockRestored(store, clock(), random)
  await place.write(keys)
  await store.append({ kind: 'root', at: clock(), generation: presentKey(keys.roots).generation })
}

function ascending(keys: readonly GenerationKey[]): KeysByGeneration {
  if (areByGeneration(keys)) return keys
  throw new IndexError('ERR_KEY_INVALID', 'roots are by ascending generation')
}

/** Which seat goes from whom to whom. */
type Said = readonly [hub: Uint8Array, seat: string, from: Uint8Array, signing: Uint8Array, hpke: Uint8Array]

function seatInfo(hub: Uint8Array, seat: string, from: Uint8Array, { signing, hpke }: Custodian['keys']): Said {
  return [hub, seat, from, signing, hpke]
}

function infoOf(said: Said): Uint8Array {
  return encode('hand-over/v1', ...said)
}

function statementOf(said: Said, sealed: Uint8Array): Uint8Array {
  return encode('hand-over-statement/v1', ...said, sealed)
}
