import { toHex } from '../../src/bytes.js'
import type { JournalPosition } from '../../src/check/receipt.js'
import type { ChildId } from '../../src/child/identifiers.js'
import type { IndexedCheck, NewCheck } from '../../src/hub/check-index/check-index.js'

type Kept = IndexedCheck & { readonly reference: string }

/** What the index of checks says, the simple way: a list of objects. */
export class CheckIndexModel {
  #checks: readonly Kept[] = []
  readonly #forgotten = new Set<string>()

  get size(): number {
    return this.#checks.length
  }

  add(position: number, at: number, added: readonly NewCheck[]): void {
    const checks = added.map(({ row, ...check }) => ({ ...check, recordedAt: at, position: { entry: position, row } }))
    this.#checks = [...this.#checks, ...checks]
  }

  forget(places: readonly JournalPosition[]): void {
    const names = new Set(places.map(({ entry, row }) => `${entry}/${row}`))
    const isGone = ({ position: { entry, row } }: Kept): boolean => names.has(`${entry}/${row}`)
    for (const { agency, reference } of this.#checks.filter(isGone)) this.#forgotten.add(`${agency} ${reference}`)
    this.#checks = this.#checks.filter((check) => !isGone(check))
  }

  candidates(agency: string, reference: string): readonly IndexedCheck[] {
    const found = this.#checks.filter((check) => check.agency === agency && check.reference === reference)
    return found.map(seen).reverse()
  }

  isForgotten(agency: string, reference: string): boolean {
    return this.#forgotten.has(`${agency} ${reference}`)
  }

  recordedSince(agency: string, childId: ChildId, since: number): number {
    return this.ofChild(childId).filter((check) => check.agency === agency && check.recordedAt >= since).length
  }

  ofChild(childId: ChildId): readonly IndexedCheck[] {
    return this.#checks.filter((check) => toHex(check.childId) === toHex(childId)).map(seen)
  }

  between(from: number, to: number): readonly IndexedCheck[] {
    return this.#checks.filter(({ position }) => position.entry >= from && position.entry < to).map(seen)
  }

  children(): readonly string[] {
    return [...new Set(this.#checks.map(({ childId }) => toHex(childId)))].sort()
  }
}

function seen({ reference: _, ...check }: Kept): IndexedCheck {
  return check
}
