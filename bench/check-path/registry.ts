import { PEER_TRIALS } from '../peers/trials.js'
import type { TrialSpec } from './trial.js'

/** Every trial, in the order in which they are run and reported. */
export const TRIALS: readonly TrialSpec[] = [...PEER_TRIALS]
