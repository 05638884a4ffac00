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
 * Keeps a sweep at the latest instant that was assessed, and for each level the last instants at which it held and was
 * reached.
 *
 * A check that occurs later costs what it adds. An earlier one is read with those that some instant sees beside it, and no
 * more: adding a check lowers nothing, so what other instants reached stands. `rankOf` answers for instants gone by.
 */
export class Track implements TrackedChild {
  readonly #program: Program
  readonly #table: CheckTable
  readonly #isClosed: boolean
  readonly #rankOf: (checks: readonly AssessedCheck[], asOf: number) => number
  readonly #horizonMs: number
  readonly #heldAt: number[]
  readonly #reachedAt: number[]
  #sweep: Sweep
  /** The instant at which the sweep stands, and how many checks of the table, in order, have come in by then. */
  #now = Number.NEGATIVE_INFINITY
  #entered = 0

  constructor(
    program: Program,
    closedAt: number | undefined,
    rankOf: (checks: readonly AssessedCheck[], asOf: number) => number,
  ) {
    this.#program = program
    this.#table = new CheckTable(program, closedAt)
    this.#isClosed = closedAt !== undefined
    this.#rankOf = rankOf
    this.#horizonMs = program.policy.horizonDays * DAY_MS
    this.#heldAt = program.rules.map(() => Number.NEGATIVE_INFINITY)
    this.#reachedAt = program.rules.map(() => Number.NEGATIVE_INFINITY)
    this.#sweep = new Sweep(program, this.#table)
  }

  get checks(): readonly AssessedCheck[] {
    return this.#table.checks
  }

  add(check: AssessedCheck): void {
    const row = this.#table.add(check)
    if (row === undefined || check.withdrawn === true || !Number.isFinite(check.occurredAt)) return
    const place = this.#table.place(row)
    if (check.occurredAt > this.#now) return
    this.#entered += 1
    if (check.occurredAt < this.#now) {
      this.#insertEarlier(place, check.occurredAt)
      return
    }
    this.#sweep.enter(row)
    this.#note(this.#sweep, this.#now)
  }

  rank(asOf: number): number {
    if (asOf < this.#now) return this.#rankOf(this.checks, asOf)
    this.#catchUp(asOf)
    let rank = this.#reachedAt.length
    while (rank > 0 && !((this.#reachedAt[rank - 1] ?? 0) > asOf - this.#horizonMs)) rank -= 1
    return this.#needsEnd(asOf, rank) ? this.#rankAtEnd(asOf, rank) : rank
  }

  /** Lets in, instant by instant, what has become due. */
  #catchUp(asOf: number): void {
    while (this.#entered < this.#table.inOrder.length) {
      const t = this.#timeAt(this.#entered)
      if (!(t <= asOf)) return
      this.#entered = enterAll(this.#sweep, this.#entered, t)
      this.#now = t
      this.#note(this.#sweep, t)
    }
  }

  /** A check that occurred before the instant at which the sweep stands: reads those that some instant sees beside it. */
  #insertEarlier(place: number, occurredAt: number): void {
    const { windowMsMax } = this.#program
    const again = new Sweep(this.#program, this.#table)
    let next = this.#firstAfter(occurredAt - windowMsMax, place)
    while (next < this.#table.inOrder.length && this.#timeAt(next) <= this.#now) {
      const t = this.#timeAt(next)
      // From here on nothing sees the check, and the sweep, which stands further on, has let it go already.
      if (t >= occurredAt + windowMsMax) return
      next = enterAll(again, next, t)
      if (t >= occurredAt) this.#note(again, t)
    }
    this.#sweep = again
  }

  /** Notes which levels hold and are reached at the instant `t` of a sweep. */
  #note(sweep: Sweep, t: number): void {
    for (let level = 0; level < this.#heldAt.length; level += 1) {
      if (!sweep.holds(level)) continue
      this.#heldAt[level] = Math.max(this.#heldAt[level] ?? 0, t)
      if (sweep.isReached(level, this.#isClosed)) this.#reachedAt[level] = Math.max(this.#reachedAt[level] ?? 0, t)
    }
  }

  /**
   * Nothing comes in between the last check and `asOf`, so no rule holds at `asOf` that did not hold at that check, except that
   * the check may lie before the horizon; and, after a closing, that of two equal weights the new one may count only later.
   */
  #needsEnd(asOf: number, rank: number): boolean {
    if (this.#now <= asOf - this.#horizonMs) return this.#entered > 0
    return this.#isClosed && this.#heldAt.some((t, level) => level >= rank && t === this.#now)
  }

  /** The sweep stands at the last check; what holds at `asOf` itself is asked of a sweep of its own. */
  #rankAtEnd(asOf: number, above: number): number {
    const end = new Sweep(this.#program, this.#table)
    let next = this.#firstAfter(asOf - this.#program.windowMsMax, this.#entered)
    while (next < this.#entered) next = enterAll(end, next, this.#timeAt(next))
    end.advance(asOf)
    let rank = this.#reachedAt.length
    while (rank > above && !end.isReached(rank - 1, this.#isClosed)) rank -= 1
    return rank
  }

  /** The first place, not behind `place`, of a check after the instant `t`. */
  #firstAfter(t: number, place: number): number {
    let first = place
    while (first > 0 && this.#timeAt(first - 1) > t) first -= 1
    return first
  }

  #timeAt(place: number): number {
    return this.#table.occurredAt[this.#table.inOrder[place] ?? 0] ?? 0
  }
}
