import { equalBytes } from '../../bytes.js'
import { confirmingKey, innerConfirming, isOwnDetail } from '../../child/confirming.js'
import type { ChildQuery } from '../../child/details.js'
import type { ChildId } from '../../child/identifiers.js'
import type { LookupKey } from '../../child/keys.js'
import { unpackMarks } from '../../child/marks.js'
import { CANDIDATES_MAX } from '../../child/matching.js'
import type { SendOptions } from '../../port.js'
import type { GenerationKey } from '../../seal/wrap.js'
import type { HubContext } from '../context.js'
import type { ChildRow } from '../rows.js'
import { lookupsOf } from './children.js'
import type { Found } from './find.js'
import type { Resolved } from './resolve.js'

/** What a question adds to tell candidates apart. */
export function confirmationOf(query: ChildQuery): LookupKey | undefined {
  return 'details' in query && query.confirm !== undefined ? confirmingKey(query.confirm) : undefined
}

/**
 * The one candidate that the further detail is true of, or undefined. A custodian is asked the same number of questions
 * however many candidates there are.
 */
export async function confirmed(
  hub: HubContext,
  detail: LookupKey,
  { candidates, outcome }: Resolved,
  found: readonly Found[],
  options?: SendOptions,
): Promise<ChildRow | undefined> {
  const shown = outcome.kind === 'candidates' ? candidates : []
  const ids = Array.from({ length: CANDIDATES_MAX }, (_, i) => shown[i]?.childId ?? (hub.random(16) as ChildId))
  const details = ids.map((childId) => ({ childId, key: detail }))
  const marks = new Map<number, readonly number[]>()
  for (const key of hub.keys.lookupKeys) marks.set(key.generation, await detailMarks(hub, key, details, options))
  const agreeing = shown.filter((row, i) => unpackMarks(row.details).has(marks.get(lookupsOf(row))?.[i] as number))
  const [only, ...more] = agreeing.filter((row) => isOwnDetail(detail) || agreesInName(row, found))
  return more.length === 0 ? only : undefined
}

function agreesInName(row: ChildRow, found: readonly Found[]): boolean {
  return found.some((each) => equalBytes(each.row.childId, row.childId) && each.givenAgrees)
}

/** Marks of confirming details, each of one child. */
export async function detailMarks(
  hub: HubContext,
  { generation, key: kh }: GenerationKey,
  details: readonly { readonly childId: ChildId; readonly key: LookupKey }[],
  options?: SendOptions,
): Promise<readonly number[]> {
  const inner = details.map(({ childId, key }) => innerConfirming(kh, hub.id, childId, key))
  const outer =
    inner.length === 0 ? [] : await hub.custodians.blind({ generation, sort: 'description' }, inner, options)
  return outer.map((token) => Buffer.from(token).readUInt32BE(0))
}
