import { type Clock, fromHex, type Random, toHex } from '../bytes.js'
import { IndexError } from '../errors.js'
import { applyChanges } from '../roster/change.js'
import { presentRoster } from '../roster/history.js'
import { presentKey } from '../seal/wrap.js'
import { policyIsApproved } from './approvals.js'
import type { CustodianKeys } from './desk.js'
import { changesInWords } from './in-words.js'
import { withNewRoot, withoutRoot } from './roots.js'
import { type Asked, type CustodianMemory, type CustodianStore, memoryOf, type Refusal } from './state.js'

/** Something that waits for the controller's word. */
export interface Approvable {
  /** Of the roster version that it makes: 64 hexadecimal digits, which `approve` takes. */
  readonly hash: string
  readonly version: number
  /** What it would do, a line for each step. */
  readonly changes: readonly string[]
}

/** What a custodian remembers, for its controller. */
export interface CustodianReport {
  /** 0 before it has heard of any roster. */
  readonly rosterVersion: number
  readonly waiting: readonly Approvable[]
  /** Policies of the roster, and whether this custodian's controller let them decide. */
  readonly policies: readonly { readonly hash: string; readonly from: number; readonly approved: boolean }[]
  /** Size of the journal that it last cosigned. */
  readonly lastSeen: number
  /** Roster entries that have not been shown to stand in the journal. */
  readonly unproven: number
  readonly openings: number
  readonly withdrawals: number
  readonly refusals: readonly Refusal[]
  /** The latest releases, newest last. */
  readonly releases: readonly Asked[]
  /** Tokens set aside on the latest day that any were, counted from 1970. */
  readonly metered: CustodianMemory['metered']
  /** Root of that journal. */
  readonly lastRoot: Uint8Array
  /** Since when it waits for its peers, epoch milliseconds; absent where it does not. */
  readonly lockedAt?: number | undefined
  /** How many records lay under which of its roots when the hub last walked through them all; absent before that. */
  readonly left?: CustodianMemory['left']
}

/** Read from a custodian's own store, also while the custodian runs. */
export async function reportOf(store: CustodianStore): Promise<CustodianReport> {
  const memory = await memoryOf(store)
  const { rosters, lastSeen, unproven, openings, withdrawn, refusals, locked } = memory
  const roster = rosters.versions.at(-1)?.roster
  return {
    rosterVersion: roster?.version ?? 0,
    waiting: waitingIn(memory),
    policies: (roster?.policies ?? []).map(({ hash, from }) => {
      return { hash, from, approved: policyIsApproved('controller', memory, hash) }
    }),
    lastSeen: lastSeen.size,
    unproven: unproven.length,
    openings: openings.size,
    withdrawals: withdrawn.size,
    refusals,
    releases: memory.releases,
    metered: memory.metered,
    lastRoot: lastSeen.root,
    ...(locked === undefined ? {} : { lockedAt: locked.at }),
    ...(memory.left === undefined ? {} : { left: memory.left }),
  }
}

/**
 * The controller's word for a roster version that waits, or for a policy of the roster. A custodian that runs takes it in with
 * the next message.
 * @param hash 64 hexadecimal digits, as the report shows it
 * @returns what was approved, a line for each step
 * @throws {IndexError} `ERR_REQUEST_INVALID` for a hash of which this custodian knows nothing
 */
export async function approve(store: CustodianStore, hash: string, at: number): Promise<readonly string[]> {
  const memory = await memoryOf(store)
  const version = waitingIn(memory).find((each) => each.hash === hash)
  const policies = memory.rosters.versions.at(-1)?.roster.policies ?? []
  const isPolicy = policies.some((each) => each.hash === hash)
  if (version === undefined && !isPolicy)
    throw new IndexError('ERR_REQUEST_INVALID', 'nothing with this hash waits here: see status', { field: 'hash' })
  await store.append({ kind: 'approved', at, hash: fromHex(hash) })
  return version?.changes ?? [`lets policy ${hash} decide`]
}

/** Where a custodian's keys are kept: whole and durable when `write` returns, or as they were before. */
export interface KeyPlace {
  read(): Promise<CustodianKeys>
  write(keys: CustodianKeys): Promise<void>
}

/**
 * One root more: what is sealed from now on depends on it. The others stay, until `retireRoot`.
 * @returns the generation of the new one
 */
export async function rotateRoot(place: KeyPlace, store: CustodianStore, options: Drawing): Promise<number> {
  const keys = withNewRoot(await place.read(), options.random)
  const { generation } = presentKey(keys.roots)
  // The key first: of a root that is in no file, nothing must be said.
  await place.write(keys)
  await store.append({ kind: 'root', at: options.clock(), generation })
  return generation
}

/** What a controller's commands draw new keys with. */
export interface Drawing {
  readonly clock: Clock
  readonly random: Random
}

/**
 * Deletes a former root for good. Whoever has an old copy of the key file still has it.
 * @param anyway also where records may still need it: those lose this custodian's share
 * @throws {IndexError} `ERR_REQUEST_INVALID`
 */
export async function retireRoot(
  place: KeyPlace,
  store: CustodianStore,
  generation: number,
  { clock, anyway = false }: { readonly clock: Clock; readonly anyway?: boolean | undefined },
): Promise<void> {
  await place.write(withoutRoot(await place.read(), generation, await memoryOf(store), anyway))
  await store.append({ kind: 'root-retired', at: clock(), generation })
}

function waitingIn({ rosters, proposals, approved }: CustodianMemory): readonly Approvable[] {
  if (rosters.versions.length === 0) return []
  const present = presentRoster(rosters)
  const bodies = [
    ...(rosters.proposed === undefined ? [] : [rosters.proposed.body]),
    ...proposals.map(({ body }) => body),
  ]
  return bodies.flatMap((body) => {
    const { hash, version } = applyChanges(present, body)
    const named = toHex(hash)
    return approved.has(named) ? [] : [{ hash: named, version, changes: changesInWords(present, body) }]
  })
}
