import type { AssessOptions } from '../assess.js'
import { type AssessedCheck, historyOf } from '../history.js'
import type { Policy } from '../policy.js'
import { reachedBy } from './reached.js'

/** A level, and the first instant of the horizon at which it was reached. */
export interface ReferenceVerdict {
  /** Name of the level, or `none`. */
  readonly level: string
  /** Epoch milliseconds; undefined for `none`. */
  readonly at: number | undefined
}

/**
 * The level that a policy finds, worked out the slow and plain way: every rule is evaluated anew at every instant, from
 * the text of the policy. Made to be compared with; `assess` and compiled policies must give the same.
 *
 * @throws {IndexError} `ERR_ASSESSMENT_INVALID` as `assess`
 */
export function referenceAssess(
  policy: Policy,
  checks: readonly AssessedCheck[],
  asOf: number,
  { closedAt }: AssessOptions = {},
): ReferenceVerdict {
  const reached = reachedBy(historyOf(policy, checks), asOf, closedAt)
  return { level: reached?.level.name ?? 'none', at: reached?.at }
}
