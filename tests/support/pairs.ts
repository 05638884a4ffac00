import type { DuplicateReason } from '../../src/case/duplicate.js'
import type { ChildId } from '../../src/child/identifiers.js'
import { type History, historyOf } from '../../src/hub/checks/history.js'
import { referencesOf } from '../../src/hub/checks/references.js'
import type { HubContext } from '../../src/hub/context.js'
import { queueDuplicate } from '../../src/hub/links/duplicates.js'
import type { ChildRow } from '../../src/hub/rows.js'
import type { Agency, Officer } from '../../src/index.js'
import { type House, nhsNumber } from './house.js'

export interface Sight {
  readonly by?: Agency
  readonly incident?: string
  readonly indicators?: readonly string[]
  readonly occurredAt?: number
}

/** A check on the child with the n-th NHS number, registered or not. */
export async function seen(it: House, child: number, reference: string, sight: Sight = {}): Promise<void> {
  const { by = it.police, incident = 'missing-episode', indicators = [], occurredAt = it.clock.now } = sight
  await by.check({
    child: { nhsNumber: nhsNumber(child) },
    incident,
    indicators,
    occurredAt,
    reference,
    practitioner: 'PC 42',
  })
}

/** The id that a check was recorded for. */
export async function childOf(hub: HubContext, reference: string, agency = 'met-police'): Promise<ChildId> {
  await hub.ledger.notice()
  const row = (await referencesOf(hub, agency, [reference])).get(reference)
  if (row === undefined) throw new Error('no check has this reference')
  return row.childId
}

/** Queues two ids as the hub does when it suspects them; their number is the next one. */
export async function queuePair(
  hub: HubContext,
  first: ChildId,
  second: ChildId,
  reason: DuplicateReason = 'registered-twice',
): Promise<void> {
  await hub.ledger.write((_, at) => queueDuplicate(hub, { first, second, reason, at }))
}

/** Two officers' word that the pair is one child. */
export async function merge(number: number, ...[one, other]: readonly Officer[]): Promise<void> {
  await one?.link(number, 'merge', 'registered-twice')
  await other?.link(number, 'merge', 'confirmed-by-agency')
}

export async function split(number: number, ...[one, other]: readonly Officer[]): Promise<void> {
  await one?.split(number, 'linked-in-error')
  await other?.split(number, 'linked-in-error')
}

export async function childRow(hub: HubContext, id: ChildId): Promise<ChildRow | undefined> {
  return hub.shelf.one('child', hub.shelf.key('child', id))
}

export async function historyAt(hub: HubContext, id: ChildId): Promise<History> {
  return historyOf(hub, id)
}
