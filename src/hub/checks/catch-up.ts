import { checkIdOf, decodeCheck } from '../../check/canonical.js'
import type { ChildId } from '../../child/identifiers.js'
import { IndexError } from '../../errors.js'
import { ChildTable } from '../children/children.js'
import type { HubContext } from '../context.js'
import { enquiryCounters, loadCounter } from '../counters.js'
import { nameOf } from '../custodians/custodians.js'
import { type EnquiryCause, pursue } from '../enquiries/enquiries.js'
import { applyLink } from '../links/join.js'
import { amendReferrals } from '../referrals/referrals.js'
import type { ChildRow, HistoryRow } from '../rows.js'
import { numberKey } from '../shelf.js'
import { Apart } from './apart.js'
import { leafAt } from './history.js'
import { HistoryTable, marked, NO_ROW } from './history-rows.js'
import { type News, type Unread, unread } from './news.js'
import { assessChild, type CaseNews, Step } from './raise.js'
import { movedBy, underPolicyAt } from './reassess.js'
import { subjectOf } from './subject.js'
import { noticeWatermark, withWatermark } from './watermark.js'
import { weighChild } from './weigh.js'

/** Checks that the stored watermark may lie behind: a process that is killed assesses so many once more. */
const CHECKS_AHEAD = 16_384

/** What one step did. */
interface StepResult {
  /** Whether the journal has entries after those that were read. */
  readonly more: boolean
  /** Whether children must be assessed anew, because another policy decides than the one they were assessed under. */
  readonly isPassDue: boolean
  readonly news: readonly CaseNews[]
  /** Checks of all children that the policy cannot read. */
  readonly unassessed: number
}

/**
 * Brings the projection up to the journal's head: levels are assessed, cases and enquiries are opened. One step is one
 * commit with the watermark in it, so that a crash repeats a step or has done it, never half. A step that has nothing to
 * write is kept in mind: to repeat it does nothing.
 */
export async function assessNews(hub: HubContext): Promise<StepResult> {
  let result: StepResult = { more: false, isPassDue: false, news: [], unassessed: 0 }
  await hub.ledger.write(async (head, at) => {
    const watermark = await noticeWatermark(hub)
    const row = underPolicyAt(hub, watermark.row, at)
    const isPassDue = row.reassessing !== undefined
    result = { more: false, isPassDue, news: [], unassessed: row.unassessed ?? 0 }
    const read = await unread(hub, row.position, head)
    if (read === undefined) return undefined
    const { link } = read
    const step =
      link === undefined ? await applyNews(hub, read, at) : await applyLink(hub, link.position, link.body, at)
    const more = read.upTo < head
    // At the head, the step's own case and enquiry entries follow at once; they hold nothing to project.
    const passed = read.upTo + (more ? 0 : step.drafts.length)
    const moved = movedBy(step, { ...row, position: passed })
    result = { more, isPassDue, news: step.news, unassessed: moved.unassessed ?? 0 }
    const checks = read.checks + (watermark.isStored ? 0 : (hub.assessed.lead?.checks ?? 0))
    if (step.drafts.length + step.puts.length === 0 && checks < CHECKS_AHEAD) {
      hub.assessed.lead = { past: watermark.raw.value, row: moved, checks }
      return undefined
    }
    // Whose checks are whose has changed.
    const done = link && (() => hub.assessed.forget())
    return withWatermark(watermark, { drafts: step.drafts, puts: step.puts, ...(done && { done }) }, moved)
  })
  return result
}

async function applyNews(hub: HubContext, { children: all, upTo }: Unread, at: number): Promise<Step> {
  const step = new Step()
  hub.assessed.apart ??= await Apart.load(hub)
  const { apart } = hub.assessed
  const looked = all.filter((news) => mayMatter(hub, news, apart, upTo, at))
  if (looked.length === 0) return step
  const rows = new HistoryTable()
  await withdraw(hub, rows, looked)
  const roots = await atRoots(hub, rows, looked)
  const children = await ChildTable.load(
    hub,
    roots.map(({ childId }) => childId),
  )
  const cases = await loadCounter(hub, 'case')
  const enquiries = await enquiryCounters(hub)
  for (const news of roots) {
    const { childId, checks } = news
    const row = rows.get(childId)
    const subject = await subjectOf(hub, rows, { childId, row, fresh: checks, upTo }, at)
    const isHoney = children.get(childId)?.isHoney === 1
    const childOf = async (): Promise<ChildId | undefined> => (isHoney ? undefined : childId)
    const assessed = await assessChild(hub, { ...subject, childOf }, cases, at, step)
    rows.set(childId, assessed)
    const causes = await causesOf(hub, children.get(childId), news)
    await pursue(hub, children, { childId, checks: checks.length, causes }, enquiries, at, step)
    await tellRecipients(hub, news, row, at, step)
  }
  step.puts.push(...rows.puts(hub), ...children.puts(hub), ...cases.puts(), ...enquiries.puts())
  return step
}

/**
 * Whether there may be anything to do: of most children there is nothing but checks that reach no level, and for them the
 * store is neither read nor written. What a row says lowers what checks reach, unless it says that others are linked.
 */
function mayMatter(hub: HubContext, news: News, apart: Apart, upTo: number, at: number): boolean {
  const { childId, checks, withdrawn } = news
  if (withdrawn.length > 0 || apart.has(childId) || checks.some(({ known }) => known !== 'known')) return true
  if (hub.assessed.tracks.get(nameOf(childId))?.hasRow === true) return true
  const { rank, unread: count } = weighChild(hub, { childId, row: NO_ROW, fresh: checks, upTo }, at)
  return rank > 0 || count > 0
}

/** Marks what was taken back, in the rows of the ids that the agencies signed for. */
async function withdraw(hub: HubContext, rows: HistoryTable, all: readonly News[]): Promise<void> {
  await rows.include(
    hub,
    all.map(({ childId }) => childId),
  )
  for (const { childId, withdrawn } of all) {
    if (withdrawn.length > 0) hub.assessed.tracks.drop(nameOf(childId))
    for (const { entry: position, row } of withdrawn)
      rows.set(childId, marked(rows.get(childId), { position, row, withdrawn: true }))
  }
}

/** News with the child that it belongs to: of an id that is linked, the one it is linked to. */
async function atRoots(hub: HubContext, rows: HistoryTable, all: readonly News[]): Promise<readonly News[]> {
  const found = new Map<string, News>()
  for (let open = all; open.length > 0; ) {
    await rows.include(
      hub,
      open.map(({ childId }) => childId),
    )
    const elsewhere: News[] = []
    for (const news of open) {
      const { joinedTo } = rows.get(news.childId)
      const name = nameOf(news.childId)
      const other = found.get(name)
      if (joinedTo !== undefined) elsewhere.push({ ...news, childId: joinedTo.childId })
      else found.set(name, other === undefined ? news : together(other, news))
    }
    open = elsewhere
  }
  return [...found.values()]
}

function together(one: News, other: News): News {
  return {
    childId: one.childId,
    checks: [...one.checks, ...other.checks],
    withdrawn: [...one.withdrawn, ...other.withdrawn],
  }
}

/** The first check of each agency on a child who has an enquiry, or is to have one. */
async function causesOf(
  hub: HubContext,
  child: ChildRow | undefined,
  { checks }: News,
): Promise<readonly EnquiryCause[]> {
  if (child === undefined) return []
  if (child.status === 'registered' && !child.shielded && child.enquiry === undefined) return []
  const first = new Map(checks.toReversed().map((check) => [check.agency, check]))
  const inOrder = checks.filter((check) => first.get(check.agency) === check)
  return Promise.all(
    inOrder.map(async ({ agency, position }) => {
      const leaf = await leafAt(hub, position)
      if (leaf === undefined || leaf.bytes.length === 0)
        throw new IndexError('ERR_STORE_DAMAGED', 'a check that the journal accepted is missing beside it')
      return { agency, reference: decodeCheck(leaf.bytes).reference, checkId: checkIdOf(leaf.hash) }
    }),
  )
}

/** A withdrawal hides nothing and closes nothing; whoever was ever sent a referral about the child is told. */
async function tellRecipients(
  hub: HubContext,
  { withdrawn }: News,
  row: HistoryRow,
  at: number,
  step: Step,
): Promise<void> {
  if (withdrawn.length === 0 || row.case === undefined) return
  const numbers = [...(row.earlierCases ?? []), row.case]
  const files = await hub.shelf.get('case', numbers.map(numberKey))
  const amended = await amendReferrals(
    hub,
    files.flatMap((file) => file?.referrals ?? []),
    at,
  )
  step.drafts.push(...amended.drafts)
  step.puts.push(...amended.puts)
}
