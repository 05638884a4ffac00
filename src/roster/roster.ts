/** The public keys of a party: Ed25519 for signing, X25519 for HPKE; 32 bytes each. */
export interface PartyKeys {
  readonly signing: Uint8Array
  readonly hpke: Uint8Array
}

interface PartyBase {
  /** Lower-case letters, digits and hyphens; unique among the parties of a hub. */
  readonly id: string
  readonly keys: PartyKeys
  readonly suspended: boolean
}

export interface Agency extends PartyBase {
  readonly party: 'agency'
  /** `police`, `health`, `education`, …: a kind that the policy knows. */
  readonly agencyKind: string
  /** Sexual health, mental health or substance misuse service: named only under rule 3 of the disclosure rules. */
  readonly sensitive: boolean
  /** When its information-sharing agreement ends, epoch milliseconds: from then on no referral goes to it. Absent: no end is set. */
  readonly agreementUntil?: number | undefined
  /** Hash of the agency's identifier key for each epoch, so that a custodian can check the key that evidence shows it. */
  readonly identifierKeys: readonly IdentifierKeyHash[]
}

export interface IdentifierKeyHash {
  readonly epoch: number
  readonly hash: Uint8Array
}

export interface Officer extends PartyBase {
  readonly party: 'officer'
  /** Who this is, across keys and roles: determinations count distinct persons. A pseudonym from the employer's register. */
  readonly person: string
  /** When the confidentiality undertaking was signed, epoch milliseconds. */
  readonly undertakingAt: number
  readonly trainingUntil: number
  readonly vettingUntil: number
  /** What they do in the management function: no two the same, in the order of `OFFICER_ROLES`. */
  readonly roles: readonly OfficerRole[]
}

/**
 * What officers do. `caseworker`: works cases and enquiries, determines, opens, refers, records consents. `manager`: that too,
 * assigns work to others, and answers for what is late. `shielding`: receives what concerns shielded children. `records`: answers
 * families who ask what is held.
 */
export const OFFICER_ROLES = ['caseworker', 'manager', 'shielding', 'records'] as const
export type OfficerRole = (typeof OFFICER_ROLES)[number]

export function hasRole({ roles }: Pick<Officer, 'roles'>, role: OfficerRole): boolean {
  return roles.includes(role)
}

/** Whether the officer works cases: whose word on one counts, and to whom custodians release. */
export function opens(officer: Pick<Officer, 'roles'>): boolean {
  return hasRole(officer, 'caseworker') || hasRole(officer, 'manager')
}

export interface Sealer extends PartyBase {
  readonly party: 'sealer'
}

export interface Custodian extends PartyBase {
  readonly party: 'custodian'
  /** 1 to n: which share is this custodian's. */
  readonly index: number
  /** The legal body that controls it. */
  readonly controller: string
}

export type Party = Agency | Officer | Sealer | Custodian

/** A policy that may decide from `from` until `until` (excluded; absent: open). Epoch milliseconds. */
export interface ApprovedPolicy {
  /** 64 hexadecimal digits. */
  readonly hash: string
  readonly from: number
  readonly until?: number | undefined
}

/** Which custodians hold shares under this id, and how many of them can open together. */
export interface Keyset {
  readonly id: string
  /** Ids of custodians, by ascending index; 2 to 16. */
  readonly members: readonly string[]
  /** More than half of the members. */
  readonly quorum: number
}

/**
 * Who may do what in one hub, at one version. Everyone pins version 1 and believes nothing else: later versions count
 * because a quorum of custodians signed their activation.
 */
export interface Roster {
  readonly version: number
  /** SHA-256 over the previous version's hash and this version's changes. */
  readonly hash: Uint8Array
  readonly hub: HubIdentity
  /** Seals what is registered now; a quorum of its members cosigns, and signs for the next version. */
  readonly keyset: Keyset
  /** Keysets of before, oldest first: their records open still, each by the quorum of its own keyset. */
  readonly formerKeysets: readonly Keyset[]
  /** Signing keys that were replaced, as hexadecimal digits: none of them comes back. */
  readonly retiredKeys: ReadonlySet<string>
  /** Who cosigns checkpoints in place of the custodians, where any are named; half of them and one more must. */
  readonly witnesses: readonly Witness[]
  /** The present identifier epoch, from 1. */
  readonly epoch: number
  /** Until when new checks may name the epoch before, excluded; absent: there was none. See `openEpochs`. */
  readonly formerEpochUntil?: number | undefined
  readonly policies: readonly ApprovedPolicy[]
  readonly parties: ReadonlyMap<string, Party>
  /** Time between a version being journalled and its activation. */
  readonly activationDelayMs: number
}

/** An outsider who follows the journal and cosigns its heads: key name and Ed25519 key. */
export interface Witness {
  readonly name: string
  readonly publicKey: Uint8Array
}

export interface HubIdentity {
  /** SHA-256 of the first checkpoint key and the name, 32 bytes. */
  readonly id: Uint8Array
  readonly name: string
  readonly keys: PartyKeys
}

/** The agency, where it is on the roster under this id. */
export function agencyOf(roster: Roster, id: string): Agency | undefined {
  const party = roster.parties.get(id)
  return party?.party === 'agency' ? party : undefined
}

export function officerOf(roster: Roster, id: string): Officer | undefined {
  const party = roster.parties.get(id)
  return party?.party === 'officer' ? party : undefined
}

/** Custodians by their index. */
export function custodiansOf(roster: Roster): readonly Custodian[] {
  return [...roster.parties.values()]
    .filter((party): party is Custodian => party.party === 'custodian')
    .sort((a, b) => a.index - b.index)
}

/** The keyset under this id, present or former. */
export function keysetOf(roster: Roster, id: string): Keyset | undefined {
  return id === roster.keyset.id ? roster.keyset : roster.formerKeysets.find((former) => former.id === id)
}

/** The members of a keyset, the present one where none is given, by their index; those who are suspended among them. */
export function membersOf(roster: Roster, keyset: Keyset = roster.keyset): readonly Custodian[] {
  return custodiansOf(roster).filter(({ id }) => keyset.members.includes(id))
}

/** The members of a keyset who are not suspended: whose signatures count, and who may hold a share. */
export function standingMembersOf(roster: Roster, keyset: Keyset = roster.keyset): readonly Custodian[] {
  return membersOf(roster, keyset).filter(({ suspended }) => !suspended)
}

/** Whether the officer may act at this instant: not suspended, undertaking signed, training and vetting in date. */
export function inGoodStanding(officer: Officer, at: number): boolean {
  return !officer.suspended && officer.undertakingAt <= at && officer.trainingUntil > at && officer.vettingUntil > at
}

/** The one policy that may decide at this instant: approved intervals never overlap. */
export function approvedAt(roster: Roster, at: number): ApprovedPolicy | undefined {
  return roster.policies.find(({ from, until }) => from <= at && (until === undefined || at < until))
}

/** Whether the policy may decide at this instant. */
export function policyInForce(roster: Roster, hash: string, at: number): boolean {
  return approvedAt(roster, at)?.hash === hash
}
