import { encode, equalBytes, type Random, toHex } from '../bytes.js'
import type { CustodianKeys } from '../custodian.js'
import { IndexError } from '../errors.js'
import { toJsonBytes } from '../json.js'
import { policyHash } from '../policy/hash.js'
import type { Policy } from '../policy/policy.js'
import { type Enrolment, enrol } from '../roster/enrolment.js'
import { type Genesis, genesisRoster, signGenesis, unsignedBy } from '../roster/genesis.js'
import { custodiansOf, type HubIdentity, type Roster } from '../roster/roster.js'
import type { NamedSignature } from '../roster/signatures.js'
import { hpkeOpen, hpkeSeal } from '../seal/hpke.js'
import type { KeysByGeneration } from '../seal/wrap.js'
import { sign, verifySignature } from '../signature.js'
import type { CustodianDraft } from './draw.js'

/** What a custodian gives out to be put on version 1: no secret in it, and a proof that it holds its key. */
export function custodianEnrolment(draft: CustodianDraft, index: number, controller: string): Enrolment {
  const { id, hub, signing, hpke } = draft
  const keys = { signing: signing.publicKey, hpke: hpke.publicKey }
  return enrol(hub.id, { party: 'custodian', id, keys, suspended: false, index, controller }, signing)
}

export interface Terms {
  readonly hub: HubIdentity
  readonly enrolments: readonly Enrolment[]
  readonly policy: Policy
  readonly quorum: number
  readonly activationDelayMs: number
}

/**
 * Version 1 as it is put to the controllers, with its bytes.
 * @throws {IndexError} `ERR_ROSTER_INVALID`, `ERR_SIGNATURE_INVALID`, `ERR_PARTY_EXISTS`, `ERR_KEY_INVALID`
 */
export function proposeGenesis({ hub, enrolments, policy, quorum, activationDelayMs }: Terms): Uint8Array {
  const body = toJsonBytes({
    hub,
    keyset: { id: 'keyset-1', custodians: enrolments.length, quorum },
    witnesses: [],
    policies: [{ hash: toHex(policyHash(policy)), from: 0 }],
    custodians: [...enrolments].sort((a, b) => seatOf(a) - seatOf(b)),
    activationDelayMs,
  } satisfies Genesis)
  genesisRoster(body)
  return body
}

function seatOf({ party }: Enrolment): number {
  return party.party === 'custodian' ? party.index : 0
}

/**
 * The roster that a custodian is asked to sign, looked at through its own eyes: its hub, itself as it enrolled, and the policy
 * that it was shown and no other.
 * @throws {IndexError} `ERR_ROSTER_INVALID`, `ERR_KEY_WRONG`, `ERR_POLICY_UNKNOWN`
 */
export function requireOwnGenesis(draft: CustodianDraft, body: Uint8Array, policy: Policy): Roster {
  const roster = genesisRoster(body)
  if (!equalBytes(roster.hub.id, draft.hub.id))
    throw new IndexError('ERR_KEY_WRONG', 'this is version 1 of another hub than this custodian was made for')
  const self = roster.parties.get(draft.id)
  const isItself =
    self?.party === 'custodian' &&
    equalBytes(self.keys.signing, draft.signing.publicKey) &&
    equalBytes(self.keys.hpke, draft.hpke.publicKey)
  if (!isItself) throw new IndexError('ERR_ROSTER_INVALID', 'this custodian does not stand in it with its own keys')
  const isShown = roster.policies.length === 1 && roster.policies[0]?.hash === toHex(policyHash(policy))
  if (!isShown)
    throw new IndexError('ERR_POLICY_UNKNOWN', 'the policy that comes with it is not the one that it approves')
  return roster
}

/** What a custodian gives back: its controller's signature and, from the first, `kc` sealed to each of the others. */
export interface FoundingSignature {
  readonly custodian: string
  /** Hash of version 1, by which everyone pins the hub. */
  readonly roster: Uint8Array
  readonly signature: Uint8Array
  readonly lookupKey?: SealedLookupKey | undefined
}

export interface SealedLookupKey {
  readonly sealed: readonly { readonly custodian: string; readonly sealed: Uint8Array }[]
  readonly signature: Uint8Array
}

const EMPTY = new Uint8Array(0)
const FIRST_GENERATION = 1

/** Signs version 1 of a roster. */
export function signFounding(draft: CustodianDraft, body: Uint8Array, { hash }: Roster): FoundingSignature {
  return { custodian: draft.id, roster: hash, signature: signGenesis(body, draft.signing) }
}

/** The keys that a custodian works with once version 1 is pinned and `kc` is known. */
export function custodianKeys(draft: CustodianDraft, { hash }: Roster, lookupKey: Uint8Array): CustodianKeys {
  const { id, hub, signing, hpke, root } = draft
  const lookupKeys: KeysByGeneration = [{ generation: FIRST_GENERATION, key: lookupKey }]
  return { id, hub: { ...hub, roster: hash }, signing, hpke, roots: [{ generation: 1, key: root }], lookupKeys }
}

/** Custodian 1 draws `kc` and sends it to the others: nobody on the way can read it. */
export function drawLookupKey(random: Random): Uint8Array {
  return random(32)
}

/** `kc` from custodian 1 for the others, signed: what is sealed says by itself not who sealed it. */
export async function sealLookupKey(keys: CustodianKeys, roster: Roster): Promise<SealedLookupKey> {
  const key = keys.lookupKeys[0].key
  const others = custodiansOf(roster).filter(({ id }) => id !== keys.id)
  const sealed = await Promise.all(
    others.map(async ({ id, keys: { hpke } }) => {
      return { custodian: id, sealed: await hpkeSeal(hpke, sealInfo(roster, keys.id, id), EMPTY, key) }
    }),
  )
  return { sealed, signature: sign(keys.signing, sealedStatement(roster, sealed)) }
}

/**
 * `kc` out of what the first custodian signed.
 * @throws {IndexError} `ERR_SIGNATURE_INVALID`, `ERR_SEAL_INVALID`; `ERR_KEY_MISSING` where there is none for this custodian
 */
export async function takeLookupKey(
  draft: CustodianDraft,
  roster: Roster,
  first: FoundingSignature,
): Promise<Uint8Array> {
  const [sender] = custodiansOf(roster)
  const { lookupKey } = first
  const mine = lookupKey?.sealed.find(({ custodian }) => custodian === draft.id)
  if (sender === undefined || first.custodian !== sender.id || lookupKey === undefined || mine === undefined)
    throw new IndexError('ERR_KEY_MISSING', 'the signature file of the first custodian holds nothing for this one')
  const isIts = verifySignature(sender.keys.signing, sealedStatement(roster, lookupKey.sealed), lookupKey.signature)
  if (!isIts)
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the lookup key was not sealed by the first custodian for this hub')
  const key = await hpkeOpen(draft.hpke, sealInfo(roster, sender.id, draft.id), EMPTY, mine.sealed)
  if (key.length !== 32) throw new IndexError('ERR_KEY_INVALID', 'a lookup key is 32 bytes')
  return key
}

function sealInfo({ hub, hash }: Roster, from: string, to: string): Uint8Array {
  return encode('founding-lookup-key/v1', hub.id, hash, from, to)
}

function sealedStatement({ hub, hash }: Roster, sealed: SealedLookupKey['sealed']): Uint8Array {
  return encode('founding-lookup-keys/v1', hub.id, hash, toJsonBytes(sealed))
}

/** @throws {IndexError} `ERR_ROSTER_INVALID`, naming the custodians that have not signed this version */
export function requireSigned(body: Uint8Array, signatures: readonly NamedSignature[]): readonly NamedSignature[] {
  const roster = genesisRoster(body)
  const missing = unsignedBy(roster, signatures)
  if (missing.length > 0)
    throw new IndexError('ERR_ROSTER_INVALID', `not signed for this version by: ${missing.join(', ')}`)
  const { members } = roster.keyset
  return members.flatMap((id) => signatures.filter(({ custodian }) => custodian === id).slice(0, 1))
}
