import type { History } from '../history.js'
import { instantsOf, reachedAt } from './reached.js'

/** What became of one level within the horizon. A level that was reached held at that instant, or before it. */
export interface LevelFinding {
  /** The first instant at which the level was reached. */
  readonly reachedAt: number | undefined
  /** The first instant at which its rule held, whether or not by anything recorded since a closing. */
  readonly heldAt: number | undefined
}

/** What became of each level, lowest first: the reference evaluator asked at every instant of the design. */
export function findingsOf(history: History, asOf: number, closedAt: number | undefined): readonly LevelFinding[] {
  const instants = instantsOf(history, asOf)
  return history.policy.levels.map((level) => {
    const heldAt = instants.find((t) => reachedAt(level, history, t, undefined))
    if (heldAt === undefined || closedAt === undefined) return { reachedAt: heldAt, heldAt }
    return { reachedAt: instants.find((t) => reachedAt(level, history, t, closedAt)), heldAt }
  })
}
