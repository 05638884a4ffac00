import { toHex } from '../../src/bytes.js'
import { sha256 } from '../../src/hash.js'
import { toJsonBytes } from '../../src/json.js'
import type { RosterChange } from '../../src/roster/change.js'
import { enrol } from '../../src/roster/enrolment.js'
import { type Genesis, hubIdOf, rosterFromGenesis, signGenesis } from '../../src/roster/genesis.js'
import type { RosterEntry } from '../../src/roster/history.js'
import type { Agency, Custodian, Officer, Party, Roster, Sealer } from '../../src/roster/roster.js'
import { type NamedSignature, signActivation } from '../../src/roster/signatures.js'
import type { SigningKey } from '../../src/signature.js'
import { filled, keyOf } from '../ground/keys.js'

export const HUB_KEY: SigningKey = keyOf(0x40)
const NAME = 'Northshire'
export const HUB: Uint8Array = hubIdOf(HUB_KEY.publicKey, NAME)
export const POLICY: string = toHex(sha256(filled(0)))

const keysOf = (key: SigningKey) => ({ signing: key.publicKey, hpke: filled(0x90) })

export const custodianKey = (index: number): SigningKey => keyOf(0x50 + index)
export const custodianId = (index: number): string => `custodian-${index}`

export function custodian(index: number): Custodian {
  const id = custodianId(index)
  return {
    party: 'custodian',
    id,
    keys: keysOf(custodianKey(index)),
    suspended: false,
    index,
    controller: `Body ${index}`,
  }
}

export function agency(id: string, key: SigningKey): Agency {
  return {
    party: 'agency',
    id,
    keys: keysOf(key),
    suspended: false,
    agencyKind: 'police',
    sensitive: false,
    identifierKeys: [],
  }
}

export function officer(id: string, key: SigningKey): Officer {
  return {
    party: 'officer',
    id,
    keys: keysOf(key),
    suspended: false,
    person: `person-of-${id}`,
    undertakingAt: 1000,
    trainingUntil: 3000,
    vettingUntil: 2000,
    roles: ['caseworker'],
  }
}

export function sealer(id: string, key: SigningKey): Sealer {
  return { party: 'sealer', id, keys: keysOf(key), suspended: false }
}

export function enrolment(party: Party, key: SigningKey): RosterChange {
  return { kind: 'enrol', enrolment: enrol(HUB, party, key) }
}

/** A genesis of `n` custodians, with what a test wants to be otherwise. */
export function genesisOf(n = 3, quorum = 2, change: Partial<Genesis> = {}): Genesis {
  const indexes = Array.from({ length: n }, (_, at) => at + 1)
  return {
    hub: { id: HUB, name: NAME, keys: keysOf(HUB_KEY) },
    keyset: { id: 'keyset-1', custodians: n, quorum },
    witnesses: [],
    policies: [{ hash: POLICY, from: 0 }],
    custodians: indexes.map((index) => enrol(HUB, custodian(index), custodianKey(index))),
    activationDelayMs: 1000,
    ...change,
  }
}

export function signatures(body: Uint8Array, indexes: readonly number[] = [1, 2, 3]): readonly NamedSignature[] {
  return indexes.map((index) => ({ custodian: custodianId(index), signature: signGenesis(body, custodianKey(index)) }))
}

export function signedGenesis(genesis: Genesis = genesisOf()): RosterEntry {
  const body = toJsonBytes(genesis)
  return {
    body,
    signatures: signatures(
      body,
      genesis.custodians.map((_, at) => at + 1),
    ),
  }
}

export function firstRoster(genesis: Genesis = genesisOf()): Roster {
  const { body, signatures: signed } = signedGenesis(genesis)
  return rosterFromGenesis(body, signed)
}

export function activations(next: Roster, indexes: readonly number[], proposedAt?: number): readonly NamedSignature[] {
  return indexes.map((index) => ({
    custodian: custodianId(index),
    signature: signActivation(next, custodianKey(index), proposedAt),
  }))
}
