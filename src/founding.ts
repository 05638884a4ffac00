import { type Clock, type Random, toHex } from './bytes.js'
import { type Custodian, type CustodianKeys, type CustodianStore, openCustodian } from './custodian.js'
import { drawHub, hubIdentity } from './founding/draw.js'
import type { HubKeys } from './hub/context.js'
import { toJsonBytes } from './json.js'
import { newPartyKey } from './party.js'
import { policyHash } from './policy/hash.js'
import type { Policy } from './policy/policy.js'
import { enrol } from './roster/enrolment.js'
import { type Genesis, genesisHash, signGenesis } from './roster/genesis.js'
import type { RosterEntry } from './roster/history.js'
import type { Witness } from './roster/roster.js'
import type { KeysByGeneration } from './seal/wrap.js'

/** A hub's secrets and its custodians', as they are drawn when all of them are founded by one party. */
export interface Founding {
  readonly id: Uint8Array
  readonly keys: HubKeys
  readonly custodians: readonly CustodianKeys[]
  readonly genesis: RosterEntry
}

/**
 * Draws every key and has each custodian's controller sign version 1 of the roster. For the embedded default, where one
 * party runs them all; custodians that are apart draw their own keys where they are.
 */
export async function found(options: {
  readonly name: string
  readonly policy: Policy
  readonly random: Random
  readonly custodians?: number | undefined
  readonly quorum?: number | undefined
  /** How long a change of the roster waits before it can be activated; not at all where absent. */
  readonly activationDelayMs?: number
  /** Who cosigns heads in place of the custodians; none where absent. */
  readonly witnesses?: readonly Witness[]
}): Promise<Founding> {
  const { name, policy, random, custodians: n = 3, quorum = 2, activationDelayMs = 0, witnesses = [] } = options
  const { id, keys } = await drawHub(name, random)
  const lookupKeys: KeysByGeneration = [{ generation: 1, key: random(32) }]
  const parties = await Promise.all(Array.from({ length: n }, () => newPartyKey(random)))
  const idOf = (index: number): string => `custodian-${index + 1}`
  const genesis: Genesis = {
    hub: hubIdentity(id, name, keys),
    keyset: { id: 'keyset-1', custodians: n, quorum },
    witnesses,
    policies: [{ hash: toHex(policyHash(policy)), from: 0 }],
    custodians: parties.map(({ signing, hpke }, index) => {
      const named = { id: idOf(index), keys: { signing: signing.publicKey, hpke: hpke.publicKey }, suspended: false }
      return enrol(id, { party: 'custodian', ...named, index: index + 1, controller: idOf(index) }, signing)
    }),
    activationDelayMs,
  }
  const body = toJsonBytes(genesis)
  const hub = { id, publicKey: keys.signing.publicKey, roster: genesisHash(id, body) }
  const custodians = parties.map(({ signing, hpke }, index): CustodianKeys => {
    return { id: idOf(index), hub, signing, hpke, roots: [{ generation: 1, key: random(32) }], lookupKeys }
  })
  const signatures = parties.map(({ signing }, index) => ({
    custodian: idOf(index),
    signature: signGenesis(body, signing),
  }))
  return { id, keys, custodians, genesis: { body, signatures } }
}

/** The custodians of a founding, in this process, each with a store of its own. */
export async function openCustodians(
  keys: readonly CustodianKeys[],
  storeOf: (id: string) => CustodianStore,
  clock: Clock,
  random: Random,
): Promise<ReadonlyMap<string, Custodian>> {
  const opened = await Promise.all(
    keys.map(
      async (each) => [each.id, await openCustodian({ keys: each, store: storeOf(each.id), clock, random })] as const,
    ),
  )
  return new Map(opened)
}
