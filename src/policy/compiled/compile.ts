import type { AssessedCheck } from '../history.js'
import { historyOf } from '../history.js'
import { levelRank, type Policy } from '../policy.js'
import { evaluate } from '../reference/evaluate.js'
import { reachedBy } from '../reference/reached.js'

/** A policy prepared once for assessing many histories. */
export interface CompiledPolicy {
  readonly policy: Policy
  /** Rank of the highest level reached as of an instant: 0 for `none`. Throws as `assess`. */
  rank(checks: readonly AssessedCheck[], asOf: number, closedAt?: number): number
  /** Rank of the highest level whose rule holds at the instant `t`, without horizon or closing. Throws as `assess`. */
  rankAt(checks: readonly AssessedCheck[], t: number): number
}

const compiled = new WeakMap<Policy, CompiledPolicy>()

/** The policy prepared for assessing; prepared once and kept as long as the policy is. */
export function compilePolicy(policy: Policy): CompiledPolicy {
  const known = compiled.get(policy)
  if (known !== undefined) return known
  const made: CompiledPolicy = {
    policy,
    rank(checks, asOf, closedAt) {
      const reached = reachedBy(historyOf(policy, checks), asOf, closedAt)
      return levelRank(policy, reached?.level.name ?? 'none')
    },
    rankAt(checks, t) {
      const history = historyOf(policy, checks)
      return policy.levels.findLastIndex((level) => evaluate(level.reachedWhen, history, t).holds) + 1
    },
  }
  compiled.set(policy, made)
  return made
}
