import type { ChildId } from '../../child/identifiers.js'
import { type HistoryCheck, outlineWithin } from '../checks/history.js'
import { HistoryTable } from '../checks/history-rows.js'
import { assessChild, type Step } from '../checks/raise.js'
import { subjectOn } from '../checks/subject.js'
import type { HubContext } from '../context.js'
import type { Counter } from '../counters.js'
import { nameOf } from '../custodians/custodians.js'
import { amendReferrals } from '../referrals/referrals.js'
import type { HistoryRow } from '../rows.js'
import type { LinkNews } from './join.js'
import { linksInto, rootOf, type StandingLink, wayOf } from './linked.js'

/**
 * A joined history becomes two again: every check goes back to the id that its agency signed for, and both are assessed.
 * The case that the two had together stays open for officers to review; the child that leaves may get one of its own.
 */
export async function partHistories(
  hub: HubContext,
  { from, into, position }: Pick<LinkNews, 'from' | 'into' | 'position'>,
  cases: Counter,
  at: number,
  step: Step,
): Promise<void> {
  const rows = new HistoryTable()
  await rows.include(hub, [from, into])
  const { joinedTo, ...own } = rows.get(from)
  if (joinedTo === undefined) return
  const rootId = await rootOf(hub, into)
  const links = await linksInto(hub, from)
  const leaving = new Set([from, ...links.map((link) => link.from)].map(nameOf))
  const leaves = ({ of }: HistoryCheck): boolean => of !== undefined && leaving.has(nameOf(of))
  const { checks } = await outlineWithin(hub, rows, rootId, position)
  const direct = rows.get(into)
  const joined = direct.joined?.filter((id) => nameOf(id) !== nameOf(from))
  rows.set(into, { ...direct, joined: joined?.length === 0 ? undefined : joined })
  // An earlier case of its own was closed into the other, or went on as the other's: neither comes back.
  const back: HistoryRow = { ...own, level: 'none' }
  const rest = rows.get(rootId)
  await noteSplit(hub, rest, at, step)
  const staying = subjectOn(
    hub,
    rest,
    checks.filter((check) => !leaves(check)),
    at,
  )
  const returning = subjectOn(hub, back, checks.filter(leaves).map(asBefore(from, links)), at)
  rows.set(rootId, await assessChild(hub, { ...staying, childOf: async () => rootId }, cases, at, step))
  rows.set(from, await assessChild(hub, { ...returning, childOf: async () => from }, cases, at, step))
  step.puts.push(...rows.puts(hub))
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
