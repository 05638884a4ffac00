import { readU64 } from '../../bytes.js'
import type { ErasedPlace } from '../../case/erasure.js'
import type { JournalPosition } from '../../check/receipt.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes } from '../../json.js'
import type { Commit, Store } from '../../store/port.js'
import type { Ledger } from '../ledger.js'
import { numberKey, type Put, pages, type Shelf } from '../shelf.js'
import { CheckMemory, type IndexedCheck } from './memory.js'
import { batchesOf, decodeCheckRow, encodeCheckRow, type RowCheck } from './row.js'
import { JOIN_LIMITS, type JoinLimits, mergeRows, SmallRows } from './rows.js'

export type { IndexedCheck } from './memory.js'

/** A check about to be recorded: row of its batch, and everything but what the write itself decides. */
export type NewCheck = Omit<IndexedCheck, 'recordedAt' | 'position'> & {
  readonly row: number
  readonly reference: string
}

/** What goes with a commit, and what is called once it is durable. */
export interface IndexWrites {
  readonly puts: readonly Put[]
  /** What must stand in the store as it was read: another process may have rewritten it. */
  readonly expects: NonNullable<Commit['expects']>
  readonly done: () => void
}

/**
 * Every accepted check, in memory: found by child, by reference, by journal position.
 *
 * What it is read back from is table `check`. A batch appends one sealed row, in its own commit, under its journal position; rows
 * of few checks are joined from time to time. So a row stands under the position of the last batch in it and holds every batch
 * behind the row before it, however often they were joined: whoever has read up to a position goes on after it, and passes over
 * what it knows. An erasure rewrites the row, and leaves of a check nothing but the fingerprint of its reference.
 */
export interface CheckIndex
  extends Pick<
    CheckMemory,
    | 'size'
    | 'upTo'
    | 'fingerprint'
    | 'candidates'
    | 'isForgotten'
    | 'recordedSince'
    | 'ofChild'
    | 'between'
    | 'children'
  > {
  /** Takes in what the store has since: at opening, and when another process has written. */
  follow(): Promise<void>
  /** A batch of one agency that stands at `position`, recorded at `at`. Those of one commit are done in ascending order. */
  draft(position: number, at: number, checks: readonly NewCheck[]): IndexWrites
  /** Takes checks out for good; their references stay taken by the rows of table `reference`. */
  forget(places: readonly JournalPosition[]): Promise<IndexWrites>
  /** Joins rows of few checks, where there are many: what is read at opening stays short. Resolves at once where there are not. */
  tidy(): Promise<void>
}

const ROWS_PER_PAGE = 32
const ENTRIES_PER_PAGE = 1_000

export function openCheckIndex(
  store: Store,
  shelf: Shelf,
  ledger: Pick<Ledger, 'size' | 'read' | 'write'>,
  limits: JoinLimits = JOIN_LIMITS,
): CheckIndex {
  const memory = new CheckMemory({
    children: shelf.key('check', 'children'),
    fingerprints: shelf.key('check', 'fingerprints'),
  })
  const small = new SmallRows(limits)
  let following: Promise<void> = Promise.resolve()
  // Up to where the journal was searched for erasures; those before the opening stand in the rows.
  let searched: number | undefined

  const takeIn = (key: Uint8Array, value: Uint8Array): (() => void) => {
    const position = readU64(key)
    const row = decodeCheckRow(value)
    const enter = memory.entering(row, position + 1)
    return () => {
      if (position >= memory.upTo) small.note(position, row.size)
      enter()
    }
  }

  async function follow(): Promise<void> {
    searched ??= await ledger.size()
    const after = memory.upTo === 0 ? undefined : numberKey(memory.upTo - 1)
    for await (const page of pages(shelf, 'check', ROWS_PER_PAGE, after))
      for (const { key, value } of page) takeIn(key, value)()
    // Behind the rows: what was erased after they were read is found here, or is not in the journal yet.
    for (const size = await ledger.size(); searched < size; ) {
      const entries = await ledger.read(searched, Math.min(ENTRIES_PER_PAGE, size - searched))
      for (const { entry } of entries) if (entry?.type === 'erasure') memory.takeOut(erasedRows(entry.body))
      searched += entries.length
      if (entries.length === 0) throw new IndexError('ERR_STORE_DAMAGED', 'a journal entry is missing')
    }
  }

  // Field by field: to spread a check costs more than its row.
  const rowCheck = ({
    row,
    agency,
    reference,
    childId,
    incident,
    indicators,
    occurredAt,
    known,
  }: NewCheck): RowCheck => {
    const fingerprint = memory.fingerprint(agency, reference)
    return { row, childId, incident, indicators, occurredAt, known, fingerprint }
  }

  /** The row that holds a batch: the first one not before it. */
  async function rowOf(entry: number): Promise<{ readonly key: Uint8Array; readonly value: Uint8Array } | undefined> {
    const [row] = await store.list('check', entry === 0 ? undefined : numberKey(entry - 1), 1)
    return row
  }

  return Object.assign(memory, {
    follow() {
      // One after the other: two that read the same rows would each take in what the other has taken out.
      following = following.catch(() => undefined).then(follow)
      return following
    },
    draft(position: number, at: number, checks: readonly NewCheck[]): IndexWrites {
      const [first] = checks
      if (first === undefined) return { puts: [], expects: [], done: () => undefined }
      if (position > ENTRY_MAX) throw new IndexError('ERR_STORE_FAILED', 'the journal is longer than a hub can index')
      if (checks.some(({ agency }) => agency !== first.agency)) throw new RangeError('a batch is of one agency')
      const batch = { entry: position, recordedAt: at, agency: first.agency, checks: checks.map(rowCheck) }
      const value = encodeCheckRow([batch], [])
      const key = numberKey(position)
      // From the bytes, as at opening: memory holds what would be read back.
      return { puts: [shelf.put('check', key, value)], expects: [], done: takeIn(key, value) }
    },
    async forget(places: readonly JournalPosition[]): Promise<IndexWrites> {
      const names = new Set(places.map(nameOfPlace))
      const rows = new Map<number, { readonly key: Uint8Array; readonly value: Uint8Array }>()
      for (const entry of new Set(places.map((place) => place.entry))) {
        const row = await rowOf(entry)
        if (row !== undefined) rows.set(readU64(row.key), row)
      }
      return {
        puts: [...rows.values()].map(({ key, value }) =>
          shelf.put('check', key, without(names, shelf.read('check', key, value))),
        ),
        expects: [...rows.values()].map((row) => ({ table: 'check', ...row })),
        done: () => memory.takeOut(places),
      }
    },
    tidy: () => mergeRows({ store, shelf, ledger }, small),
  })
}

const ENTRY_MAX = 0xffff_ffff

function without(names: ReadonlySet<string>, value: Uint8Array): Uint8Array {
  const row = decodeCheckRow(value)
  const forgotten = [...row.forgotten]
  const batches = batchesOf(row).map((batch) => ({
    ...batch,
    checks: batch.checks.filter((check) => {
      const isGone = names.has(nameOfPlace({ entry: batch.entry, row: check.row }))
      if (isGone) forgotten.push(check.fingerprint)
      return !isGone
    }),
  }))
  return encodeCheckRow(
    batches.filter(({ checks }) => checks.length > 0),
    forgotten,
  )
}

/** The rows that an erasure names, among all places. */
function erasedRows(body: Uint8Array): readonly JournalPosition[] {
  const { erased } = fromJsonBytes(body) as { readonly erased: readonly ErasedPlace[] }
  return erased.flatMap(({ position, row }) => (row === undefined ? [] : [{ entry: position, row }]))
}

function nameOfPlace({ entry, row }: JournalPosition): string {
  return `${entry}/${row}`
}
