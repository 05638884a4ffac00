import type { Random } from '../bytes.js'
import type { HubKeys } from '../hub/context.js'
import { newPartyKey } from '../party.js'
import { hubIdOf } from '../roster/genesis.js'
import type { HubIdentity } from '../roster/roster.js'
import type { HpkeKey } from '../seal/hpke.js'
import type { SigningKey } from '../signature.js'

/** Draws the keys of a hub that is to be. Its id follows from its signing key and its name. */
export async function drawHub(
  name: string,
  random: Random,
): Promise<{ readonly id: Uint8Array; readonly keys: HubKeys }> {
  const { signing, hpke } = await newPartyKey(random)
  const keys: HubKeys = {
    signing,
    hpke,
    identifierKey: random(32),
    lookupKeys: [{ generation: 1, key: random(32) }],
    storageKey: random(32),
  }
  return { id: hubIdOf(signing.publicKey, name), keys }
}

/** What everybody may know of a hub that is to be. */
export function hubIdentity(id: Uint8Array, name: string, { signing, hpke }: HubKeys): HubIdentity {
  return { id, name, keys: { signing: signing.publicKey, hpke: hpke.publicKey } }
}

/** What a custodian has before its hub is founded: its own keys, and which hub they are for. */
export interface CustodianDraft {
  readonly id: string
  readonly hub: { readonly id: Uint8Array; readonly publicKey: Uint8Array }
  readonly signing: SigningKey
  readonly hpke: HpkeKey
  /** `Kj` of the first generation. */
  readonly root: Uint8Array
}

/** Draws the keys of a custodian where it is. */
export async function drawCustodian(id: string, hub: HubIdentity, random: Random): Promise<CustodianDraft> {
  const { signing, hpke } = await newPartyKey(random)
  return { id, hub: { id: hub.id, publicKey: hub.keys.signing }, signing, hpke, root: random(32) }
}
