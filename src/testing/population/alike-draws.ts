import type { SeededRandom } from '../random.js'
import { ALIKE, type AlikeNames } from './alike-names.js'
import { drawHousehold, type GeneratedDetails } from './household.js'

/** Children and names of which those that are easily taken for each other are made. */

const DAY_MS = 86_400_000

export interface Tools {
  readonly random: SeededRandom
  readonly now: number
}

export interface Names {
  readonly names: readonly [string, string]
  readonly family?: string
}

/** Two children of two families, no older than twelve, so that an elder sibling is a child too. */
export function drawTwo({ random, now }: Tools): {
  readonly first: GeneratedDetails
  readonly second: GeneratedDetails
} {
  const wish = { now, size: 1, eldestDays: { min: 2, max: 4400 } }
  for (;;) {
    const [first, second] = [drawHousehold(random, wish)[0], drawHousehold(random, wish)[0]]
    if (first === undefined || second === undefined) continue
    if (first.givenNames !== '' && second.givenNames !== '') return { first, second }
  }
}

export function drawTwins(tools: Tools, { names, family }: Names): readonly [GeneratedDetails, GeneratedDetails] {
  const { first } = drawTwo(tools)
  const shared = family === undefined ? first : { ...first, familyName: family }
  // Where both have one middle name, the first alone tells them apart.
  const middle = /^[A-Z]\S*$/.test(names[0]) && tools.random.next() < 0.2 ? ' Rowan' : ''
  return [named(shared, names[0] + middle), named(shared, names[1] + middle)]
}

export function differentNames(tools: Tools): Names {
  for (;;) {
    const { first, second } = drawTwo(tools)
    const [one, other] = [first, second].map(({ givenNames }) => givenNames.split(' '))
    if (one?.some((name) => other?.includes(name))) continue
    return { names: [first.givenNames, second.givenNames], family: first.familyName }
  }
}

export function alikeNames(tools: Tools): Names {
  const { pairs, family } = tools.random.pick(COMMUNITIES_BY_SIZE)
  return { ...eitherWay(tools, pairs), family: tools.random.pick(family) }
}

export function oftenAlikeNames(tools: Tools): Names {
  return tools.random.next() < 0.5 ? alikeNames(tools) : differentNames(tools)
}

// The more pairs a community has, the more often it comes.
const COMMUNITIES_BY_SIZE: readonly AlikeNames[] = ALIKE.flatMap((alike) =>
  Array.from({ length: Math.ceil(Math.sqrt(alike.pairs.length)) }, () => alike),
)

export function eitherWay(tools: Tools, pairs: readonly (readonly [string, string])[]): Names {
  const [one, other] = tools.random.pick(pairs)
  return { names: tools.random.next() < 0.5 ? [one, other] : [other, one] }
}

export function inEitherOrder<Item>(tools: Tools, one: Item, other: Item): readonly Item[] {
  return tools.random.next() < 0.5 ? [one, other] : [other, one]
}

export function named(child: GeneratedDetails, givenNames: string): GeneratedDetails {
  return { ...child, givenNames }
}

/** A date more than 500 days and two digits away, on another day of the year. */
export function drawUnlikeDate({ random, now }: Tools, date: string): string {
  for (;;) {
    const other = isoDay(now - random.integer(2, 6200) * DAY_MS)
    const differing = [...other].filter((digit, i) => digit !== date[i]).length
    const isFar = Math.abs(Date.parse(other) - Date.parse(date)) > 500 * DAY_MS
    if (isFar && differing >= 3 && other.slice(5) !== date.slice(5)) return other
  }
}

export function isoDay(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10)
}
