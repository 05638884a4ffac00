import type { AssessedCheck } from '../../policy/history.js'
import golden from './vectors/golden.json' with { type: 'json' }

/** A history with the level that any evaluator of this policy language must find. Never changed once released; only added to. */
export interface GoldenVector {
  /** What it shows. */
  readonly name: string
  /** The document of the policy, for `parsePolicy`; or the name of one that comes with the package. */
  readonly policy: object | string
  /** SHA-256 of the policy in hexadecimal. A vector of a policy that has another hash says nothing about it. */
  readonly policyHash: string
  readonly checks: readonly AssessedCheck[]
  /** Epoch milliseconds. */
  readonly asOf: number
  /** Journal position of an earlier closing. */
  readonly closedAt?: number
  readonly expected: {
    /** Name of the level, or `none`. */
    readonly level: string
    /** The first instant of the horizon at which it was reached; absent for `none`. */
    readonly at?: number
  }
}

/**
 * Levels worked out by hand and by two evaluators, for whoever writes a third in whatever language: every sort of atom
 * and filter, both sides of every edge of windows, decay, horizon and caps, withdrawal, closing, and the default policy.
 */
export const goldenVectors: readonly GoldenVector[] = golden
