import type { JournalPosition } from '../../check/receipt.js'
import { parseWithdrawalEntry } from '../../check/withdrawal.js'
import type { ChildId } from '../../child/identifiers.js'
import type { IndexedCheck } from '../check-index/check-index.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import type { ReadEntry } from '../ledger.js'
import { childOfCheck } from './history.js'

/** Journal entries, and checks in them, that one step works through. */
const ENTRIES_PER_STEP = 4_096
const CHECKS_PER_STEP = 65_536

/** What the journal says about one child since the last step. */
export interface News {
  readonly childId: ChildId
  readonly checks: readonly IndexedCheck[]
  readonly withdrawn: readonly JournalPosition[]
}

/** What a step works through: the entries before `upTo`. */
export interface Unread {
  readonly upTo: number
  readonly checks: number
  readonly children: readonly News[]
  /** A link is a step of its own, because it moves what the others would change. */
  readonly link?: { readonly position: number; readonly body: Uint8Array } | undefined
}

/** What the journal holds from a position up to its head, or as much of it as one step takes; checks come from the index. */
export async function unread(hub: HubContext, from: number, head: number): Promise<Unread | undefined> {
  if (from >= head) return undefined
  const { checks, upTo } = checksFrom(hub, from, Math.min(head, from + ENTRIES_PER_STEP))
  const others = await entriesBeside(hub, from, upTo, new Set(checks.map(({ position }) => position.entry)))
  const link = others.find(({ entry }) => entry?.type === 'link')
  if (link?.position === from)
    return { upTo: from + 1, checks: 0, children: [], link: { position: from, body: link.entry?.body ?? NO_BODY } }
  const end = link?.position ?? upTo
  const read = checks.filter(({ position }) => position.entry < end)
  return { upTo: end, checks: read.length, children: await byChild(hub, read, others, end) }
}

const NO_BODY = new Uint8Array(0)

/** Checks of whole batches. */
function checksFrom(hub: HubContext, from: number, to: number): { checks: readonly IndexedCheck[]; upTo: number } {
  const checks: IndexedCheck[] = []
  for (const check of hub.checks.between(from, to)) {
    const { entry } = check.position
    if (checks.length >= CHECKS_PER_STEP && entry !== checks.at(-1)?.position.entry) return { checks, upTo: entry }
    checks.push(check)
  }
  return { checks, upTo: to }
}

/** The entries that are no batches of checks: of those the index says all. */
async function entriesBeside(
  hub: HubContext,
  from: number,
  to: number,
  batches: ReadonlySet<number>,
): Promise<readonly ReadEntry[]> {
  const entries: ReadEntry[] = []
  for (let start = from; start < to; ) {
    let end = start
    while (end < to && !batches.has(end)) end += 1
    if (end > start) entries.push(...(await hub.ledger.read(start, end - start)))
    start = end + 1
  }
  return entries
}

async function byChild(
  hub: HubContext,
  checks: readonly IndexedCheck[],
  others: readonly ReadEntry[],
  end: number,
): Promise<readonly News[]> {
  const children = new Map<string, { childId: ChildId; checks: IndexedCheck[]; withdrawn: JournalPosition[] }>()
  const of = (childId: ChildId) => {
    const name = nameOf(childId)
    const found = children.get(name) ?? { childId, checks: [], withdrawn: [] }
    children.set(name, found)
    return found
  }
  for (const check of checks) of(check.childId).checks.push(check)
  for (const { position, entry } of others) {
    if (position >= end || (entry?.type !== 'withdrawal' && entry?.type !== 'correction')) continue
    const { position: place } = parseWithdrawalEntry(entry.body)
    const childId = await childOfCheck(hub, place)
    if (childId !== undefined) of(childId).withdrawn.push(place)
  }
  return [...children.values()]
}
