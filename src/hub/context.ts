import type { Clock, Random } from '../bytes.js'
import type { Alert } from '../case/alert.js'
import { AGENCY_LIMITS, PRACTITIONER_LIMITS, type WatchLimits } from '../case/watch.js'
import { agencyIdKey, agencyIdKeyHash } from '../child/identifiers.js'
import { IndexError } from '../errors.js'
import type { Policy } from '../policy/policy.js'
import { type Message, requireSignedBy } from '../port.js'
import type { RosterHistory } from '../roster/history.js'
import { presentRoster } from '../roster/history.js'
import { type Agency, agencyOf, type IdentifierKeyHash, type Party, type Roster } from '../roster/roster.js'
import type { HpkeKey } from '../seal/hpke.js'
import type { KeysByGeneration } from '../seal/wrap.js'
import type { SigningKey } from '../signature.js'
import type { Store } from '../store/port.js'
import type { WitnessPort } from '../witness.js'
import type { CheckIndex } from './check-index/check-index.js'
import type { Documents } from './checks/policies.js'
import type { Assessed } from './checks/watermark.js'
import type { PlainChildren } from './children/plain-children.js'
import type { CustodianClients } from './custodians/custodians.js'
import type { Ledger } from './ledger.js'
import type { Shelf } from './shelf.js'

/** The secrets of a hub. None of them opens a sealed record. */
export interface HubKeys {
  /** Signs checkpoints, answers and receipts. */
  readonly signing: SigningKey
  readonly hpke: HpkeKey
  /** Root of every agency's identifier key. */
  readonly identifierKey: Uint8Array
  /**
   * `kh` by generation: the hub's half of the lookup tokens. Each goes with the custodians' key of the same generation. What is
   * recorded is under the last; the one before it is there for as long as children still stand under it.
   */
  readonly lookupKeys: KeysByGeneration
  /** Encrypts the projection and the entries that join agencies. */
  readonly storageKey: Uint8Array
}

/** How much an agency may ask and say, to keep guessing from becoming a search and a fault from becoming a flood. */
export interface Limits {
  readonly identifyPerAgencyPerDay: number
  readonly identifyPerPractitionerPerDay: number
  readonly identifyPerPractitionerPerTenMinutes: number
  /** Checks that one agency may submit about one child in a day: no contact happens more often than this. */
  readonly checksPerChildPerDay: number
  readonly conferencesPerAgencyPerDay: number
  /** Aliases of case conferences that one agency may get wrong in a day. */
  readonly conferenceGuessesPerAgencyPerDay: number
  /** Look-ups of a day without a check, above which officers are alerted; nothing is refused for it. */
  readonly watchPractitioner: WatchLimits
  readonly watchAgency: WatchLimits
}

export const DEFAULT_LIMITS: Limits = {
  identifyPerAgencyPerDay: 250_000,
  identifyPerPractitionerPerDay: 50_000,
  identifyPerPractitionerPerTenMinutes: 20_000,
  checksPerChildPerDay: 100,
  conferencesPerAgencyPerDay: 1000,
  conferenceGuessesPerAgencyPerDay: 100,
  watchPractitioner: PRACTITIONER_LIMITS,
  watchAgency: AGENCY_LIMITS,
}

/** What the rooms of the hub work with. The roster and the policy are read through functions because they change. */
export interface HubContext {
  readonly id: Uint8Array
  readonly name: string
  readonly keys: HubKeys
  readonly store: Store
  readonly shelf: Shelf
  readonly ledger: Ledger
  readonly checks: CheckIndex
  /** Children of whom nothing more than their id need be read. */
  readonly plain: PlainChildren
  readonly assessed: Assessed
  readonly custodians: CustodianClients
  /** By key name. */
  readonly witnesses: ReadonlyMap<string, WitnessPort>
  readonly clock: Clock
  readonly random: Random
  readonly limits: Limits
  /** Whoever wants to hear of alerts at once. */
  readonly alertListeners: Set<(alert: Alert) => void>
  /** Runs what takes heads to the custodians one after the other, so that none is overtaken. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  rosters(): RosterHistory
  /**
   * The policy that decides at an instant, now where none is given. A verdict is by the policy of its own instant, which
   * can be minutes ahead of the clock; custodians ask for the same.
   * @throws {IndexError} `ERR_POLICY_UNKNOWN`
   */
  policy(at?: number): PolicyInForce
  /** Every policy that the journal holds, the founding one first. */
  documents(): Documents
}

/** A policy that decides, with what is asked of it at every check. */
export interface PolicyInForce {
  readonly policy: Policy
  /** 64 hexadecimal digits. */
  readonly hash: string
  /** Hash of its own vocabulary, which agencies put into their checks. */
  readonly vocabulary: Uint8Array
  /** Vocabularies that checks may come from, as hexadecimal digits. */
  readonly vocabularies: ReadonlySet<string>
}

export function roster(hub: HubContext): Roster {
  return presentRoster(hub.rosters())
}

/**
 * The party that sent a message, in standing now.
 * @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_SIGNATURE_INVALID`, `ERR_PARTY_NOT_IN_STANDING`
 */
export function requireSender<Kind extends Party['party']>(
  hub: HubContext,
  message: Message,
  kind: Kind,
): Extract<Party, { party: Kind }> {
  const party = requireParty(hub, message.party, kind)
  requireSignedBy(message, hub.id, party.keys.signing, hub.clock())
  return party
}

/**
 * The agency that sent a message, suspended or not: for what only takes power away.
 * @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_SIGNATURE_INVALID`
 */
export function requireAgencySender(hub: HubContext, message: Message): Agency {
  const agency = agencyOf(roster(hub), message.party)
  if (agency === undefined) throw unknownParty('agency')
  requireSignedBy(message, hub.id, agency.keys.signing, hub.clock())
  return agency
}

function unknownParty(kind: Party['party']): IndexError {
  return new IndexError('ERR_PARTY_UNKNOWN', `no ${kind} is on the roster under this id: enrol it first`)
}

/** The party under this id, in standing now. @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_PARTY_NOT_IN_STANDING` */
export function requireParty<Kind extends Party['party']>(
  hub: HubContext,
  id: string,
  kind: Kind,
): Extract<Party, { party: Kind }> {
  const party = roster(hub).parties.get(id)
  if (party?.party !== kind) throw unknownParty(kind)
  if (party.suspended) throw new IndexError('ERR_PARTY_NOT_IN_STANDING', `the ${kind} is suspended`)
  return party as Extract<Party, { party: Kind }>
}

const identifierKeys = new WeakMap<HubKeys, Map<string, Uint8Array>>()

/** The key under which an agency sees children in an epoch. Derived once and kept. */
export function identifierKeyOf(hub: Pick<HubContext, 'id' | 'keys'>, agency: string, epoch: number): Uint8Array {
  const kept = identifierKeys.get(hub.keys) ?? new Map<string, Uint8Array>()
  identifierKeys.set(hub.keys, kept)
  const name = `${agency} ${epoch}`
  const key = kept.get(name) ?? agencyIdKey(hub.keys.identifierKey, hub.id, agency, epoch)
  kept.set(name, key)
  return key
}

/** What the roster says of that key: the hub fixes it, so that custodians know the real one when they see it. */
export function identifierKeyHashOf(
  hub: Pick<HubContext, 'id' | 'keys'>,
  agency: string,
  epoch: number,
): IdentifierKeyHash {
  return { epoch, hash: agencyIdKeyHash(identifierKeyOf(hub, agency, epoch), hub.id, agency, epoch) }
}

/** A queue of one: each piece of work begins when the one before has ended, however it ended. */
export function oneAtATime(): HubContext['inTurn'] {
  let queue: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = queue.then(work)
    queue = result.catch(() => undefined)
    return result
  }
}
