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
  return history.checks.reduce((latest, { occurredAt }) => Math.max(latest, occurredAt), now)
}

/** Journal position of the last entry that has been assessed. */
export async function lastAssessed(hub: HubContext): Promise<number> {
  return Math.max(0, (await loadWatermark(hub)).position - 1)
}

/** How far the journal has been assessed: the position of the first entry that has not, and the row that says so. */
interface Watermark {
  readonly key: Uint8Array
  readonly position: number
  readonly raw: { readonly table: 'meta'; readonly key: Uint8Array; readonly value: Uint8Array | undefined }
}

export async function loadWatermark(hub: HubContext): Promise<Watermark> {
  const key = hub.shelf.key('meta', 'watermark')
  const [raw] = await hub.store.get('meta', [key])
  const row = await hub.shelf.one('meta', key)
  return {
    key,
    position: row?.kind === 'watermark' ? row.position : 0,
    raw: { table: 'meta', key, value: raw },
  }
}
