import { z } from 'zod'
import { encode, equalBytes, sha256 } from '../bytes.js'
import { bytesOf, instant, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { requireSoundPublicKey, type SigningKey, sign, verifySignature } from '../signature.js'
import {
  type ApprovedPolicy,
  custodiansOf,
  type HubIdentity,
  type Keyset,
  type Party,
  type Roster,
  type Witness,
} from './roster.js'
import { type EpochRotation, rotated } from './rotation.js'

/** A party as it applies for a place on the roster, with its proof that it holds the signing key. */
export interface Enrolment {
  readonly party: Party
  /** Signature over `encode('enrolment/v1', hub, JSON of party)` by the key that the party names. */
  readonly proof: Uint8Array
}

/** One step from a roster version to the next. */
export type RosterChange =
  | { readonly kind: 'enrol'; readonly enrolment: Enrolment }
  | { readonly kind: 'suspend'; readonly id: string }
  | { readonly kind: 'approve-policy'; readonly policy: ApprovedPolicy }
  | EpochRotation

/** What version 1 fixes for good: pinned by everyone when the hub is made. */
export interface Genesis {
  readonly hub: HubIdentity
  readonly keyset: Keyset
  /** None: the custodians cosign. */
  readonly witnesses: readonly Witness[]
  readonly policies: readonly ApprovedPolicy[]
  readonly custodians: readonly Enrolment[]
  readonly activationDelayMs: number
}

export interface NamedSignature {
  readonly custodian: string
  readonly signature: Uint8Array
}

const partyId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
const keys = z.strictObject({ signing: bytesOf(32), hpke: bytesOf(32) })
const base = { id: partyId, keys, suspended: z.boolean() }
const party = z.discriminatedUnion('party', [
  z.strictObject({
    party: z.literal('agency'),
    ...base,
    agencyKind: z.string().regex(/^[a-z0-9-]{1,64}$/),
    sensitive: z.boolean(),
    identifierKeys: z.array(z.strictObject({ epoch: instant, hash: bytesOf(32) })).max(1024),
  }),
  z.strictObject({
    party: z.literal('officer'),
    ...base,
    person: z.string().regex(/^[A-Za-z0-9._/-]{1,64}$/),
    undertakingAt: instant,
    trainingUntil: instant,
    vettingUntil: instant,
    shielding: z.boolean(),
  }),
  z.strictObject({ party: z.literal('sealer'), ...base }),
  z.strictObject({
    party: z.literal('custodian'),
    ...base,
    index: z.number().int().min(1).max(255),
    controller: z.string().min(1).max(128),
  }),
])
const enrolment = z.strictObject({ party, proof: bytesOf(64) })
const policy = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), from: instant, until: instant.optional() })
const change = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('enrol'), enrolment }),
  z.strictObject({ kind: z.literal('suspend'), id: partyId }),
  z.strictObject({ kind: z.literal('approve-policy'), policy }),
  z.strictObject({
    kind: z.literal('rotate-epoch'),
    epoch: z.number().int().min(2),
    formerUntil: instant,
    // More agencies would not fit into one journal entry.
    identifierKeys: z.array(z.strictObject({ agency: partyId, hash: bytesOf(32) })).max(5000),
  }),
])
const genesis = z.strictObject({
  hub: z.strictObject({ id: bytesOf(32), name: z.string().min(1).max(128), keys }),
  keyset: z.strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,64}$/),
    // One custodian alone would be no split of power; more than 16 shares do not fit into a sealed record.
    custodians: z.number().int().min(2).max(16),
    quorum: z.number().int().min(2).max(16),
  }),
  witnesses: z
    .array(z.strictObject({ name: z.string().regex(/^[A-Za-z0-9./_-]{1,128}$/), publicKey: bytesOf(32) }))
    .max(64),
  policies: z.array(policy).max(1024),
  custodians: z.array(enrolment).min(1).max(255),
  activationDelayMs: instant,
})

/** The enrolment of a party, with its proof of possession. */
export function enrol(hub: Uint8Array, applicant: Party, key: SigningKey): Enrolment {
  return { party: applicant, proof: sign(key, enrolmentStatement(hub, applicant)) }
}

/**
 * What unknown input enrols. @throws {IndexError} `ERR_ROSTER_INVALID` naming the field.
 */
export function parseEnrolment(input: unknown): Enrolment {
  return parse(enrolment, input, 'ERR_ROSTER_INVALID', 'enrolment')
}

// INVARIANT: the hub alone fills in an agency's identifier key hashes, so the proof does not cover them.
function enrolmentStatement(hub: Uint8Array, applicant: Party): Uint8Array {
  const proved = applicant.party === 'agency' ? { ...applicant, identifierKeys: [] } : applicant
  return encode('enrolment/v1', hub, toJsonBytes(proved))
}

/** Hub id: SHA-256 of the first checkpoint key and the name. */
export function hubIdOf(checkpointKey: Uint8Array, name: string): Uint8Array {
  return sha256(encode('hub/v1', checkpointKey, name))
}

/** Hash of roster version 1, by which everyone pins a hub. */
export function genesisHash(hub: Uint8Array, body: Uint8Array): Uint8Array {
  return sha256(encode('roster/v1', hub, body))
}

/**
 * Version 1 of the roster, from its bytes and the signatures of every custodian's controller.
 * @throws {IndexError} `ERR_ROSTER_INVALID` for a wrong hub id, quorum or signature; `ERR_KEY_INVALID`.
 */
export function rosterFromGenesis(body: Uint8Array, signatures: readonly NamedSignature[]): Roster {
  const first = parse(genesis, fromJsonBytes(body), 'ERR_ROSTER_INVALID', 'roster')
  const { id, name, keys: hubKeys } = first.hub
  const { custodians: n, quorum } = first.keyset
  requireSoundPublicKey(hubKeys.signing)
  if (!equalBytes(id, hubIdOf(hubKeys.signing, name))) throw invalid('the hub id does not belong to its key and name')
  if (quorum * 2 <= n || quorum > n || first.custodians.length !== n)
    throw invalid('a quorum is more than half of the custodians')
  let roster: Roster = {
    version: 1,
    hash: genesisHash(id, body),
    hub: first.hub,
    keyset: first.keyset,
    witnesses: first.witnesses,
    epoch: 1,
    policies: first.policies,
    parties: new Map(),
    activationDelayMs: first.activationDelayMs,
  }
  for (const custodian of first.custodians) roster = { ...roster, parties: withParty(roster, custodian) }
  const indexes = custodiansOf(roster).map((custodian) => custodian.index)
  if (indexes.length !== n || indexes.some((index, at) => index !== at + 1))
    throw invalid('custodians are not numbered 1 to n')
  requireOrderedPolicies(first.policies)
  for (const { publicKey } of first.witnesses) requireSoundPublicKey(publicKey)
  if (countSignatures(roster, rosterStatement('genesis/v1', roster), signatures) !== n)
    throw invalid('not every controller has signed')
  return roster
}

/**
 * The next version of the roster. Pure: whether it is in force is for `activationCounts` to say.
 * @throws {IndexError} `ERR_ROSTER_INVALID`, `ERR_KEY_INVALID`, `ERR_PARTY_EXISTS`, `ERR_PARTY_UNKNOWN`, `ERR_SIGNATURE_INVALID`
 */
export function applyChanges(roster: Roster, body: Uint8Array): Roster {
  const changes = parseChanges(body)
  let next: Roster = {
    ...roster,
    version: roster.version + 1,
    hash: sha256(encode('roster/v1', roster.hub.id, roster.hash, body)),
  }
  for (const step of changes) next = applied(next, step)
  return next
}

/** Whether these changes only take standing away: such a version needs no activation. */
export function onlySuspends(body: Uint8Array): boolean {
  return parseChanges(body).every((step) => step.kind === 'suspend')
}

/** The policy that these changes approve, the last where there are several. */
export function policyApprovedBy(body: Uint8Array): ApprovedPolicy | undefined {
  return parseChanges(body).findLast((step) => step.kind === 'approve-policy')?.policy
}

function parseChanges(body: Uint8Array): readonly RosterChange[] {
  return parse(z.array(change).min(1).max(1024), fromJsonBytes(body), 'ERR_ROSTER_INVALID', 'roster')
}

function applied(roster: Roster, step: RosterChange): Roster {
  switch (step.kind) {
    case 'enrol':
      if (step.enrolment.party.party === 'custodian') throw invalid('custodians are named when the hub is made')
      return { ...roster, parties: withParty(roster, step.enrolment) }
    case 'suspend': {
      const standing = roster.parties.get(step.id)
      if (standing === undefined) throw new IndexError('ERR_PARTY_UNKNOWN', 'the party to suspend is not on the roster')
      return { ...roster, parties: new Map(roster.parties).set(step.id, { ...standing, suspended: true }) }
    }
    case 'approve-policy': {
      const policies = [...roster.policies.map((earlier) => closedAt(earlier, step.policy.from)), step.policy]
      requireOrderedPolicies(policies)
      return { ...roster, policies }
    }
    case 'rotate-epoch':
      return rotated(roster, step)
  }
}

/** The policy before ends when the next begins: their intervals never overlap. */
function closedAt(earlier: ApprovedPolicy, from: number): ApprovedPolicy {
  return earlier.until === undefined ? { ...earlier, until: from } : earlier
}

function requireOrderedPolicies(policies: readonly ApprovedPolicy[]): void {
  policies.forEach((each, index) => {
    const next = policies[index + 1]
    const empty = each.until !== undefined && each.until <= each.from
    if (empty || (next !== undefined && (each.until === undefined || each.until > next.from))) {
      throw invalid('the intervals of approved policies overlap')
    }
  })
}

// The name under which the hub signs its own messages.
const HUB_ID = 'hub'

function withParty(roster: Roster, { party: applicant, proof }: Enrolment): ReadonlyMap<string, Party> {
  requireSoundPublicKey(applicant.keys.signing)
  for (const other of [...roster.parties.values(), { id: HUB_ID, keys: roster.hub.keys }]) {
    if (other.id === applicant.id || equalBytes(other.keys.signing, applicant.keys.signing)) {
      throw new IndexError('ERR_PARTY_EXISTS', 'a party with this id or key is on the roster already')
    }
  }
  if (!verifySignature(applicant.keys.signing, enrolmentStatement(roster.hub.id, applicant), proof)) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the enrolment does not prove possession of its key')
  }
  return new Map(roster.parties).set(applicant.id, applicant)
}

/** What a custodian signs: that this version may take effect. */
export function signActivation(roster: Roster, key: SigningKey): Uint8Array {
  return sign(key, rosterStatement('activation/v1', roster))
}

/** What a controller signs to bring the hub into being. `body` is the genesis as canonical JSON. */
export function signGenesis(body: Uint8Array, key: SigningKey): Uint8Array {
  const { hub } = parse(genesis, fromJsonBytes(body), 'ERR_ROSTER_INVALID', 'roster')
  return sign(key, encode('genesis/v1', hub.id, 1, genesisHash(hub.id, body)))
}

/** Whether a quorum of the custodians in standing on the version before has signed for the next. */
export function activationCounts(current: Roster, next: Roster, signatures: readonly NamedSignature[]): boolean {
  return countSignatures(current, rosterStatement('activation/v1', next), signatures) >= current.keyset.quorum
}

function rosterStatement(type: string, roster: Roster): Uint8Array {
  return encode(type, roster.hub.id, roster.version, roster.hash)
}

function countSignatures(roster: Roster, statement: Uint8Array, signatures: readonly NamedSignature[]): number {
  const signed = custodiansOf(roster).filter((custodian) => {
    const theirs = signatures.find((each) => each.custodian === custodian.id)
    return (
      !custodian.suspended &&
      theirs !== undefined &&
      verifySignature(custodian.keys.signing, statement, theirs.signature)
    )
  })
  return signed.length
}

function invalid(message: string): IndexError {
  return new IndexError('ERR_ROSTER_INVALID', message)
}
