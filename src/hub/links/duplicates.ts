import { concat } from '../../bytes.js'
import type { DuplicateReason } from '../../case/duplicate.js'
import type { ChildId } from '../../child/identifiers.js'
import { toJsonBytes } from '../../json.js'
import type { ChildTable } from '../children/children.js'
import { loadStanding, standing } from '../children/standing.js'
import type { HubContext } from '../context.js'
import { duplicateCounters } from '../counters.js'
import { nameOf } from '../custodians/custodians.js'
import type { Draft } from '../ledger.js'
import { numberKey, type Put } from '../shelf.js'

/** Two ids that seem to be one child. */
export interface Suspicion {
  readonly first: ChildId
  readonly second: ChildId
  readonly reason: DuplicateReason
}

/** What a write adds to queue a suspicion: nothing where the pair was queued before. */
export interface Queued {
  readonly drafts: readonly Draft[]
  readonly puts: readonly Put[]
}

/** Queues one suspicion; for several in one write `queueDuplicates`, or two of them would get the same number. */
export function queueDuplicate(hub: HubContext, { at, ...each }: Suspicion & { readonly at: number }): Promise<Queued> {
  return queueDuplicates(hub, [each], at)
}

/**
 * Queues what is suspected for the officers to look at, within a write. A pair is queued once, in either order, also
 * after officers found that it is two children; ids that are linked already are no pair, and nobody is a honey record.
 * @param within child rows as the write leaves them, where it changes any: a child that it registers may be shielded
 */
export async function queueDuplicates(
  hub: HubContext,
  suspicions: readonly Suspicion[],
  at: number,
  within?: Pick<ChildTable, 'get'>,
): Promise<Queued> {
  if (suspicions.length === 0) return { drafts: [], puts: [] }
  const stored = await loadStanding(
    hub,
    suspicions.flatMap(({ first, second }) => [first, second]),
  )
  const children = { get: (id: ChildId) => within?.get(id) ?? stored.get(id) }
  const pairs = distinctPairs(hub, suspicions, children)
  const before = await hub.shelf.get(
    'duplicate',
    pairs.map(({ key }) => key),
  )
  const numbers = await duplicateCounters(hub)
  const drafts: Draft[] = []
  const puts: Put[] = []
  for (const [index, { key, suspicion }] of pairs.entries()) {
    if (before[index] !== undefined) continue
    const { first, second } = suspicion
    const number = numbers.nextFor({ shielded: [first, second].some((id) => children.get(id)?.shielded === true) })
    drafts.push({ type: 'duplicate', body: toJsonBytes({ event: 'queued', duplicate: number, ...suspicion }) })
    puts.push(
      hub.shelf.put('duplicate', numberKey(number), { number, ...suspicion, status: 'open', at }),
      hub.shelf.put('duplicate', key, { queuedAs: number }),
    )
  }
  return { drafts, puts: [...puts, ...numbers.puts()] }
}

interface Pair {
  readonly key: Uint8Array
  readonly suspicion: Suspicion
}

function distinctPairs(
  hub: HubContext,
  suspicions: readonly Suspicion[],
  children: Pick<ChildTable, 'get'>,
): readonly Pair[] {
  const pairs = new Map<string, Pair>()
  for (const { first, second, reason } of suspicions) {
    const rows = [first, second].map((id) => standing(children, id))
    if (rows.some((row) => row?.isHoney === 1)) continue
    const suspicion = { first: rows[0]?.childId ?? first, second: rows[1]?.childId ?? second, reason }
    const key = pairKey(hub, suspicion)
    if (nameOf(suspicion.first) !== nameOf(suspicion.second) && !pairs.has(nameOf(key)))
      pairs.set(nameOf(key), { key, suspicion })
  }
  return [...pairs.values()]
}

/** Behind every number, whose first byte is never this one. */
const PAIRS = Uint8Array.of(0xff)

/** Key of a pair, the same in either order: of ids that stand for themselves. */
export function pairKey(hub: HubContext, { first, second }: Pick<Suspicion, 'first' | 'second'>): Uint8Array {
  const [low, high] = Buffer.compare(first, second) <= 0 ? [first, second] : [second, first]
  return concat(PAIRS, hub.shelf.key('duplicate', low, high))
}
