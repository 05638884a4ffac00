import type { Known } from '../../check/receipt.js'
import type { ChildId } from '../../child/identifiers.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import type { ChildRow } from '../rows.js'
import type { Put } from '../shelf.js'

/** Child rows as they stand and as a write changes them. */
export class ChildTable {
  private constructor(
    private readonly rows: Map<string, ChildRow>,
    private readonly changed = new Set<string>(),
  ) {}

  static empty(): ChildTable {
    return new ChildTable(new Map())
  }

  static async load(hub: Pick<HubContext, 'shelf'>, ids: readonly ChildId[]): Promise<ChildTable> {
    const table = ChildTable.empty()
    await table.include(hub, ids)
    return table
  }

  /** Reads the rows of more children; those at hand stay as they are. */
  async include(hub: Pick<HubContext, 'shelf'>, ids: readonly ChildId[]): Promise<void> {
    const missing = new Map<string, ChildId>()
    for (const id of ids) {
      const name = nameOf(id)
      if (!this.rows.has(name)) missing.set(name, id)
    }
    if (missing.size === 0) return
    const stored = await hub.shelf.get(
      'child',
      [...missing.values()].map((id) => childKey(hub, id)),
    )
    let index = 0
    for (const name of missing.keys()) {
      const row = stored[index++]
      if (row !== undefined) this.rows.set(name, row)
    }
  }

  get(id: ChildId): ChildRow | undefined {
    return this.rows.get(nameOf(id))
  }

  set(row: ChildRow): void {
    this.rows.set(nameOf(row.childId), row)
    this.changed.add(nameOf(row.childId))
  }

  puts(hub: HubContext): Put[] {
    return [...this.changed].flatMap((name) => {
      const row = this.rows.get(name)
      return row === undefined ? [] : [childPut(hub, row.childId, row)]
    })
  }
}

/** A child's row as it is to be: within a write, and the only way in which a plain child's row changes. */
export function childPut(hub: Pick<HubContext, 'shelf' | 'plain'>, id: ChildId, row: ChildRow | undefined): Put {
  hub.plain.forget(id)
  return hub.shelf.put('child', childKey(hub, id), row)
}

function childKey(hub: Pick<HubContext, 'shelf'>, id: ChildId): Uint8Array {
  return hub.shelf.key('child', id)
}

/** Generation of the lookup keys under which a child stands. */
export function lookupsOf({ lookups = 1 }: Pick<ChildRow, 'lookups'>): number {
  return lookups
}

/** What an agency is told of a child. Shielded children are answered exactly as unknown. */
export function knownAs(row: ChildRow): Known {
  if (row.status === 'unresolved') return 'unresolved'
  return row.status === 'registered' && !row.shielded ? 'known' : 'unknown'
}
