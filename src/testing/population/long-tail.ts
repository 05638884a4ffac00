import type { SeededRandom } from '../random.js'
import type { Community } from './names.js'

/** How a community's names are drawn for a large population. */
export interface TailedNames {
  readonly family: (random: SeededRandom) => string
  readonly given: (random: SeededRandom, sex: 'female' | 'male') => string
}

/**
 * Names as frequent as names are among millions: the listed ones at the head, a long tail of composed ones behind.
 *
 * The name of rank r is drawn in proportion to 1 ÷ (r + q), to the last rank. For family names q is 4.2 and there are 40 a permille
 * of population: the most frequent one then has 1.2 % of all people, and nearly half of all people bear one of the thousand
 * most frequent ones, as in the United Kingdom. For given names q is 6, with 2.5 names a permille and sex. Composed names
 * join the beginning of one listed name to the end of another.
 */
export function tailed({ permille, family, female, male }: Community): TailedNames {
  const families = new NameList(family, permille * 40)
  const givens = { female: new NameList(female, permille * 2.5), male: new NameList(male, permille * 2.5) }
  return {
    family: (random) => families.draw(random, 4.2),
    given: (random, sex) => givens[sex].draw(random, 6),
  }
}

// Set between the two halves once every beginning has met every end.
const MIDDLES = ['', 'ri', 'lo', 'na', 'di', 'ma', 'be', 'ne', 'ka', 'ro', 'te', 'vi']

class NameList {
  readonly #listed: readonly string[]
  readonly #beginnings: readonly string[]
  readonly #ends: readonly string[]
  readonly #count: number
  readonly #step: number

  constructor(listed: readonly string[], count: number) {
    this.#listed = listed
    const parts = listed.map(halves)
    this.#beginnings = [...new Set(parts.map(([beginning]) => beginning))]
    this.#ends = [...new Set(parts.map(([, end]) => end))]
    const composable = this.#beginnings.length * this.#ends.length * MIDDLES.length
    this.#count = Math.min(Math.max(count, listed.length), listed.length + composable)
    this.#step = coprimeTo(this.#beginnings.length * this.#ends.length)
  }

  draw(random: SeededRandom, q: number): string {
    // The continuous form of the law, which needs no table: its distribution function is a logarithm.
    const rank = Math.floor((1 + q) * ((this.#count + 1 + q) / (1 + q)) ** random.next() - q) - 1
    return this.#listed[rank] ?? this.#composed(rank - this.#listed.length)
  }

  /** The composed name of a rank, always the same; neighbours in rank are unlike. */
  #composed(rank: number): string {
    const round = this.#beginnings.length * this.#ends.length
    const place = (rank * this.#step) % round
    const beginning = this.#beginnings[place % this.#beginnings.length]
    const end = this.#ends[Math.floor(place / this.#beginnings.length)]
    return `${beginning}${MIDDLES[Math.floor(rank / round)]}${end}`
  }
}

/** A name cut before a consonant, as near its middle as may be; one without such a place, in the middle. */
function halves(name: string): readonly [string, string] {
  const letters = [...name]
  const middle = letters.length / 2
  const isCut = (i: number): boolean => /[aeiouy]/i.test(plain(letters[i - 1])) && /[a-z]/i.test(plain(letters[i]))
  const places = letters.map((_, i) => i).filter((i) => i >= 2 && i < letters.length - 1 && isCut(i))
  const [best = Math.max(1, Math.floor(middle))] = places.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
  const end = letters.slice(best).join('')
  return [letters.slice(0, best).join(''), end.toLowerCase() === end ? end : end.replace(/^[^-]*-?/, '').toLowerCase()]
}

function plain(letter: string | undefined): string {
  return (letter ?? '').normalize('NFD').charAt(0)
}

/** A step that visits every place of a round of this size once. */
function coprimeTo(size: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))
  let step = Math.max(1, Math.floor(size * 0.618))
  while (divisor(step, size) !== 1) step++
  return step
}
