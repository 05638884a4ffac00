import type { Atom, Threshold } from '../policy.js'
import type { Totals } from '../reference/evaluate.js'

/** Why each level of a policy was or was not reached, lowest first. */
export type Explanation = readonly LevelExplanation[]

export interface LevelExplanation {
  readonly level: string
  readonly threshold: Threshold
  /** `nothing-new`: the rule holds, but only by what was recorded before the case was closed. */
  readonly outcome: 'reached' | 'nothing-new' | 'not-reached'
  /** The instant explained: the first at which the level was reached, else the first at which it held, else `asOf`. */
  readonly at: number
  readonly rule: RuleExplanation
}

/** `path` is where the rule stands in the policy. */
export type RuleExplanation = ConnectiveExplanation | AtomExplanation

export interface ConnectiveExplanation {
  readonly kind: 'connective'
  readonly path: string
  readonly holds: boolean
  /** How many of the members must hold. */
  readonly needed: number
  readonly members: readonly RuleExplanation[]
}

export interface AtomExplanation {
  readonly kind: 'atom'
  readonly path: string
  readonly holds: boolean
  readonly atom: Atom
  /** Checks, distinct values or points, as the atom counts them. */
  readonly value: number
  /** How much the value falls short of `atLeast`; 0 for an atom that holds. */
  readonly shortfall: number
  readonly counted: readonly CountedObservation[]
  readonly discarded: readonly DiscardedObservation[]
  /** For points: what the counted ones come to before and after the caps. */
  readonly totals?: Totals
}

export interface CountedObservation {
  readonly check: string
  readonly code: string
  /** After decay; 0 unless the atom is about points. */
  readonly points: number
}

export interface DiscardedObservation {
  readonly check: string
  readonly code: string
  readonly reason: DiscardReason
}

/**
 * Why an atom did not count an observation: the first of these that applies.
 *
 * `withdrawn`; `future`: dated after the instant of the assessment; `later`: after the instant explained;
 * `outside-window`; `filtered`: the atom's filter does not let it through; `no-value`: has nothing of what is to be
 * distinct; `weightless`: its code has no points; `decayed`: too old to weigh anything; `capped`: its agency's
 * larger observations of the same code fill the count cap.
 */
export type DiscardReason =
  | 'withdrawn'
  | 'future'
  | 'later'
  | 'outside-window'
  | 'filtered'
  | 'no-value'
  | 'weightless'
  | 'decayed'
  | 'capped'
