import { encode, equalBytes, toHex } from '../bytes.js'
import { IndexError } from '../errors.js'
import { toJsonBytes } from '../json.js'
import { requireSoundPublicKey, type SigningKey, sign, verifySignature } from '../signature.js'
import type { Party, Roster } from './roster.js'

/** A party as it applies for a place on the roster, with its proof that it holds the signing key. */
export interface Enrolment {
  readonly party: Party
  /**
   * By the key that the party names: over `encode('enrolment/v1', hub, JSON of party)`, or, where it takes the place of
   * what stands on the roster, over the statement of a replacement.
   */
  readonly proof: Uint8Array
}

/** New keys or dates for a party that is on the roster. */
export interface Replacement {
  readonly enrolment: Enrolment
  /** The same statement, signed by the key that is replaced; absent where that key is lost, or stays. */
  readonly endorsement?: Uint8Array | undefined
}

/** The enrolment of a party, with its proof of possession. */
export function enrol(hub: Uint8Array, applicant: Party, key: SigningKey): Enrolment {
  return { party: applicant, proof: sign(key, enrolmentStatement(hub, applicant)) }
}

/**
 * What puts `next` in the place of `present`, its entry on the roster now.
 * @param keys the signing key that `next` names, and the one that `present` names where it still exists
 */
export function replacement(
  hub: Uint8Array,
  present: Party,
  next: Party,
  keys: { readonly next: SigningKey; readonly present?: SigningKey | undefined },
): Replacement {
  const statement = replacementStatement(hub, present, next)
  const enrolment = { party: next, proof: sign(keys.next, statement) }
  return keys.present === undefined || equalBytes(present.keys.signing, next.keys.signing)
    ? { enrolment }
    : { enrolment, endorsement: sign(keys.present, statement) }
}

// INVARIANT: the hub alone fills in an agency's identifier key hashes, so no party's signature covers them.
function ownWord(party: Party): Uint8Array {
  return toJsonBytes(party.party === 'agency' ? { ...party, identifierKeys: [] } : party)
}

function enrolmentStatement(hub: Uint8Array, applicant: Party): Uint8Array {
  return encode('enrolment/v1', hub, ownWord(applicant))
}

/** Names what it replaces, so that an earlier replacement cannot be played again. Standing is not the party's to say. */
function replacementStatement(hub: Uint8Array, present: Party, next: Party): Uint8Array {
  return encode('replacement/v1', hub, ownWord({ ...present, suspended: false }), ownWord(next))
}

// The name under which the hub signs its own messages.
const HUB_ID = 'hub'

/** The parties with one more. @throws {IndexError} `ERR_PARTY_EXISTS`, `ERR_KEY_INVALID`, `ERR_SIGNATURE_INVALID`, `ERR_ROSTER_INVALID` */
export function withParty(roster: Roster, { party: applicant, proof }: Enrolment): ReadonlyMap<string, Party> {
  if (applicant.id === HUB_ID || roster.parties.has(applicant.id)) throw taken()
  requireFreshKey(roster, applicant)
  if (applicant.party === 'custodian') requireFreshSeat(roster, applicant.index)
  requireProof(applicant, enrolmentStatement(roster.hub.id, applicant), proof)
  return new Map(roster.parties).set(applicant.id, applicant)
}

/**
 * The roster with a party's new keys or dates. Who it is stays: id and sort, an agency's kind, sensitivity and identifier
 * keys, an officer's person and role, a custodian's seat; and a party that is suspended stays so.
 * @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_ROSTER_INVALID`, `ERR_PARTY_EXISTS`, `ERR_KEY_INVALID`, `ERR_SIGNATURE_INVALID`
 */
export function withReplacement(roster: Roster, { enrolment, endorsement }: Replacement): Roster {
  const { party: next, proof } = enrolment
  const present = roster.parties.get(next.id)
  if (present === undefined) throw new IndexError('ERR_PARTY_UNKNOWN', 'the party to replace is not on the roster')
  const kept = keptBy(present, next)
  const keepsKey = equalBytes(present.keys.signing, next.keys.signing)
  if (!keepsKey) requireFreshKey(roster, next)
  const statement = replacementStatement(roster.hub.id, present, next)
  requireProof(next, statement, proof)
  if (endorsement !== undefined && !verifySignature(present.keys.signing, statement, endorsement))
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the replacement is not endorsed by the key that it replaces')
  const parties = new Map(roster.parties).set(next.id, kept)
  if (keepsKey) return { ...roster, parties }
  return { ...roster, parties, retiredKeys: new Set(roster.retiredKeys).add(toHex(present.keys.signing)) }
}

/** The next entry, with what no replacement changes. @throws {IndexError} `ERR_ROSTER_INVALID` where it would be somebody else */
function keptBy(present: Party, next: Party): Party {
  const { suspended } = present
  if (next.suspended) throw invalid('a replacement says nothing of standing')
  switch (next.party) {
    case 'agency': {
      const isSame =
        present.party === 'agency' &&
        present.agencyKind === next.agencyKind &&
        present.sensitive === next.sensitive &&
        next.identifierKeys.length === 0
      if (!isSame) break
      return { ...next, suspended, identifierKeys: present.identifierKeys }
    }
    case 'officer': {
      const isSame =
        present.party === 'officer' &&
        present.person === next.person &&
        equalBytes(toJsonBytes(present.roles), toJsonBytes(next.roles)) &&
        // Else what was signed before the undertaking would come to count.
        present.undertakingAt <= next.undertakingAt
      if (!isSame) break
      return { ...next, suspended }
    }
    case 'sealer':
      if (present.party !== 'sealer') break
      return { ...next, suspended }
    case 'custodian':
      if (present.party !== 'custodian' || present.index !== next.index) break
      return { ...next, suspended }
  }
  throw invalid('a replacement is of the same party: its keys, dates or controller may change and nothing else')
}

/** A signing key names one party, once: no other has it, and none that was replaced comes back. */
function requireFreshKey(roster: Roster, { keys }: Party): void {
  requireSoundPublicKey(keys.signing)
  const others = [...roster.parties.values(), { keys: roster.hub.keys }]
  const isKnown = others.some((other) => equalBytes(other.keys.signing, keys.signing))
  if (isKnown || roster.retiredKeys.has(toHex(keys.signing))) throw taken()
}

function requireFreshSeat(roster: Roster, index: number): void {
  const isTaken = [...roster.parties.values()].some((party) => party.party === 'custodian' && party.index === index)
  if (isTaken) throw invalid('another custodian has this index')
}

function requireProof(party: Party, statement: Uint8Array, proof: Uint8Array): void {
  if (verifySignature(party.keys.signing, statement, proof)) return
  throw new IndexError('ERR_SIGNATURE_INVALID', 'the enrolment does not prove possession of its key')
}

function taken(): IndexError {
  return new IndexError('ERR_PARTY_EXISTS', 'a party with this id or key is on the roster already, or was')
}

function invalid(message: string): IndexError {
  return new IndexError('ERR_ROSTER_INVALID', message)
}
