import type { ChildId } from '../../child/identifiers.js'
import type { HubContext } from '../context.js'
import type { ChildRow } from '../rows.js'
import { ChildTable } from './children.js'

/** The children under these ids, and with them those that they are linked to: what `standing` needs. */
export async function loadStanding(hub: HubContext, ids: readonly ChildId[]): Promise<ChildTable> {
  const children = ChildTable.empty()
  await includeStanding(hub, children, ids)
  return children
}

/** Reads the rows of more children, and of those that they are linked to. */
export async function includeStanding(hub: HubContext, children: ChildTable, ids: readonly ChildId[]): Promise<void> {
  for (let wanted = ids; wanted.length > 0; ) {
    await children.include(hub, wanted)
    wanted = wanted.flatMap((id) => {
      const next = children.get(id)?.linkedTo
      return next === undefined || children.get(next) !== undefined ? [] : [next]
    })
  }
}

/** The child that an id stands for once every link is followed; undefined where there is none. */
export function standing(children: Pick<ChildTable, 'get'>, id: ChildId): ChildRow | undefined {
  let row = children.get(id)
  // Officers link only ids that stand for themselves, so the links have no way round.
  while (row?.linkedTo !== undefined) row = children.get(row.linkedTo)
  return row
}
