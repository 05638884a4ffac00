import { decodeLink } from '../../case/link.js'
import type { ChildId } from '../../child/identifiers.js'
import { IndexError } from '../../errors.js'
import { historyRows } from '../checks/history-rows.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'

/** A link that stands, as the histories know it. */
export interface StandingLink {
  readonly from: ChildId
  readonly into: ChildId
  /** Journal position of its entry. */
  readonly position: number
}

/** The id whose history holds the checks of an id, once every link is followed. */
export async function rootOf(hub: HubContext, childId: ChildId): Promise<ChildId> {
  let id = childId
  for (;;) {
    const [row] = await historyRows(hub, [id])
    if (row?.joinedTo === undefined) return id
    id = row.joinedTo.childId
  }
}

/** Every link that leads to an id, at once or by others: nearest first. */
export async function linksInto(hub: HubContext, childId: ChildId): Promise<readonly StandingLink[]> {
  const links: StandingLink[] = []
  for (let ids: readonly ChildId[] = [childId]; ids.length > 0; ) {
    const rows = await historyRows(hub, ids)
    const below = rows.flatMap((row) => row?.joined ?? [])
    const joined = await historyRows(hub, below)
    for (const [index, from] of below.entries()) {
      const to = joined[index]?.joinedTo
      if (to === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a linked history does not say where it went')
      links.push({ from, into: to.childId, position: to.position })
    }
    ids = below
  }
  return links
}

/** Positions of the links that lead from any of these ids to where all the links lead. */
export function linksOnTheWay(links: readonly StandingLink[], ids: readonly ChildId[]): readonly number[] {
  return [...new Set(ids.flatMap((id) => wayOf(links, id).map(({ position }) => position)))].sort((a, b) => a - b)
}

/** The links from one id to where they end, in order. */
export function wayOf(links: readonly StandingLink[], id: ChildId): readonly StandingLink[] {
  const byFrom = new Map(links.map((link) => [nameOf(link.from), link]))
  const way: StandingLink[] = []
  for (let link = byFrom.get(nameOf(id)); link !== undefined; link = byFrom.get(nameOf(link.into))) way.push(link)
  return way
}

/** The officers who signed the links that lead to a child. */
export async function signersOf(hub: HubContext, childId: ChildId): Promise<readonly string[]> {
  const links = await linksInto(hub, childId)
  const signed = await Promise.all(
    links.map(async ({ position }) => {
      const { entry } = await hub.ledger.readOne(position)
      if (entry?.type !== 'link') throw new IndexError('ERR_STORE_DAMAGED', 'a link is not where the history says')
      return decodeLink(entry.body).statements.map(({ officer }) => officer)
    }),
  )
  return signed.flat()
}
