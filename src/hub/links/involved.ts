import { fromHex } from '../../bytes.js'
import type { ChildId } from '../../child/identifiers.js'
import { IndexError } from '../../errors.js'
import { historyRows } from '../checks/history-rows.js'
import type { HubContext } from '../context.js'
import { personOf } from '../officers.js'
import { numberKey } from '../shelf.js'
import { linksInto, rootOf, signersOf } from './linked.js'

/**
 * Passes when none of the officers, as persons, was ever given an opening of a case of these children: who has seen the
 * details must not be the one to say whose checks they open by.
 * @throws {IndexError} `ERR_OFFICER_INVOLVED`
 */
export async function requireUninvolved(
  hub: HubContext,
  officers: readonly string[],
  children: readonly ChildId[],
): Promise<void> {
  const recipients = new Set((await recipientsOf(hub, children)).map((id) => personOf(hub, id)))
  if (!officers.some((id) => recipients.has(personOf(hub, id)))) return
  throw new IndexError('ERR_OFFICER_INVOLVED', 'an officer who opened a case of either child does not link them')
}

/**
 * Passes when the officer, as a person, signed no link that leads to this child.
 * @throws {IndexError} `ERR_OFFICER_INVOLVED`
 */
export async function requireNotLinkedBy(hub: HubContext, officer: string, child: ChildId): Promise<void> {
  const signers = new Set((await signersOf(hub, child)).map((id) => personOf(hub, id)))
  if (!signers.has(personOf(hub, officer))) return
  throw new IndexError('ERR_OFFICER_INVOLVED', 'an officer who linked two ids of this child does not open its case')
}

/** Officers to whom custodians released details of any id of these children. */
async function recipientsOf(hub: HubContext, children: readonly ChildId[]): Promise<readonly string[]> {
  const roots = await Promise.all(children.map((id) => rootOf(hub, id)))
  const linked = await Promise.all(roots.map((id) => linksInto(hub, id)))
  const ids = [...roots, ...linked.flat().map(({ from }) => from)]
  const histories = await historyRows(hub, ids)
  const numbers = histories.flatMap((row) => [...(row?.earlierCases ?? []), row?.case ?? []].flat())
  const files = await hub.shelf.get('case', [...new Set(numbers)].map(numberKey))
  const keys = files.flatMap((file) => file?.openings ?? []).map((id) => hub.shelf.key('opening', fromHex(id)))
  const openings = await hub.shelf.get('opening', keys)
  return openings.flatMap((row) => row?.officer ?? [])
}
