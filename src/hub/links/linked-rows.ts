import type { ChildId } from '../../child/identifiers.js'
import { IndexError } from '../../errors.js'
import { toJsonBytes } from '../../json.js'
import { GROUPS } from '../../seal/label.js'
import { loadWatermark } from '../checks/watermark.js'
import { ChildTable } from '../children/children.js'
import { recordKey } from '../children/register.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import type { Draft } from '../ledger.js'
import type { ChildRow } from '../rows.js'
import type { Put } from '../shelf.js'
import { linksInto, rootOf } from './linked.js'

/**
 * The child rows as a merge or a split leaves them: where the id leads, and shielding. All ids of one child are shielded
 * alike: the most protective of them decides, and what only a link made so ends with the link.
 */
export async function linkedRows(
  hub: HubContext,
  kind: 'merge' | 'split',
  { from, into }: { readonly from: ChildId; readonly into: ChildId },
): Promise<{ readonly drafts: readonly Draft[]; readonly puts: readonly Put[] }> {
  await requireLinksAssessed(hub)
  const left = await allIds(hub, from)
  const isLeaving = new Set(left.map(nameOf))
  const right = (await allIds(hub, await rootOf(hub, into))).filter((id) => !isLeaving.has(nameOf(id)))
  const children = await ChildTable.load(hub, [...left, ...right])
  const drafts: Draft[] = []
  for (const ids of kind === 'merge' ? [[...left, ...right]] : [left, right]) {
    for (const row of shieldedAlike(ids.flatMap((id) => children.get(id) ?? []))) {
      children.set(row)
      drafts.push({ type: 'shield', body: toJsonBytes({ childId: row.childId, shielded: row.shielded }) })
    }
  }
  const row = children.get(from)
  if (row === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a link names a child that is not there')
  const { linkedTo: _, ...alone } = row
  children.set(kind === 'merge' ? { ...alone, linkedTo: into } : alone)
  return { drafts, puts: [...children.puts(hub), ...(await supersede(hub, from, kind === 'merge'))] }
}

/** The rows that must change for all to be shielded if one is by itself. */
function shieldedAlike(rows: readonly ChildRow[]): readonly ChildRow[] {
  const isOwn = (row: ChildRow): boolean => row.shielded && row.shieldedByLink !== true
  const shielded = rows.some(isOwn)
  return rows
    .filter((row) => row.shielded !== shielded)
    .map(({ shieldedByLink: _, ...row }) =>
      shielded ? { ...row, shielded, shieldedByLink: true } : { ...row, shielded },
    )
}

async function allIds(hub: HubContext, id: ChildId): Promise<readonly ChildId[]> {
  return [id, ...(await linksInto(hub, id)).map(({ from }) => from)]
}

/** The histories say which ids are linked: a link that they do not know of yet could leave one out. */
async function requireLinksAssessed(hub: HubContext): Promise<void> {
  const { row } = await loadWatermark(hub)
  for (let from = row.position; ; ) {
    const entries = await hub.ledger.read(from, 256)
    if (entries.some(({ entry }) => entry?.type === 'link'))
      throw new IndexError('ERR_STORE_BUSY', 'another link is being worked through; try again')
    const last = entries.at(-1)
    if (last === undefined) return
    from = last.position + 1
  }
}

/** Marks the records of an id that is given up; they stay as they were sealed. */
async function supersede(hub: HubContext, from: ChildId, superseded: boolean): Promise<readonly Put[]> {
  const keys = GROUPS.map((group) => recordKey(hub, from, group))
  const rows = await hub.shelf.get('record', keys)
  return rows.flatMap((row, index) => {
    const key = keys[index]
    if (row === undefined || key === undefined) return []
    const { superseded: _, ...record } = row
    return [hub.shelf.put('record', key, superseded ? { ...record, superseded: true } : record)]
  })
}
