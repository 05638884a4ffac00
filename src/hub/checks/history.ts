import { decodeCheck } from '../../check/canonical.js'
import type { JournalPosition } from '../../check/receipt.js'
import { type ChildId, fromAgencyChildId } from '../../child/identifiers.js'
import type { AssessedCheck } from '../../policy/history.js'
import { incidentOf, indicatorOf, type Policy } from '../../policy/policy.js'
import { type HubContext, identifierKeyOf } from '../context.js'
import type { HistoryRow, WatermarkRow } from '../rows.js'

/** Of a child whom no check has named yet. */
export const NO_HISTORY: HistoryRow = { checks: [], level: 'none' }

export function historyKey(hub: Pick<HubContext, 'shelf'>, childId: ChildId): Uint8Array {
  return hub.shelf.key('history', childId)
}

/**
 * The checks of a history as a policy takes them: one that stands twice is one check, and one that a link brought is as
 * new as the link.
 */
export function assessedChecks(history: HistoryRow): readonly AssessedCheck[] {
  const each = new Map<string, AssessedCheck>()
  for (const { row: _, of: _id, countsFrom = 0, withdrawn, disputed: _said, ...check } of history.checks) {
    if (each.has(check.id)) continue
    const seen = countsFrom > check.position ? { ...check, position: countsFrom } : check
    each.set(check.id, withdrawn ? { ...seen, withdrawn } : seen)
  }
  return [...each.values()]
}

/**
 * The checks of a history that a policy can read. Adding a check never lowers a level, so what these reach, all of them
 * reach. There is nothing to leave out as long as every policy keeps the codes of the one before; were it otherwise, one
 * child's check must not keep every other child from being assessed.
 */
export function readableChecks(policy: Policy, history: HistoryRow): readonly AssessedCheck[] {
  return assessedChecks(history).filter(
    ({ incident, indicators }) =>
      incidentOf(policy, incident) !== undefined && indicators.every((code) => indicatorOf(policy, code) !== undefined),
  )
}

/** T: the later of the hub's clock and the latest accepted check, since a few minutes ahead count at once. */
export function instantOf(history: HistoryRow, now: number): number {
  return history.checks.reduce((latest, { occurredAt }) => Math.max(latest, occurredAt), now)
}

/** The child of a check, from what its agency signed; undefined where there is none, or it was erased. */
export async function childOfCheck(hub: HubContext, { entry, row }: JournalPosition): Promise<ChildId | undefined> {
  const [leaf] = await hub.store.leaves(entry, row, 1)
  if (leaf === undefined || leaf.row !== row || leaf.bytes.length === 0) return undefined
  const { agency, epoch, agencyChildId } = decodeCheck(leaf.bytes)
  return fromAgencyChildId(identifierKeyOf(hub, agency, epoch), agencyChildId)
}

/** Journal position of the last entry that has been assessed. */
export function lastAssessed({ row }: Watermark): number {
  return Math.max(0, row.position - 1)
}

/** How far the journal has been assessed, and what must still stand in the store for that to be true. */
interface Watermark {
  readonly key: Uint8Array
  readonly row: WatermarkRow
  readonly raw: { readonly table: 'meta'; readonly key: Uint8Array; readonly value: Uint8Array | undefined }
}

export async function loadWatermark(hub: HubContext): Promise<Watermark> {
  const key = hub.shelf.key('meta', 'watermark')
  const [raw] = await hub.store.get('meta', [key])
  const row = await hub.shelf.one('meta', key)
  return {
    key,
    row: row?.kind === 'watermark' ? row : { kind: 'watermark', position: 0 },
    raw: { table: 'meta', key, value: raw },
  }
}
