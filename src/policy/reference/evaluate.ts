import type { History, Observation } from '../history.js'
import {
  type Atom,
  type Connective,
  DAY_MS,
  type DistinctOf,
  isAtom,
  type Measure,
  measureOf,
  membersOf,
  type Policy,
  type Rule,
} from '../policy.js'

/** What a rule came to at an instant: for a connective what each member came to, for an atom what it counted. */
export type Outcome = ConnectiveOutcome | AtomOutcome

export interface ConnectiveOutcome {
  readonly rule: Connective
  readonly holds: boolean
  readonly members: readonly Outcome[]
}

export interface AtomOutcome {
  readonly rule: Atom
  readonly holds: boolean
  /** Checks, points or distinct values: what `atLeast` is compared with. */
  readonly value: number
  /** The observations behind the value. For points: those that the count cap kept and that weigh more than 0. */
  readonly counted: readonly Counted[]
}

export interface Counted {
  readonly observation: Observation
  /** Weight after decay and before the caps on points; 0 unless the atom is about points. */
  readonly points: number
}

/** What a rule comes to at the instant `t` over a history. */
export function evaluate(rule: Rule, history: History, t: number): Outcome {
  if (isAtom(rule)) return evaluateAtom(rule, history, t)
  const { rules, needed } = membersOf(rule)
  const members = rules.map((member) => evaluate(member, history, t))
  return { rule, members, holds: members.filter((member) => member.holds).length >= needed }
}

function evaluateAtom(rule: Atom, history: History, t: number): AtomOutcome {
  const measure = measureOf(rule)
  const seen = history.matching(rule).filter(({ check }) => inWindow(measure, check.occurredAt, t))
  if ('points' in rule) {
    const counted = kept(history.policy, weighed(history.policy, seen, t))
    const value = totals(history.policy, counted).total
    return { rule, holds: value >= measure.atLeast, value, counted }
  }
  const valued = 'distinct' in rule ? seen.filter((one) => distinctValue(rule.distinct.of, one) !== undefined) : seen
  const values = valued.map((one) => ('distinct' in rule ? distinctValue(rule.distinct.of, one) : one.check.id))
  const value = new Set(values).size
  const counted = valued.map((observation) => ({ observation, points: 0 }))
  return { rule, holds: value >= measure.atLeast, value, counted }
}

/** A window reaches back from `t`, which it includes, to the edge `withinDays` before, which it does not. */
export function inWindow(measure: Measure, occurredAt: number, t: number): boolean {
  return t - measure.withinDays * DAY_MS < occurredAt && occurredAt <= t
}

/** What `distinct` tells observations apart by; undefined where an observation has none. */
export function distinctValue(
  of: DistinctOf,
  { check, kind, code, dimension, domain }: Observation,
): string | number | undefined {
  switch (of) {
    case 'agency':
      return check.agency
    case 'agencyKind':
      return check.agencyKind
    case 'incident':
      return check.incident
    case 'day':
      return Math.floor(check.occurredAt / DAY_MS)
    case 'dimension':
      return dimension
    case 'domain':
      return domain
    case 'indicator':
      return kind === 'indicator' ? code : undefined
    default:
      return of satisfies never
  }
}

/** The points of an observation at the instant `t`, after decay. */
export function contribution(policy: Policy, { points, check }: Observation, t: number): number {
  return Math.floor((points * permilleAt(policy, t - check.occurredAt)) / 1000)
}

/** How much an observation of an age weighs, in thousandths. */
export function permilleAt(policy: Policy, ageMs: number): number {
  if (policy.decay === undefined) return 1000
  const days = Math.floor(ageMs / DAY_MS)
  return policy.decay.find(({ upToDays }) => days <= upToDays)?.permille ?? 0
}

function weighed(policy: Policy, seen: readonly Observation[], t: number): readonly Counted[] {
  return seen
    .map((observation) => ({ observation, points: contribution(policy, observation, t) }))
    .filter(({ points }) => points > 0)
}

/** Of one agency's observations of one code, the largest; of equals the later position, then the later id. */
function kept(policy: Policy, weighed: readonly Counted[]): readonly Counted[] {
  const cap = policy.caps?.perAgencyIndicator
  if (cap === undefined) return weighed
  const groups = new Map<string, Counted[]>()
  for (const one of weighed) {
    const { check, kind, code } = one.observation
    const key = JSON.stringify([check.agency, kind, code])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return [...groups.values()].flatMap((group) => group.sort(largestFirst).slice(0, cap))
}

function largestFirst(a: Counted, b: Counted): number {
  if (a.points !== b.points) return b.points - a.points
  const [first, second] = [positionOf(a.observation), positionOf(b.observation)]
  if (first !== second) return first > second ? -1 : 1
  return a.observation.check.id > b.observation.check.id ? -1 : 1
}

/** Journal position of an observation's check; without one, later than every position. */
export function positionOf({ check }: Observation): number {
  return check.position ?? Number.POSITIVE_INFINITY
}

/** Points that a set of weighed observations comes to, under each of the two caps and in the end. */
export interface Totals {
  readonly uncapped: number
  readonly byAgency: number
  readonly byDimension: number
  /** The smaller of the two capped sums: it never falls when an observation is added. */
  readonly total: number
}

/** The sums over the rows and the columns of the matrix agency × dimension; incidents are a dimension of their own. */
export function totals(policy: Policy, counted: readonly Counted[]): Totals {
  const rows = new Map<string, number>()
  const columns = new Map<string | undefined, number>()
  for (const { observation, points } of counted) {
    const { check, dimension } = observation
    rows.set(check.agency, (rows.get(check.agency) ?? 0) + points)
    columns.set(dimension, (columns.get(dimension) ?? 0) + points)
  }
  const byAgency = cappedSum(rows.values(), policy.caps?.perAgency)
  const byDimension = cappedSum(columns.values(), policy.caps?.perDimension)
  return { uncapped: cappedSum(rows.values()), byAgency, byDimension, total: Math.min(byAgency, byDimension) }
}

/** A sum of which each part counts up to the cap. */
export function cappedSum(values: Iterable<number>, cap: number = Number.POSITIVE_INFINITY): number {
  let sum = 0
  for (const value of values) sum += Math.min(cap, value)
  return sum
}
