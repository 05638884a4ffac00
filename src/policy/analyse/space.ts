import { atomsOf, incidentOf, type Policy } from '../policy.js'
import { bitsOf, codesIn, type Sight, sharedVocabulary, sightOf, union, type Vocabulary } from './sight.js'

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
  /** By set of incidents, once asked for: the points of each. */
  readonly incidentPoints: Map<bigint, readonly number[]>
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
    incidentPoints: new Map(),
  }
}

/** Whether a filter lets checks of a kind of agency through; undefined: of a kind that nothing names. */
export function passes(sight: Sight, kind: string | undefined): boolean {
  return sight.kinds === undefined || (kind !== undefined && sight.kinds.has(kind))
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
