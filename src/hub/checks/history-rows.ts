import type { ChildId } from '../../child/identifiers.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import type { CheckMark, HistoryRow } from '../rows.js'
import type { Put } from '../shelf.js'

/** Of a child of whom there is nothing to say but its checks. */
export const NO_ROW: HistoryRow = { level: 'none' }

export function historyKey(hub: Pick<HubContext, 'shelf'>, childId: ChildId): Uint8Array {
  return hub.shelf.key('history', childId)
}

export function historyRows(
  { shelf }: Pick<HubContext, 'shelf'>,
  ids: readonly ChildId[],
): Promise<readonly (HistoryRow | undefined)[]> {
  return shelf.get(
    'history',
    ids.map((id) => historyKey({ shelf }, id)),
  )
}

export function historyPut(hub: Pick<HubContext, 'shelf'>, childId: ChildId, row: HistoryRow): Put {
  return hub.shelf.put('history', historyKey(hub, childId), row)
}

/** Rows of histories as they stand and as a step changes them. */
export class HistoryTable {
  private readonly rows = new Map<string, HistoryRow>()
  private readonly changed = new Map<string, ChildId>()

  async include(hub: Pick<HubContext, 'shelf'>, ids: readonly ChildId[]): Promise<void> {
    const missing = ids.filter((id) => !this.rows.has(nameOf(id)))
    const stored = await historyRows(hub, missing)
    for (const [index, id] of missing.entries()) this.rows.set(nameOf(id), stored[index] ?? NO_ROW)
  }

  get changes(): number {
    return this.changed.size
  }

  get(id: ChildId): HistoryRow {
    return this.rows.get(nameOf(id)) ?? NO_ROW
  }

  set(id: ChildId, row: HistoryRow): void {
    if (this.get(id) === row) return
    this.rows.set(nameOf(id), row)
    this.changed.set(nameOf(id), id)
  }

  puts(hub: Pick<HubContext, 'shelf'>): readonly Put[] {
    return [...this.changed.values()].map((id) => historyPut(hub, id, this.get(id)))
  }
}

/** The row with more said of one check. */
export function marked(row: HistoryRow, mark: CheckMark): HistoryRow {
  const earlier = row.marks?.find(isAt(mark))
  return { ...row, marks: [...(row.marks ?? []).filter((each) => each !== earlier), { ...earlier, ...mark }] }
}

/** The row with nothing said of one check. */
export function unmarked(row: HistoryRow, place: Pick<CheckMark, 'position' | 'row'>): HistoryRow {
  const marks = row.marks?.filter((mark) => !isAt(place)(mark))
  if (marks?.length === row.marks?.length) return row
  return { ...row, marks: marks?.length === 0 ? undefined : marks }
}

function isAt({ position, row }: Pick<CheckMark, 'position' | 'row'>): (mark: CheckMark) => boolean {
  return (mark) => mark.position === position && mark.row === row
}
