import { explain } from './explain/explain.js'
import type { Explanation } from './explain/explanation.js'
import { findingsOf } from './explain/findings.js'
import { minimalSupport } from './explain/support.js'
import { type AssessedCheck, historyOf } from './history.js'
import type { Policy, Threshold } from './policy.js'
import { evaluate } from './reference/evaluate.js'
import { reachedBy } from './reference/reached.js'

/** What every verdict says about itself. */
export const NOTICE =
  'An indication for people to weigh, made from codes alone. It is never a decision about a child or a family.'

/** What a policy finds over the checks on one child, as of one instant, and why. */
export interface Verdict {
  /** Name of the highest level reached, or `none`. */
  readonly level: string
  readonly threshold: Threshold
  /** The earliest instant, within the horizon, at which that level was reached; undefined for `none`. */
  readonly at: number | undefined
  readonly asOf: number
  readonly notice: typeof NOTICE
  /** Ids of checks that alone reach the level, each of them needed; empty for `none`. Worked out when first read. */
  readonly support: readonly string[]
  /** What each atom of each level counted and left out. Names agencies' checks: worked out when first read. */
  readonly explanation: Explanation
}

export interface AssessOptions {
  /** Journal position at which this child's case was closed: only what a later check contributes to counts. */
  readonly closedAt?: number
}

/**
 * The verdict of a policy on the checks of one child, as of an instant.
 *
 * The highest level that holds at any instant of `{ occurredAt of its checks } ∪ { asOf }` that lies after
 * `asOf − horizonDays` and not after `asOf`. Withdrawn checks are absent, checks dated after `asOf` invisible; the
 * order of the checks does not matter.
 *
 * @throws {IndexError} `ERR_ASSESSMENT_INVALID` for a code that the policy does not have, in any check that is given,
 * or for one check id with two contents. The same check twice is one check.
 */
export function assess(
  policy: Policy,
  checks: readonly AssessedCheck[],
  asOf: number,
  options: AssessOptions = {},
): Verdict {
  const history = historyOf(policy, checks)
  const reached = reachedBy(history, asOf, options.closedAt)
  const level = reached?.level.name ?? 'none'
  const reaches = (subset: readonly AssessedCheck[]): boolean =>
    (reachedBy(historyOf(policy, subset), asOf, options.closedAt)?.level.name ?? 'none') === level
  const support = once(() => (reached === undefined ? [] : minimalSupport(history.checks, reached.at, reaches)))
  const explanation = once(() => explain(history, findingsOf(history, asOf, options.closedAt), asOf))
  return {
    level,
    threshold: reached?.level.threshold ?? 'none',
    at: reached?.at,
    asOf,
    notice: NOTICE,
    get support() {
      return support()
    },
    get explanation() {
      return explanation()
    },
  }
}

/** Name of the highest level whose rule holds at the instant `t`, or `none`; without horizon or closing. Throws as `assess`. */
export function levelAt(policy: Policy, checks: readonly AssessedCheck[], t: number): string {
  const history = historyOf(policy, checks)
  return policy.levels.findLast((level) => evaluate(level.reachedWhen, history, t).holds)?.name ?? 'none'
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
