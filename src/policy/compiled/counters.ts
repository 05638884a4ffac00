import { DAY_MS } from '../policy.js'
import { type CheckTable, grown } from './table.js'

/**
 * Keeps what one measure comes to while time moves forward: rows come in by occurrence and leave when the window has
 * passed them. `values[slot]` is at any moment what atoms compare with their `atLeast`.
 */
export interface Counter {
  /** A row's observation that the filter lets through comes into the window. Rows come by occurrence, each at once. */
  enter(row: number, observation: number): void
  /** Time is now `t`. */
  advance(t: number): void
  /** Whether something that was recorded after the closing is among what the value counts now. */
  countsNew(): boolean
  /** Forgets every row. */
  clear(): void
}

/** Where a counter reads checks and writes its value. */
export interface Wiring {
  readonly table: CheckTable
  readonly windowMs: number
  readonly values: Float64Array
  readonly slot: number
}

/** What an observation is told apart by, as a number from 0; below 0 for one that has none. */
export type ValueOf = (row: number, observation: number) => number

/** Counts distinct checks: the observations of one check come in one after the other. */
export class CheckCounter implements Counter {
  readonly #wiring: Wiring
  #rows = new Int32Array(16)
  #first = 0
  #end = 0
  #new = 0

  constructor(wiring: Wiring) {
    this.#wiring = wiring
  }

  enter(row: number): void {
    if (this.#end > this.#first && this.#rows[this.#end - 1] === row) return
    if (this.#end === this.#rows.length) this.#rows = grown(this.#rows, new Int32Array(this.#end * 2))
    this.#rows[this.#end] = row
    this.#end += 1
    this.#new += this.#wiring.table.isNew[row] ?? 0
    this.#wiring.values[this.#wiring.slot] = this.#end - this.#first
  }

  advance(t: number): void {
    const { table, windowMs, values, slot } = this.#wiring
    while (this.#first < this.#end) {
      const row = this.#rows[this.#first] ?? 0
      if ((table.occurredAt[row] ?? 0) > t - windowMs) return
      this.#first += 1
      this.#new -= table.isNew[row] ?? 0
      values[slot] = this.#end - this.#first
    }
  }

  countsNew(): boolean {
    return this.#new > 0
  }

  clear(): void {
    this.#first = 0
    this.#end = 0
    this.#new = 0
    this.#wiring.values[this.#wiring.slot] = 0
  }
}

/** Counts distinct values: how many rows in the window have each, and how many values some row has. */
export class ValueCounter implements Counter {
  readonly #wiring: Wiring
  readonly #valueOf: ValueOf
  #rows = new Int32Array(16)
  #rowValues = new Int32Array(16)
  #counts = new Int32Array(16)
  #first = 0
  #end = 0
  #new = 0
  #distinct = 0

  constructor(wiring: Wiring, value: ValueOf) {
    this.#wiring = wiring
    this.#valueOf = value
  }

  enter(row: number, observation: number): void {
    const value = this.#valueOf(row, observation)
    if (value < 0) return
    const last = this.#end - 1
    if (last >= this.#first && this.#rows[last] === row && this.#rowValues[last] === value) return
    if (this.#end === this.#rows.length) {
      this.#rows = grown(this.#rows, new Int32Array(this.#end * 2))
      this.#rowValues = grown(this.#rowValues, new Int32Array(this.#end * 2))
    }
    this.#rows[this.#end] = row
    this.#rowValues[this.#end] = value
    this.#end += 1
    this.#new += this.#wiring.table.isNew[row] ?? 0
    this.#count(value, 1)
  }

  advance(t: number): void {
    const { table, windowMs } = this.#wiring
    while (this.#first < this.#end) {
      const row = this.#rows[this.#first] ?? 0
      if ((table.occurredAt[row] ?? 0) > t - windowMs) return
      this.#new -= table.isNew[row] ?? 0
      this.#count(this.#rowValues[this.#first] ?? 0, -1)
      this.#first += 1
    }
  }

  countsNew(): boolean {
    return this.#new > 0
  }

  clear(): void {
    for (let at = this.#first; at < this.#end; at += 1) this.#counts[this.#rowValues[at] ?? 0] = 0
    this.#first = 0
    this.#end = 0
    this.#new = 0
    this.#distinct = 0
    this.#wiring.values[this.#wiring.slot] = 0
  }

  #count(value: number, by: 1 | -1): void {
    if (value >= this.#counts.length) {
      this.#counts = grown(this.#counts, new Int32Array(Math.max(this.#counts.length * 2, value + 1)))
    }
    const count = (this.#counts[value] ?? 0) + by
    this.#counts[value] = count
    // The value has just appeared, or its last row has just left.
    if (count === (by === 1 ? 1 : 0)) this.#distinct += by
    this.#wiring.values[this.#wiring.slot] = this.#distinct
  }
}

/** Counts distinct days. Rows come by occurrence, so those of one day stand side by side. */
export class DayCounter implements Counter {
  readonly #wiring: Wiring
  #rows = new Int32Array(16)
  #first = 0
  #end = 0
  #new = 0

  constructor(wiring: Wiring) {
    this.#wiring = wiring
  }

  enter(row: number): void {
    const isFirst = this.#end === this.#first
    if (!isFirst && this.#rows[this.#end - 1] === row) return
    if (this.#end === this.#rows.length) this.#rows = grown(this.#rows, new Int32Array(this.#end * 2))
    this.#rows[this.#end] = row
    this.#end += 1
    this.#new += this.#wiring.table.isNew[row] ?? 0
    if (isFirst || this.#dayAt(this.#end - 2) !== this.#dayAt(this.#end - 1)) this.#add(1)
  }

  advance(t: number): void {
    const { table, windowMs } = this.#wiring
    while (this.#first < this.#end) {
      const row = this.#rows[this.#first] ?? 0
      if ((table.occurredAt[row] ?? 0) > t - windowMs) return
      this.#first += 1
      this.#new -= table.isNew[row] ?? 0
      if (this.#first === this.#end || this.#dayAt(this.#first - 1) !== this.#dayAt(this.#first)) this.#add(-1)
    }
  }

  countsNew(): boolean {
    return this.#new > 0
  }

  clear(): void {
    this.#first = 0
    this.#end = 0
    this.#new = 0
    this.#wiring.values[this.#wiring.slot] = 0
  }

  #dayAt(place: number): number {
    return Math.floor((this.#wiring.table.occurredAt[this.#rows[place] ?? 0] ?? 0) / DAY_MS)
  }

  #add(days: number): void {
    const { values, slot } = this.#wiring
    values[slot] = (values[slot] ?? 0) + days
  }
}
