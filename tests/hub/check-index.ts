import type { JournalPosition } from '../../src/check/receipt.js'
import { asChildId, type ChildId } from '../../src/child/identifiers.js'
import { type CheckIndex, type NewCheck, openCheckIndex } from '../../src/hub/check-index/check-index.js'
import type { JoinLimits } from '../../src/hub/check-index/rows.js'
import { type Ledger, openLedger } from '../../src/hub/ledger.js'
import { openShelf, type Shelf } from '../../src/hub/shelf.js'
import type { Store } from '../../src/index.js'
import { toJsonBytes } from '../../src/json.js'
import { signingKey } from '../../src/signature.js'
import { seededRandom } from '../../src/testing.js'

/** Joins early, so that a test need not write a thousand rows. */
export const SOON: JoinLimits = { whole: 4, smallRowsMax: 3, joinedMax: 6 }

export interface Desk {
  readonly store: Store
  readonly shelf: Shelf
  readonly ledger: Ledger
  readonly index: CheckIndex
}

const HUB = new Uint8Array(32).fill(7)
const KEY = new Uint8Array(32).fill(9)
let desks = 0

/** One process with an index of checks, and nothing else of a hub. */
export async function desk(store: Store, limits?: JoinLimits): Promise<Desk> {
  desks += 1
  const random = seededRandom(desks).bytes
  const shelf = openShelf(store, HUB, KEY, random)
  const ledger = openLedger({
    store,
    hub: HUB,
    signingKey: signingKey(KEY),
    storageKey: KEY,
    clock: () => 0,
    random,
    onMoved: () => index.follow(),
  })
  const index = openCheckIndex(store, shelf, ledger, limits)
  await index.follow()
  return { store, shelf, ledger, index }
}

export function child(number: number): ChildId {
  const id = new Uint8Array(16)
  new DataView(id.buffer).setUint32(12, number)
  return asChildId(id)
}

/** One commit with a batch in an entry of its own for each list of checks; where the first of them stands. */
export async function record(
  at: Desk,
  recordedAt: number,
  ...batches: readonly (readonly NewCheck[])[]
): Promise<number> {
  let first = 0
  await at.ledger.write(async (position) => {
    first = position
    const writes = batches.map((checks, entry) => at.index.draft(position + entry, recordedAt, checks))
    return {
      drafts: batches.map(() => ({ type: 'check-batch', body: Uint8Array.of(1) })),
      puts: writes.flatMap(({ puts }) => puts),
      done: () => {
        for (const { done } of writes) done()
      },
    }
  })
  return first
}

export async function erase(at: Desk, places: readonly JournalPosition[]): Promise<void> {
  await at.ledger.write(async () => {
    const { puts, expects, done } = await at.index.forget(places)
    const erased = places.map(({ entry, row }) => ({ position: entry, row }))
    const body = toJsonBytes({ what: 'check', reason: 'court-order', by: 'hub', erased })
    return { drafts: [{ type: 'erasure', body }], puts, expects, done }
  })
}
