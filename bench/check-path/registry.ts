import { PEER_TRIALS } from '../peers/trials.js'
import type { TrialSpec } from './trial.js'
import { BATCH_SIZE, CONTROL, DURABLE_BATCH, SIGNED_BATCH } from './trials/throughput.js'

/** Every trial, in the order in which they are run and reported. */
export const TRIALS: readonly TrialSpec[] = [CONTROL, DURABLE_BATCH, SIGNED_BATCH, BATCH_SIZE, ...PEER_TRIALS]
