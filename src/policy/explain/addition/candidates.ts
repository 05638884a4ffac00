import { type AssessedCheck, matches, type Observation, observationsOf } from '../../history.js'
import { type Atom, DAY_MS, measureOf, type Policy } from '../../policy.js'
import { permilleAt } from '../../reference/evaluate.js'

/**
 * A sort of check that could come in: an incident, reported by a kind of agency, with every indicator that a new check
 * may carry. By an agency that is not known yet: to a rule no other agency's check is worth more.
 */
export interface Candidate {
  readonly agencyKind: string
  readonly incident: string
  /** By atom; undefined where the atom does not see such a check. */
  readonly gains: readonly (Gain | undefined)[]
}

/** What one check gives to an atom. */
export interface Gain {
  /** What the atom tells apart by; nothing for checks, agencies and points. */
  readonly values: readonly (string | number)[]
  /** Points of the check by dimension; undefined is that of incidents. */
  readonly byDimension: ReadonlyMap<string | undefined, number>
  /** All of these points, before caps. */
  readonly points: number
}

export interface Candidates {
  /** No two of them give the same to every atom. */
  readonly all: readonly Candidate[]
  /** Whether no other sort of check was left out because there are too many. */
  readonly isComplete: boolean
  /** The indicators that they carry. */
  readonly indicators: readonly string[]
}

const CANDIDATES_MAX = 400
const PAIRS_MAX = 20_000
/** Kind of the agencies where neither the policy nor the history names one. */
const SOME_KIND = 'other'

/** The sorts of checks, dated `asOf`, that atoms can tell apart. Retired codes are not used, nor kinds from which the hub refuses an incident. */
export function candidatesFor(
  policy: Policy,
  atoms: readonly Atom[],
  kinds: readonly string[],
  asOf: number,
): Candidates {
  const indicators = Object.keys(policy.indicators).filter((code) => policy.indicators[code]?.retired !== true)
  const incidents = Object.keys(policy.incidents).filter((code) => policy.incidents[code]?.retired !== true)
  const sights = atoms.map((atom) => new AtomSight(policy, atom, indicators, asOf))
  const found = new Map<string, Candidate>()
  let pairs = 0
  for (const incident of incidents) {
    const allowed = policy.incidents[incident]?.agencyKinds
    for (const agencyKind of kinds) {
      if (allowed?.includes(agencyKind) === false) continue
      pairs += 1
      if (pairs > PAIRS_MAX || found.size > CANDIDATES_MAX)
        return { all: [...found.values()], isComplete: false, indicators }
      const gains = sights.map((sight) => sight.gainFrom(incident, agencyKind))
      const key = JSON.stringify(sights.map((sight, index) => sight.keyOf(gains[index], incident)))
      if (!found.has(key)) found.set(key, { agencyKind, incident, gains })
    }
  }
  return { all: [...found.values()], isComplete: true, indicators }
}

/** Kinds that a policy, atoms or checks name. */
export function kindsIn(policy: Policy, atoms: readonly Atom[], checks: readonly AssessedCheck[]): readonly string[] {
  const kinds = new Set(checks.map(({ agencyKind }) => agencyKind))
  for (const { agencyKinds = [] } of Object.values(policy.incidents)) for (const kind of agencyKinds) kinds.add(kind)
  for (const atom of atoms) for (const kind of measureOf(atom).where?.agencyKinds ?? []) kinds.add(kind)
  return kinds.size > 0 ? [...kinds] : [SOME_KIND]
}

const NO_DIMENSIONS: ReadonlyMap<string | undefined, number> = new Map()

/** What an atom sees in candidates: worked out once for the indicators, which all of them carry. */
class AtomSight {
  readonly #form: string
  readonly #incidents: ReadonlySet<string> | undefined
  readonly #kinds: ReadonlySet<string> | undefined
  /** What the indicators give in a check that passes. */
  readonly #ofIndicators: Gain | undefined
  /** By incident: the points of its own observation, where the atom sees that; 0 for one that is seen and weighs nothing. */
  readonly #itself = new Map<string, number>()
  readonly #today: number

  constructor(policy: Policy, atom: Atom, indicators: readonly string[], asOf: number) {
    const { incidents, agencyKinds, ...ofCode } = measureOf(atom).where ?? {}
    this.#form = 'count' in atom ? 'count' : 'points' in atom ? 'points' : atom.distinct.of
    this.#incidents = incidents === undefined ? undefined : new Set(incidents)
    this.#kinds = agencyKinds === undefined ? undefined : new Set(agencyKinds)
    this.#today = Math.floor(asOf / DAY_MS)
    const permille = permilleAt(policy, 0)
    const weigh = ({ points }: Observation): number =>
      policy.caps?.perAgencyIndicator === 0 ? 0 : Math.floor((points * permille) / 1000)
    const seen = observationsIn(policy, indicators).filter((observation) => matches(ofCode, observation))
    this.#ofIndicators = this.#gainOf(seen, weigh)
    for (const incident of Object.keys(policy.incidents)) {
      const [own] = observationsOf(policy, { ...NO_CHECK, incident })
      if (own !== undefined && matches(ofCode, own)) this.#itself.set(incident, weigh(own))
    }
  }

  gainFrom(incident: string, agencyKind: string): Gain | undefined {
    if (this.#incidents?.has(incident) === false || this.#kinds?.has(agencyKind) === false) return undefined
    const ofIndicators = this.#ofIndicators
    const own = this.#itself.get(incident)
    switch (this.#form) {
      case 'dimension':
      case 'domain':
      case 'indicator':
        return ofIndicators
      case 'points': {
        if (own === undefined || own === 0) return ofIndicators
        const byDimension = new Map(ofIndicators?.byDimension ?? NO_DIMENSIONS).set(undefined, own)
        return { values: [], byDimension, points: (ofIndicators?.points ?? 0) + own }
      }
      default:
        return ofIndicators === undefined && own === undefined ? undefined : this.#told(incident, agencyKind)
    }
  }

  /** The same for gains that are the same; an incident matters by its points, or as what is told apart. */
  keyOf(gain: Gain | undefined, incident: string): string {
    if (gain === undefined) return ''
    return this.#form === 'points'
      ? `${this.#itself.get(incident) ?? 0}`
      : `=${gain.values.length === 1 ? gain.values[0] : ''}`
  }

  #told(incident: string, agencyKind: string): Gain {
    const values = { incident: [incident], agencyKind: [agencyKind], day: [this.#today] }[this.#form] ?? []
    return { values, byDimension: NO_DIMENSIONS, points: 0 }
  }

  #gainOf(seen: readonly Observation[], weigh: (observation: Observation) => number): Gain | undefined {
    if (seen.length === 0) return undefined
    const form = this.#form
    if (form !== 'points') {
      const values = seen.flatMap(({ code, dimension, domain }) => ({ dimension, domain, indicator: code })[form] ?? [])
      return { values: [...new Set(values)], byDimension: NO_DIMENSIONS, points: 0 }
    }
    const byDimension = new Map<string | undefined, number>()
    let points = 0
    for (const observation of seen) {
      const weight = weigh(observation)
      points += weight
      byDimension.set(observation.dimension, (byDimension.get(observation.dimension) ?? 0) + weight)
    }
    return points === 0 ? undefined : { values: [], byDimension, points }
  }
}

const NO_CHECK: AssessedCheck = { id: '', agency: '', agencyKind: '', incident: '', indicators: [], occurredAt: 0 }

/** Those of indicators, without a check. */
function observationsIn(policy: Policy, indicators: readonly string[]): readonly Observation[] {
  return observationsOf(policy, { ...NO_CHECK, indicators }).filter(({ kind }) => kind === 'indicator')
}
