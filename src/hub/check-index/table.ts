const FIRST_SLOTS = 1_024
/** Beyond three quarters full, runs of taken slots grow long. */
const FULLEST = 0.75

/**
 * Finds numbered things by a hash of theirs: open addressing with linear probing over one array of numbers, so that a thing costs
 * 5 to 11 bytes and no object. What the thing is, and whether it is the one that is sought, its owner knows.
 */
export class SlotTable {
  // Number of the thing and one; zero is a free slot.
  #slots = new Uint32Array(FIRST_SLOTS)
  #used = 0
  readonly #hashOf: (thing: number) => number

  /** @param hashOf of a thing in the table, -1 for one that may be dropped; asked when the table grows */
  constructor(hashOf: (thing: number) => number) {
    this.#hashOf = hashOf
  }

  /** Where the search for a hash (32 bits, as good as random) begins. */
  start(hash: number): number {
    return hash & (this.#slots.length - 1)
  }

  /** The thing there; -1 ends the search. */
  thing(slot: number): number {
    return (this.#slots[slot] ?? 0) - 1
  }

  /** Where the search goes on. */
  after(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1)
  }

  /** Another thing takes the place of one with the same hash. */
  replace(slot: number, thing: number): void {
    this.#slots[slot] = thing + 1
  }

  add(hash: number, thing: number): void {
    if (this.#used >= this.#slots.length * FULLEST) this.#grow()
    this.#put(hash, thing)
  }

  #put(hash: number, thing: number): void {
    let slot = this.start(hash)
    while (this.#slots[slot] !== 0) slot = this.after(slot)
    this.#slots[slot] = thing + 1
    this.#used += 1
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Uint32Array(before.length * 2)
    this.#used = 0
    for (const taken of before) {
      if (taken === 0) continue
      const hash = this.#hashOf(taken - 1)
      if (hash >= 0) this.#put(hash, taken - 1)
    }
  }
}
