import { compilePolicy } from '../../policy/compiled/compile.js'
import type { AssessedCheck } from '../../policy/history.js'
import {
  atomsOf,
  DAY_MS,
  incidentOf,
  indicatorOf,
  levelRank,
  measureOf,
  type Policy,
  type Threshold,
} from '../../policy/policy.js'
import type { Hidden } from './hidden.js'

/** Days of a period of the trend. */
const PERIOD_DAYS = 30
const PERIODS_MIN = 6
/** About three years, however far back a policy looks. */
const PERIODS_MAX = 36
/** Periods on either side of what is compared. */
const COMPARED = 3

export const DIRECTIONS = ['rising', 'steady', 'falling'] as const

/** How checks have come in over the horizon of the policy. */
export interface Trend {
  /** Oldest first; the last one ends at the instant of the verdict. At least 6, at most 36. */
  readonly periods: readonly TrendPeriod[]
  /**
   * `rising` where the last three periods have more than 5/4 of the points of the three before, `falling` where they have
   * less than 4/5 of them. Checks are compared where none of the six has a point.
   */
  readonly direction: (typeof DIRECTIONS)[number]
}

/** Thirty days: after `from`, up to and with `to`. */
export interface TrendPeriod {
  readonly from: number
  readonly to: number
  /** Checks that occurred in it and were not withdrawn. */
  readonly checks: number
  /** Of what is shown of them, as the policy lists it: before age and caps, so that they say nothing of who sent them. */
  readonly points: number
  /**
   * The highest level whose rule held in it, at one of its checks or at its end, by what is known now. Absent, as its
   * threshold, where that depends on the kind of an agency that is not named.
   */
  readonly level?: string | undefined
  readonly threshold?: Threshold | undefined
}

/** @param checks Whose codes the policy has. @param tellsLevels Whether the levels may be told. */
export function trendOf(
  policy: Policy,
  checks: readonly AssessedCheck[],
  asOf: number,
  hidden: Hidden,
  tellsLevels: boolean,
): Trend {
  const count = Math.min(PERIODS_MAX, Math.max(PERIODS_MIN, Math.ceil(policy.horizonDays / PERIOD_DAYS)))
  const live = checks.filter(({ withdrawn }) => withdrawn !== true)
  const periods = Array.from({ length: count }, (_, index): TrendPeriod => {
    const to = asOf - (count - 1 - index) * PERIOD_DAYS * DAY_MS
    const from = to - PERIOD_DAYS * DAY_MS
    const within = live.filter(({ occurredAt }) => from < occurredAt && occurredAt <= to)
    const points = within.reduce((total, check) => total + listedPoints(policy, check, hidden), 0)
    return { from, to, checks: within.length, points, ...(tellsLevels ? levelWithin(policy, live, to) : {}) }
  })
  return { periods, direction: directionOf(periods) }
}

function listedPoints(policy: Policy, check: AssessedCheck, hidden: Hidden): number {
  const ofIncident = incidentOf(policy, hidden.incidentOf(check).code)?.points ?? 0
  return [...new Set(check.indicators)].reduce(
    (total, code) => total + (indicatorOf(policy, code)?.points ?? 0),
    ofIncident,
  )
}

function directionOf(periods: readonly TrendPeriod[]): Trend['direction'] {
  const compared = periods.slice(-2 * COMPARED)
  const of = compared.some(({ points }) => points > 0) ? 'points' : 'checks'
  const sum = (some: readonly TrendPeriod[]): number => some.reduce((total, period) => total + period[of], 0)
  const before = sum(compared.slice(0, COMPARED))
  const recent = sum(compared.slice(COMPARED))
  if (4 * recent > 5 * before) return 'rising'
  return 5 * recent < 4 * before ? 'falling' : 'steady'
}

// A policy that looks back over one period alone gives the level of that period in one pass over the checks.
const overOnePeriod = new WeakMap<Policy, Policy>()

function levelWithin(
  policy: Policy,
  checks: readonly AssessedCheck[],
  to: number,
): Pick<TrendPeriod, 'level' | 'threshold'> {
  const short = overOnePeriod.get(policy) ?? { ...policy, horizonDays: PERIOD_DAYS }
  overOnePeriod.set(policy, short)
  const level = policy.levels[compilePolicy(short).rank(checks, to) - 1]
  return { level: level?.name ?? 'none', threshold: level?.threshold ?? 'none' }
}

/**
 * The first instant after `asOf`, to the millisecond, at which the checks no longer reach the level if no other comes in;
 * undefined for `none`. After a case was closed age can turn which of two checks counts: then it is one such instant.
 */
export function standsUntil(
  policy: Policy,
  checks: readonly AssessedCheck[],
  { level, asOf }: { readonly level: string; readonly asOf: number },
  closedAt: number | undefined,
): number | undefined {
  const rank = levelRank(policy, level)
  if (rank <= 0) return undefined
  const visible = checks.filter(({ occurredAt }) => occurredAt <= asOf)
  const windows = policy.levels.flatMap(({ reachedWhen }) => atomsOf(reachedWhen)).map((atom) => measureOf(atom))
  // INVARIANT: reached `before`, and no longer `after`: once horizon and every window have passed, nothing is seen.
  let before = 0
  let after = (policy.horizonDays + Math.max(0, ...windows.map(({ withinDays }) => withinDays))) * DAY_MS
  const compiled = compilePolicy(policy)
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (compiled.rank(visible, asOf + middle, closedAt) >= rank) before = middle
    else after = middle
  }
  return asOf + after
}
