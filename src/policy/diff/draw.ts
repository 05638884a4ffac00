/** Repeatable draws from a seed: a search must give the same answer every time. Not for secrets. */
export interface Draw {
  /** A whole number of 0 and more, below `limit`. */
  below(limit: number): number
  /** Whether something that happens `percent` times in a hundred happens now. */
  chance(percent: number): boolean
  /** @throws {RangeError} for an empty list */
  pick<Item>(items: readonly Item[]): Item
  shuffled<Item>(items: readonly Item[]): Item[]
}

/** mulberry32: 32 bits of state, which the seed fills. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  return {
    below,
    chance: (percent) => below(100) < percent,
    pick(items) {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('nothing to draw from')
      return item
    },
    shuffled(items) {
      const mixed = [...items]
      for (let last = mixed.length - 1; last > 0; last -= 1) {
        const other = below(last + 1)
        const moved = mixed[last]
        const item = mixed[other]
        if (moved === undefined || item === undefined) continue
        mixed[last] = item
        mixed[other] = moved
      }
      return mixed
    },
  }
}
