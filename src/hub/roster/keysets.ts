import { decodeRecord } from '../../seal/record.js'
import { recordKey } from '../children/register.js'
import { type HubContext, roster } from '../context.js'
import type { ChildRow } from '../rows.js'
import { pages } from '../shelf.js'

/** Sealed records that open under one keyset. */
export interface KeysetRecords {
  readonly keyset: string
  /** Two for each child. */
  readonly records: number
}

const PAGE = 1000

/**
 * How many records lie under each former keyset, until their children are registered again. Reads every record where there
 * is such a keyset, and none where there is not.
 */
export async function recordsOfFormerKeysets(hub: HubContext): Promise<readonly KeysetRecords[]> {
  const counts = new Map(roster(hub).formerKeysets.map(({ id }) => [id, 0]))
  if (counts.size === 0) return []
  for await (const rows of pages(hub.shelf, 'record', PAGE)) {
    for (const { value } of rows) {
      const { keyset } = decodeRecord(value.bytes)
      const before = counts.get(keyset)
      if (before !== undefined && value.superseded !== true) counts.set(keyset, before + 1)
    }
  }
  return [...counts].map(([keyset, records]) => ({ keyset, records }))
}

/** Which of these children must be sealed anew although nothing about them has changed: their records are of a former keyset. */
export async function sealedBefore(
  hub: HubContext,
  children: readonly (ChildRow | undefined)[],
): Promise<ReadonlySet<ChildRow>> {
  const { keyset, formerKeysets } = roster(hub)
  if (formerKeysets.length === 0) return new Set()
  const rows = children.flatMap((row) => row ?? [])
  const records = await hub.shelf.get(
    'record',
    rows.map(({ childId }) => recordKey(hub, childId, 'identity')),
  )
  const isFormer = (at: number): boolean => {
    const record = records[at]
    return record !== undefined && decodeRecord(record.bytes).keyset !== keyset.id
  }
  return new Set(rows.filter((_, at) => isFormer(at)))
}
