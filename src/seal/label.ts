import { encode } from '../bytes.js'
import { sha256 } from '../hash.js'

/** Groups of details that are sealed, each under a key of its own; every child has both. */
export const GROUPS = ['identity', 'carers'] as const
export type Group = (typeof GROUPS)[number]

/** What a sealed record belongs to. A record that is moved to another place has another label, and does not open there. */
export interface LabelParts {
  /** Hub id. */
  readonly hub: Uint8Array
  /** Child id, 16 bytes. */
  readonly childId: Uint8Array
  readonly group: Group
  readonly recordVersion: number
  /** Id of the keyset whose custodians hold the shares. */
  readonly keyset: string
}

/** The label of a sealed record, 32 bytes. It says nothing to anyone who does not know the child id. */
export function sealLabel(parts: LabelParts): Uint8Array {
  return sha256(encode('seal/v1', parts.hub, parts.childId, parts.group, parts.recordVersion, parts.keyset))
}
