import type { TrialSpec } from '../check-path/trial.js'

/** What a user would pick instead, each doing the same work at the same durability. Their names begin with `peer-`. */
export const PEER_TRIALS: readonly TrialSpec[] = []
