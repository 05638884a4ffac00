import { hash as hashOnce } from 'node:crypto'
import { toHex } from '../../bytes.js'
import type { JournalPosition, Known } from '../../check/receipt.js'
import type { ChildId } from '../../child/identifiers.js'
import { IndexedChildren } from './children.js'
import { BatchColumns, CheckColumns, Names } from './columns.js'
import { type CheckRow, KNOWN } from './row.js'
import { SlotTable } from './table.js'

/** A check as the index keeps it: what a policy and a receipt need of it. The signed bytes stay beside the journal. */
export interface IndexedCheck {
  readonly agency: string
  /** That the agency signed for, whatever it is linked to. */
  readonly childId: ChildId
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly recordedAt: number
  readonly position: JournalPosition
  /** What its receipt says. */
  readonly known: Known
}

const NONE: readonly IndexedCheck[] = []

/**
 * Accepted checks in memory, numbered in journal order: about 45 bytes a check and 34 a child, tables included, where an object
 * each would take ten times that. A check is found by its child (each check names the one before it), by a fingerprint of its
 * agency and reference, and by journal position.
 */
export class CheckMemory {
  readonly #checks = new CheckColumns()
  readonly #batches = new BatchColumns()
  readonly #children: IndexedChildren
  readonly #names = new Names()
  // Newest check of each fingerprint; those before it, which are few, stand beside.
  readonly #byPrint = new SlotTable((check) =>
    this.#checks.isGone(check) ? -1 : lowBits(this.#checks.fingerprint(check)),
  )
  readonly #sameBefore = new Map<number, number[]>()
  readonly #forgotten = new Set<number>()
  readonly #printKey: string
  #gone = 0
  #upTo = 0
  #latest = 0
  #wentBack = 0

  /** @param secret 16 bytes each; that of the fingerprints is the same whenever the hub is opened */
  constructor(secret: { readonly children: Uint8Array; readonly fingerprints: Uint8Array }) {
    this.#children = new IndexedChildren(secret.children)
    this.#printKey = toHex(secret.fingerprints)
  }

  /** Checks in it. */
  get size(): number {
    return this.#checks.length - this.#gone
  }

  /** The journal position up to which batches have been taken in, excluded. */
  get upTo(): number {
    return this.#upTo
  }

  /**
   * 48 bits that stand for a reference: SHA-256 behind a secret of the hub, cut short, so that nobody can choose two that collide,
   * and nobody who sees them can try references. At 10^8 checks one new reference in three million meets the fingerprint of another.
   */
  fingerprint(agency: string, reference: string): number {
    const digest = hashOnce('sha256', `${this.#printKey} ${agency} ${reference}`, 'binary')
    const high = digest.charCodeAt(0) * 256 + digest.charCodeAt(1)
    const low = digest.charCodeAt(2) * 2 ** 24 + digest.charCodeAt(3) * 2 ** 16 + digest.charCodeAt(4) * 256
    return high * 2 ** 32 + low + digest.charCodeAt(5)
  }

  /** Prepares a row, and returns what takes it in; batches that stand here already are passed over. */
  entering(row: CheckRow, upTo: number): () => void {
    const names = row.names.map((name) => this.#names.number(name))
    const sets = row.sets.map((set) => this.#names.setNumber(Array.from(set, (name) => row.names[name] ?? '')))
    return () => {
      let from = 0
      for (const { entry, recordedAt, agency, size } of row.batches) {
        if (entry >= this.#upTo) {
          const batch = this.#batches.add(entry, recordedAt, names[agency] ?? 0)
          this.#latest = Math.max(this.#latest, recordedAt)
          this.#wentBack = Math.max(this.#wentBack, this.#latest - recordedAt)
          for (let at = from; at < from + size; at += 1) this.#enter(row, at, batch, names, sets)
        }
        from += size
      }
      for (const fingerprint of row.forgotten) this.#forgotten.add(fingerprint)
      this.#upTo = Math.max(this.#upTo, upTo)
    }
  }

  #enter(row: CheckRow, at: number, batch: number, names: readonly number[], sets: readonly number[]): void {
    const child = this.#children.enter(row.childIds, at * 16)
    const fingerprint = row.fingerprints[at] ?? 0
    const check = this.#checks.add(
      {
        child,
        batch,
        row: row.rows[at] ?? 0,
        occurredAt: row.occurredAt[at] ?? 0,
        incident: names[row.incidents[at] ?? 0] ?? 0,
        indicators: sets[row.indicators[at] ?? 0] ?? 0,
        known: row.known[at] ?? 0,
        fingerprint,
      },
      this.#children.newest(child),
    )
    this.#children.set(child, check, 1)
    const slot = this.#slotOf(fingerprint)
    if (slot < 0) {
      this.#byPrint.add(lowBits(fingerprint), check)
      return
    }
    const before = this.#sameBefore.get(fingerprint) ?? []
    before.push(this.#byPrint.thing(slot))
    this.#sameBefore.set(fingerprint, before)
    this.#byPrint.replace(slot, check)
  }

  /** Takes checks out; what is not here is passed over. */
  takeOut(places: readonly JournalPosition[]): void {
    for (const place of places) {
      const check = this.#numberAt(place)
      if (check < 0) continue
      this.#unlink(check)
      this.#unprint(check)
      this.#checks.erase(check)
      this.#gone += 1
    }
  }

  #unlink(check: number): void {
    const child = this.#checks.child(check)
    const earlier = this.#checks.earlier(check)
    const newest = this.#children.newest(child)
    if (newest === check) {
      this.#children.set(child, earlier, -1)
      return
    }
    let later = newest
    while (this.#checks.earlier(later) !== check) later = this.#checks.earlier(later)
    this.#checks.setEarlier(later, earlier)
    this.#children.set(child, newest, -1)
  }

  #unprint(check: number): void {
    const fingerprint = this.#checks.fingerprint(check)
    this.#forgotten.add(fingerprint)
    const before = this.#sameBefore.get(fingerprint)
    if (before === undefined) return
    const slot = this.#slotOf(fingerprint)
    if (this.#byPrint.thing(slot) === check) this.#byPrint.replace(slot, before.pop() ?? check)
    else before.splice(before.indexOf(check), 1)
    if (before.length === 0) this.#sameBefore.delete(fingerprint)
  }

  /** Checks that an agency may have recorded under a reference, latest first: none, or nearly always the one. */
  candidates(agency: string, reference: string): readonly IndexedCheck[] {
    const fingerprint = this.fingerprint(agency, reference)
    const slot = this.#slotOf(fingerprint)
    if (slot < 0) return NONE
    const numbers = [...(this.#sameBefore.get(fingerprint) ?? []), this.#byPrint.thing(slot)].reverse()
    return numbers.map((number) => this.#at(number))
  }

  /** Whether a check under this reference may have been taken out. */
  isForgotten(agency: string, reference: string): boolean {
    return this.#forgotten.size > 0 && this.#forgotten.has(this.fingerprint(agency, reference))
  }

  /** Where the table has the newest check with a fingerprint; -1: nowhere. */
  #slotOf(fingerprint: number): number {
    let slot = this.#byPrint.start(lowBits(fingerprint))
    for (let check = this.#byPrint.thing(slot); check >= 0; check = this.#byPrint.thing(slot)) {
      if (this.#checks.fingerprint(check) === fingerprint && !this.#checks.isGone(check)) return slot
      slot = this.#byPrint.after(slot)
    }
    return -1
  }

  /** How many checks an agency recorded about a child at or after an instant. */
  recordedSince(agency: string, childId: ChildId, since: number): number {
    const number = this.#names.find(agency)
    let count = 0
    for (let check = this.#newestOf(childId); check >= 0; check = this.#checks.earlier(check)) {
      const batch = this.#checks.batch(check)
      const recordedAt = this.#batches.recordedAt(batch)
      // A hot child has thousands behind this one. No check before it is later by more than the clock ever went back.
      if (recordedAt + this.#wentBack < since) break
      if (recordedAt >= since && this.#batches.agency(batch) === number) count += 1
    }
    return count
  }

  /** Checks about a child, in journal order. */
  ofChild(childId: ChildId): readonly IndexedCheck[] {
    const found: IndexedCheck[] = []
    for (let check = this.#newestOf(childId); check >= 0; check = this.#checks.earlier(check))
      found.push(this.#at(check))
    return found.reverse()
  }

  /** Checks at journal positions from `from` up to, not including, `to`, in journal order. */
  *between(from: number, to: number): Iterable<IndexedCheck> {
    const end = this.#firstFrom(to)
    for (let check = this.#firstFrom(from); check < end; check += 1)
      if (!this.#checks.isGone(check)) yield this.#at(check)
  }

  /** Ids that checks were signed for, each once, in no order that means anything. */
  *children(): Iterable<ChildId> {
    for (let child = 0; child < this.#children.slots; child += 1)
      if (this.#children.checks(child) > 0) yield this.#children.id(child)
  }

  #at(check: number): IndexedCheck {
    const batch = this.#checks.batch(check)
    return {
      agency: this.#names.name(this.#batches.agency(batch)),
      childId: this.#children.id(this.#checks.child(check)),
      incident: this.#names.name(this.#checks.incident(check)),
      indicators: this.#names.set(this.#checks.indicators(check)),
      occurredAt: this.#checks.occurredAt(check),
      recordedAt: this.#batches.recordedAt(batch),
      position: { entry: this.#batches.entry(batch), row: this.#checks.row(check) },
      known: KNOWN[this.#checks.known(check)] ?? 'unknown',
    }
  }

  #newestOf(childId: ChildId): number {
    const child = this.#children.find(childId)
    return child < 0 ? -1 : this.#children.newest(child)
  }

  #entryOf(check: number): number {
    return this.#batches.entry(this.#checks.batch(check))
  }

  /** The first check at this place of the journal or behind it. */
  #firstFrom(entry: number, row = 0): number {
    let low = 0
    let high = this.#checks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const at = this.#entryOf(middle)
      if (at < entry || (at === entry && this.#checks.row(middle) < row)) low = middle + 1
      else high = middle
    }
    return low
  }

  #numberAt({ entry, row }: JournalPosition): number {
    const check = this.#firstFrom(entry, row)
    const isThis = check < this.#checks.length && this.#entryOf(check) === entry && this.#checks.row(check) === row
    return isThis && !this.#checks.isGone(check) ? check : -1
  }
}

function lowBits(fingerprint: number): number {
  return fingerprint % 2 ** 32
}
