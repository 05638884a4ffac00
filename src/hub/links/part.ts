import type { ChildId } from '../../child/identifiers.js'
import { historyKey } from '../checks/history.js'
import { assessChild, type Step } from '../checks/raise.js'
import type { HubContext } from '../context.js'
import type { Counter } from '../counters.js'
import { nameOf } from '../custodians/custodians.js'
import { amendReferrals } from '../referrals/referrals.js'
import type { HistoryCheck, HistoryRow } from '../rows.js'
import { linksInto, rootOf, type StandingLink, wayOf } from './linked.js'

/**
 * A joined history becomes two again: every check goes back to the id that its agency signed for, and both are assessed.
 * The case that the two had together stays open for officers to review; the child that leaves may get one of its own.
 */
export async function partHistories(
  hub: HubContext,
  { from, into }: { readonly from: ChildId; readonly into: ChildId },
  cases: Counter,
  at: number,
  step: Step,
): Promise<void> {
  const [gone, direct] = await hub.shelf.get(
    'history',
    [from, into].map((id) => historyKey(hub, id)),
  )
  if (gone?.joinedTo === undefined || direct === undefined) return
  const rootId = await rootOf(hub, into)
  const links = await linksInto(hub, from)
  const leaving = new Set([from, ...links.map((link) => link.from)].map(nameOf))
  const joined = direct.joined?.filter((id) => nameOf(id) !== nameOf(from))
  const stays: HistoryRow = { ...direct, joined: joined?.length === 0 ? undefined : joined }
  const isDirect = nameOf(rootId) === nameOf(into)
  const root = isDirect ? stays : await hub.shelf.one('history', historyKey(hub, rootId))
  if (root === undefined) return
  const leaves = (check: HistoryCheck): boolean => check.of !== undefined && leaving.has(nameOf(check.of))
  const { joinedTo: _, ...own } = gone
  // An earlier case of its own was closed into the other, or went on as the other's: neither comes back.
  const back: HistoryRow = { ...own, level: 'none', checks: root.checks.filter(leaves).map(asBefore(from, links)) }
  const rest: HistoryRow = { ...root, checks: root.checks.filter((check) => !leaves(check)) }
  await noteSplit(hub, rest, at, step)
  const assessed = await assessChild(hub, rest, async () => rootId, cases, at, step)
  const assessedBack = await assessChild(hub, back, async () => from, cases, at, step)
  step.puts.push(
    hub.shelf.put('history', historyKey(hub, rootId), assessed),
    hub.shelf.put('history', historyKey(hub, from), assessedBack),
  )
  if (!isDirect) step.puts.push(hub.shelf.put('history', historyKey(hub, into), stays))
}

/** A check as it stood in the history of `from`, by the links that still lead there. */
function asBefore(from: ChildId, links: readonly StandingLink[]): (check: HistoryCheck) => HistoryCheck {
  return ({ of, countsFrom: _, ...check }) => {
    if (of === undefined || nameOf(of) === nameOf(from)) return check
    return { ...check, of, countsFrom: Math.max(...wayOf(links, of).map(({ position }) => position)) }
  }
}

/** An open case is told that checks of another child have left it, and so are those who were sent a referral. */
async function noteSplit(hub: HubContext, history: HistoryRow, at: number, step: Step): Promise<void> {
  const file = await step.caseFile(hub, history.case)
  if (file === undefined) return
  await step.happens(hub, { event: 'split', case: file.number, childId: file.childId }, at)
  const numbers = [...(history.earlierCases ?? []), file.number]
  const files = await Promise.all(numbers.map((number) => step.caseFile(hub, number)))
  const amended = await amendReferrals(
    hub,
    files.flatMap((each) => each?.referrals ?? []),
    at,
  )
  step.drafts.push(...amended.drafts)
  step.puts.push(...amended.puts)
}
