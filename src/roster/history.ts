import { z } from 'zod'
import { toHex } from '../bytes.js'
import { isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { applyChanges, onlySuspends } from './change.js'
import { rosterFromGenesis } from './genesis.js'
import type { Party, Roster } from './roster.js'
import { activationCounts, type NamedSignature } from './signatures.js'

/** Every version of the roster with the journal position from which it holds: standing goes by position. */
export interface RosterHistory {
  readonly versions: readonly { readonly position: number; readonly roster: Roster }[]
  /** A version that is journalled and waits for its activation. */
  readonly proposed?: Proposal | undefined
}

/** Changes that wait, from when they were journalled. The next proposal takes their place; a suspension does not. */
export interface Proposal {
  readonly position: number
  readonly at: number
  readonly body: Uint8Array
}

/** Body of a `roster` entry: the genesis with its signatures, or changes that wait for an activation. */
export interface RosterEntry {
  readonly body: Uint8Array
  /** Of every controller, for version 1; empty for later versions. */
  readonly signatures: readonly NamedSignature[]
}

export interface ActivationEntry {
  readonly version: number
  readonly signatures: readonly NamedSignature[]
}

const signatures = z.array(z.strictObject({ custodian: z.string().max(64), signature: isBytes })).max(255)
const rosterEntry = z.strictObject({ body: isBytes, signatures })
const activationEntry = z.strictObject({ version: z.number().int().min(2), signatures })

/** A history of nothing: its first entry must be a genesis. */
export const NO_ROSTER: RosterHistory = { versions: [] }

/**
 * The history after a journalled `roster` entry.
 * @throws {IndexError} `ERR_ROSTER_INVALID` and the codes of `rosterFromGenesis`.
 */
export function withRosterEntry(history: RosterHistory, position: number, at: number, body: Uint8Array): RosterHistory {
  const entry = parse(rosterEntry, fromJsonBytes(body), 'ERR_ROSTER_INVALID', 'roster entry')
  if (history.versions.length === 0)
    return { versions: [{ position, roster: rosterFromGenesis(entry.body, entry.signatures) }] }
  // A suspension cannot wait for a quorum: it holds from its own entry.
  const next = applyChanges(presentRoster(history), entry.body)
  if (onlySuspends(entry.body)) return { ...history, versions: [...history.versions, { position, roster: next }] }
  return { ...history, proposed: { position, at, body: entry.body } }
}

/**
 * The history after a journalled `activation` entry: the proposed version holds from this position on.
 * @throws {IndexError} `ERR_ROSTER_INVALID` before the delay, without a proposal, or without a quorum's signatures.
 */
export function withActivationEntry(
  history: RosterHistory,
  position: number,
  at: number,
  body: Uint8Array,
): RosterHistory {
  const { version, signatures: signed } = parse(
    activationEntry,
    fromJsonBytes(body),
    'ERR_ROSTER_INVALID',
    'activation',
  )
  const current = presentRoster(history)
  if (history.proposed === undefined)
    throw new IndexError('ERR_ROSTER_INVALID', 'there is no proposed roster to activate')
  const next = applyChanges(current, history.proposed.body)
  if (next.version !== version) throw new IndexError('ERR_ROSTER_INVALID', 'the activation is for another version')
  if (at < history.proposed.at + current.activationDelayMs)
    throw new IndexError('ERR_ROSTER_INVALID', 'the delay has not passed')
  if (!activationCounts(current, next, signed, signedPosition(current, history.proposed)))
    throw new IndexError('ERR_ROSTER_INVALID', 'the activation lacks a quorum of custodians')
  return { versions: [...history.versions, { position, roster: next }] }
}

/** The position that custodians sign for with a version: that of a proposal that had to wait. */
function signedPosition({ activationDelayMs }: Roster, { position }: Proposal): number | undefined {
  return activationDelayMs > 0 ? position : undefined
}

/** The version in force now. @throws {IndexError} `ERR_ROSTER_INVALID` when there is none yet. */
export function presentRoster(history: RosterHistory): Roster {
  const last = history.versions.at(-1)
  if (last === undefined) throw new IndexError('ERR_ROSTER_INVALID', 'the journal does not begin with a roster')
  return last.roster
}

/** The version in force for an entry at this position, undefined before the first. */
export function rosterAt(history: RosterHistory, position: number): Roster | undefined {
  let low = 0
  let high = history.versions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((history.versions[middle]?.position ?? Number.POSITIVE_INFINITY) <= position) low = middle + 1
    else high = middle
  }
  return history.versions[low - 1]?.roster
}

/** The party's entries on the roster, one for each signing key that it has had, the present one first. */
export function entriesOf({ versions }: RosterHistory, id: string): readonly Party[] {
  const entries = new Map<string, Party>()
  for (const { roster } of versions.toReversed()) {
    const party = roster.parties.get(id)
    const key = party === undefined ? '' : toHex(party.keys.signing)
    if (party !== undefined && !entries.has(key)) entries.set(key, party)
  }
  return [...entries.values()]
}

export function encodeRosterEntry(entry: RosterEntry): Uint8Array {
  return toJsonBytes(entry)
}

export function encodeActivationEntry(entry: ActivationEntry): Uint8Array {
  return toJsonBytes(entry)
}
