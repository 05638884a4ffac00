import type { ChildId } from '../../child/identifiers.js'
import { innerFingerprint } from '../../child/tokens.js'
import type { SendOptions } from '../../port.js'
import { GROUPS } from '../../seal/label.js'
import { presentKey } from '../../seal/wrap.js'
import type { HubContext } from '../context.js'

/** Fingerprints of both groups of each child that has an id; made with both keys, so that neither party can test guesses. */
export async function fingerprints(
  hub: HubContext,
  rows: readonly {
    readonly hashes: { readonly identity: Uint8Array; readonly carers: Uint8Array }
    readonly childId: ChildId | undefined
  }[],
  options?: SendOptions,
): Promise<readonly (readonly Uint8Array[])[]> {
  const { generation, key } = presentKey(hub.keys.lookupKeys)
  const inner = rows.map(({ hashes, childId }) =>
    childId === undefined ? [] : GROUPS.map((group) => innerFingerprint(key, hub.id, childId, group, hashes[group])),
  )
  const all = inner.flat()
  const outer = all.length === 0 ? [] : await hub.custodians.blind({ generation, sort: 'description' }, all, options)
  let at = 0
  return inner.map((list) => list.map(() => outer[at++] as Uint8Array))
}
