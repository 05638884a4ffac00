import type { Store } from '../../store/port.js'
import type { Ledger } from '../ledger.js'
import { numberKey, type Shelf } from '../shelf.js'
import { batchesOf, decodeCheckRow, encodeCheckRow } from './row.js'

/** When rows are joined, and to what. */
export interface JoinLimits {
  /** A row of so many checks stays as it was written. */
  readonly whole: number
  /** How many rows that are not whole may wait. */
  readonly smallRowsMax: number
  /** Checks in a row that was joined, at most: an erasure rewrites the row as a whole. */
  readonly joinedMax: number
}

export const JOIN_LIMITS: JoinLimits = { whole: 512, smallRowsMax: 1_024, joinedMax: 4_096 }

interface SmallRow {
  readonly position: number
  readonly size: number
}

/** Rows of few checks, in runs: whole rows lie between, and only neighbours are joined. */
export class SmallRows {
  #runs: SmallRow[][] = [[]]
  #length = 0
  readonly #limits: JoinLimits

  constructor(limits: JoinLimits) {
    this.#limits = limits
  }

  note(position: number, size: number): void {
    if (size >= this.#limits.whole) {
      if (this.#runs.at(-1)?.length !== 0) this.#runs.push([])
      return
    }
    this.#runs.at(-1)?.push({ position, size })
    this.#length += 1
  }

  get areMany(): boolean {
    return this.#length >= this.#limits.smallRowsMax
  }

  /** Neighbours to be joined, each group into one row. None of them waits any more, nor does what they become. */
  take(): readonly (readonly SmallRow[])[] {
    const groups = this.#runs.flatMap((run) => grouped(run, this.#limits.joinedMax)).filter(({ length }) => length > 1)
    this.#runs = [[]]
    this.#length = 0
    return groups
  }
}

function grouped(run: readonly SmallRow[], sizeMax: number): readonly (readonly SmallRow[])[] {
  const groups: SmallRow[][] = []
  let size = sizeMax
  for (const row of run) {
    if (size + row.size > sizeMax) {
      groups.push([])
      size = 0
    }
    groups.at(-1)?.push(row)
    size += row.size
  }
  return groups
}

interface Rooms {
  readonly store: Store
  readonly shelf: Shelf
  readonly ledger: Pick<Ledger, 'write'>
}

/**
 * Joins neighbours among the rows of few checks, each group in one commit: the row of the last takes in the others. Where another
 * process has joined or rewritten one of them meanwhile, nothing is written.
 */
export async function mergeRows(rooms: Rooms, small: SmallRows): Promise<void> {
  if (!small.areMany) return
  for (const group of small.take()) await merge(rooms, group)
}

async function merge({ store, shelf, ledger }: Rooms, group: readonly SmallRow[]): Promise<void> {
  const keys = group.map(({ position }) => numberKey(position))
  const last = keys.length - 1
  await ledger.write(async () => {
    const values = await store.get('check', keys)
    const rows = values.flatMap((value, at) => {
      const key = keys[at]
      return value === undefined || key === undefined ? [] : [{ key, value }]
    })
    if (rows.length < keys.length) return undefined
    const read = rows.map(({ key, value }) => decodeCheckRow(shelf.read('check', key, value)))
    const joined = encodeCheckRow(
      read.flatMap(batchesOf),
      read.flatMap(({ forgotten }) => forgotten),
    )
    return {
      expects: rows.map((row) => ({ table: 'check', ...row })),
      puts: rows.map(({ key }, at) => shelf.put('check', key, at === last ? joined : undefined)),
    }
  })
}
