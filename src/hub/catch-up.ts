import { atLevel, type CaseFile, type LevelEvent, raisedCase } from '../case/case.js'
import { decodeBatchEntry } from '../check/batch.js'
import { checkIdOf, decodeCheck } from '../check/canonical.js'
import type { JournalPosition } from '../check/receipt.js'
import { type ChildId, fromAgencyChildId } from '../child/identifiers.js'
import { toJsonBytes } from '../json.js'
import { assess } from '../policy/assess.js'
import { levelRank } from '../policy/policy.js'
import { rosterAt } from '../roster/history.js'
import { agencyOf } from '../roster/roster.js'
import { type HubContext, identifierKeyOf, roster } from './context.js'
import { type Counter, loadCounter } from './counters.js'
import { nameOf } from './custodians.js'
import { type EnquiryCause, newEnquiry } from './enquiries.js'
import { assessedChecks, historyKey, instantOf, loadWatermark } from './history.js'
import type { Draft, ReadEntry, Writes } from './ledger.js'
import { amendReferrals } from './referrals.js'
import { ChildTable } from './resolve.js'
import type { HistoryCheck, HistoryRow } from './rows.js'
import { numberKey } from './shelf.js'
import { parseWithdrawalEntry } from './withdraw.js'

/** Journal entries that one step works through. */
const ENTRIES_PER_STEP = 64

/** What the journal says about one child since the last step. */
interface News {
  readonly childId: ChildId
  readonly checks: HistoryCheck[]
  readonly withdrawn: string[]
  cause: EnquiryCause | undefined
}

/** A change of level that someone may want to hear of. */
export interface CaseNews {
  readonly number: number
  readonly level: string
  readonly event: 'raised' | 'level-changed'
}

/**
 * Brings the projection up to the journal's head: histories grow, levels are assessed, cases and enquiries are opened.
 * Each step is one commit with the watermark in it, so that a crash repeats a step or has done it, never half.
 */
export async function catchUp(hub: HubContext, signal?: AbortSignal): Promise<readonly CaseNews[]> {
  const news: CaseNews[] = []
  for (;;) {
    signal?.throwIfAborted()
    const step = await oneStep(hub)
    news.push(...step.news)
    if (!step.more) return news
  }
}

async function oneStep(hub: HubContext): Promise<{ readonly more: boolean; readonly news: readonly CaseNews[] }> {
  let result: { readonly more: boolean; readonly news: readonly CaseNews[] } = { more: false, news: [] }
  await hub.ledger.write(async (position, at) => {
    const watermark = await loadWatermark(hub)
    const entries = await hub.ledger.read(watermark.position, ENTRIES_PER_STEP)
    const last = entries.at(-1)
    if (last === undefined) return undefined
    const byChild = await newsByChild(hub, entries)
    const change = await applyNews(hub, byChild, at)
    result = { more: last.position + 1 < position, news: change.news }
    // At the head, the step's own case and enquiry entries follow at once; they hold nothing to project.
    const passed = last.position + 1 + (result.more ? 0 : (change.writes.drafts ?? []).length)
    const moved = hub.shelf.put('meta', watermark.key, { kind: 'watermark', position: passed })
    return { ...change.writes, expects: [watermark.raw], puts: [...(change.writes.puts ?? []), moved] }
  })
  return result
}

async function newsByChild(hub: HubContext, entries: readonly ReadEntry[]): Promise<ReadonlyMap<string, News>> {
  const byChild = new Map<string, News>()
  const of = (childId: ChildId): News => {
    const name = nameOf(childId)
    let news = byChild.get(name)
    if (news === undefined) {
      news = { childId, checks: [], withdrawn: [], cause: undefined }
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
    news.cause ??= { agency, reference: check.reference, checkId: id }
  }
}

async function childOfCheck(hub: HubContext, { entry, row }: JournalPosition): Promise<ChildId | undefined> {
  const [leaf] = await hub.store.leaves(entry, row, 1)
  if (leaf === undefined || leaf.row !== row || leaf.bytes.length === 0) return undefined
  const { agency, epoch, agencyChildId } = decodeCheck(leaf.bytes)
  return fromAgencyChildId(identifierKeyOf(hub, agency, epoch), agencyChildId)
}

interface Change {
  readonly writes: Writes
  readonly news: readonly CaseNews[]
}

/** What one step writes, put together child by child. */
class Step {
  readonly drafts: Draft[] = []
  readonly puts: NonNullable<Writes['puts']>[number][] = []
  readonly news: CaseNews[] = []
}

async function applyNews(hub: HubContext, byChild: ReadonlyMap<string, News>, at: number): Promise<Change> {
  const all = [...byChild.values()]
  const step = new Step()
  const histories = await hub.shelf.get(
    'history',
    all.map(({ childId }) => historyKey(hub, childId)),
  )
  const children = await ChildTable.load(
    hub,
    all.map(({ childId }) => childId),
  )
  const cases = await loadCounter(hub, 'case')
  const enquiries = await loadCounter(hub, 'enquiry')
  for (const [index, news] of all.entries()) {
    const history = withNews(histories[index] ?? { checks: [], level: 'none' }, news)
    const assessed = await assessChild(hub, news.childId, history, cases, at, step)
    step.puts.push(hub.shelf.put('history', historyKey(hub, news.childId), assessed))
    await pursue(hub, children, news, enquiries, at, step)
    await tellRecipients(hub, news, history, at, step)
  }
  const puts = [...step.puts, ...children.puts(hub), ...cases.puts(), ...enquiries.puts()]
  return { writes: { drafts: step.drafts, puts }, news: step.news }
}

function withNews(history: HistoryRow, { checks, withdrawn }: News): HistoryRow {
  const gone = new Set(withdrawn)
  const all = [...history.checks, ...checks]
  return { ...history, checks: all.map((check) => (gone.has(check.id) ? { ...check, withdrawn: true } : check)) }
}

/** Raises a case when a level is newly reached, and raises its level when a higher one is. A case never falls by itself. */
async function assessChild(
  hub: HubContext,
  childId: ChildId,
  history: HistoryRow,
  cases: Counter,
  at: number,
  step: Step,
): Promise<HistoryRow> {
  const { policy, hash } = hub.policy()
  const asOf = instantOf(history, at)
  const verdict = assess(
    policy,
    assessedChecks(history),
    asOf,
    history.closedAt === undefined ? {} : { closedAt: history.closedAt },
  )
  if (levelRank(policy, verdict.level) <= levelRank(policy, history.level)) return history
  const known = history.level === 'none' ? undefined : history.case
  const number = known ?? cases.next()
  const event: LevelEvent = {
    event: known === undefined ? 'raised' : 'level-changed',
    case: number,
    childId,
    level: verdict.level,
    threshold: verdict.threshold,
    policyHash: hash,
    asOf,
    support: verdict.support,
  }
  const before: CaseFile | undefined = known === undefined ? undefined : await hub.shelf.one('case', numberKey(known))
  const file = before === undefined ? raisedCase(event, history.closedAt !== undefined, at) : atLevel(before, event, at)
  step.drafts.push({ type: 'case', body: toJsonBytes(event) })
  step.puts.push(hub.shelf.put('case', numberKey(number), file))
  step.news.push({ number, level: verdict.level, event: event.event })
  const earlierCases =
    history.case === undefined || history.case === number
      ? history.earlierCases
      : [...(history.earlierCases ?? []), history.case]
  return { ...history, case: number, earlierCases, level: verdict.level }
}

/** An unknown child has its enquiry: the first check opens it, later ones join it. */
async function pursue(
  hub: HubContext,
  children: ChildTable,
  news: News,
  enquiries: Counter,
  at: number,
  step: Step,
): Promise<void> {
  const child = children.get(news.childId)
  if (child === undefined || news.cause === undefined) return
  const before = child.enquiry === undefined ? undefined : await hub.shelf.one('enquiry', numberKey(child.enquiry))
  if (before?.status === 'open') {
    step.puts.push(
      hub.shelf.put('enquiry', numberKey(before.number), { ...before, checks: before.checks + news.checks.length }),
    )
    return
  }
  if (child.status === 'registered' && !child.shielded) return
  const { enquiry, draft } = await newEnquiry(enquiries.next(), child, news.cause, at)
  step.drafts.push(draft)
  step.puts.push(hub.shelf.put('enquiry', numberKey(enquiry.number), { ...enquiry, checks: news.checks.length }))
  children.set({ ...child, enquiry: enquiry.number })
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
