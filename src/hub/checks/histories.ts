import type { AssessedCheck } from '../../policy/history.js'
import { parsePolicy } from '../../policy/parse.js'
import { type ReplayChild, type ReplayOptions, type ReplayReport, replayPolicies } from '../../policy/replay/replay.js'
import type { HubContext } from '../context.js'
import type { HistoryRow } from '../rows.js'
import { pages } from '../shelf.js'
import { assessedChecks, instantOf } from './history.js'

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
  for await (const history of rows(hub)) yield seen(history)
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
  for await (const history of rows(hub)) yield { ...seen(history), asOf: instantOf(history, now) }
}

function seen(history: HistoryRow): ChildHistory {
  const checks = assessedChecks(history)
  return history.closedAt === undefined ? { checks } : { checks, closedAt: history.closedAt }
}

async function* rows({ shelf }: HubContext): AsyncGenerator<HistoryRow> {
  // The history of an id that is linked to another stands there.
  for await (const page of pages(shelf, 'history', PAGE))
    for (const { value } of page) if (value.joinedTo === undefined) yield value
}
