import { implies } from '../analyse/implies.js'
import { type Term, termsOf } from '../analyse/terms.js'
import type { AssessedCheck } from '../history.js'
import { type Atom, atomsOf, DAY_MS, isAtom, measureOf, membersOf, type Policy, type Rule } from '../policy.js'
import { contribution } from '../reference/evaluate.js'
import { type Draw, drawFrom } from './draw.js'
import { materialFor, NOW, type Pool } from './pool.js'
import { heightsOf, ruleAt, ruleFrom, type Side } from './scale.js'

/** A way in which one policy reaches a height, of which it is not proved that the other reaches it too. */
export interface OpenTerm {
  readonly height: number
  readonly term: Term
  /** Whether there are other ways that are not listed. */
  readonly sampled: boolean
}

const SAMPLED = 200

/**
 * The ways in which `high` may reach what `low` does not; empty is a proof that it never does.
 *
 * With a horizon that is no longer, `high` places a history higher only if at some instant its rule holds and that of
 * `low` does not, so it is enough to compare rules. Codes whose single sighting makes `low` reach the height are left
 * out of that: no history with one of them in sight can be the one that is looked for. A height is looked at through the
 * levels that stand exactly there: what reaches more by those above is looked at there.
 */
export function openTerms(high: Side, low: Side, pool: Pool): readonly OpenTerm[] {
  return heightsOf(high).flatMap((height) => {
    const rule = ruleAt(high, height)
    if (rule === undefined) return []
    const all = termsOf(rule)
    const sampled = all === undefined
    const terms = (all ?? sampledTerms(rule)).map((term) => ({ height, term, sampled }))
    const lower = ruleFrom(low, height)
    if (high.policy.horizonDays > low.policy.horizonDays || lower === undefined) return terms
    const implied = (policies: { readonly high: Policy; readonly low: Policy }, rule: Rule): boolean =>
      implies({ policy: policies.high, rule }, { policy: policies.low, rule: lower })
    const plain = { high: high.policy, low: low.policy }
    if (sampled) return implied(plain, rule) ? [] : terms
    const open = terms.filter(({ term }) => !implied(plain, { all: term }))
    if (open.length === 0) return []
    const quiet = quietPolicies(high, low, height, rule, pool)
    if (quiet === undefined) return []
    return open.filter(({ term }) => !implied(quiet, { all: term }))
  })
}

/** Some ways of making a rule hold that has too many. */
function sampledTerms(rule: Rule): readonly Term[] {
  const draw = drawFrom(1)
  return Array.from({ length: SAMPLED }, () => [...new Set(sampledTerm(rule, draw))])
}

function sampledTerm(rule: Rule, draw: Draw): readonly Atom[] {
  if (isAtom(rule)) return [rule]
  const { rules, needed } = membersOf(rule)
  return draw
    .shuffled(rules)
    .slice(0, needed)
    .flatMap((member) => sampledTerm(member, draw))
}

/**
 * Both policies without the codes that, as long as `high` can see them, make `low` reach the height. Undefined where
 * every check by itself makes `low` reach it: what `high` reaches later, it also reached as its last check happened.
 */
function quietPolicies(
  high: Side,
  low: Side,
  height: number,
  rule: Rule,
  pool: Pool,
): { readonly high: Policy; readonly low: Policy } | undefined {
  const sees = atomsOf(rule).map((atom) => ({ atom, material: materialFor(atom, high.policy, pool) }))
  const longestDays = Math.max(...sees.map(({ atom }) => measureOf(atom).withinDays))
  const incidents = unlike(pool.incidents, low.policy)
  const kinds = unlikeKinds(pool, low.policy)
  const speaksUp = (incident: string, indicators: readonly string[], ageMs: number): boolean =>
    kinds.every((agencyKind) => {
      const check = { id: 'c', agency: 'a', agencyKind, incident, indicators, occurredAt: NOW - ageMs }
      return (low.heights[low.compiled.rankAt([check], NOW)] ?? 0) >= height
    })
  if (longestDays <= low.policy.horizonDays && pool.incidents.every((code) => speaksUp(code, [], 0))) return undefined
  const loudIncidents = new Set(pool.incidents.filter((code) => speaksUp(code, [], longestDays * DAY_MS - 1)))
  const loudIndicators = new Set(
    pool.indicators.filter((code) => {
      const ages = sees
        .filter(({ material }) => material.indicators.includes(code))
        .map(({ atom }) => oldestSeen(atom, high.policy, code))
      return ages.length === 0 || incidents.every((incident) => speaksUp(incident, [code], Math.max(...ages)))
    }),
  )
  const quiet = (policy: Policy): Policy => ({
    ...policy,
    indicators: without(policy.indicators, loudIndicators),
    incidents: without(policy.incidents, loudIncidents),
  })
  return { high: quiet(high.policy), low: quiet(low.policy) }
}

function without<Value>(codes: Readonly<Record<string, Value>>, left: ReadonlySet<string>): Record<string, Value> {
  return Object.fromEntries(Object.entries(codes).filter(([code]) => !left.has(code)))
}

/** The greatest age in milliseconds at which an atom can still count an indicator. */
function oldestSeen(atom: Atom, policy: Policy, code: string): number {
  const window = measureOf(atom).withinDays * DAY_MS
  if (!('points' in atom)) return window - 1
  const ends = (policy.decay ?? []).map(({ upToDays }) => (upToDays + 1) * DAY_MS).filter((end) => end < window)
  const points = policy.indicators[code]?.points ?? 0
  const weighs = (ageMs: number): boolean => {
    const check: AssessedCheck = {
      id: '',
      agency: '',
      agencyKind: '',
      incident: '',
      indicators: [],
      occurredAt: -ageMs,
    }
    const [dimension, domain] = [undefined, undefined]
    return (
      contribution(policy, { check, kind: 'indicator', code, points, severity: 0, flags: [], dimension, domain }, 0) > 0
    )
  }
  return Math.max(0, ...[...ends, window].map((end) => end - 1).filter(weighs))
}

/** One incident of each sort that the filters and weights of a policy can tell apart. */
function unlike(incidents: readonly string[], policy: Policy): readonly string[] {
  const filters = filtersOf(policy).flatMap((where) => (where.incidents === undefined ? [] : [where.incidents]))
  const sorts = new Map(
    incidents.map((code) => [
      JSON.stringify([policy.incidents[code]?.points, filters.map((listed) => listed.includes(code))]),
      code,
    ]),
  )
  return [...sorts.values()]
}

function unlikeKinds(pool: Pool, policy: Policy): readonly string[] {
  const named = filtersOf(policy).flatMap((where) => where.agencyKinds ?? [])
  return [...new Set([...named, pool.kinds.find((kind) => !named.includes(kind)) ?? 'any other kind'])]
}

function filtersOf(policy: Policy): readonly NonNullable<ReturnType<typeof measureOf>['where']>[] {
  return policy.levels.flatMap((level) => atomsOf(level.reachedWhen)).flatMap((atom) => measureOf(atom).where ?? [])
}
