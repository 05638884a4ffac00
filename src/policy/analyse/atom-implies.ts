import { type Caps, incidentOf, indicatorOf, type Policy } from '../policy.js'
import { codesIn, remembered, type Sight, seesAllOf, seesChecksOf, seesNothing, weightAt } from './sight.js'

/**
 * Whether, over histories of the vocabulary that both sights speak of, an atom holds at every instant at which another
 * does. True is certain; false says only that no proof was found.
 */
export function atomImplies(stronger: Sight, weaker: Sight): boolean {
  if (neverHolds(stronger)) return true
  if (stronger.withinDays > weaker.withinDays) return false
  switch (weaker.form) {
    case 'count':
      return seesChecksOf(weaker, stronger) && checksNeeded(stronger) >= weaker.atLeast
    case 'agency':
    case 'agencyKind':
    case 'incident':
    case 'day':
      return seesChecksOf(weaker, stronger) && checkValuesNeeded(stronger, weaker.form) >= weaker.atLeast
    case 'dimension':
    case 'domain':
    case 'indicator':
      // An incident has none of them, so what is seen must be an indicator.
      return (
        stronger.itself === 0n &&
        seesAllOf(weaker, stronger) &&
        valuesNeeded(stronger, weaker.policy, weaker.form) >= weaker.atLeast
      )
    case 'points':
      if (!seesAllOf(weaker, stronger)) return false
      if (stronger.form === 'points' && stronger.atLeast >= weaker.atLeast && neverScoresLess(weaker, stronger))
        return true
      return leastPoints(stronger, weaker.policy) >= weaker.atLeast
    default:
      return weaker.form satisfies never
  }
}

/** Whether what is seen can never come to what is asked for, however much of it there is. */
function neverHolds(sight: Sight): boolean {
  if (seesNothing(sight)) return true
  const { form, atLeast, policy } = sight
  switch (form) {
    case 'count':
    case 'agency':
      return false
    case 'agencyKind':
      return sight.kinds !== undefined && sight.kinds.size < atLeast
    case 'incident':
      return codesIn(sight.vocabulary.incidents, sight.incidents).length < atLeast
    case 'day':
      return sight.withinDays + 1 < atLeast
    case 'dimension':
    case 'domain':
    case 'indicator':
      return valuesSeen(sight, form).size < atLeast
    case 'points': {
      const { perAgencyIndicator, perAgency, perDimension } = capsOf(policy)
      if (perAgencyIndicator === 0 || perAgency === 0) return true
      const columns = valuesSeen(sight, 'dimension').size + (sight.itself === 0n ? 0 : 1)
      return columns * perDimension < atLeast
    }
    default:
      return form satisfies never
  }
}

/** The fewest checks with which an atom holds, or fewer. */
function checksNeeded(sight: Sight): number {
  switch (sight.form) {
    case 'dimension':
    case 'domain':
    case 'indicator':
      return 1
    case 'points':
      return Math.ceil(sight.atLeast / mostPointsOfOneCheck(sight))
    default:
      // Two agencies, kinds, incidents or days are those of two checks.
      return sight.atLeast
  }
}

function checkValuesNeeded({ form, atLeast, policy }: Sight, of: Sight['form']): number {
  if (form === of) return atLeast
  const perAgency = policy.caps?.perAgency
  return form === 'points' && of === 'agency' && perAgency !== undefined ? Math.ceil(atLeast / perAgency) : 1
}

type ValueOf = 'dimension' | 'domain' | 'indicator'

/** The fewest dimensions, domains or indicators, as `policy` has them, of what makes an atom hold; or fewer. */
function valuesNeeded(sight: Sight, policy: Policy, of: ValueOf): number {
  const told = toldApart(sight)
  if (told === undefined) return 1
  const groups = new Map<string | undefined, Set<string | undefined>>()
  for (const code of indicatorsSeen(sight)) {
    const group = valueOfCode(policy, code, of)
    const values = groups.get(group) ?? new Set()
    groups.set(group, values.add(valueOfCode(sight.policy, code, told.of)))
  }
  let [values, needed] = [0, 0]
  for (const size of [...groups.values()].map((group) => group.size).sort((a, b) => b - a)) {
    if (values >= told.atLeast) break
    values += size
    needed += 1
  }
  return needed
}

/** How many values of what an atom needs of its indicators at least. */
function toldApart({ form, atLeast, policy }: Sight): { readonly of: ValueOf; readonly atLeast: number } | undefined {
  if (form === 'dimension' || form === 'domain' || form === 'indicator') return { of: form, atLeast }
  const perDimension = policy.caps?.perDimension
  if (form !== 'points' || perDimension === undefined) return undefined
  return { of: 'dimension', atLeast: Math.ceil(atLeast / perDimension) }
}

function valuesSeen(sight: Sight, of: ValueOf): ReadonlySet<string | undefined> {
  return new Set(indicatorsSeen(sight).map((code) => valueOfCode(sight.policy, code, of)))
}

function valueOfCode(policy: Policy, code: string, of: ValueOf): string | undefined {
  return of === 'indicator' ? code : indicatorOf(policy, code)?.[of]
}

/** The most points that one check can bring, without regard to which of its codes may stand together. */
function mostPointsOfOneCheck(sight: Sight): number {
  return remembered(mostOfOne, sight, () => newMostPointsOfOneCheck(sight))
}

const mostOfOne = new WeakMap<Sight, number>()

function newMostPointsOfOneCheck(sight: Sight): number {
  const { perAgency, perDimension } = capsOf(sight.policy)
  const columns = new Map<string | undefined, number>()
  columns.set(undefined, Math.max(0, ...incidentWeights(sight, sight.policy, 0)))
  for (const code of indicatorsSeen(sight)) {
    const dimension = valueOfCode(sight.policy, code, 'dimension')
    columns.set(dimension, (columns.get(dimension) ?? 0) + weightOf(sight.policy, code, 0))
  }
  const values = [...columns.values()]
  return Math.min(perAgency, sum(values), sum(values.map((column) => Math.min(perDimension, column))))
}

/** The fewest points, as `policy` weighs them, that what makes an atom hold comes to; or fewer. */
function leastPoints(sight: Sight, policy: Policy): number {
  const { perAgencyIndicator, perAgency, perDimension } = capsOf(policy)
  if (perAgencyIndicator === 0) return 0
  const weights = oldestWeights(sight, policy)
  const least = weights[0] ?? 0
  switch (sight.form) {
    case 'agency':
      return Math.min(sight.atLeast * Math.min(perAgency, least), perDimension)
    case 'dimension':
    case 'domain':
    case 'indicator':
      return Math.min(sum(weights.slice(0, sight.atLeast)), perAgency, perDimension)
    case 'points':
      return Math.min(least, perAgency, perDimension)
    default:
      // They can all be of one code and one agency, and then no more than the cap are kept.
      return Math.min(Math.min(sight.atLeast, perAgencyIndicator) * least, perAgency, perDimension)
  }
}

const weightsSeen = new WeakMap<Sight, WeakMap<Policy, readonly number[]>>()

/** What each code that an atom sees weighs on the last day of its window, in the eyes of `policy`; ascending. */
function oldestWeights(sight: Sight, policy: Policy): readonly number[] {
  const known = remembered(weightsSeen, sight, () => new WeakMap())
  return remembered(known, policy, () => {
    const oldest = sight.withinDays - 1
    const indicators = indicatorsSeen(sight).map((code) => weightOf(policy, code, oldest))
    return [...indicators, ...incidentWeights(sight, policy, oldest)].sort((a, b) => a - b)
  })
}

/** Whether what an atom about points sees comes to no less under the caps, the decay and the dimensions of another. */
function neverScoresLess(weaker: Sight, stronger: Sight): boolean {
  if (weaker.policy === stronger.policy) return true
  const [from, to] = [capsOf(stronger.policy), capsOf(weaker.policy)]
  return (
    to.perAgencyIndicator >= from.perAgencyIndicator &&
    // A sum that is cut off at what is asked for, or above, is enough by itself.
    to.perAgency >= Math.min(from.perAgency, weaker.atLeast) &&
    to.perDimension >= Math.min(from.perDimension, weaker.atLeast) &&
    (to.perDimension === Number.POSITIVE_INFINITY || splitsDimensions(weaker.policy, stronger)) &&
    neverWeighsLess(weaker.policy, stronger)
  )
}

/** Whether each dimension of `policy` lies within one dimension of the other: then its cap cuts off no more. */
function splitsDimensions(policy: Policy, stronger: Sight): boolean {
  const owners = new Map<string | undefined, string | undefined>()
  return indicatorsSeen(stronger).every((code) => {
    const [dimension, owner] = [indicatorOf(policy, code)?.dimension, indicatorOf(stronger.policy, code)?.dimension]
    const known = owners.get(dimension) ?? owner
    owners.set(dimension, known)
    return known === owner
  })
}

function neverWeighsLess(policy: Policy, stronger: Sight): boolean {
  const steps = [...(policy.decay ?? []), ...(stronger.policy.decay ?? [])]
  // Weights change at these ages only.
  const ages = [...new Set([0, ...steps.map(({ upToDays }) => upToDays + 1)])].filter(
    (age) => age < stronger.withinDays,
  )
  const pairs = [
    ...indicatorsSeen(stronger).map((code) => [indicatorOf(stronger.policy, code), indicatorOf(policy, code)] as const),
    ...incidentsSeen(stronger).map((code) => [incidentOf(stronger.policy, code), incidentOf(policy, code)] as const),
  ].map(([one, other]) => [one?.points ?? 0, other?.points ?? 0] as const)
  const distinct = new Map(pairs.map((pair) => [pair.join(), pair]))
  return [...distinct.values()].every(([one, other]) =>
    ages.every((age) => weightAt(policy, other, age) >= weightAt(stronger.policy, one, age)),
  )
}

function capsOf({ caps = {} }: Policy): Required<Caps> {
  const infinite = Number.POSITIVE_INFINITY
  return { perAgencyIndicator: infinite, perAgency: infinite, perDimension: infinite, ...caps }
}

const codesSeen = new WeakMap<Sight, readonly string[]>()

function indicatorsSeen(sight: Sight): readonly string[] {
  return remembered(codesSeen, sight, () => codesIn(sight.vocabulary.indicators, sight.indicators))
}

function incidentsSeen({ vocabulary, itself }: Sight): readonly string[] {
  return codesIn(vocabulary.incidents, itself)
}

function weightOf(policy: Policy, code: string, ageDays: number): number {
  return weightAt(policy, indicatorOf(policy, code)?.points ?? 0, ageDays)
}

function incidentWeights(sight: Sight, policy: Policy, ageDays: number): readonly number[] {
  return incidentsSeen(sight).map((code) => weightAt(policy, incidentOf(policy, code)?.points ?? 0, ageDays))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
