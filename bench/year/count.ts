import { assess } from '../../src/policy/assess.js'
import type { AssessedCheck } from '../../src/policy/history.js'
import { levelRank, type Policy } from '../../src/policy/policy.js'
import { referenceAssess } from '../../src/policy/reference/assess.js'
import { Year, type YearOptions } from './draw.js'

/** How many children reached each level, from the lowest on, and how many of them were decided by the reference evaluator too. */
export interface Counted {
  readonly levels: readonly number[]
  readonly sampled: number
}

interface ChildState {
  checks: AssessedCheck[]
  rank: number
}

/** Children of one pass over the year: all of them at once would need a gigabyte. */
const PASSES = 8

/**
 * The levels that a year ought to reach, counted without a hub: the year is drawn again, and every child assessed at every
 * check that is recorded about it. A level once reached stays, also when a check is taken back.
 *
 * The hub's own evaluator assesses all children; the reference evaluator, of which it must be the equal, one child in
 * `sampleEvery` besides.
 * @throws {Error} where the two differ
 */
export function countLevels(options: YearOptions, sampleEvery: number): Counted {
  const levels = options.policy.levels.map(() => 0)
  let sampled = 0
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const [child, { rank }] of statesOf(options, pass, sampleEvery)) {
      if (rank > 0) levels[rank - 1] = (levels[rank - 1] ?? 0) + 1
      if (child % sampleEvery === 0) sampled += 1
    }
  }
  return { levels, sampled }
}

function statesOf(options: YearOptions, pass: number, sampleEvery: number): ReadonlyMap<number, ChildState> {
  const states = new Map<number, ChildState>()
  const { policy } = options
  for (const events of new Year(options).events()) {
    for (const event of events) {
      const checks = event.kind === 'checks' ? event.checks : [event.check]
      for (const { child, sent, reference, agency, incident, indicators, occurredAt } of checks) {
        if (child % PASSES !== pass || sent !== 'first') continue
        const state = states.get(child) ?? { checks: [], rank: 0 }
        states.set(child, state)
        if (event.kind === 'withdrawal') state.checks = state.checks.filter(({ id }) => id !== reference)
        else {
          state.checks.push({
            id: reference,
            agency: agency.id,
            agencyKind: agency.kind,
            incident,
            indicators,
            occurredAt,
          })
          rise(policy, state, event.at, child % sampleEvery === 0)
        }
      }
    }
  }
  return states
}

function rise(policy: Policy, state: ChildState, at: number, isSampled: boolean): void {
  if (state.rank === policy.levels.length && !isSampled) return
  const { level } = assess(policy, state.checks, at)
  if (isSampled && referenceAssess(policy, state.checks, at).level !== level)
    throw new Error('the evaluator and the reference evaluator differ')
  state.rank = Math.max(state.rank, levelRank(policy, level))
}
