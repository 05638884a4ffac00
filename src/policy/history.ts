import { IndexError } from '../errors.js'
import {
  type AgencyKind,
  type Atom,
  type Flag,
  incidentOf,
  indicatorOf,
  measureOf,
  type Policy,
  type Where,
} from './policy.js'

/** A check as a policy sees it: no child, no practitioner. Times in milliseconds since 1970-01-01 UTC. */
export interface AssessedCheck {
  readonly id: string
  readonly agency: string
  readonly agencyKind: AgencyKind
  readonly incident: string
  /** A set: order and repeats do not matter. */
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly withdrawn?: boolean
  /** Journal position. A check without one is taken as not yet recorded, so as later than every position. */
  readonly position?: number
}

/** One indicator or the incident of one check, with what the policy says about it. */
export interface Observation {
  readonly check: AssessedCheck
  readonly kind: 'indicator' | 'incident'
  readonly code: string
  readonly points: number
  readonly severity: number
  readonly flags: readonly Flag[]
  readonly dimension: string | undefined
  readonly domain: string | undefined
}

/** The checks on one child, prepared for one policy. */
export interface History {
  readonly policy: Policy
  /** Each once, those withdrawn left out, by occurrence and then id. */
  readonly checks: readonly AssessedCheck[]
  readonly withdrawn: readonly AssessedCheck[]
  readonly observations: readonly Observation[]
  /** The observations that an atom's filter lets through, at whatever time. */
  matching(atom: Atom): readonly Observation[]
}

/** @throws {IndexError} `ERR_ASSESSMENT_INVALID` for an unknown code, or one check id with two contents. */
export function historyOf(policy: Policy, checks: readonly AssessedCheck[]): History {
  const each = once(checks)
  for (const check of each) requireKnownCodes(policy, check)
  const inForce = each.filter((check) => check.withdrawn !== true)
  const observations = inForce.flatMap((check) => observationsOf(policy, check))
  const matched = new Map<Atom, readonly Observation[]>()
  return {
    policy,
    checks: inForce,
    withdrawn: each.filter((check) => check.withdrawn === true),
    observations,
    matching(atom): readonly Observation[] {
      const known = matched.get(atom)
      if (known !== undefined) return known
      const where = measureOf(atom).where ?? {}
      const found = observations.filter((observation) => matches(where, observation))
      matched.set(atom, found)
      return found
    },
  }
}

/** One observation for each indicator of a check of a history, and one for its incident. */
export function observationsOf(policy: Policy, check: AssessedCheck): readonly Observation[] {
  const found: Observation[] = []
  for (const code of check.indicators) {
    const indicator = indicatorOf(policy, code)
    if (indicator === undefined) continue
    const { points, severity, flags = [], dimension, domain } = indicator
    found.push({ check, kind: 'indicator', code, points, severity, flags, dimension, domain })
  }
  const points = incidentOf(policy, check.incident)?.points ?? 0
  const none = { severity: 0, flags: [], dimension: undefined, domain: undefined }
  found.push({ check, kind: 'incident', code: check.incident, points, ...none })
  return found
}

/** Whether every field of a filter matches. */
export function matches(where: Where, observation: Observation): boolean {
  const { check, kind, code, severity, flags, dimension, domain } = observation
  return (
    lists(where.indicators, kind === 'indicator' ? code : undefined) &&
    lists(where.incidents, check.incident) &&
    lists(where.dimensions, dimension) &&
    lists(where.domains, domain) &&
    lists(where.agencyKinds, check.agencyKind) &&
    (where.flags === undefined || where.flags.some((flag) => flags.includes(flag))) &&
    (where.notFlags === undefined || !where.notFlags.some((flag) => flags.includes(flag))) &&
    severity >= (where.severityAtLeast ?? 0)
  )
}

function lists(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value))
}

function once(checks: readonly AssessedCheck[]): readonly AssessedCheck[] {
  const known = new Map<string, AssessedCheck>()
  for (const check of checks) {
    const earlier = known.get(check.id)
    if (earlier !== undefined && contentOf(earlier) !== contentOf(check))
      throw refusal('id', 'one check id stands for two contents')
    // A copy: what is explained later is what was assessed, whatever became of the caller's list.
    if (earlier === undefined) known.set(check.id, { ...check, indicators: [...new Set(check.indicators)].sort() })
  }
  return [...known.values()].sort((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1))
}

function contentOf(check: AssessedCheck): string {
  return JSON.stringify([
    check.agency,
    check.agencyKind,
    check.incident,
    [...new Set(check.indicators)].sort(),
    check.occurredAt,
    check.withdrawn === true,
    check.position ?? null,
  ])
}

function requireKnownCodes(policy: Policy, check: AssessedCheck): void {
  if (incidentOf(policy, check.incident) === undefined) {
    throw refusal('incident', 'a check carries an incident that the policy does not have')
  }
  if (check.indicators.some((code) => indicatorOf(policy, code) === undefined)) {
    throw refusal('indicators', 'a check carries an indicator that the policy does not have')
  }
}

function refusal(field: string, message: string): IndexError {
  return new IndexError('ERR_ASSESSMENT_INVALID', message, { field })
}
