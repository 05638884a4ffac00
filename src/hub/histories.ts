import type { AssessedCheck } from '../policy/history.js'
import type { HubContext } from './context.js'
import { assessedChecks } from './history.js'

/** What the policy sees of one child, and nothing that says who it is. */
export interface ChildHistory {
  /** With check ids and the agencies' own ids: whoever has an agency's receipts can find its children among them. */
  readonly checks: readonly AssessedCheck[]
  /** Journal position at which the child's latest case was closed. */
  readonly closedAt?: number | undefined
}

const PAGE = 100

/**
 * Every child's history, read a page at a time. They come in the order of keyed hashes: it says nothing of when a child
 * came, and stays the same from one reading to the next.
 */
export async function* listHistories(hub: HubContext): AsyncGenerator<ChildHistory> {
  for (let after: Uint8Array | undefined; ; ) {
    const rows = await hub.shelf.list('history', after, PAGE)
    for (const { value } of rows) {
      const checks = assessedChecks(value)
      yield value.closedAt === undefined ? { checks } : { checks, closedAt: value.closedAt }
    }
    after = rows.at(-1)?.key
    if (rows.length < PAGE || after === undefined) return
  }
}
