import { toHex } from '../../bytes.js'
import { asChildId, type ChildId } from '../../child/identifiers.js'
import type { HubContext } from '../context.js'
import { type Put, pages } from '../shelf.js'

/** Where a row must name a child, and the one that it named is erased. */
export const NO_CHILD: ChildId = asChildId(new Uint8Array(16))

const PAGE = 1_000

/**
 * What was asked for a child keeps its number and its time, so that who asked is answered, and says no longer of whom it is: there is
 * nothing to tell any more.
 */
export async function namelessRequests(hub: HubContext, ids: readonly ChildId[]): Promise<readonly Put[]> {
  const names = new Set(ids.map(toHex))
  const puts: Put[] = []
  for await (const rows of pages(hub.shelf, 'account', PAGE)) {
    for (const { key, value } of rows) {
      if ('childId' in value && names.has(toHex(value.childId)))
        puts.push(hub.shelf.put('account', key, { ...value, childId: NO_CHILD }))
    }
  }
  return puts
}
