import { type Atom, incidentOf, indicatorOf, isAtom, measureOf, membersOf, type Rule } from '../policy.js'
import { codesIn, type Sight, sightOf, union, weightAt } from './sight.js'
import { type KindClass, passes, type Space, type Universe } from './space.js'

/**
 * Whether some history within a universe makes a rule hold. With `checks` infinite this is exact: the union of all
 * histories is a history, no check lowers anything, so every atom is at its greatest in that one. Within finite `checks`,
 * `agenciesInAll` or `kindsInAll` each atom gets the most for itself, so no means no, and yes only perhaps.
 */
export function canHold(space: Space, rule: Rule, universe: Universe): boolean {
  if (isAtom(rule)) {
    space.effort.left -= stepsOf(space)
    return greatest(space, rule, universe) >= measureOf(rule).atLeast
  }
  const { rules, needed } = membersOf(rule)
  return rules.filter((member) => canHold(space, member, universe)).length >= needed
}

/** What looking at one atom costs. */
function stepsOf({ classes, vocabulary: { indicators, incidents } }: Space): number {
  return classes.length * (1 + Math.floor((indicators.length + incidents.length) / 200))
}

/** The greatest value of an atom within a universe. */
export function greatest(space: Space, atom: Atom, universe: Universe): number {
  const sight = sightOf(space.policy, atom, space.vocabulary)
  const seen = space.classes.map((one, index) => seenFrom(sight, one, (universe.agencies[index] ?? 0) > 0, universe))
  const sum = (numbers: readonly number[]): number =>
    numbers.reduce((total, number, index) => total + (seen[index]?.any ? number : 0), 0)
  const any = seen.some((one) => one.any)
  const kinds = universe.kinds.map((many, index) => Math.min(many, universe.agencies[index] ?? 0))
  switch (sight.form) {
    case 'count':
      return any ? universe.checks : 0
    case 'agency':
      return Math.min(universe.checks, universe.agenciesInAll, sum(universe.agencies))
    case 'agencyKind':
      return Math.min(universe.checks, universe.agenciesInAll, universe.kindsInAll, sum(kinds))
    case 'day':
      return any ? Math.min(universe.checks, universe.days, sight.withinDays + 1) : 0
    case 'incident':
      return Math.min(
        universe.checks,
        codesIn(space.vocabulary.incidents, union(seen.map((one) => one.carriers))).length,
      )
    case 'dimension':
    case 'domain':
    case 'indicator':
      return distinctValues(space, sight, sight.form, union(seen.map((one) => one.indicators)))
    case 'points':
      return greatestPoints(space, sight, seen, universe)
    default:
      return sight.form satisfies never
  }
}

/** What an atom sees of the checks of one class of kinds. */
interface Seen {
  readonly any: boolean
  readonly indicators: bigint
  readonly itself: bigint
  /** Incidents of the checks. */
  readonly carriers: bigint
}

const NOTHING: Seen = { any: false, indicators: 0n, itself: 0n, carriers: 0n }

function seenFrom(sight: Sight, one: KindClass, present: boolean, universe: Universe): Seen {
  if (!present || !passes(sight, one.kinds[0])) return NOTHING
  const possible = one.incidents & universe.incidents
  const itself = possible & sight.itself
  const carriers = possible & sight.incidents
  const indicators = carriers === 0n ? 0n : sight.indicators & universe.indicators
  return {
    any: indicators !== 0n || itself !== 0n,
    indicators,
    itself,
    carriers: indicators === 0n ? itself : carriers,
  }
}

function distinctValues(space: Space, sight: Sight, of: 'dimension' | 'domain' | 'indicator', seen: bigint): number {
  return (
    remembered(space, sight, seen, (codes) => {
      const values = codes.map((code) => (of === 'indicator' ? code : indicatorOf(space.policy, code)?.[of]))
      return [new Set(values).size]
    })[0] ?? 0
  )
}

function greatestPoints(space: Space, sight: Sight, seen: readonly Seen[], universe: Universe): number {
  const infinite = Number.POSITIVE_INFINITY
  const { perAgencyIndicator = infinite, perAgency = infinite, perDimension = infinite } = space.policy.caps ?? {}
  const { checks, agencies } = universe
  const repeats = Math.min(perAgencyIndicator, checks)
  const many = (index: number): number => (seen[index]?.any ? (agencies[index] ?? 0) : 0)
  // A code can come once in every check, and up to its cap from every agency.
  const times = (isSeen: (one: Seen) => boolean): number => {
    const from = seen.reduce((total, one, index) => total + (isSeen(one) ? many(index) : 0), 0)
    return Math.min(checks, product(Math.min(universe.agenciesInAll, from), repeats))
  }

  const rows = seen.map((one) => {
    const incidents = incidentPoints(space, one.itself)
    const dimensions = dimensionPoints(space, sight, one.indicators)
    const indicators = total(dimensions)
    space.effort.left -= dimensions.length + incidents.length
    return {
      most: Math.min(perAgency, product(repeats, indicators + total(incidents))),
      ofOneCheck: Math.min(perAgency, indicators + Math.max(0, ...incidents)),
    }
  })
  const byAgency = Math.min(
    rows.reduce((sum, { most }, index) => sum + product(many(index), most), 0),
    product(universe.agenciesInAll, Math.max(0, ...rows.map(({ most }) => most))),
    product(checks, Math.max(0, ...rows.map(({ ofOneCheck }) => ofOneCheck))),
  )

  const indicators = union(seen.map((one) => one.indicators))
  const incidents = union(seen.map((one) => one.itself))
  const columns = dimensionPoints(space, sight, indicators).map((points) =>
    product(
      points,
      times((one) => one.indicators !== 0n),
    ),
  )
  const perhaps = incidentPoints(space, incidents)
  const ofIncidents = Math.min(
    product(
      total(perhaps),
      times((one) => one.itself !== 0n),
    ),
    product(Math.max(0, ...perhaps), checks),
  )
  const byDimension = total([...columns, ofIncidents].map((column) => Math.min(perDimension, column)))
  return Math.min(byAgency, byDimension)
}

/** Points of the seen indicators, by dimension. */
function dimensionPoints(space: Space, sight: Sight, seen: bigint): readonly number[] {
  return remembered(space, sight, seen, (codes) => {
    const columns = new Map<string, number>()
    for (const code of codes) {
      const indicator = indicatorOf(space.policy, code)
      if (indicator === undefined) continue
      const { dimension, points } = indicator
      columns.set(dimension, (columns.get(dimension) ?? 0) + weightAt(space.policy, points, 0))
    }
    return [...columns.values()]
  })
}

function incidentPoints(space: Space, seen: bigint): readonly number[] {
  if (seen === 0n) return []
  const known = space.incidentPoints.get(seen)
  if (known !== undefined) return known
  const points = codesIn(space.vocabulary.incidents, seen).map((code) =>
    weightAt(space.policy, incidentOf(space.policy, code)?.points ?? 0, 0),
  )
  if (space.incidentPoints.size >= REMEMBERED_MAX) space.incidentPoints.clear()
  space.incidentPoints.set(seen, points)
  return points
}

const REMEMBERED_MAX = 1_000

const numbers = new WeakMap<Sight, { readonly seen: bigint; readonly values: readonly number[] }>()

/** What a sight makes of a set of indicators; most searches ask for the same set again and again. */
function remembered(
  { vocabulary, effort }: Space,
  sight: Sight,
  seen: bigint,
  make: (codes: readonly string[]) => readonly number[],
): readonly number[] {
  if (seen === 0n) return []
  const known = numbers.get(sight)
  if (known?.seen === seen) return known.values
  const codes = codesIn(vocabulary.indicators, seen)
  effort.left -= codes.length
  const values = make(codes)
  numbers.set(sight, { seen, values })
  return values
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** Where nothing is taken without end, it comes to nothing. */
function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b
}
