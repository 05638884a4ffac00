import type { ChildId } from '../../child/identifiers.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import type { Put } from '../shelf.js'

/**
 * Ids of whose checks there may be more to do than they say themselves: those that were ever linked, and registered children
 * who may have an enquiry. Few, so one row has them all, and no check of another child needs to be looked up.
 */
export class Apart {
  private readonly names: ReadonlySet<string>

  private constructor(readonly children: readonly ChildId[]) {
    this.names = new Set(children.map(nameOf))
  }

  static async load({ shelf }: Pick<HubContext, 'shelf'>): Promise<Apart> {
    const row = await shelf.one('meta', shelf.key('meta', 'apart'))
    return new Apart(row?.kind === 'apart' ? row.children : [])
  }

  has(id: ChildId): boolean {
    return this.names.size > 0 && this.names.has(nameOf(id))
  }

  with(ids: readonly ChildId[]): Apart {
    const more = ids.filter((id) => !this.has(id))
    return more.length === 0 ? this : new Apart([...this.children, ...more])
  }

  without(ids: readonly ChildId[]): Apart {
    const gone = new Set(ids.map(nameOf))
    const kept = this.children.filter((id) => !gone.has(nameOf(id)))
    return kept.length === this.children.length ? this : new Apart(kept)
  }

  /** What makes it so, from what it was. */
  puts({ shelf }: Pick<HubContext, 'shelf'>, before: Apart): readonly Put[] {
    if (before === this) return []
    return [shelf.put('meta', shelf.key('meta', 'apart'), { kind: 'apart', children: this.children })]
  }
}
