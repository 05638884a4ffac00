import { equalBytes } from '../../bytes.js'
import type { ChildId } from '../../child/identifiers.js'
import type { HubContext } from '../context.js'

const DAY_MS = 86_400_000

/** New checks of one agency by child and day, as one commit adds to them. */
export interface CheckCounts {
  /** Counts one more; false when the day's are used up. */
  take(childId: ChildId): boolean
}

export function checkCounts(hub: Pick<HubContext, 'checks' | 'limits'>, agency: string, at: number): CheckCounts {
  const since = at - (at % DAY_MS)
  const limit = hub.limits.checksPerChildPerDay
  // By the first six bytes: child ids are random, so nearly always by the child, and a number costs a third of a text as a key.
  const taken = new Map<number, ChildId[]>()
  return {
    take(childId) {
      const name = firstBytes(childId)
      const alike = taken.get(name)
      const here = alike === undefined ? 0 : alike.filter((id) => equalBytes(id, childId)).length
      if (hub.checks.recordedSince(agency, childId, since) + here >= limit) return false
      if (alike === undefined) taken.set(name, [childId])
      else alike.push(childId)
      return true
    },
  }
}

function firstBytes(id: ChildId): number {
  let value = 0
  for (let i = 0; i < 6; i += 1) value = value * 256 + (id[i] ?? 0)
  return value
}
