import type { AssessedCheck } from '../history.js'
import { DAY_MS, type Policy } from '../policy.js'
import type { LevelFinding } from '../reference/findings.js'
import { type Program, programOf } from './program.js'
import { enterAll, Sweep } from './sweep.js'
import { CheckTable } from './table.js'
import { Track, type TrackedChild } from './track.js'

/**
 * A policy prepared once for assessing many histories. Gives the levels that the reference evaluator gives, in one pass
 * over the checks by occurrence, without making an object per observation.
 */
export interface CompiledPolicy {
  readonly policy: Policy
  /**
   * Rank of the highest level reached as of an instant: 0 for `none`, 1 for the policy's lowest level, and so on.
   * @throws {IndexError} `ERR_ASSESSMENT_INVALID` as `assess`
   */
  rank(checks: readonly AssessedCheck[], asOf: number, closedAt?: number): number
  /** Rank of the highest level whose rule holds at the instant `t`, without horizon or closing. Throws as `rank`. */
  rankAt(checks: readonly AssessedCheck[], t: number): number
  /** For each level, lowest first: when within the horizon it was first reached, and when it first held. Throws as `rank`. */
  findings(checks: readonly AssessedCheck[], asOf: number, closedAt?: number): readonly LevelFinding[]
  /** The assessment of one child that is kept up as checks arrive. */
  track(options?: { readonly closedAt?: number | undefined }): TrackedChild
}

const compiled = new WeakMap<Policy, CompiledPolicy>()

/** A policy prepared for assessing. Prepared at the first call and kept as long as the policy is. */
export function compilePolicy(policy: Policy): CompiledPolicy {
  const known = compiled.get(policy)
  if (known !== undefined) return known
  const made = prepare(policy, programOf(policy))
  compiled.set(policy, made)
  return made
}

function prepare(policy: Policy, program: Program): CompiledPolicy {
  const table = new CheckTable(program)
  const sweep = new Sweep(program, table)
  const top = policy.levels.length
  const horizonMs = policy.horizonDays * DAY_MS
  const self: CompiledPolicy = {
    policy,
    rank(checks, asOf, closedAt) {
      load(sweep, checks, asOf - horizonMs - program.windowMsMax, asOf, closedAt)
      let rank = 0
      eachInstant(sweep, asOf - horizonMs, asOf, closedAt !== undefined, () => {
        for (let level = top; level > rank; level -= 1) {
          if (!sweep.isReached(level - 1, closedAt !== undefined)) continue
          rank = level
          break
        }
        return rank < top
      })
      return rank
    },
    rankAt(checks, t) {
      load(sweep, checks, t - program.windowMsMax, t, undefined)
      for (const row of table.inOrder) sweep.enter(row)
      sweep.advance(t)
      let rank = top
      while (rank > 0 && !sweep.holds(rank - 1)) rank -= 1
      return rank
    },
    findings(checks, asOf, closedAt) {
      load(sweep, checks, asOf - horizonMs - program.windowMsMax, asOf, closedAt)
      const found = policy.levels.map((): Writable<LevelFinding> => ({ reachedAt: undefined, heldAt: undefined }))
      eachInstant(sweep, asOf - horizonMs, asOf, closedAt !== undefined, (t) => {
        for (const [level, finding] of found.entries()) {
          if (finding.heldAt === undefined && sweep.holds(level)) finding.heldAt = t
          if (finding.reachedAt === undefined && sweep.isReached(level, closedAt !== undefined)) finding.reachedAt = t
        }
        return true
      })
      return found
    },
    track({ closedAt } = {}) {
      return new Track(program, closedAt, (checks, asOf) => self.rank(checks, asOf, closedAt))
    },
  }
  return self
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Fills the table with every check that some instant could see: those after `since` and not after `until`. */
function load(
  sweep: Sweep,
  checks: readonly AssessedCheck[],
  since: number,
  until: number,
  closedAt: number | undefined,
): void {
  const { table } = sweep
  sweep.clear()
  table.clear(closedAt)
  for (let at = 0; at < checks.length; at += 1) {
    const check = checks[at]
    if (check === undefined) continue
    const row = table.add(check)
    if (row === undefined || check.withdrawn === true) continue
    if (check.occurredAt > since && check.occurredAt <= until) table.append(row)
  }
  table.sort()
}

/**
 * Moves through the checks of the table and looks at each instant after `from` at which one happened, and at `until`;
 * `look` says whether to go on. Where nothing has come in since the last look there is nothing to see: time alone makes no
 * rule hold that did not. Only after a closing may time bring out what is new.
 */
function eachInstant(sweep: Sweep, from: number, until: number, isClosed: boolean, look: (t: number) => boolean): void {
  const { occurredAt, inOrder } = sweep.table
  let place = 0
  while (place < inOrder.length) {
    const t = occurredAt[inOrder[place] ?? 0] ?? 0
    place = enterAll(sweep, place, t)
    if (t <= from || t >= until || !(sweep.hasRisen || isClosed)) continue
    sweep.hasRisen = false
    if (!look(t)) return
  }
  if (!sweep.hasRisen && !isClosed) return
  sweep.advance(until)
  look(until)
}
