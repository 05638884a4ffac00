import type { AssessedCheck } from '../../policy/history.js'
import { parsePolicy } from '../../policy/parse.js'
import { type ReplayChild, type ReplayOptions, type ReplayReport, replayPolicies } from '../../policy/replay/replay.js'
import type { HubContext } from '../context.js'
import { everyChild } from './every-child.js'
import { assessedChecks, type History, instantOf, outlineWithin, withIds } from './history.js'
import { HistoryTable } from './history-rows.js'
import { loadWatermark } from './watermark.js'

/** What the policy sees of one child, and nothing that says who it is. */
export interface ChildHistory {
  /** With check ids and the agencies' own ids: whoever has an agency's receipts can find its children among them. */
  readonly checks: readonly AssessedCheck[]
  /** Journal position at which the child's latest case was closed. */
  readonly closedAt?: number
}

const PAGE = 100

/**
 * Every child's history, read a page at a time. They come in the order of keyed hashes: it says nothing of when a child
 * came, and stays the same from one reading to the next.
 */
export async function* listHistories(hub: HubContext): AsyncGenerator<ChildHistory> {
  for await (const outline of outlines(hub)) yield seen(await withIds(hub, outline))
}

/**
 * How many children would be at each level under another policy than the one that decides now: counts only. Each child is
 * assessed as of its own instant T, as the hub does it.
 * @throws {IndexError} `ERR_POLICY_INVALID`
 */
export async function replay(
  hub: HubContext,
  policy: unknown,
  options: Omit<ReplayOptions, 'asOf'>,
): Promise<ReplayReport> {
  const asOf = hub.clock()
  const policies = { before: hub.policy(asOf).policy, after: parsePolicy(policy) }
  return replayPolicies(policies, asTheyStand(hub, asOf), { ...options, asOf })
}

async function* asTheyStand(hub: HubContext, now: number): AsyncGenerator<ReplayChild> {
  for await (const outline of outlines(hub)) {
    const history = await withIds(hub, outline)
    yield { ...seen(history), asOf: instantOf(history, now) }
  }
}

function seen(history: History): ChildHistory {
  const checks = assessedChecks(history.checks)
  return history.closedAt === undefined ? { checks } : { checks, closedAt: history.closedAt }
}

async function* outlines(hub: HubContext): AsyncGenerator<History> {
  const { row } = await loadWatermark(hub)
  await hub.ledger.notice()
  const children = await everyChild(hub)
  for (let page = children.after(undefined, PAGE); page.length > 0; page = children.after(page.at(-1)?.key, PAGE)) {
    const rows = new HistoryTable()
    await rows.include(
      hub,
      page.map(({ childId }) => childId),
    )
    for (const { childId } of page) {
      // The history of an id that is linked to another stands there.
      const outline = await outlineWithin(hub, rows, childId, row.position)
      if (outline.joinedTo === undefined && outline.checks.length > 0) yield outline
    }
  }
}
