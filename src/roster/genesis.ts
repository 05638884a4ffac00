import { encode, equalBytes } from '../bytes.js'
import { IndexError } from '../errors.js'
import { sha256 } from '../hash.js'
import { requireSoundPublicKey, type SigningKey, sign } from '../signature.js'
import { type Enrolment, withParty } from './enrolment.js'
import { requireOrderedPolicies } from './policies.js'
import { type ApprovedPolicy, custodiansOf, type HubIdentity, type Roster, type Witness } from './roster.js'
import { parseGenesis } from './shapes.js'
import { countSignatures, type NamedSignature } from './signatures.js'
import { requireSoundWitnesses } from './witnesses.js'

/** What version 1 fixes for good: pinned by everyone when the hub is made. */
export interface Genesis {
  readonly hub: HubIdentity
  /** The first keyset; its members are the custodians below. */
  readonly keyset: { readonly id: string; readonly custodians: number; readonly quorum: number }
  /** None: the custodians cosign. */
  readonly witnesses: readonly Witness[]
  readonly policies: readonly ApprovedPolicy[]
  readonly custodians: readonly Enrolment[]
  readonly activationDelayMs: number
}

/** Hub id: SHA-256 of the first checkpoint key and the name. */
export function hubIdOf(checkpointKey: Uint8Array, name: string): Uint8Array {
  return sha256(encode('hub/v1', checkpointKey, name))
}

/** Hash of roster version 1, by which everyone pins a hub. */
export function genesisHash(hub: Uint8Array, body: Uint8Array): Uint8Array {
  return sha256(encode('roster/v1', hub, body))
}

/** What a controller signs to bring the hub into being. `body` is the genesis as canonical JSON. */
export function signGenesis(body: Uint8Array, key: SigningKey): Uint8Array {
  const { hub } = parseGenesis(body)
  return sign(key, genesisStatement(hub.id, genesisHash(hub.id, body)))
}

/** Custodians of version 1 whose controllers have not signed it. */
export function unsignedBy(roster: Roster, signatures: readonly NamedSignature[]): readonly string[] {
  const statement = genesisStatement(roster.hub.id, roster.hash)
  const hasSigned = (id: string): boolean =>
    countSignatures(
      roster,
      statement,
      signatures.filter(({ custodian }) => custodian === id),
    ) === 1
  return roster.keyset.members.filter((id) => !hasSigned(id))
}

function genesisStatement(hub: Uint8Array, hash: Uint8Array): Uint8Array {
  return encode('genesis/v1', hub, 1, hash)
}

/**
 * Version 1 of the roster, from its bytes and the signatures of every custodian's controller.
 * @throws {IndexError} `ERR_ROSTER_INVALID` for a wrong hub id, quorum or signature; `ERR_KEY_INVALID`.
 */
export function rosterFromGenesis(body: Uint8Array, signatures: readonly NamedSignature[]): Roster {
  const roster = genesisRoster(body)
  if (unsignedBy(roster, signatures).length > 0) throw invalid('not every controller has signed')
  return roster
}

/**
 * Version 1 before anybody has signed it.
 * @throws {IndexError} `ERR_ROSTER_INVALID` for a wrong hub id or quorum, `ERR_KEY_INVALID`, `ERR_SIGNATURE_INVALID`
 */
export function genesisRoster(body: Uint8Array): Roster {
  const first = parseGenesis(body)
  const { id, name, keys } = first.hub
  const { custodians: n, quorum } = first.keyset
  requireSoundPublicKey(keys.signing)
  if (!equalBytes(id, hubIdOf(keys.signing, name))) throw invalid('the hub id does not belong to its key and name')
  if (quorum * 2 <= n || quorum > n || first.custodians.length !== n)
    throw invalid('a quorum is more than half of the custodians')
  let roster: Roster = {
    version: 1,
    hash: genesisHash(id, body),
    hub: first.hub,
    keyset: { id: first.keyset.id, members: [], quorum },
    formerKeysets: [],
    retiredKeys: new Set(),
    witnesses: first.witnesses,
    epoch: 1,
    policies: first.policies,
    parties: new Map(),
    activationDelayMs: first.activationDelayMs,
  }
  for (const custodian of first.custodians) roster = { ...roster, parties: withParty(roster, custodian) }
  const custodians = custodiansOf(roster)
  if (custodians.length !== n || custodians.some(({ index }, at) => index !== at + 1))
    throw invalid('custodians are not numbered 1 to n')
  roster = { ...roster, keyset: { ...roster.keyset, members: custodians.map((each) => each.id) } }
  requireOrderedPolicies(first.policies)
  requireSoundWitnesses(first.witnesses)
  return roster
}

function invalid(message: string): IndexError {
  return new IndexError('ERR_ROSTER_INVALID', message)
}
