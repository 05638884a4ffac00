import type { AssessedCheck } from '../history.js'
import { DAY_MS } from '../policy.js'
import type { Program } from './program.js'
import { enterAll, Sweep } from './sweep.js'
import { CheckTable } from './table.js'

/** One child's checks with what they come to, kept up as checks arrive: the next check does not read the others again. */
export interface TrackedChild {
  /** Each once, in the order in which they came. */
  readonly checks: readonly AssessedCheck[]
  /**
   * Takes one more check, at whatever time it occurred. One that is known already changes nothing.
   * @throws {IndexError} `ERR_ASSESSMENT_INVALID` as `assess`; nothing is then changed
   */
  add(check: AssessedCheck): void
  /** Rank of the highest level reached as of an instant, as `rank` of the compiled policy gives it for these checks. */
  rank(asOf: number): number
}

/**
 * Keeps a sweep at the latest instant that was assessed, and for each level the last instant at which it was reached.
 *
 * A check that occurs later costs what it adds. An earlier one is read with those that some instant sees beside it, and no
 * more: adding a check lowers nothing, so what other instants reached stands. `rankOf` answers for instants gone by.
 */
export function trackChild(
  program: Program,
  closedAt: number | undefined,
  rankOf: (checks: readonly AssessedCheck[], asOf: number) => number,
): TrackedChild {
  const table = new CheckTable(program, closedAt)
  const horizonMs = program.policy.horizonDays * DAY_MS
  const isClosed = closedAt !== undefined
  const reachedAt = program.policy.levels.map(() => Number.NEGATIVE_INFINITY)
  const heldAt = program.policy.levels.map(() => Number.NEGATIVE_INFINITY)
  let sweep = new Sweep(program, table)
  /** The instant at which the sweep stands, and how many checks of `inOrder` have come in by then. */
  let now = Number.NEGATIVE_INFINITY
  let entered = 0

  /** Notes which levels are reached at the instant `t` of a sweep. */
  function note(at: Sweep, t: number): void {
    for (let level = 0; level < reachedAt.length; level += 1) {
      if (!at.holds(level)) continue
      heldAt[level] = Math.max(heldAt[level] ?? 0, t)
      if (at.isReached(level, isClosed)) reachedAt[level] = Math.max(reachedAt[level] ?? 0, t)
    }
  }

  /** A check that occurred before the instant at which the sweep stands: reads those that some instant sees beside it. */
  function insertEarlier(place: number, occurredAt: number): void {
    const { windowMsMax } = program
    const until = occurredAt + windowMsMax
    const again = new Sweep(program, table)
    let next = place
    while (next > 0 && (table.occurredAt[table.inOrder[next - 1] ?? 0] ?? 0) > occurredAt - windowMsMax) next -= 1
    for (;;) {
      const t = table.occurredAt[table.inOrder[next] ?? 0] ?? 0
      // The sweep has let the check go already, or takes it in by being read again to where it stands.
      if (next === table.inOrder.length || t > now) break
      if (t >= until) return
      next = enterAll(again, next, t)
      if (t >= occurredAt) note(again, t)
    }
    sweep = again
  }

  function catchUp(asOf: number): void {
    while (entered < table.inOrder.length) {
      const t = table.occurredAt[table.inOrder[entered] ?? 0] ?? 0
      if (!(t <= asOf)) return
      entered = enterAll(sweep, entered, t)
      now = t
      note(sweep, t)
    }
  }

  /** The sweep stands at the last check; what holds at `asOf` itself is asked of a sweep of its own. */
  function rankAtEnd(asOf: number, above: number): number {
    const end = new Sweep(program, table)
    let place = entered
    while (place > 0 && (table.occurredAt[table.inOrder[place - 1] ?? 0] ?? 0) > asOf - program.windowMsMax) place -= 1
    while (place < entered) place = enterAll(end, place, table.occurredAt[table.inOrder[place] ?? 0] ?? 0)
    end.advance(asOf)
    let rank = reachedAt.length
    while (rank > above && !end.isReached(rank - 1, isClosed)) rank -= 1
    return rank
  }

  return {
    checks: table.checks,
    add(check) {
      const row = table.add(check)
      if (row === undefined || check.withdrawn === true || !Number.isFinite(check.occurredAt)) return
      const place = table.place(row)
      if (check.occurredAt > now) return
      entered += 1
      if (check.occurredAt < now) return insertEarlier(place, check.occurredAt)
      sweep.enter(row)
      note(sweep, now)
    },
    rank(asOf) {
      if (asOf < now) return rankOf(table.checks, asOf)
      catchUp(asOf)
      let rank = reachedAt.length
      while (rank > 0 && !((reachedAt[rank - 1] ?? 0) > asOf - horizonMs)) rank -= 1
      return needsEnd(asOf, rank) ? rankAtEnd(asOf, rank) : rank
    },
  }

  /**
   * Nothing comes in between the last check and `asOf`, so no rule holds at `asOf` that did not hold at that check, except that
   * the check may lie before the horizon; and, after a closing, that of two equal weights the new one may count only later.
   */
  function needsEnd(asOf: number, rank: number): boolean {
    const lastIsBeforeHorizon = now <= asOf - horizonMs
    if (lastIsBeforeHorizon) return entered > 0
    return isClosed && heldAt.some((t, level) => level >= rank && t === now)
  }
}
