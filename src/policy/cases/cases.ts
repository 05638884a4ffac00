import type { AssessedCheck } from '../history.js'

/** What a `*.cases.json` file says: histories, and what a policy must find on each. */
export interface Cases {
  /** Name or path of the policy that the cases are for; a command line may name another. */
  readonly policy?: string
  readonly cases: readonly Case[]
}

/** One invented child: checks, an instant, and what the policy is to say about them. */
export interface Case {
  readonly name: string
  /** Epoch milliseconds. */
  readonly asOf: number
  /** Journal position at which an earlier case on this child was closed. */
  readonly closedAt?: number
  readonly checks: readonly AssessedCheck[]
  readonly expect: Expectation
}

export interface Expectation {
  /** Name of the level, or `none`. */
  readonly level: string
  /**
   * Where the rules stand that must decide, such as `levels[0].reachedWhen.any[2]`: at one of the instants that a
   * verdict looks at the rule and all that enclose it hold and, after a closing, it counts a check recorded since.
   */
  readonly reasons?: readonly string[]
  /** Where the rules stand that must not hold, at none of those instants. */
  readonly not?: readonly string[]
}
