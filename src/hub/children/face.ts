import { asChildId, type ChildId } from '../../child/identifiers.js'
import type { HubContext } from '../context.js'
import type { ChildRow } from '../rows.js'
import type { ChildTable } from './children.js'
import { standing } from './standing.js'

/**
 * The face of a shielded child: the provisional child that agencies know it as. It is made when an agency first asks by one
 * of its numbers, of what that question said and of nothing else, and is found again like any child whom nobody registered; only the
 * id that is answered is the child's own, so that checks are its checks. What the child is registered under plays no part: a question
 * that says more, or something else, gets the answer that there would be without the registration.
 */
export function faceId(hub: Pick<HubContext, 'shelf'>, childId: ChildId): ChildId {
  return asChildId(hub.shelf.key('child', 'face', childId))
}

/** The row by which agencies are answered about a child. */
export function faceOf(hub: Pick<HubContext, 'shelf'>, children: Pick<ChildTable, 'get'>, row: ChildRow): ChildRow {
  return isHidden(row) ? (children.get(faceId(hub, row.childId)) ?? row) : row
}

/** Reads the rows that `faceOf` needs for the children under these ids. */
export async function includeFaces(hub: HubContext, children: ChildTable, ids: readonly ChildId[]): Promise<void> {
  const faces = ids.map((id) => faceId(hub, standing(children, id)?.childId ?? id))
  await children.include(hub, faces)
}

export function isHidden({ status, shielded }: ChildRow): boolean {
  return status === 'registered' && shielded
}

/** The child id that agencies see theirs of. */
export function answeredId({ answeredAs, childId }: ChildRow): ChildId {
  return answeredAs ?? childId
}
