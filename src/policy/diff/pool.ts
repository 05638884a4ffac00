import { type AssessedCheck, matches, type Observation, observationsOf } from '../history.js'
import {
  type AgencyKind,
  type Atom,
  atomsOf,
  type Caps,
  DAY_MS,
  incidentOf,
  indicatorOf,
  measureOf,
  type Policy,
  type Where,
} from '../policy.js'

/** Noon of a day: the instant from which ages are counted back. */
export const NOW: number = 20_000 * DAY_MS + DAY_MS / 2

/** What the histories are made of that are tried on two policies: what both know, at the ages where either changes. */
export interface Pool {
  readonly indicators: readonly string[]
  readonly incidents: readonly string[]
  /** The incidents that do the least by themselves. */
  readonly plain: readonly string[]
  readonly kinds: readonly AgencyKind[]
  /** In milliseconds, ascending, from 0. */
  readonly ages: readonly number[]
  /** What the two policies see differently. Empty where they differ in their rules alone. */
  readonly suspects: Suspects
  /** Kinds from which a hub would take a check with this incident under both policies. */
  kindsFor(incident: string): readonly AgencyKind[]
}

export interface Suspects {
  readonly indicators: ReadonlySet<string>
  readonly incidents: ReadonlySet<string>
  /** Caps that are not the same. */
  readonly caps: readonly (keyof Caps)[]
  /** Ages that only one of the policies has an edge at. */
  readonly ages: readonly number[]
}

/** Later on the same day of age, and on the day before by the calendar: instants are taken at noon. */
const PART_OF_DAY_MS = 18 * 3_600_000

/** The same pool whichever of the two comes first, so that a difference is found both ways or not at all. */
export function poolOf(before: Policy, after: Policy): Pool {
  const indicators = Object.keys(before.indicators).filter((code) => indicatorOf(after, code) !== undefined)
  const incidents = Object.keys(before.incidents).filter((code) => incidentOf(after, code) !== undefined)
  indicators.sort()
  incidents.sort()
  const kinds = kindsOf(before, after)
  return {
    indicators,
    incidents,
    plain: plainOf(incidents, before, after),
    kinds,
    ages: agesOf(before, after),
    suspects: suspectsOf(before, after, indicators, incidents),
    kindsFor(incident) {
      const taken = [before, after].map((policy) => incidentOf(policy, incident)?.agencyKinds)
      const both = kinds.filter((kind) => taken.every((list) => list === undefined || list.includes(kind)))
      return both.length > 0 ? both : kinds
    },
  }
}

function allAtoms(policy: Policy): readonly Atom[] {
  return policy.levels.flatMap((level) => atomsOf(level.reachedWhen))
}

/** Those that the policies name, and as many more as a rule could ask for. */
function kindsOf(before: Policy, after: Policy): readonly AgencyKind[] {
  const atoms = [...allAtoms(before), ...allAtoms(after)]
  const named = atoms.flatMap((atom) => measureOf(atom).where?.agencyKinds ?? [])
  const sending = [before, after].flatMap((policy) =>
    Object.values(policy.incidents).flatMap((incident) => incident.agencyKinds ?? []),
  )
  const kinds = new Set([...named, ...sending])
  const wanted = atoms.map((atom) =>
    'distinct' in atom && atom.distinct.of === 'agencyKind' ? atom.distinct.atLeast : 1,
  )
  const most = Math.min(20, Math.max(1, ...wanted) + 1)
  for (let number = 1; kinds.size < most || number === 1; number += 1) kinds.add(`kind-${number}`)
  return [...kinds].sort()
}

/** Fewest points, and let through by the fewest filters. */
function plainOf(incidents: readonly string[], before: Policy, after: Policy): readonly string[] {
  const weights = incidents.map((code) => {
    const seen = [before, after].map((policy) => {
      const filters = allAtoms(policy).filter((atom) => (measureOf(atom).where?.incidents ?? []).includes(code))
      return filters.length * 1_000_000 + (incidentOf(policy, code)?.points ?? 0)
    })
    return { code, weight: Math.max(...seen) }
  })
  const least = Math.min(...weights.map(({ weight }) => weight))
  return weights.filter(({ weight }) => weight === least).map(({ code }) => code)
}

function edgesOf(policy: Policy): readonly number[] {
  const windows = allAtoms(policy).map((atom) => measureOf(atom).withinDays)
  const steps = (policy.decay ?? []).map(({ upToDays }) => upToDays + 1)
  return [...windows, ...steps, policy.horizonDays]
}

/** An edge at d days: what is d − 1 days old lies before it, what is d days old behind it. */
function agesOf(before: Policy, after: Policy): readonly number[] {
  const edges = [...edgesOf(before), ...edgesOf(after)]
  const days = new Set([0, 1, 2, 3, ...edges.flatMap((edge) => [edge - 1, edge])])
  const ages = [...days].flatMap((day) => [day * DAY_MS, day * DAY_MS + PART_OF_DAY_MS])
  return ages.sort((a, b) => a - b)
}

const CAPS = ['perAgencyIndicator', 'perAgency', 'perDimension'] as const

function suspectsOf(
  before: Policy,
  after: Policy,
  indicators: readonly string[],
  incidents: readonly string[],
): Suspects {
  const [first, second] = [edgesOf(before), edgesOf(after)]
  const lone = [...first.filter((edge) => !second.includes(edge)), ...second.filter((edge) => !first.includes(edge))]
  // Filters can be compared one by one as long as no rule has come or gone.
  const filters = allAtoms(before).length === allAtoms(after).length
  const differs = (check: AssessedCheck, kind: Observation['kind']): boolean =>
    seenAs(before, check, kind, filters) !== seenAs(after, check, kind, filters)
  return {
    indicators: new Set(indicators.filter((code) => differs(sample(incidents[0] ?? '', [code]), 'indicator'))),
    incidents: new Set(incidents.filter((code) => differs(sample(code, []), 'incident'))),
    caps: CAPS.filter((name) => before.caps?.[name] !== after.caps?.[name]),
    ages: [...new Set(lone)].sort((a, b) => a - b).flatMap((edge) => [(edge - 1) * DAY_MS, edge * DAY_MS]),
  }
}

function sample(incident: string, indicators: readonly string[]): AssessedCheck {
  return { id: 'sample', agency: 'sample', agencyKind: 'sample', incident, indicators, occurredAt: 0 }
}

/** What a policy makes of a code: its weight, where it counts and, if wanted, which filters let it through. */
function seenAs(policy: Policy, check: AssessedCheck, kind: Observation['kind'], filters: boolean): string {
  const observation = observationsOf(policy, check).find((one) => one.kind === kind)
  if (observation === undefined) return ''
  const { points, dimension, domain } = observation
  const through = filters ? allAtoms(policy).map((atom) => matches(codeFilter(atom, kind), observation)) : []
  return JSON.stringify([points, dimension, domain, through])
}

/** The filter without what it asks of the check besides the code. */
function codeFilter(atom: Atom, kind: Observation['kind']): Where {
  const { agencyKinds: _kinds, incidents, ...where } = measureOf(atom).where ?? {}
  return kind === 'incident' && incidents !== undefined ? { ...where, incidents } : where
}

/** The codes of a pool of which an atom can count an observation, under one policy. */
export interface Material {
  readonly indicators: readonly string[]
  /** Incidents whose own observation it can count. */
  readonly incidents: readonly string[]
}

export function materialFor(atom: Atom, policy: Policy, pool: Pool): Material {
  const weighs = (points: number): boolean => !('points' in atom) || points > 0
  const valued = (observation: Observation): boolean => {
    if (!('distinct' in atom)) return true
    const { of } = atom.distinct
    return observation.kind === 'indicator' || (of !== 'dimension' && of !== 'domain' && of !== 'indicator')
  }
  const counts = (check: AssessedCheck, kind: Observation['kind']): boolean =>
    observationsOf(policy, check).some(
      (one) => one.kind === kind && weighs(one.points) && valued(one) && matches(codeFilter(atom, kind), one),
    )
  return {
    indicators: pool.indicators.filter((code) => counts(sample(pool.incidents[0] ?? '', [code]), 'indicator')),
    incidents: pool.incidents.filter((code) => counts(sample(code, []), 'incident')),
  }
}
