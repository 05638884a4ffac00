import type { ChildId } from '../../child/identifiers.js'
import { ChildTable } from '../children/children.js'
import type { HubContext } from '../context.js'
import { roster } from '../context.js'
import { loadCounter } from '../counters.js'
import type { WatermarkRow } from '../rows.js'
import { everyChild, type KeyedChild } from './every-child.js'
import { HistoryTable } from './history-rows.js'
import { assessChild, type CaseNews, Step } from './raise.js'
import { subjectOf } from './subject.js'
import { noticeWatermark, withWatermark } from './watermark.js'

/** Children whom one step finds something to write of, and whom it looks at. */
export const HISTORIES_PER_STEP = 64
const CHILDREN_PER_STEP = 4_096

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
    const watermark = await noticeWatermark(hub)
    const row = underPolicyAt(hub, watermark.row, at)
    result = { more: false, news: [], unassessed: row.unassessed ?? 0 }
    if (row.reassessing === undefined) return undefined
    // Whoever comes while children are assessed anew is news, and assessed under the same policy.
    const { everyChild: begun } = hub.assessed
    const children = row.reassessing.after === undefined ? undefined : begun
    hub.assessed.everyChild = children ?? (await everyChild(hub))
    const page = hub.assessed.everyChild.after(row.reassessing.after, CHILDREN_PER_STEP)
    const { step, last } = await assessPage(hub, page, row.position, at)
    const isLast = last === undefined
    const reassessing = isLast ? undefined : { after: last }
    // At the head, the step's own case entries follow at once; they hold nothing to project.
    const position = row.position === head ? head + step.drafts.length : row.position
    const moved = movedBy(step, { ...row, position, reassessing })
    result = { more: true, news: step.news, unassessed: moved.unassessed ?? 0 }
    const done = (): void => {
      if (isLast) hub.assessed.everyChild = undefined
    }
    return withWatermark(watermark, { drafts: step.drafts, puts: step.puts, done }, moved)
  })
  return result
}

/** Assesses children until there is enough to write; `last` is where to go on. */
async function assessPage(
  hub: HubContext,
  page: readonly KeyedChild[],
  upTo: number,
  at: number,
): Promise<{ readonly step: Step; readonly last: Uint8Array | undefined }> {
  const step = new Step()
  const rows = new HistoryTable()
  const cases = await loadCounter(hub, 'case')
  let last: Uint8Array | undefined
  for (const [index, { key, childId }] of page.entries()) {
    if (index % HISTORIES_PER_STEP === 0)
      await rows.include(
        hub,
        page.slice(index, index + HISTORIES_PER_STEP).map((each) => each.childId),
      )
    last = key
    const row = rows.get(childId)
    // The history of an id that is linked to another stands there.
    if (row.joinedTo !== undefined) continue
    const subject = await subjectOf(hub, rows, { childId, row, fresh: [], upTo }, at)
    rows.set(childId, await assessChild(hub, { ...subject, childOf: () => unlessHoney(hub, childId) }, cases, at, step))
    if (rows.changes === HISTORIES_PER_STEP) break
  }
  step.puts.push(...rows.puts(hub), ...cases.puts())
  return { step, last: page.length < CHILDREN_PER_STEP && last === page.at(-1)?.key ? undefined : last }
}

/** A honey record's checks raise no case. */
async function unlessHoney(hub: HubContext, childId: ChildId): Promise<ChildId | undefined> {
  return (await ChildTable.load(hub, [childId])).get(childId)?.isHoney === 1 ? undefined : childId
}
