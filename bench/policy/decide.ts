import type { AssessedCheck } from '../../src/policy/history.js'
import { DAY_MS } from '../../src/policy/policy.js'
import { type Case, COMMON, type Row, TOP } from './common.js'

/** One engine set up to answer one sort of question with a rank: 0 for `none`, 1 for the lowest level, and so on. */
export type Decider<Input> =
  | { readonly kind: 'sync'; readonly name: string; readonly rank: (input: Input) => number }
  | {
      readonly kind: 'async'
      readonly name: string
      /** Questions that are asked before the first is answered. */
      readonly inFlight: number
      readonly rank: (input: Input) => Promise<number>
    }

/** What a peer is handed of a check at one instant. */
export interface Seen {
  readonly age: number
  readonly severity: number
  readonly points: number
}

/** Facts that are already aggregated: what the atoms of the common policy count. */
export interface Facts {
  /** Checks of severity 2 and above within a year, 3 and above within half a year, 4 within a year. */
  readonly needs: number
  readonly serious: number
  readonly acute: number
  /** Within a year, after decay. */
  readonly points: number
}

/** The first `count` checks as they look at `t`. Written out by hand for the peers: it spares them every date and later check. */
export function seenAt(checks: readonly Row[], count: number, t: number): Seen[] {
  const seen: Seen[] = []
  for (let row = 0; row < count; row += 1) {
    const check = checks[row]
    if (check !== undefined) seen.push({ age: t - check.occurredAt, severity: check.severity, points: check.points })
  }
  return seen
}

/** The common policy's facts, folded by hand. */
export function factsOf(seen: readonly Seen[]): Facts {
  const { yearMs, halfYearMs, decay } = COMMON
  const [young, older, oldest] = decay
  let needs = 0
  let serious = 0
  let acute = 0
  let points = 0
  for (const check of seen) {
    if (check.age >= yearMs) continue
    if (check.severity >= 2) needs += 1
    if (check.severity >= 3 && check.age < halfYearMs) serious += 1
    if (check.severity >= 4) acute += 1
    const { permille } = check.age < young.belowMs ? young : check.age < older.belowMs ? older : oldest
    points += (check.points * permille) / 1000
  }
  return { needs, serious, acute, points }
}

/** The common policy's levels, by hand. */
export function rankByHand({ needs, serious, acute, points }: Facts): number {
  const { review, childInNeed, childProtection } = COMMON
  if (acute >= childProtection.acute && points >= childProtection.points) return 3
  if (points >= childInNeed.points || serious >= childInNeed.serious) return 2
  return needs >= review.needs || points >= review.points ? 1 : 0
}

/**
 * The loop that a peer needs around it: the highest rank over every instant that the policy asks for, each check's and
 * `asOf` itself within the horizon. It stops at the top level, as ours does.
 */
export function overInstants(decider: Decider<Seen[]>): Decider<Case> {
  if (decider.kind === 'sync') {
    const rank = ({ checks, asOf }: Case): number => {
      let best = 0
      for (const [t, count] of instantsOf(checks, asOf, COMMON.horizonDays)) {
        best = Math.max(best, decider.rank(seenAt(checks, count, t)))
        if (best === TOP) break
      }
      return best
    }
    return { ...decider, rank }
  }
  const rank = async ({ checks, asOf }: Case): Promise<number> => {
    let best = 0
    for (const [t, count] of instantsOf(checks, asOf, COMMON.horizonDays)) {
      best = Math.max(best, await decider.rank(seenAt(checks, count, t)))
      if (best === TOP) break
    }
    return best
  }
  return { ...decider, rank }
}

/** Only `asOf`. */
export function atOneInstant(decider: Decider<Seen[]>): Decider<Case> {
  if (decider.kind === 'sync')
    return { ...decider, rank: ({ checks, asOf }) => decider.rank(seenAt(checks, checks.length, asOf)) }
  return { ...decider, rank: ({ checks, asOf }) => decider.rank(seenAt(checks, checks.length, asOf)) }
}

/** Each instant with the number of checks not after it. */
export function instantsOf(
  checks: readonly AssessedCheck[],
  asOf: number,
  horizonDays: number,
): readonly (readonly [t: number, count: number])[] {
  const from = asOf - horizonDays * DAY_MS
  const instants: (readonly [number, number])[] = []
  for (const [row, { occurredAt }] of checks.entries()) {
    if (occurredAt > from && occurredAt !== checks[row + 1]?.occurredAt) instants.push([occurredAt, row + 1])
  }
  if (checks.at(-1)?.occurredAt !== asOf) instants.push([asOf, checks.length])
  return instants
}
