import { checkIdOf, decodeCheck } from '../../check/canonical.js'
import type { JournalPosition } from '../../check/receipt.js'
import { type ChildId, fromAgencyChildId } from '../../child/identifiers.js'
import { IndexError } from '../../errors.js'
import type { AssessedCheck } from '../../policy/history.js'
import { incidentOf, indicatorOf, type Policy } from '../../policy/policy.js'
import { rosterAt } from '../../roster/history.js'
import { agencyOf } from '../../roster/roster.js'
import type { StoredLeaf } from '../../store/port.js'
import type { IndexedCheck } from '../check-index/check-index.js'
import { type HubContext, identifierKeyOf, roster } from '../context.js'
import { linksInto, wayOf } from '../links/linked.js'
import type { CheckMark, HistoryRow } from '../rows.js'
import { HistoryTable } from './history-rows.js'
import { loadWatermark } from './watermark.js'

/** A check as the assessment needs it; the signed bytes stay beside the journal. */
export interface HistoryCheck {
  /** Its place, in an outline. */
  readonly id: string
  readonly agency: string
  readonly agencyKind: string
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly position: number
  readonly row: number
  readonly withdrawn?: true | undefined
  /** The id that the agency signed for, where it is linked to the one whose history this is. */
  readonly of?: ChildId | undefined
  /** Somebody whom it is about says that it is wrong, and its agency did not agree. */
  readonly disputed?: true | undefined
  /** Journal position of the link that brought it here: before that, nobody had seen it with the others. */
  readonly countsFrom?: number | undefined
}

/** What is known of one child: its checks, and what its row says. */
export interface History extends HistoryRow {
  /** Of every id that is linked to it, too; none for an id that is linked to another. */
  readonly checks: readonly HistoryCheck[]
}

/**
 * The history of a child, as far as the journal has been assessed. The index has checks as soon as they are recorded, and
 * what officers do rests on what was assessed: they close, open and determine over nothing that may yet raise the level.
 */
export async function historyOf(hub: HubContext, childId: ChildId): Promise<History> {
  return withIds(hub, await outlineOf(hub, childId))
}

/** The same with places in place of check ids, which are read one by one. */
export async function outlineOf(hub: HubContext, childId: ChildId): Promise<History> {
  const { row } = await loadWatermark(hub)
  // The index may lie behind what another process has assessed.
  await hub.ledger.notice()
  return outlineWithin(hub, new HistoryTable(), childId, row.position)
}

/** An outline over the checks at positions before `upTo`, with the rows as a step leaves them. */
export async function outlineWithin(
  hub: HubContext,
  rows: HistoryTable,
  childId: ChildId,
  upTo: number,
): Promise<History> {
  await rows.include(hub, [childId])
  const row = rows.get(childId)
  if (row.joinedTo !== undefined) return { ...row, checks: [] }
  const own = markedChecks(hub, childId, row, upTo)
  if (row.joined === undefined) return { ...row, checks: own }
  const links = await linksInto(hub, childId)
  const ids = links.map(({ from }) => from)
  await rows.include(hub, ids)
  const brought = ids.flatMap((of) => {
    const countsFrom = Math.max(...wayOf(links, of).map(({ position }) => position))
    return markedChecks(hub, of, rows.get(of), upTo).map((check) => ({ ...check, of, countsFrom }))
  })
  return { ...row, checks: [...own, ...brought] }
}

/** Checks that agencies signed for an id, at positions before `upTo`, with what its row says of them. */
export function markedChecks(
  hub: HubContext,
  childId: ChildId,
  { marks = [] }: HistoryRow,
  upTo: number,
): readonly HistoryCheck[] {
  const said = new Map(marks.map((mark) => [nameOfPlace(mark), mark]))
  const checks: HistoryCheck[] = []
  for (const check of hub.checks.ofChild(childId)) {
    if (check.position.entry < upTo) checks.push(asStanding(hub, check, said))
  }
  return checks
}

const NOTHING_SAID: ReadonlyMap<string, CheckMark> = new Map()

/** A check as an outline has it. */
export function asStanding(
  hub: HubContext,
  { agency, incident, indicators, occurredAt, position: { entry: position, row } }: IndexedCheck,
  said: ReadonlyMap<string, CheckMark> = NOTHING_SAID,
): HistoryCheck {
  const id = nameOfPlace({ position, row })
  const check = {
    id,
    agency,
    agencyKind: kindOf(hub, agency, position),
    incident,
    indicators,
    occurredAt,
    position,
    row,
  }
  const mark = said.get(id)
  return mark === undefined ? check : { ...check, ...mark }
}

function nameOfPlace({ position, row }: Pick<CheckMark, 'position' | 'row'>): string {
  return `${position}/${row}`
}

/** What an agency was when the roster of this position held. */
function kindOf(hub: HubContext, agency: string, position: number): string {
  return agencyOf(rosterAt(hub.rosters(), position) ?? roster(hub), agency)?.agencyKind ?? ''
}

/** The history of an outline: with the ids of its checks, which are the hashes of their leaves. */
export async function withIds(hub: HubContext, outline: History): Promise<History> {
  const hashes = await hub.store.hashes(outline.checks)
  const checks = outline.checks.map((check, at) => {
    const hash = hashes[at]
    if (hash === undefined)
      throw new IndexError('ERR_STORE_DAMAGED', 'a check that the journal accepted is missing beside it')
    return { ...check, id: checkIdOf(hash) }
  })
  return { ...outline, checks }
}

/** What lies beside the journal at a place; undefined where nothing does. */
export async function leafAt(
  hub: Pick<HubContext, 'store'>,
  { entry, row }: JournalPosition,
): Promise<StoredLeaf | undefined> {
  const [leaf] = await hub.store.leaves(entry, row, 1)
  return leaf?.row === row ? leaf : undefined
}

/**
 * The checks of a history as a policy takes them: one that stands twice is one check, and one that a link brought is as
 * new as the link.
 */
export function assessedChecks(checks: readonly HistoryCheck[]): readonly AssessedCheck[] {
  const each = new Map<string, AssessedCheck>()
  for (const { row: _, of: _id, countsFrom = 0, withdrawn, disputed: _said, ...check } of checks) {
    if (each.has(check.id)) continue
    const seen = countsFrom > check.position ? { ...check, position: countsFrom } : check
    each.set(check.id, withdrawn ? { ...seen, withdrawn } : seen)
  }
  return [...each.values()]
}

/**
 * The checks of a history that a policy can read. Adding a check never lowers a level, so what these reach, all of them
 * reach. There is nothing to leave out as long as every policy keeps the codes of the one before; were it otherwise, one
 * child's check must not keep every other child from being assessed.
 */
export function readableChecks(policy: Policy, { checks }: Pick<History, 'checks'>): readonly AssessedCheck[] {
  return assessedChecks(checks).filter(
    ({ incident, indicators }) =>
      incidentOf(policy, incident) !== undefined && indicators.every((code) => indicatorOf(policy, code) !== undefined),
  )
}

/** T: the later of the hub's clock and the latest accepted check, since a few minutes ahead count at once. */
export function instantOf({ checks }: Pick<History, 'checks'>, now: number): number {
  return checks.reduce((latest, { occurredAt }) => Math.max(latest, occurredAt), now)
}

/** The child of a check, from what its agency signed; undefined where there is none, or it was erased. */
export async function childOfCheck(hub: HubContext, place: JournalPosition): Promise<ChildId | undefined> {
  const leaf = await leafAt(hub, place)
  if (leaf === undefined || leaf.bytes.length === 0) return undefined
  const { agency, epoch, agencyChildId } = decodeCheck(leaf.bytes)
  return fromAgencyChildId(identifierKeyOf(hub, agency, epoch), agencyChildId)
}
