import type { ChildId } from '../../child/identifiers.js'
import { presentKey } from '../../seal/wrap.js'
import type { HubKeys } from '../context.js'
import type { IdHash } from '../id-hash.js'
import type { ChildRow } from '../rows.js'
import { lookupsOf } from './children.js'

/** Children that are remembered at most: 64 MiB. More than that are read from the store each time, as before. */
const REMEMBERED_MAX = 2_000_000

/** Of the places for ids, the share that may be taken. */
const TAKEN_MAX = 0.75
const PLACES_MIN = 1_024
const WORDS = 4

/**
 * The children that have nothing particular about them, in memory: registered, open to agencies, not linked to another, no honey record,
 * and under the present lookup keys. Most are, and for a look-up by number that is all there is to know of one: its row need not be read.
 * Everybody else is not in here, shielded children and those whom nobody registered alike, so that the answers to the two take the same time.
 *
 * INVARIANT: a child is remembered only within a write, from a row read there, and forgotten when a change of its row is drafted, which is
 * also within one. Writes are one at a time, so what was read before a change is never remembered after it.
 */
export class PlainChildren {
  /** Four words for each place; an id of zeros, which no child has, where it is free. */
  #places = new Uint32Array(WORDS * PLACES_MIN)
  #count = 0
  readonly #present: number
  readonly #hash: IdHash

  constructor({ lookupKeys }: Pick<HubKeys, 'lookupKeys'>, hash: IdHash) {
    this.#hash = hash
    this.#present = presentKey(lookupKeys).generation
  }

  get size(): number {
    return this.#count
  }

  has(id: ChildId): boolean {
    return this.#isTaken(this.#placeOf(id))
  }

  /** Takes note of a row that stands in the store. */
  remember(row: ChildRow): void {
    if (!this.#isPlain(row) || this.#count >= REMEMBERED_MAX) return
    if (this.#count >= TAKEN_MAX * this.#capacity) this.#grow()
    const place = this.#placeOf(row.childId)
    if (this.#isTaken(place)) return
    this.#places.set(wordsOf(row.childId), WORDS * place)
    this.#count += 1
  }

  forget(id: ChildId): void {
    const place = this.#placeOf(id)
    if (!this.#isTaken(place)) return
    this.#count -= 1
    this.#close(place)
  }

  /** Forgets everybody: another process may have changed any of them. */
  clear(): void {
    this.#places = new Uint32Array(WORDS * PLACES_MIN)
    this.#count = 0
  }

  #isPlain(row: ChildRow): boolean {
    const { status, shielded, linkedTo, answeredAs, isHoney } = row
    const isOpen = status === 'registered' && !shielded && isHoney !== 1
    return isOpen && linkedTo === undefined && answeredAs === undefined && lookupsOf(row) === this.#present
  }

  get #capacity(): number {
    return this.#places.length / WORDS
  }

  #isTaken(place: number): boolean {
    const at = WORDS * place
    const places = this.#places
    return ((places[at] ?? 0) | (places[at + 1] ?? 0) | (places[at + 2] ?? 0) | (places[at + 3] ?? 0)) !== 0
  }

  /** Where an id stands, or would. */
  #placeOf(id: ChildId): number {
    const [a, b, c, d] = wordsOf(id)
    const places = this.#places
    let place = this.#firstPlace(id)
    for (;;) {
      const at = WORDS * place
      if (places[at] === a && places[at + 1] === b && places[at + 2] === c && places[at + 3] === d) return place
      if (!this.#isTaken(place)) return place
      place = (place + 1) & (this.#capacity - 1)
    }
  }

  #firstPlace(id: Uint8Array): number {
    return this.#hash(id) & (this.#capacity - 1)
  }

  /** Moves those up that could not stand where they belong because of the one that goes. */
  #close(gap: number): void {
    const places = this.#places
    const mask = this.#capacity - 1
    let free = gap
    for (let place = (gap + 1) & mask; this.#isTaken(place); place = (place + 1) & mask) {
      const first = this.#firstPlace(idOf(places.subarray(WORDS * place, WORDS * place + WORDS)))
      // Whether its own first place lies behind the free one, the end joined to the beginning.
      if (((place - first) & mask) < ((place - free) & mask)) continue
      places.copyWithin(WORDS * free, WORDS * place, WORDS * place + WORDS)
      free = place
    }
    places.fill(0, WORDS * free, WORDS * free + WORDS)
  }

  #grow(): void {
    const before = this.#places
    this.#places = new Uint32Array(2 * before.length)
    for (let at = 0; at < before.length; at += WORDS) {
      const words = before.subarray(at, at + WORDS)
      if (words.every((word) => word === 0)) continue
      let place = this.#firstPlace(idOf(words))
      while (this.#isTaken(place)) place = (place + 1) & (this.#capacity - 1)
      this.#places.set(words, WORDS * place)
    }
  }
}

type Words = readonly [number, number, number, number]

function wordsOf(id: Uint8Array): Words {
  return [wordAt(id, 0), wordAt(id, 4), wordAt(id, 8), wordAt(id, 12)]
}

function idOf(words: Uint32Array): Uint8Array {
  return Uint8Array.from({ length: 4 * WORDS }, (_, i) => (words[i >> 2] ?? 0) >>> (24 - 8 * (i & 3)))
}

function wordAt(id: Uint8Array, at: number): number {
  return (((id[at] ?? 0) << 24) | ((id[at + 1] ?? 0) << 16) | ((id[at + 2] ?? 0) << 8) | (id[at + 3] ?? 0)) >>> 0
}
