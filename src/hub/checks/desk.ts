import { equalBytes } from '../../bytes.js'
import { contentHash } from '../../check/canonical.js'
import type { Known } from '../../check/receipt.js'
import type { ChildId } from '../../child/identifiers.js'
import { type ChildTable, knownAs } from '../children/children.js'
import { faceOf, includeFaces, isHidden } from '../children/face.js'
import type { Candidate, Refusal } from '../children/read-rows.js'
import { loadStanding, standing } from '../children/standing.js'
import type { HubContext } from '../context.js'
import type { ReferenceRow } from '../rows.js'
import type { WatchedCheck } from '../watch/watch.js'
import { type CheckCounts, checkCounts } from './check-counts.js'
import type { Recorded } from './record-checks.js'
import { referenceRow, referencesOf } from './references.js'

/** What the checks of one agency are held against in one commit, those of the same commit that came before included. */
export interface Desk {
  readonly agency: string
  readonly counts: CheckCounts
  /** The new ones, for the watch over look-ups. */
  readonly watched: readonly WatchedCheck[]
  /** What a reference stands for already. */
  earlier(reference: string): ReferenceRow | undefined
  /** Whether it is the same content about the same child, also where that child has another id by now. */
  isSame(earlier: ReferenceRow, candidate: Candidate): boolean
  /** What agencies are told of a child; undefined where there is none. */
  known(childId: ChildId): Known | undefined
  add(recorded: Recorded): void
}

interface OfAgency {
  readonly agency: { readonly id: string }
  readonly rows: readonly (Candidate | Refusal)[]
}

/** A desk for each agency that something came from, with everything read that its checks need. */
export async function openDesks(
  hub: HubContext,
  all: readonly OfAgency[],
  at: number,
): Promise<{ of(agency: string): Desk; all(): Iterable<Desk> }> {
  const candidates = new Map<string, Candidate[]>()
  for (const { agency, rows } of all) {
    const those = candidates.get(agency.id) ?? []
    for (const row of rows) if ('check' in row) those.push(row)
    candidates.set(agency.id, those)
  }
  const used = new Map<string, ReadonlyMap<string, ReferenceRow>>()
  const ids: ChildId[] = []
  for (const [agency, those] of candidates) {
    const stored = await referencesOf(
      hub,
      agency,
      those.map(({ check }) => check.reference),
    )
    used.set(agency, stored)
    for (const { childId } of those) ids.push(childId)
    for (const { childId } of stored.values()) ids.push(childId)
  }
  const children = await childrenUnder(hub, ids)
  const desks = new Map<string, Desk>()
  for (const [agency, stored] of used) desks.set(agency, deskOf(hub, agency, stored, children, at))
  return { of: (agency) => desks.get(agency) as Desk, all: () => desks.values() }
}

/** The children that checks are about and that there is more to know of than that they are here, with the faces of those that are hidden. */
export async function childrenUnder(hub: HubContext, ids: readonly ChildId[]): Promise<ChildTable> {
  const others = ids.filter((id) => !hub.plain.has(id))
  const children = await loadStanding(hub, others)
  const hidden: ChildId[] = []
  for (const id of others) {
    const child = standing(children, id)
    if (child !== undefined && isHidden(child)) hidden.push(id)
    const own = children.get(id)
    if (own !== undefined) hub.plain.remember(own)
  }
  if (hidden.length > 0) await includeFaces(hub, children, hidden)
  return children
}

/** What agencies are told of a child, undefined where there is none. */
export function knownNow(hub: HubContext, children: ChildTable, childId: ChildId): Known | undefined {
  if (hub.plain.has(childId)) return 'known'
  const child = standing(children, childId)
  return child === undefined ? undefined : knownAs(faceOf(hub, children, child))
}

/** The id that a child's own history is under; undefined where there is no child. */
function rootOf(hub: HubContext, children: ChildTable, childId: ChildId): ChildId | undefined {
  return hub.plain.has(childId) ? childId : standing(children, childId)?.childId
}

function deskOf(
  hub: HubContext,
  agency: string,
  stored: ReadonlyMap<string, ReferenceRow>,
  children: ChildTable,
  at: number,
): Desk {
  const added = new Map<string, Recorded>()
  const watched: WatchedCheck[] = []
  return {
    agency,
    counts: checkCounts(hub, agency, at),
    watched,
    earlier(reference) {
      const before = stored.get(reference)
      if (before !== undefined) return before
      const now = added.get(reference)
      return now && referenceRow(now.candidate.check, { ...now, ...now.candidate })
    },
    isSame: (earlier, candidate) => isSame(hub, earlier, candidate, children),
    known: (childId) => knownNow(hub, children, childId),
    add(recorded) {
      const { check, childId } = recorded.candidate
      added.set(check.reference, recorded)
      watched.push({ practitioner: check.practitioner, childId })
    },
  }
}

function isSame(hub: HubContext, earlier: ReferenceRow, { check, childId }: Candidate, children: ChildTable): boolean {
  if (equalBytes(earlier.content, contentHash(check, childId))) return true
  const [then, now] = [earlier.childId, childId].map((id) => rootOf(hub, children, id))
  return (
    then !== undefined &&
    now !== undefined &&
    equalBytes(then, now) &&
    equalBytes(earlier.content, contentHash(check, earlier.childId))
  )
}
