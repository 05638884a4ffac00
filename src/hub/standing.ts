import type { ChildId } from '../child/identifiers.js'
import type { HubContext } from './context.js'
import { ChildTable } from './resolve.js'
import type { ChildRow } from './rows.js'

/** The children under these ids, and with them those that they are linked to: what `standing` needs. */
export async function loadStanding(hub: HubContext, ids: readonly ChildId[]): Promise<ChildTable> {
  let wanted = ids
  for (;;) {
    const children = await ChildTable.load(hub, wanted)
    const missing = wanted.flatMap((id) => {
      const next = children.get(id)?.linkedTo
      return next === undefined || children.get(next) !== undefined ? [] : [next]
    })
    if (missing.length === 0) return children
    wanted = [...wanted, ...missing]
  }
}

/** The child that an id stands for once every link is followed; undefined where there is none. */
export function standing(children: Pick<ChildTable, 'get'>, id: ChildId): ChildRow | undefined {
  let row = children.get(id)
  // Officers link only ids that stand for themselves, so the links have no way round.
  while (row?.linkedTo !== undefined) row = children.get(row.linkedTo)
  return row
}
