import { type Atom, incidentOf, indicatorOf, isAtom, measureOf, membersOf, type Policy, type Rule } from '../policy.js'
import { bitsOf, codesIn, type Sight, sharedVocabulary, sightOf, type Vocabulary, weightAt } from './sight.js'
import { atomsOf } from './terms.js'

/** Kinds of agency that a policy treats alike: their checks pass the same filters and may carry the same incidents. */
export interface KindClass {
  /** Empty for the kinds that the policy does not name, of which there are as many as one likes. */
  readonly kinds: readonly string[]
  /** Which of them the hub takes from these kinds. */
  readonly incidents: bigint
}

/** What histories are made of: everything in here may come together in one history. */
export interface Universe {
  readonly indicators: bigint
  readonly incidents: bigint
  /** By class of kinds: how many agencies there are, and of how many kinds. */
  readonly agencies: readonly number[]
  readonly kinds: readonly number[]
  readonly days: number
  /** However many there are above: in all there are no more than these. */
  readonly agenciesInAll: number
  readonly kindsInAll: number
  readonly checks: number
}

/** The histories that a policy can be given, and how much may still be spent on searching them. */
export interface Space {
  readonly policy: Policy
  readonly vocabulary: Vocabulary
  /** Incidents that no atom sees or tells from others. In a universe there are all of them, or none. */
  readonly neutral: bigint
  readonly classes: readonly KindClass[]
  /** Whether there were too many kinds of agency, so that some are in no class. */
  readonly leftOut: boolean
  /** Kinds that incidents or filters name. */
  readonly namedKinds: ReadonlySet<string>
  readonly whole: Universe
  readonly effort: { left: number }
  /** By kind of agency, once asked for: see `carrierOf`. */
  readonly carriers: Map<string, string | undefined>
}

// Steps of all searches together: what stops them for a policy of thousands of codes and rules.
const EFFORT_MAX = 6_000_000
const KINDS_MAX = 2_000
const CLASSES_MAX = 32

type Kinds = Pick<Space, 'classes' | 'leftOut' | 'namedKinds'>

export function spaceOf(policy: Policy): Space {
  const vocabulary = sharedVocabulary(policy, policy)
  const sights = policy.levels.flatMap(({ reachedWhen }) =>
    atomsOf(reachedWhen).map((atom) => sightOf(policy, atom, vocabulary)),
  )
  const neutral = neutralIncidents(sights, vocabulary)
  const { classes, leftOut, namedKinds } = classesOf(policy, sights, neutral, vocabulary)
  const infinite = Number.POSITIVE_INFINITY
  const whole: Universe = {
    indicators: bitsOf(vocabulary.indicators, () => true),
    incidents: bitsOf(vocabulary.incidents, () => true),
    agencies: classes.map(() => infinite),
    kinds: classes.map(({ kinds }) => kinds.length || infinite),
    days: infinite,
    agenciesInAll: infinite,
    kindsInAll: infinite,
    checks: infinite,
  }
  return {
    policy,
    vocabulary,
    neutral,
    classes,
    leftOut,
    namedKinds,
    whole,
    effort: { left: EFFORT_MAX },
    carriers: new Map(),
  }
}

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

function passes(sight: Sight, kind: string | undefined): boolean {
  return sight.kinds === undefined || (kind !== undefined && sight.kinds.has(kind))
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
  return codesIn(space.vocabulary.incidents, seen).map((code) =>
    weightAt(space.policy, incidentOf(space.policy, code)?.points ?? 0, 0),
  )
}

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

function union(sets: readonly bigint[]): bigint {
  return sets.reduce((all, set) => all | set, 0n)
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** Where nothing is taken without end, it comes to nothing. */
function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b
}

/** Whether the hub takes an incident from a kind of agency. */
export function mayCarry(policy: Policy, code: string, kind: string): boolean {
  return incidentOf(policy, code)?.agencyKinds?.includes(kind) ?? true
}

/**
 * The incident of a check of a kind of agency that is to matter for its indicators alone: a neutral one or, where that
 * kind has none, the one with the fewest points. Undefined where the hub takes nothing from that kind.
 */
export function carrierOf(space: Space, kind: string): string | undefined {
  if (!space.carriers.has(kind)) space.carriers.set(kind, newCarrier(space, kind))
  return space.carriers.get(kind)
}

function newCarrier({ policy, vocabulary, neutral }: Space, kind: string): string | undefined {
  const allowed = vocabulary.incidents.filter((code) => mayCarry(policy, code, kind))
  const neutrals = new Set(codesIn(vocabulary.incidents, neutral))
  const points = (code: string): number => incidentOf(policy, code)?.points ?? 0
  return allowed.find((code) => neutrals.has(code)) ?? allowed.sort((a, b) => points(a) - points(b))[0]
}

/** A name for a kind of agency that the policy names nowhere. */
export function unnamedKind({ namedKinds }: Space, number: number): string {
  let kind = `kind-${number + 1}`
  while (namedKinds.has(kind)) kind = `other-${kind}`
  return kind
}

/** Incidents that no atom sees or tells from others: a check needs an incident, and these add nothing of their own. */
function neutralIncidents(sights: readonly Sight[], { incidents }: Vocabulary): bigint {
  const all = bitsOf(incidents, () => true)
  return (
    all &
    ~union(
      sights.map((sight) =>
        sight.form === 'incident' || sight.incidents !== all ? sight.itself | sight.incidents : sight.itself,
      ),
    )
  )
}

function classesOf(policy: Policy, sights: readonly Sight[], neutral: bigint, vocabulary: Vocabulary): Kinds {
  const carries = incidentsByKind(policy, vocabulary)
  const named = sights.flatMap(({ kinds }) => [...(kinds ?? [])])
  const senders = Object.values(policy.incidents).flatMap(({ agencyKinds = [] }) => agencyKinds)
  const namedKinds = new Set([...senders, ...named])
  const kinds = [...namedKinds]
  const classes = new Map<string, { readonly kinds: string[]; readonly incidents: bigint }>()
  for (const kind of [...kinds.slice(0, KINDS_MAX), undefined]) {
    const incidents = carries.get(kind) ?? carries.get(undefined) ?? 0n
    if (incidents === 0n) continue
    const filters = sights.map((sight) => (passes(sight, kind) ? '1' : '0'))
    // Neutral incidents are interchangeable, so it is enough that there is one of them.
    const key = kind === undefined ? '' : `${incidents & ~neutral} ${(incidents & neutral) === 0n} ${filters.join('')}`
    const known = classes.get(key)
    if (known === undefined) classes.set(key, { kinds: kind === undefined ? [] : [kind], incidents })
    else if (kind !== undefined) known.kinds.push(kind)
  }
  const found = [...classes.values()]
  return {
    classes: found.slice(0, CLASSES_MAX),
    leftOut: kinds.length > KINDS_MAX || found.length > CLASSES_MAX,
    namedKinds,
  }
}

/** Which incidents the hub takes from each kind that one names; under undefined, from kinds that none names. */
function incidentsByKind(policy: Policy, { incidents }: Vocabulary): ReadonlyMap<string | undefined, bigint> {
  const open = new Set(incidents.filter((code) => incidentOf(policy, code)?.agencyKinds === undefined))
  const sent = new Map<string | undefined, Set<string>>([[undefined, open]])
  for (const code of incidents) {
    for (const kind of incidentOf(policy, code)?.agencyKinds ?? []) {
      const known = sent.get(kind)
      if (known !== undefined) known.add(code)
      else if (sent.size <= KINDS_MAX + 1) sent.set(kind, new Set([...open, code]))
    }
  }
  return new Map([...sent].map(([kind, codes]) => [kind, bitsOf(incidents, (code) => codes.has(code))]))
}
