import type { ChildId } from '../../child/identifiers.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'

const DAY_MS = 86_400_000

/** New checks of one agency by child and day, as one commit adds to them. */
export interface CheckCounts {
  /** Counts one more; false when the day's are used up. */
  take(childId: ChildId): boolean
}

export function checkCounts(hub: Pick<HubContext, 'checks' | 'limits'>, agency: string, at: number): CheckCounts {
  const since = at - (at % DAY_MS)
  const limit = hub.limits.checksPerChildPerDay
  const taken = new Map<string, number>()
  return {
    take(childId) {
      // By the whole id: whoever draws ids could make many that begin alike.
      const name = nameOf(childId)
      const here = taken.get(name) ?? 0
      if (hub.checks.recordedSince(agency, childId, since) + here >= limit) return false
      taken.set(name, here + 1)
      return true
    },
  }
}
