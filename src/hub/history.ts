import type { ChildId } from '../child/identifiers.js'
import type { AssessedCheck } from '../policy/history.js'
import type { HubContext } from './context.js'
import type { HistoryRow } from './rows.js'

export function historyKey(hub: Pick<HubContext, 'shelf'>, childId: ChildId): Uint8Array {
  return hub.shelf.key('history', childId)
}

/** The checks of a history as the policy takes them. */
export function assessedChecks(history: HistoryRow): readonly AssessedCheck[] {
  return history.checks.map(({ row: _, withdrawn, ...check }) => (withdrawn ? { ...check, withdrawn } : check))
}

/** T: the later of the hub's clock and the latest accepted check, since a few minutes ahead count at once. */
export function instantOf(history: HistoryRow, now: number): number {
  return Math.max(now, ...history.checks.map(({ occurredAt }) => occurredAt))
}
