import { toHex } from '../../bytes.js'
import type { JournalPosition, Known } from '../../check/receipt.js'
import type { ChildId } from '../../child/identifiers.js'
import type { CheckRow } from '../rows.js'
import type { Put, Shelf } from '../shelf.js'
import { numberKey } from '../shelf.js'

/** A check as the index keeps it: what a policy and a receipt need of it. The signed bytes stay beside the journal. */
export interface IndexedCheck {
  readonly agency: string
  /** That the agency signed for, whatever it is linked to. */
  readonly childId: ChildId
  readonly reference: string
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly recordedAt: number
  readonly position: JournalPosition
  /** What its receipt says. */
  readonly known: Known
}

/** A check about to be recorded: row of its batch, and everything but what the write itself decides. */
export type NewCheck = Omit<IndexedCheck, 'recordedAt' | 'position'> & { readonly row: number }

/** What goes with a commit, and what is called once it is durable. */
export interface IndexWrites {
  readonly puts: readonly Put[]
  readonly done: () => void
}

/**
 * Every accepted check, in memory: found by child, by reference, by journal position. One sealed row of table `check` for each batch,
 * written with it, is what it is read back from.
 */
export interface CheckIndex {
  /** Checks in it. */
  readonly size: number
  /** Takes in what the store has since: at opening, and when another process has written. */
  follow(): Promise<void>
  /** A batch that stands at `position`, recorded at `at`. */
  draft(position: number, at: number, checks: readonly NewCheck[]): IndexWrites
  /** Checks that an agency may have recorded under a reference, latest first: none, or nearly always the one. */
  candidates(agency: string, reference: string): readonly IndexedCheck[]
  /** Whether a check under this reference may have been taken out: what became of the reference says its row of table `reference`. */
  isForgotten(agency: string, reference: string): boolean
  /** How many checks an agency recorded about a child at or after an instant. */
  recordedSince(agency: string, childId: ChildId, since: number): number
  /** Checks about a child, in journal order. */
  ofChild(childId: ChildId): readonly IndexedCheck[]
  /** Checks at journal positions from `from` up to, not including, `to`, in journal order. */
  between(from: number, to: number): Iterable<IndexedCheck>
  /** Ids that checks were signed for, each once, in no order that means anything. */
  children(): Iterable<ChildId>
  /** Takes checks out for good; their references stay taken by the rows of table `reference`. */
  forget(places: readonly JournalPosition[]): Promise<IndexWrites>
}

const PAGE = 1_000

export function openCheckIndex(shelf: Shelf): CheckIndex {
  let checks: IndexedCheck[] = []
  let last: Uint8Array | undefined
  const byChild = new Map<string, IndexedCheck[]>()
  const byReference = new Map<string, IndexedCheck[]>()
  const forgotten = new Set<string>()
  const forgottenName = (agency: string, reference: string): string => toHex(shelf.key('reference', agency, reference))

  const enter = (check: IndexedCheck): void => {
    checks.push(check)
    into(byChild, toHex(check.childId), check)
    into(byReference, `${check.agency} ${check.reference}`, check)
  }
  // Two may be reading what another process wrote at the same time.
  const enterRow = (key: Uint8Array, row: CheckRow): void => {
    if (last !== undefined && Buffer.compare(key, last) <= 0) return
    row.checks.forEach(enter)
    for (const name of row.forgotten ?? []) forgotten.add(name)
    last = key
  }
  const leave = (gone: (check: IndexedCheck) => boolean): void => {
    const kept = checks.filter((check) => !gone(check))
    checks = []
    byChild.clear()
    byReference.clear()
    kept.forEach(enter)
  }

  return {
    get size() {
      return checks.length
    },
    async follow() {
      for (let more = true; more; ) {
        const rows = await shelf.list('check', last, PAGE)
        for (const { key, value } of rows) enterRow(key, value)
        more = rows.length === PAGE
      }
    },
    draft(position, at, added) {
      const key = numberKey(position)
      const entered = added.map(({ row, ...check }) => ({
        ...check,
        recordedAt: at,
        position: { entry: position, row },
      }))
      return {
        puts: [shelf.put('check', key, { checks: entered })],
        done: () => enterRow(key, { checks: entered }),
      }
    },
    candidates: (agency, reference) => [...(byReference.get(`${agency} ${reference}`) ?? [])].reverse(),
    isForgotten: (agency, reference) => forgotten.size > 0 && forgotten.has(forgottenName(agency, reference)),
    recordedSince: (agency, childId, since) =>
      (byChild.get(toHex(childId)) ?? []).filter((check) => check.agency === agency && check.recordedAt >= since)
        .length,
    ofChild: (childId) => byChild.get(toHex(childId)) ?? [],
    between: (from, to) => checks.filter(({ position }) => position.entry >= from && position.entry < to),
    *children() {
      for (const [first] of byChild.values()) if (first !== undefined) yield first.childId
    },
    async forget(places) {
      const names = new Set(places.map(nameOfPlace))
      const keys = [...new Set(places.map(({ entry }) => entry))].map(numberKey)
      const rows = await shelf.get('check', keys)
      const isGone = ({ position }: IndexedCheck): boolean => names.has(nameOfPlace(position))
      const gone = rows.flatMap((row) => row?.checks.filter(isGone) ?? [])
      return {
        puts: rows.flatMap((row, index) => {
          const key = keys[index]
          if (row === undefined || key === undefined) return []
          const taken = row.checks.filter(isGone).map(({ agency, reference }) => forgottenName(agency, reference))
          return [
            shelf.put('check', key, {
              checks: row.checks.filter((check) => !isGone(check)),
              forgotten: [...(row.forgotten ?? []), ...taken],
            }),
          ]
        }),
        done: () => {
          for (const { agency, reference } of gone) forgotten.add(forgottenName(agency, reference))
          leave(isGone)
        },
      }
    },
  }
}

function nameOfPlace({ entry, row }: JournalPosition): string {
  return `${entry}/${row}`
}

function into<T>(map: Map<string, T[]>, name: string, value: T): void {
  const found = map.get(name)
  if (found === undefined) map.set(name, [value])
  else found.push(value)
}
