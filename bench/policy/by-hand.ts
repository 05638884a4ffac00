import { type AssessedCheck, matches, type Observation } from '../../src/policy/history.js'
import { type Atom, DAY_MS, measureOf, type Policy } from '../../src/policy/policy.js'

/**
 * What somebody writes beside an engine that cannot fold: each atom of a policy as a function of the checks not after an
 * instant, with windows, decay and caps. Codes are looked up once; every call folds from the start.
 */
export type HandWrittenFact = (checks: readonly AssessedCheck[], t: number) => number

/** Knows the atoms that the default policy has. @throws {RangeError} for another */
export function handWrittenFact(policy: Policy, atom: Atom): HandWrittenFact {
  const { withinDays, where = {} } = measureOf(atom)
  if (where.agencyKinds !== undefined) throw new RangeError('no fact was written for agency kinds')
  const windowMs = withinDays * DAY_MS
  const { incidents, ...own } = where
  const passes = new Set(observationsOf(policy).flatMap((one) => (matches(own, one) ? [one.code] : [])))
  const incidentPasses = (check: AssessedCheck): boolean =>
    incidents === undefined || incidents.includes(check.incident)
  const seen = (check: AssessedCheck, t: number): boolean =>
    t - windowMs < check.occurredAt && check.occurredAt <= t && incidentPasses(check)
  if ('points' in atom) return (checks, t) => pointsOf(policy, checks, t, { passes, seen })
  const counts = (check: AssessedCheck): boolean =>
    passes.has(check.incident) || check.indicators.some((code) => passes.has(code))
  if ('count' in atom) {
    return (checks, t) => {
      let count = 0
      for (const check of checks) if (seen(check, t) && counts(check)) count += 1
      return count
    }
  }
  const { of } = atom.distinct
  return (checks, t) => {
    const values = new Set<string | number>()
    for (const check of checks) {
      if (!seen(check, t)) continue
      if (of === 'dimension') {
        for (const code of check.indicators) if (passes.has(code)) values.add(policy.indicators[code]?.dimension ?? '')
      } else if (counts(check)) {
        if (of !== 'agency' && of !== 'day') throw new RangeError('no fact was written for this')
        values.add(of === 'agency' ? check.agency : Math.floor(check.occurredAt / DAY_MS))
      }
    }
    return values.size
  }
}

interface Filter {
  readonly passes: ReadonlySet<string>
  seen(check: AssessedCheck, t: number): boolean
}

function pointsOf(policy: Policy, checks: readonly AssessedCheck[], t: number, { passes, seen }: Filter): number {
  const { perAgencyIndicator = Infinity, perAgency = Infinity, perDimension = Infinity } = policy.caps ?? {}
  const ofOne = new Map<string, { agency: string; dimension: string; weights: number[] }>()
  const note = (check: AssessedCheck, code: string, points: number, dimension: string): void => {
    if (!passes.has(code)) return
    const weight = Math.floor((points * permilleAt(policy, t - check.occurredAt)) / 1000)
    if (weight === 0) return
    const key = `${check.agency}|${code}`
    const known = ofOne.get(key)
    if (known === undefined) ofOne.set(key, { agency: check.agency, dimension, weights: [weight] })
    else known.weights.push(weight)
  }
  for (const check of checks) {
    if (!seen(check, t)) continue
    for (const code of check.indicators) {
      const indicator = policy.indicators[code]
      if (indicator !== undefined) note(check, code, indicator.points, indicator.dimension)
    }
    note(check, check.incident, policy.incidents[check.incident]?.points ?? 0, '')
  }
  const agencies = new Map<string, number>()
  const dimensions = new Map<string, number>()
  for (const { agency, dimension, weights } of ofOne.values()) {
    if (weights.length > perAgencyIndicator) weights.sort((a, b) => b - a).length = perAgencyIndicator
    const sum = weights.reduce((total, weight) => total + weight, 0)
    agencies.set(agency, (agencies.get(agency) ?? 0) + sum)
    dimensions.set(dimension, (dimensions.get(dimension) ?? 0) + sum)
  }
  return Math.min(capped(agencies, perAgency), capped(dimensions, perDimension))
}

function capped(sums: ReadonlyMap<string, number>, cap: number): number {
  let total = 0
  for (const sum of sums.values()) total += Math.min(cap, sum)
  return total
}

function permilleAt(policy: Policy, age: number): number {
  if (policy.decay === undefined) return 1000
  for (const { upToDays, permille } of policy.decay) if (age < (upToDays + 1) * DAY_MS) return permille
  return 0
}

function observationsOf(policy: Policy): readonly Observation[] {
  const check: AssessedCheck = { id: '', agency: '', agencyKind: '', incident: '', indicators: [], occurredAt: 0 }
  const none = { severity: 0, flags: [], dimension: undefined, domain: undefined }
  return [
    ...Object.entries(policy.indicators).map(
      ([code, { points, severity, flags = [], dimension, domain }]): Observation => ({
        ...{ check, kind: 'indicator', code, points, severity, flags, dimension, domain },
      }),
    ),
    ...Object.entries(policy.incidents).map(
      ([code, { points }]): Observation => ({ check, kind: 'incident', code, points, ...none }),
    ),
  ]
}
