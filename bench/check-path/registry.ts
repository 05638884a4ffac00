import { PEER_TRIALS } from '../peers/trials.js'
import type { TrialSpec } from './trial.js'
import { GROWTH, WORKERS } from './trials/growth.js'
import { REOPEN_AFTER_KILL } from './trials/killed.js'
import { MEMORY, REOPEN } from './trials/memory.js'
import { CONCURRENT_SINGLES, HOT_CHILD, SINGLE } from './trials/singles.js'
import { BATCH_SIZE, CONTROL, DURABLE_BATCH, SIGNED_BATCH } from './trials/throughput.js'

/** Every trial, in the order in which they are run and reported: first whether the benchmark notices anything at all. */
export const TRIALS: readonly TrialSpec[] = [
  CONTROL,
  DURABLE_BATCH,
  SIGNED_BATCH,
  CONCURRENT_SINGLES,
  SINGLE,
  GROWTH,
  HOT_CHILD,
  // Keeps the hub that the next two open.
  MEMORY,
  REOPEN,
  REOPEN_AFTER_KILL,
  WORKERS,
  BATCH_SIZE,
  ...PEER_TRIALS,
]
