import { type Clock, equalBytes, type Random } from '../bytes.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes } from '../json.js'
import { type Message, requireSignedBy } from '../port.js'
import { presentRoster } from '../roster/history.js'
import { type Custodian, custodiansOf, type Roster } from '../roster/roster.js'
import type { HpkeKey } from '../seal/hpke.js'
import type { KeysByGeneration } from '../seal/wrap.js'
import type { SigningKey } from '../signature.js'
import type { Approval } from './approvals.js'
import { requireKeysApart } from './keys-apart.js'
import { after, type CustodianEvent, type CustodianMemory, type CustodianStore, noMemory } from './state.js'

/** What a custodian holds, and shares with nobody but (`lookupKeys`) the other custodians. */
export interface CustodianKeys {
  readonly id: string
  /** Hub id, the hub's signing key and the hash of roster version 1, as pinned when the hub was made. */
  readonly hub: { readonly id: Uint8Array; readonly publicKey: Uint8Array; readonly roster: Uint8Array }
  readonly signing: SigningKey
  readonly hpke: HpkeKey
  /** `Kj` by generation: every share that this custodian ever wraps depends on one of them. The last is the present one. */
  readonly roots: KeysByGeneration
  /** `kc` by generation: the custodians' half of the lookup tokens. The last is the present one. */
  readonly lookupKeys: KeysByGeneration
}

/** What the work of a custodian is done with: its keys, its memory, and how something becomes part of it. */
export interface Desk {
  readonly keys: CustodianKeys
  readonly clock: Clock
  readonly random: Random
  readonly approve: Approval
  memory(): CustodianMemory
  /** The roster in force, as this custodian followed it. @throws {IndexError} `ERR_ROSTER_INVALID` before it has heard of any */
  roster(): Roster
  /** Durable first, then remembered; what would not hold is not written. */
  remember(event: CustodianEvent): Promise<void>
  /** Takes in what another process of the same custodian put into the store. */
  recall(): Promise<void>
  /** What has happened, from the event of this number on. */
  past(from: number): Promise<readonly CustodianEvent[]>
}

export interface DeskOptions {
  readonly keys: CustodianKeys
  readonly store: CustodianStore
  readonly clock: Clock
  readonly random: Random
  readonly approve: Approval
  readonly reloadKeys: (() => Promise<CustodianKeys>) | undefined
}

export async function openDesk({ store, reloadKeys, ...options }: DeskOptions): Promise<Desk> {
  const { clock, random, approve } = options
  let { keys } = options
  requireKeysApart(keys)
  let memory = noMemory()
  let read = 0
  const recall = async (): Promise<void> => {
    const { keyChanges } = memory
    const events = await store.load(read)
    memory = events.reduce(after, memory)
    read += events.length
    if (reloadKeys !== undefined && memory.keyChanges !== keyChanges) keys = await reloadKeys()
  }
  await recall()
  return {
    get keys() {
      return keys
    },
    clock,
    random,
    approve,
    memory: () => memory,
    roster: () => presentRoster(memory.rosters),
    async remember(event) {
      // Only a roster can fail to hold; the rest adds to memory in place, and must be durable first.
      if (event.kind === 'roster' || event.kind === 'activation') after(memory, event)
      await store.append(event)
      await recall()
    },
    recall,
    past: (from) => store.load(from),
  }
}

/** The body of a message of the hub. @throws {IndexError} `ERR_SIGNATURE_INVALID` */
export function fromHub(desk: Desk, message: Message): unknown {
  return fromJsonBytes(bytesFromHub(desk, message))
}

/** The same, where it is no JSON. */
export function bytesFromHub({ keys, clock }: Desk, message: Message): Uint8Array {
  requireSignedBy(message, keys.hub.id, keys.hub.publicKey, clock())
  return message.body
}

/** This custodian's own entry on the roster. */
export function selfOf(desk: Desk): Custodian {
  const found = custodiansOf(desk.roster()).find(({ id }) => id === desk.keys.id)
  if (found === undefined) throw new IndexError('ERR_PARTY_UNKNOWN', 'this custodian is not on the roster')
  if (found.suspended) throw new IndexError('ERR_PARTY_NOT_IN_STANDING', 'this custodian is suspended')
  return found
}

/** @throws {IndexError} `ERR_PARTY_NOT_IN_STANDING` unless this custodian is in standing and of the present keyset */
export function requireMember(desk: Desk): void {
  const { id } = selfOf(desk)
  if (desk.roster().keyset.members.includes(id)) return
  throw new IndexError('ERR_PARTY_NOT_IN_STANDING', 'this custodian is not of the present keyset')
}

/** @throws {IndexError} `ERR_ROSTER_INVALID` for the roster of any other hub than the pinned one */
export function requirePinned({ keys }: Desk, { rosters }: CustodianMemory): void {
  const first = rosters.versions[0]?.roster
  if (first !== undefined && equalBytes(first.hash, keys.hub.roster)) return
  throw new IndexError('ERR_ROSTER_INVALID', 'this is not the roster that was pinned when the hub was made')
}
