import type { AssessedCheck } from '../../src/policy/history.js'
import type { Indicator, Policy, Rule, Where } from '../../src/policy/policy.js'

/*
 * A second reading of the design, written apart from the first and in another shape: whole-matrix points, sets of fresh
 * check ids instead of outcome trees, levels tried from below. It shares types with the library and nothing else.
 */

interface Seen {
  readonly check: AssessedCheck
  readonly code: string
  readonly indicator: Indicator | null
  readonly points: number
}

interface Answer {
  readonly holds: boolean
  /** Ids of the checks that contributing atoms count. */
  readonly ids: ReadonlySet<string>
}

const DAY = 24 * 60 * 60 * 1000
const NOTHING: ReadonlySet<string> = new Set()

export function naiveAssess(policy: Policy, checks: readonly AssessedCheck[], asOf: number, closedAt?: number): string {
  const alive = checks.filter(
    (check, index) => !check.withdrawn && checks.findIndex(({ id }) => id === check.id) === index,
  )
  let best = -1
  for (const t of [asOf, ...alive.map((check) => check.occurredAt)]) {
    if (t > asOf || asOf - t >= policy.horizonDays * DAY) continue
    policy.levels.forEach((level, rank) => {
      const answer = ask(policy, level.reachedWhen, alive, t)
      const fresh = [...answer.ids].some((id) =>
        isAfter(
          alive.find((check) => check.id === id),
          closedAt,
        ),
      )
      if (answer.holds && (closedAt === undefined || fresh)) best = Math.max(best, rank)
    })
  }
  return best < 0 ? 'none' : policy.levels[best]!.name
}

/** The highest level whose rule holds at an instant. */
export function naiveLevelAt(policy: Policy, checks: readonly AssessedCheck[], t: number): string {
  const alive = checks.filter(
    (check, index) => !check.withdrawn && checks.findIndex(({ id }) => id === check.id) === index,
  )
  const holding = policy.levels.filter((level) => ask(policy, level.reachedWhen, alive, t).holds)
  return holding.at(-1)?.name ?? 'none'
}

function isAfter(check: AssessedCheck | undefined, closedAt: number | undefined): boolean {
  return check?.position === undefined || closedAt === undefined || check.position > closedAt
}

function ask(policy: Policy, rule: Rule, alive: readonly AssessedCheck[], t: number): Answer {
  if ('all' in rule || 'any' in rule || 'of' in rule) {
    const members = 'all' in rule ? rule.all : 'any' in rule ? rule.any : rule.of
    const answers = members.map((member) => ask(policy, member, alive, t))
    const yes = answers.filter((answer) => answer.holds)
    const holds = 'all' in rule ? yes.length === answers.length : yes.length >= ('of' in rule ? rule.atLeast : 1)
    return { holds, ids: holds ? new Set(yes.flatMap((answer) => [...answer.ids])) : NOTHING }
  }
  const body = 'count' in rule ? rule.count : 'points' in rule ? rule.points : rule.distinct
  const seen: Seen[] = []
  for (const check of alive) {
    const age = t - check.occurredAt
    if (age < 0 || age >= body.withinDays * DAY) continue
    const rows: Seen[] = [
      { check, code: check.incident, indicator: null, points: policy.incidents[check.incident]!.points },
    ]
    for (const [code, indicator] of Object.entries(policy.indicators)) {
      if (check.indicators.includes(code)) rows.push({ check, code, indicator, points: indicator.points })
    }
    seen.push(...rows.filter((row) => passes(body.where, row)))
  }
  if ('points' in rule) return askPoints(policy, rule.points.atLeast, seen, t)
  const names = seen.map((row) => ('count' in rule ? row.check.id : nameOf(rule.distinct.of, row)))
  const holds = new Set(names.filter((name) => name !== null)).size >= body.atLeast
  return { holds, ids: holds ? new Set(seen.filter((_, i) => names[i] !== null).map((row) => row.check.id)) : NOTHING }
}

function passes(where: Where | undefined, { check, code, indicator }: Seen): boolean {
  if (where === undefined) return true
  const flags: readonly string[] = indicator?.flags ?? []
  if (where.indicators && !(indicator && where.indicators.includes(code))) return false
  if (where.incidents && !where.incidents.includes(check.incident)) return false
  if (where.dimensions && !(indicator && where.dimensions.includes(indicator.dimension))) return false
  if (where.domains && !(indicator && where.domains.includes(indicator.domain))) return false
  if (where.flags?.every((flag) => !flags.includes(flag))) return false
  if (where.notFlags && flags.some((flag) => where.notFlags!.some((not) => not === flag))) return false
  if (where.agencyKinds && !where.agencyKinds.includes(check.agencyKind)) return false
  return (indicator?.severity ?? 0) >= (where.severityAtLeast ?? 0)
}

function nameOf(of: string, { check, code, indicator }: Seen): string | null {
  if (of === 'agency') return check.agency
  if (of === 'agencyKind') return check.agencyKind
  if (of === 'incident') return check.incident
  if (of === 'day') return new Date(check.occurredAt).toISOString().slice(0, 10)
  if (indicator === null) return null
  return of === 'indicator' ? code : of === 'domain' ? indicator.domain : indicator.dimension
}

function askPoints(policy: Policy, atLeast: number, seen: readonly Seen[], t: number): Answer {
  const worth = (row: Seen): number => {
    const days = (t - row.check.occurredAt - ((t - row.check.occurredAt) % DAY)) / DAY
    let permille = policy.decay ? 0 : 1000
    for (const step of [...(policy.decay ?? [])].reverse()) if (days <= step.upToDays) permille = step.permille
    return Number((BigInt(row.points) * BigInt(permille)) / 1000n)
  }
  // An observation is kept while fewer than the cap are better: worth more, or as much and recorded later.
  const kept = seen.filter((row, index) => {
    const rivals = seen.filter((other, at) => {
      if (at === index || other.check.agency !== row.check.agency) return false
      if (other.code !== row.code || (other.indicator === null) !== (row.indicator === null)) return false
      if (worth(other) !== worth(row)) return worth(other) > worth(row)
      const [mine, theirs] = [row.check.position ?? Infinity, other.check.position ?? Infinity]
      return theirs !== mine ? theirs > mine : at < index
    })
    return worth(row) > 0 && rivals.length < (policy.caps?.perAgencyIndicator ?? Infinity)
  })
  const agencies = [...new Set(kept.map((row) => row.check.agency))]
  const dimensions = [...new Set(kept.map((row) => row.indicator?.dimension))]
  const cell = (agency: string, dimension: string | undefined): number =>
    kept
      .filter((row) => row.check.agency === agency && row.indicator?.dimension === dimension)
      .reduce((sum, row) => sum + worth(row), 0)
  const matrix = agencies.map((agency) => dimensions.map((dimension) => cell(agency, dimension)))
  const rows = matrix.map((row) => Math.min(policy.caps?.perAgency ?? Infinity, sum(row)))
  const columns = dimensions.map((_, at) =>
    Math.min(policy.caps?.perDimension ?? Infinity, sum(matrix.map((row) => row[at]!))),
  )
  const holds = Math.min(sum(rows), sum(columns)) >= atLeast
  return { holds, ids: holds ? new Set(kept.map((row) => row.check.id)) : NOTHING }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
