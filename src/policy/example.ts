import type { AssessedCheck } from './history.js'

/** A history of one child that shows something about a policy: what a finding or a difference rests on. */
export interface Example {
  readonly checks: readonly AssessedCheck[]
  readonly asOf: number
  readonly closedAt?: number
}
