import { decodeBatchEntry } from '../../check/batch.js'
import { checkIdOf, decodeCheck } from '../../check/canonical.js'
import { parseWithdrawalEntry } from '../../check/withdrawal.js'
import { type ChildId, fromAgencyChildId } from '../../child/identifiers.js'
import { rosterAt } from '../../roster/history.js'
import { agencyOf } from '../../roster/roster.js'
import { ChildTable } from '../children/children.js'
import { type HubContext, identifierKeyOf, roster } from '../context.js'
import { enquiryCounters, loadCounter } from '../counters.js'
import { nameOf } from '../custodians/custodians.js'
import { type EnquiryCause, pursue } from '../enquiries/enquiries.js'
import type { ReadEntry } from '../ledger.js'
import { applyLink } from '../links/join.js'
import { amendReferrals } from '../referrals/referrals.js'
import type { HistoryCheck, HistoryRow } from '../rows.js'
import { numberKey } from '../shelf.js'
import { childOfCheck, historyKey, loadWatermark, NO_HISTORY } from './history.js'
import { assessChild, type CaseNews, Step } from './raise.js'
import { movedBy, underPolicyAt } from './reassess.js'

/** Journal entries that one step works through. */
const ENTRIES_PER_STEP = 64

type JoinedTo = NonNullable<HistoryRow['joinedTo']>

/** What the journal says about one child since the last step. */
interface News {
  readonly childId: ChildId
  readonly checks: HistoryCheck[]
  readonly withdrawn: string[]
  /** The first check of each agency. */
  readonly causes: EnquiryCause[]
}

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
 * Brings the projection up to the journal's head: histories grow, levels are assessed, cases and enquiries are opened.
 * One step is one commit with the watermark in it, so that a crash repeats a step or has done it, never half.
 */
export async function assessNews(hub: HubContext): Promise<StepResult> {
  let result: StepResult = { more: false, isPassDue: false, news: [], unassessed: 0 }
  await hub.ledger.write(async (position, at) => {
    const watermark = await loadWatermark(hub)
    const row = underPolicyAt(hub, watermark.row, at)
    const isPassDue = row.reassessing !== undefined
    result = { more: false, isPassDue, news: [], unassessed: row.unassessed ?? 0 }
    const entries = upToLink(await hub.ledger.read(row.position, ENTRIES_PER_STEP))
    const last = entries.at(-1)
    if (last === undefined) return undefined
    const step =
      last.entry?.type === 'link'
        ? await applyLink(hub, last.position, last.entry.body, at)
        : await applyNews(hub, await newsByChild(hub, entries), at)
    const more = last.position + 1 < position
    // At the head, the step's own case and enquiry entries follow at once; they hold nothing to project.
    const passed = last.position + 1 + (more ? 0 : step.drafts.length)
    const moved = movedBy(step, { ...row, position: passed })
    result = { more, isPassDue, news: step.news, unassessed: moved.unassessed ?? 0 }
    return {
      drafts: step.drafts,
      expects: [watermark.raw],
      puts: [...step.puts, hub.shelf.put('meta', watermark.key, moved)],
    }
  })
  return result
}

/** What comes before the first link; a link itself is a step of its own, because it moves what the others would change. */
function upToLink(entries: readonly ReadEntry[]): readonly ReadEntry[] {
  const first = entries.findIndex(({ entry }) => entry?.type === 'link')
  return first < 0 ? entries : entries.slice(0, Math.max(1, first))
}

async function newsByChild(hub: HubContext, entries: readonly ReadEntry[]): Promise<ReadonlyMap<string, News>> {
  const byChild = new Map<string, News>()
  const of = (childId: ChildId): News => {
    const name = nameOf(childId)
    let news = byChild.get(name)
    if (news === undefined) {
      news = { childId, checks: [], withdrawn: [], causes: [] }
      byChild.set(name, news)
    }
    return news
  }
  for (const { position, entry } of entries) {
    if (entry?.type === 'check-batch') await readBatch(hub, position, entry.body, of)
    if (entry?.type === 'withdrawal' || entry?.type === 'correction') {
      const { withdrawal, position: at } = parseWithdrawalEntry(entry.body)
      const childId = await childOfCheck(hub, at)
      if (childId !== undefined) of(childId).withdrawn.push(withdrawal.checkId)
    }
  }
  return byChild
}

async function readBatch(
  hub: HubContext,
  position: number,
  body: Uint8Array,
  of: (childId: ChildId) => News,
): Promise<void> {
  const { batch, accepted } = decodeBatchEntry('check-batch/v1', body)
  const agencyKind = agencyOf(rosterAt(hub.rosters(), position) ?? roster(hub), batch.agency)?.agencyKind ?? ''
  for (const leaf of await hub.ledger.leaves(position)) {
    if (accepted[leaf.row] !== true || leaf.bytes.length === 0) continue
    const check = decodeCheck(leaf.bytes)
    const id = checkIdOf(leaf.hash)
    const news = of(fromAgencyChildId(identifierKeyOf(hub, check.agency, check.epoch), check.agencyChildId))
    const { agency, incident, indicators, occurredAt } = check
    news.checks.push({ id, agency, agencyKind, incident, indicators, occurredAt, position, row: leaf.row })
    if (news.causes.every((cause) => cause.agency !== agency))
      news.causes.push({ agency, reference: check.reference, checkId: id })
  }
}

async function applyNews(hub: HubContext, byChild: ReadonlyMap<string, News>, at: number): Promise<Step> {
  const all = await atRoots(hub, [...byChild.values()])
  const step = new Step()
  const children = await ChildTable.load(
    hub,
    all.map(({ news }) => news.childId),
  )
  const cases = await loadCounter(hub, 'case')
  const enquiries = await enquiryCounters(hub)
  for (const { news, before } of all) {
    const history = withNews(before, news)
    const isHoney = children.get(news.childId)?.isHoney === 1
    const childOf = async (): Promise<ChildId | undefined> => (isHoney ? undefined : news.childId)
    const assessed = await assessChild(hub, history, childOf, cases, at, step)
    step.puts.push(hub.shelf.put('history', historyKey(hub, news.childId), assessed))
    await pursue(hub, children, { ...news, checks: news.checks.length }, enquiries, at, step)
    await tellRecipients(hub, news, history, at, step)
  }
  step.puts.push(...children.puts(hub), ...cases.puts(), ...enquiries.puts())
  return step
}

interface NewsAndHistory {
  readonly news: News
  readonly before: HistoryRow
}

/** News with the history that it belongs to: of an id that is linked, that of the one it is linked to. */
async function atRoots(hub: HubContext, all: readonly News[]): Promise<readonly NewsAndHistory[]> {
  const found = new Map<string, NewsAndHistory>()
  for (let open = all; open.length > 0; ) {
    const histories = await hub.shelf.get(
      'history',
      open.map(({ childId }) => historyKey(hub, childId)),
    )
    const elsewhere: News[] = []
    for (const [index, news] of open.entries()) {
      const before = histories[index] ?? NO_HISTORY
      const name = nameOf(news.childId)
      const other = found.get(name)?.news
      if (before.joinedTo !== undefined) elsewhere.push(linkedNews(news, before.joinedTo))
      else found.set(name, { news: other === undefined ? news : together(other, news), before })
    }
    open = elsewhere
  }
  return [...found.values()]
}

function linkedNews({ childId, checks, ...rest }: News, { childId: to, position }: JoinedTo): News {
  const moved = checks.map((check) => ({
    ...check,
    of: check.of ?? childId,
    countsFrom: Math.max(position, check.countsFrom ?? 0),
  }))
  return { ...rest, childId: to, checks: moved }
}

function together(one: News, other: News): News {
  return {
    childId: one.childId,
    checks: [...one.checks, ...other.checks],
    withdrawn: [...one.withdrawn, ...other.withdrawn],
    causes: [...one.causes, ...other.causes],
  }
}

function withNews(history: HistoryRow, { checks, withdrawn }: News): HistoryRow {
  const gone = new Set(withdrawn)
  const all = [...history.checks, ...checks]
  return { ...history, checks: all.map((check) => (gone.has(check.id) ? { ...check, withdrawn: true } : check)) }
}

/** A withdrawal hides nothing and closes nothing; whoever was ever sent a referral about the child is told. */
async function tellRecipients(
  hub: HubContext,
  { withdrawn }: News,
  history: HistoryRow,
  at: number,
  step: Step,
): Promise<void> {
  if (withdrawn.length === 0 || history.case === undefined) return
  const numbers = [...(history.earlierCases ?? []), history.case]
  const files = await hub.shelf.get('case', numbers.map(numberKey))
  const amended = await amendReferrals(
    hub,
    files.flatMap((file) => file?.referrals ?? []),
    at,
  )
  step.drafts.push(...amended.drafts)
  step.puts.push(...amended.puts)
}
