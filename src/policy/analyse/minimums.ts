import type { Example } from '../example.js'
import { atomsOf, DAY_MS, indicatorOf, measureOf, type Rule } from '../policy.js'
import { canHold } from './greatest.js'
import { bitsOf } from './sight.js'
import type { Space, Universe } from './space.js'
import { witnessOf } from './witness.js'

/** The smallest number with which something can be reached. */
export interface Minimum {
  /** No history with fewer reaches it. */
  readonly atLeast: number
  /** Some history with so many reaches it; undefined: none was found, the search is bounded. Equal to `atLeast`: exact. */
  readonly atMost: number | undefined
  /** With `atMost` of them; undefined where it would take too many checks, or too long to find. */
  readonly example: Example | undefined
}

export interface Minimums {
  readonly checks: Minimum
  readonly agencies: Minimum
  readonly agencyKinds: Minimum
  readonly days: Minimum
  /** Dimensions of indicators; 0 where incidents alone are enough. */
  readonly dimensions: Minimum
}

const NUMBER_MAX = 2 ** 31
const CHOICES_MAX = 3_000

/** The fewest checks, agencies, kinds, days and dimensions with which a rule can hold; undefined where it never can. */
export function minimumsOf(space: Space, rule: Rule): Minimums | undefined {
  if (!canHold(space, rule, space.whole)) return undefined
  const checks = fewestChecks(space, rule)
  // One history that shows it all says more than five.
  const orChecks = (minimum: Minimum, measure: (example: Example) => number): Minimum =>
    checks.example !== undefined && measure(checks.example) === minimum.atMost
      ? { ...minimum, example: checks.example }
      : minimum
  const distinct = (values: readonly unknown[]): number => new Set(values).size
  return {
    checks,
    agencies: orChecks(fewestAgencies(space, rule), (one) => distinct(one.checks.map(({ agency }) => agency))),
    agencyKinds: orChecks(fewestKinds(space, rule), (one) => distinct(one.checks.map(({ agencyKind }) => agencyKind))),
    days: orChecks(fewestDays(space, rule), (one) =>
      distinct(one.checks.map(({ occurredAt }) => Math.floor(occurredAt / DAY_MS))),
    ),
    dimensions: orChecks(fewestDimensions(space, rule), (one) =>
      distinct(
        one.checks.flatMap(({ indicators }) => indicators).map((code) => indicatorOf(space.policy, code)?.dimension),
      ),
    ),
  }
}

function fewestChecks(space: Space, rule: Rule): Minimum {
  const atLeast = leastNumber(space, (checks) => canHold(space, rule, { ...space.whole, checks }))
  const example = witnessOf(space, rule, { ...space.whole, checks: atLeast })
  return { atLeast, atMost: example?.checks.length, example }
}

/** Exact: more days than the rule asks of any atom add nothing to it. */
function fewestDays(space: Space, rule: Rule): Minimum {
  const asked = atomsOf(rule).map((atom) =>
    'distinct' in atom && atom.distinct.of === 'day' ? measureOf(atom).atLeast : 1,
  )
  const days = [...new Set([1, ...asked])].sort((a, b) => a - b)
  const known = days.find((number) => space.effort.left <= 0 || canHold(space, rule, { ...space.whole, days: number }))
  const atLeast = known ?? 1
  const atMost = space.effort.left > 0 ? atLeast : undefined
  return { atLeast, atMost, example: witnessOf(space, rule, { ...space.whole, days: atLeast }) }
}

function fewestAgencies(space: Space, rule: Rule): Minimum {
  const from = leastNumber(space, (agenciesInAll) => canHold(space, rule, { ...space.whole, agenciesInAll }))
  return fewest(space, rule, from, space.whole.agencies, (agencies) => ({
    ...space.whole,
    agencies,
  }))
}

function fewestKinds(space: Space, rule: Rule): Minimum {
  const from = leastNumber(space, (kindsInAll) => canHold(space, rule, { ...space.whole, kindsInAll }))
  return fewest(space, rule, from, space.whole.kinds, (kinds) => ({
    ...space.whole,
    kinds,
    agencies: kinds.map((many) => (many === 0 ? 0 : Number.POSITIVE_INFINITY)),
  }))
}

function fewestDimensions(space: Space, rule: Rule): Minimum {
  const { policy, vocabulary } = space
  const dimensionOf = (code: string): string => indicatorOf(policy, code)?.dimension ?? ''
  const dimensions = [...new Set(vocabulary.indicators.map(dimensionOf))]
  const sets = dimensions.map((dimension) => bitsOf(vocabulary.indicators, (code) => dimensionOf(code) === dimension))
  const each = dimensions.map(() => 1)
  return fewest(space, rule, 0, each, (chosen) => ({
    ...space.whole,
    indicators: sets.reduce((all, set, index) => (chosen[index] === 1 ? all | set : all), 0n),
  }))
}

/** Tries every way to choose `from` things of some sorts, then one more, until the rule can hold. */
function fewest(
  space: Space,
  rule: Rule,
  from: number,
  available: readonly number[],
  universeOf: (chosen: readonly number[]) => Universe,
): Minimum {
  let choices = CHOICES_MAX
  const all = available.reduce((sum, many) => sum + many, 0)
  for (let number = from; number <= Math.min(all, NUMBER_MAX); number += 1) {
    for (const chosen of choicesOf(number, available)) {
      choices -= 1
      if (choices < 0 || space.effort.left <= 0) return { atLeast: number, atMost: undefined, example: undefined }
      const universe = universeOf(chosen)
      if (!canHold(space, rule, universe)) continue
      return { atLeast: number, atMost: number, example: witnessOf(space, rule, universe) }
    }
  }
  return { atLeast: from, atMost: undefined, example: undefined }
}

/** The ways to choose a number of things of some sorts, all of one sort first. */
function* choicesOf(number: number, available: readonly number[]): Generator<readonly number[]> {
  const none = available.map(() => 0)
  if (number === 0) yield none
  for (const [index, many] of available.entries()) if (many >= number && number > 0) yield none.with(index, number)

  const after = available.map((_, index) => available.slice(index + 1).reduce((sum, many) => sum + many, 0))
  function* from(first: number, left: number, chosen: readonly number[]): Generator<readonly number[]> {
    for (let index = first; index < available.length; index += 1) {
      const fewest = Math.max(1, left - (after[index] ?? 0))
      for (let taken = Math.min(available[index] ?? 0, left); taken >= fewest; taken -= 1) {
        const next = chosen.with(index, taken)
        if (taken < left) yield* from(index + 1, left - taken, next)
        else if (taken < number) yield next
      }
    }
  }
  yield* from(0, number, none)
}

/** The least number at which something is so that is so for every larger one; when effort ends, a number not above it. */
function leastNumber({ effort }: Space, isSo: (number: number) => boolean): number {
  let [not, high] = [0, 1]
  while (high < NUMBER_MAX && effort.left > 0 && !isSo(high)) [not, high] = [high, high * 2]
  while (high - not > 1) {
    if (effort.left <= 0) return not + 1
    const middle = Math.floor((not + high) / 2)
    if (isSo(middle)) high = middle
    else not = middle
  }
  return high
}
