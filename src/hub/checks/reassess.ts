import { ChildTable } from '../children/children.js'
import type { HubContext } from '../context.js'
import { roster } from '../context.js'
import { loadCounter } from '../counters.js'
import { rootOf } from '../links/linked.js'
import type { HistoryRow, WatermarkRow } from '../rows.js'
import { childOfCheck, loadWatermark } from './history.js'
import { assessChild, type CaseNews, Step } from './raise.js'

/** Histories that one step assesses anew. */
export const HISTORIES_PER_STEP = 64

/**
 * The watermark as it is to stand under the policy that decides at an instant: where children were assessed under
 * another one, a pass over all of them begins. A pass that another change of policy overtakes begins anew.
 */
export function underPolicyAt(hub: HubContext, row: WatermarkRow, at: number): WatermarkRow {
  const { hash } = hub.policy(at)
  // A hub whose policy never changed has no need to say which one it is.
  const assessedUnder = row.policyHash ?? roster(hub).policies[0]?.hash
  return assessedUnder === hash ? row : { ...row, policyHash: hash, reassessing: {} }
}

/** The watermark after a step. */
export function movedBy({ unassessed }: Step, row: WatermarkRow): WatermarkRow {
  const total = (row.unassessed ?? 0) + unassessed
  return { ...row, unassessed: total === 0 ? undefined : total }
}

/**
 * Assesses the next children anew under the policy that now decides: levels newly reached raise cases, or raise the level
 * of the case there is; none falls. The watermark moves in the same commit, so that a crash repeats a step or has done it.
 */
export async function reassess(hub: HubContext): Promise<{
  /** Whether there was anything to do. */
  readonly more: boolean
  readonly news: readonly CaseNews[]
  readonly unassessed: number
}> {
  let result: Awaited<ReturnType<typeof reassess>> = { more: false, news: [], unassessed: 0 }
  await hub.ledger.write(async (head, at) => {
    const watermark = await loadWatermark(hub)
    const row = underPolicyAt(hub, watermark.row, at)
    result = { more: false, news: [], unassessed: row.unassessed ?? 0 }
    if (row.reassessing === undefined) return undefined
    const page = await hub.shelf.list('history', row.reassessing.after, HISTORIES_PER_STEP)
    const step = await assessPage(hub, page, at)
    const isLast = page.length < HISTORIES_PER_STEP
    const reassessing = isLast ? undefined : { after: page.at(-1)?.key }
    // At the head, the step's own case entries follow at once; they hold nothing to project.
    const position = row.position === head ? head + step.drafts.length : row.position
    const moved = movedBy(step, { ...row, position, reassessing })
    result = { more: true, news: step.news, unassessed: moved.unassessed ?? 0 }
    return {
      drafts: step.drafts,
      expects: [watermark.raw],
      puts: [...step.puts, hub.shelf.put('meta', watermark.key, moved)],
    }
  })
  return result
}

async function assessPage(
  hub: HubContext,
  page: readonly { readonly key: Uint8Array; readonly value: HistoryRow }[],
  at: number,
): Promise<Step> {
  const step = new Step()
  const cases = await loadCounter(hub, 'case')
  for (const { key, value: history } of page) {
    const assessed = await assessChild(hub, history, () => childOf(hub, history), cases, at, step)
    if (assessed !== history) step.puts.push(hub.shelf.put('history', key, assessed))
  }
  step.puts.push(...cases.puts())
  return step
}

/** Whose history it is: the rows do not say, but every check does. A honey record's raises no case. */
async function childOf(hub: HubContext, { checks }: HistoryRow): ReturnType<typeof childOfCheck> {
  for (const { position, row } of checks) {
    const childId = await childOfCheck(hub, { entry: position, row })
    if (childId === undefined) continue
    const root = await rootOf(hub, childId)
    return (await ChildTable.load(hub, [root])).get(root)?.isHoney === 1 ? undefined : root
  }
  return undefined
}
