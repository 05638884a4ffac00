import type { HubContext } from '../context.js'
import type { HistoryRow } from '../rows.js'
import { type History, outlineWithin, withIds } from './history.js'
import type { HistoryTable } from './history-rows.js'
import type { Subject } from './raise.js'
import { type Weighed, weigh, weighChild } from './weigh.js'

/** A child to be assessed on its checks before `upTo`, and on those of the ids that are linked to it. */
export async function subjectOf(
  hub: HubContext,
  rows: HistoryTable,
  child: Weighed,
  at: number,
): Promise<Omit<Subject, 'childOf'>> {
  const { childId, row, upTo } = child
  const outline = () => outlineWithin(hub, rows, childId, upTo)
  const weight = row.joined === undefined ? weighChild(hub, child, at) : weigh(hub, await outline(), at)
  return { row, weight, history: async () => withIds(hub, await outline()) }
}

/** A child to be assessed on an outline that is at hand. */
export function subjectOn(
  hub: HubContext,
  row: HistoryRow,
  checks: History['checks'],
  at: number,
): Omit<Subject, 'childOf'> {
  const outline: History = { ...row, checks }
  return { row, weight: weigh(hub, outline, at), history: () => withIds(hub, outline) }
}
