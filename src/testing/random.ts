import type { Random } from '../bytes.js'

/** A repeatable source of chance: the same seed gives the same run of values, on every machine. */
export interface SeededRandom {
  /** The next number, from 0 up to but not including 1. */
  next(): number
  /** The next whole number between the two, both included. */
  integer(min: number, max: number): number
  /** One item of a list that is not empty. */
  pick<Item>(list: readonly Item[]): Item
  /** Bytes for whatever asks for a `Random`; a run of their own, which no other draw moves. */
  readonly bytes: Random
}

/**
 * A repeatable source of chance for generated people and for demonstrations.
 *
 * Anyone who knows the seed knows every value: keys drawn from it protect nothing but invented people.
 *
 * @param seed Any safe integer.
 * @throws {RangeError} for another seed.
 * @see sfc32, from the PractRand test suite by Chris Doty-Humphrey
 */
export function seededRandom(seed: number): SeededRandom {
  if (!Number.isSafeInteger(seed)) throw new RangeError('a seed is a safe integer')
  const word = sfc32(seed, 0)
  const byteWord = sfc32(seed, 1)
  const next = (): number => word() / 2 ** 32
  return {
    next,
    integer(min, max) {
      if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max)) {
        throw new RangeError('integer takes two safe integers in ascending order')
      }
      return min + Math.floor(next() * (max - min + 1))
    },
    pick<Item>(list: readonly Item[]): Item {
      if (list.length === 0) throw new RangeError('pick takes a list that is not empty')
      return list[Math.floor(next() * list.length)] as Item
    },
    bytes(length) {
      const out = new Uint8Array(length)
      for (let at = 0; at < length; at += 4) {
        const value = byteWord()
        for (let i = 0; i < 4 && at + i < length; i++) out[at + i] = value >>> (8 * i)
      }
      return out
    },
  }
}

/** Items in a random order; the list given is left as it was. */
export function shuffled<Item>(random: SeededRandom, list: readonly Item[]): Item[] {
  const out = [...list]
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(0, i)
    const moved = out[i] as Item
    out[i] = out[j] as Item
    out[j] = moved
  }
  return out
}

/** One item of a list in which earlier items are more frequent, as names are. */
export function pickSkewed<Item>(random: SeededRandom, list: readonly Item[]): Item {
  return list[Math.floor(random.next() ** 1.6 * list.length)] as Item
}

function sfc32(seed: number, stream: number): () => number {
  let a = seed | 0
  let b = Math.floor(seed / 2 ** 32) | 0
  let c = stream
  let counter = 1
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  // Neighbouring seeds look alike until their bits have been stirred.
  for (let i = 0; i < 16; i++) word()
  return word
}
