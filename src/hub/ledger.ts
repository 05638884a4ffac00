import { type Clock, encode, type Random } from '../bytes.js'
import { IndexError } from '../errors.js'
import { checkpointOrigin, signCheckpoint } from '../journal/checkpoint.js'
import { decodeEntry, type Entry, type EntryType, encodeEntry, entryLeaf, SEALED_TYPES } from '../journal/entry.js'
import { completedNodes, frontierPlaces, rootFromFrontier, type TreeHead } from '../journal/merkle.js'
import {
  type ConsistencyProof,
  foldProof,
  type InclusionProof,
  planConsistency,
  planInclusion,
  planPlaces,
} from '../journal/proof.js'
import { openBoxes } from '../seal/box.js'
import type { SigningKey } from '../signature.js'
import type { Commit, Store, StoredEntry, StoredLeaf } from '../store/port.js'

/** An entry about to be appended, and the rows that lie beside it. */
export interface Draft {
  readonly type: EntryType
  readonly body: Uint8Array
  readonly leaves?: readonly StoredLeaf[]
}

/** One atomic step: entries to append and rows to write with them. */
export interface Writes extends Pick<Commit, 'expects' | 'inserts' | 'puts' | 'erase'> {
  readonly drafts?: readonly Draft[]
  /** Called once it is durable, and before anything else is built on it: what is kept in memory follows here. */
  readonly done?: () => void
}

/** An entry as it is read back: opened if it was sealed; `entry` is undefined after its erasure. */
export interface ReadEntry {
  readonly position: number
  readonly salt: Uint8Array
  readonly bytes: Uint8Array
  readonly entry: Entry | undefined
}

/** The journal over a store: one writer at a time, proofs at any size. */
export interface Ledger {
  /**
   * Runs `build` and makes what it returns durable, as one step. When another process was quicker, `build` runs again on
   * the new state; returning undefined writes nothing.
   * @param build gets the position of the first entry it drafts, and the instant that stands in its entries
   * @returns `false` when an inserted key was taken
   */
  write(build: (position: number, at: number) => Promise<Writes | undefined>): Promise<boolean>
  size(): Promise<number>
  /** Takes in what another process may have written since: a suspension there counts here at once. */
  notice(): Promise<void>
  read(from: number, limit: number): Promise<readonly ReadEntry[]>
  readOne(position: number): Promise<ReadEntry>
  leaves(position: number): Promise<readonly StoredLeaf[]>
  head(size?: number): Promise<TreeHead>
  inclusion(position: number, size: number): Promise<InclusionProof>
  consistency(from: number, to: number): Promise<ConsistencyProof>
  /** The present head as a note with the hub's signature (C2SP tlog-checkpoint). */
  signedHead(): Promise<string>
}

export interface LedgerOptions {
  readonly store: Store
  readonly hub: Uint8Array
  readonly signingKey: SigningKey
  /** Encrypts the entries that join agencies. */
  readonly storageKey: Uint8Array
  readonly clock: Clock
  readonly random: Random
  /** Called when the journal was found longer than this process left it. */
  readonly onMoved: () => Promise<void>
}

/** How often a write is tried again before it gives way. */
const TRIES = 64

export function openLedger(options: LedgerOptions): Ledger {
  const { store, hub, random, clock } = options
  const boxes = openBoxes(options.storageKey)
  const aad = encode('journal-entry/v1', hub)
  let frontier: { readonly size: number; readonly hashes: readonly Uint8Array[] } | undefined
  let seen = 0
  let queue: Promise<unknown> = Promise.resolve()

  async function frontierAt(size: number): Promise<readonly Uint8Array[]> {
    if (frontier?.size === size) return frontier.hashes
    const hashes = await store.nodes(frontierPlaces(size))
    return hashes.map((hash) => {
      if (hash === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a node of the journal tree is missing')
      return hash
    })
  }

  async function commit(writes: Writes, size: number, at: number): Promise<'done' | 'moved' | 'taken'> {
    const drafts = (writes.drafts ?? []).map((draft) => ({
      draft,
      salt: random(32),
      bytes: encodeEntry({ type: draft.type, at, body: draft.body }),
    }))
    const growth = completedNodes(
      size,
      drafts.map(({ salt, bytes }) => entryLeaf(salt, bytes)),
      await frontierAt(size),
    )
    const entries = drafts.map(({ draft, salt, bytes }, index): StoredEntry => {
      const sealed = SEALED_TYPES.has(draft.type)
      const body = sealed ? boxes.seal(aad, bytes, random) : bytes
      return { position: size + index, salt, body, sealed }
    })
    const leaves = drafts.flatMap(({ draft }, index) =>
      (draft.leaves ?? []).map((leaf) => ({ ...leaf, position: size + index })),
    )
    const { drafts: _, done, ...rows } = writes
    const outcome = await store.commit({ expectedSize: size, entries, nodes: growth.nodes, leaves, ...rows })
    if (outcome === 'done') {
      frontier = { size: growth.size, hashes: growth.frontier }
      seen = growth.size
      done?.()
    }
    return outcome
  }

  async function notice(): Promise<number> {
    const size = await store.size()
    if (size !== seen) {
      await options.onMoved()
      seen = size
    }
    return size
  }

  async function attempt(build: (position: number, at: number) => Promise<Writes | undefined>): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const size = await notice()
      const at = clock()
      const writes = await build(size, at)
      if (writes === undefined) return true
      const outcome = await commit(writes, size, at)
      if (outcome !== 'moved') return outcome === 'done'
    }
    throw new IndexError('ERR_STORE_BUSY', 'other processes kept writing to the journal; try again')
  }

  function opened(stored: StoredEntry): ReadEntry {
    const { position, salt } = stored
    if (stored.body.length === 0) return { position, salt, bytes: stored.body, entry: undefined }
    const bytes = stored.sealed ? boxes.open(aad, stored.body) : stored.body
    return { position, salt, bytes, entry: decodeEntry(bytes) }
  }

  async function fetch(steps: ReturnType<typeof planInclusion>): Promise<Uint8Array[]> {
    return foldProof(steps, await store.nodes(planPlaces(steps)))
  }

  const head = async (size?: number): Promise<TreeHead> => {
    const at = size ?? (await store.size())
    return { size: at, root: rootFromFrontier(await frontierAt(at)) }
  }

  return {
    write(build) {
      const result = queue.then(() => attempt(build))
      queue = result.catch(() => undefined)
      return result
    },
    size: () => store.size(),
    notice: async () => {
      await notice()
    },
    read: async (from, limit) => (await store.entries(from, limit)).map(opened),
    async readOne(position) {
      const [stored] = await store.entries(position, 1)
      if (stored === undefined || stored.position !== position)
        throw new IndexError('ERR_STORE_DAMAGED', 'a journal entry is missing')
      return opened(stored)
    },
    leaves: (position) => store.leaves(position, 0, 65_536),
    head,
    inclusion: async (index, size) => ({ index, size, path: await fetch(planInclusion(index, size)) }),
    consistency: async (from, to) => ({ from, to, path: await fetch(planConsistency(from, to)) }),
    async signedHead() {
      const { size, root } = await head()
      const origin = checkpointOrigin(hub)
      return signCheckpoint({ origin, size, root }, origin, options.signingKey)
    },
  }
}
