import { CASE_STATUSES, type CaseFile } from '../../case/case.js'
import type { Joined } from '../../case/event.js'
import { decodeLink, type Link } from '../../case/link.js'
import { asChildId, type ChildId } from '../../child/identifiers.js'
import { Apart } from '../checks/apart.js'
import { type History, outlineWithin } from '../checks/history.js'
import { HistoryTable } from '../checks/history-rows.js'
import { assessChild, isAbove, Step } from '../checks/raise.js'
import { subjectOn } from '../checks/subject.js'
import { ChildTable } from '../children/children.js'
import type { HubContext } from '../context.js'
import { type Counter, loadCounter } from '../counters.js'
import { enquiriesAfterLink } from '../enquiries/enquiries.js'
import type { HistoryRow } from '../rows.js'
import { partHistories } from './part.js'

/** A link as the projection takes it. */
export interface LinkNews {
  readonly link: Link
  readonly from: ChildId
  readonly into: ChildId
  /** Of its entry. */
  readonly position: number
}

/** What an entry of two officers' word does to histories, cases and enquiries. */
export async function applyLink(hub: HubContext, position: number, body: Uint8Array, at: number): Promise<Step> {
  const link = decodeLink(body)
  const news: LinkNews = { link, from: asChildId(link.from), into: asChildId(link.into), position }
  const step = new Step()
  if (link.kind === 'distinct') return step
  const cases = await loadCounter(hub, 'case')
  const children = await ChildTable.load(hub, [news.from, news.into])
  const apart = await Apart.load(hub)
  if (link.kind === 'merge') await joinHistories(hub, news, cases, at, step)
  else await partHistories(hub, news, cases, at, step)
  await enquiriesAfterLink(hub, children, news, at, step)
  step.puts.push(...children.puts(hub), ...cases.puts(), ...apart.with([news.from, news.into]).puts(hub, apart))
  return step
}

/**
 * Two histories become one, and what they amount to together is assessed. The other keeps what says how it was, for a
 * split; every check keeps the id that its agency signed for.
 */
async function joinHistories(hub: HubContext, news: LinkNews, cases: Counter, at: number, step: Step): Promise<void> {
  const { from, into, position } = news
  const rows = new HistoryTable()
  const left = await outlineWithin(hub, rows, from, position)
  const right = await outlineWithin(hub, rows, into, position)
  const moved = left.checks.map((check) => ({ ...check, of: check.of ?? from, countsFrom: position }))
  const file = await joinCases(hub, news, left, right, at, step)
  const unassessed = (left.unassessed ?? 0) + (right.unassessed ?? 0)
  const number = file?.number ?? right.case ?? left.case
  const earlier = [...(right.earlierCases ?? []), ...(left.earlierCases ?? []), left.case, right.case]
  const earlierCases = [...new Set(earlier.flatMap((each) => (each === number ? [] : (each ?? []))))]
  const joined: HistoryRow = {
    marks: right.marks,
    case: number,
    earlierCases: earlierCases.length === 0 ? undefined : earlierCases,
    closedAt: closedAtOf(left, right, position),
    level: file?.level ?? 'none',
    unassessed: unassessed === 0 ? undefined : unassessed,
    joined: [...(right.joined ?? []), from],
  }
  const subject = subjectOn(hub, joined, [...right.checks, ...moved], at)
  rows.set(into, await assessChild(hub, { ...subject, childOf: async () => into }, cases, at, step))
  const { unassessed: _, ...rest } = rows.get(from)
  rows.set(from, { ...rest, joinedTo: { childId: into, position } })
  step.puts.push(...rows.puts(hub))
}

/**
 * The checks that a link brings are as new as the link: whoever closed the other's case had not seen them. Where there
 * was nothing on the other side, the one closing had them all in view.
 */
function closedAtOf(left: History, right: History, position: number): number | undefined {
  if (right.checks.length > 0) return right.closedAt
  return left.closedAt !== undefined && left.level === 'none' ? position : undefined
}

/** The case that goes on, if either child has one that is open; the other's is closed into it. */
async function joinCases(
  hub: HubContext,
  news: LinkNews,
  left: History,
  right: History,
  at: number,
  step: Step,
): Promise<CaseFile | undefined> {
  const open = await Promise.all(
    [left, right].map((each) => (each.level === 'none' ? undefined : step.caseFile(hub, each.case))),
  )
  const [one, other] = open.flatMap((file) => file ?? []).sort(furtherAlongFirst)
  if (one === undefined) return undefined
  const event: Joined = {
    event: 'joined',
    case: one.number,
    childId: news.into,
    officers: news.link.statements.map(({ officer }) => officer),
    link: news.position,
    ...(other === undefined ? {} : { closed: other.number, ...fromOther(hub, one, other, at) }),
  }
  await step.happens(hub, event, at)
  return step.caseFile(hub, one.number)
}

function furtherAlongFirst(a: CaseFile, b: CaseFile): number {
  return CASE_STATUSES.indexOf(b.status) - CASE_STATUSES.indexOf(a.status) || a.number - b.number
}

/** A level that either case has, both have: none falls by itself. Whoever worked on one that had nobody else works on both. */
function fromOther(
  hub: HubContext,
  one: CaseFile,
  other: CaseFile,
  at: number,
): Pick<Joined, 'took' | 'owner' | 'reReferral'> {
  const { level, threshold, policyHash, support } = other
  const isHigher = isAbove(hub.policy(at).policy, other, one)
  return {
    ...(isHigher ? { took: { level, threshold, policyHash, support } } : {}),
    ...(one.owner === undefined && other.owner !== undefined ? { owner: other.owner } : {}),
    ...(other.reReferral ? { reReferral: true } : {}),
  }
}
