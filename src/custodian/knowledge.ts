import { encode } from '../bytes.js'
import type { ProvenEntry, RefusalReason } from '../case/opening.js'
import { isIndexError } from '../errors.js'
import { type CheckpointTrust, checkpointOrigin, verifyNote } from '../journal/checkpoint.js'
import { decodeEntry, type Entry, entryLeaf } from '../journal/entry.js'
import type { TreeHead } from '../journal/merkle.js'
import { type ConsistencyProof, verifyConsistency, verifyInclusion } from '../journal/proof.js'
import type { RosterHistory } from '../roster/history.js'
import { type Roster, standingMembersOf } from '../roster/roster.js'

/** What a custodian knows by itself, and believes instead of the hub. */
export interface Knowledge {
  readonly hub: Uint8Array
  readonly rosters: RosterHistory
  readonly lastSeen: TreeHead
  /** `withdrawnName` of the checks that their agencies took back or corrected. */
  readonly withdrawn: ReadonlySet<string>
  /** By case and officer: until when they took back what they had determined. */
  readonly undetermined: ReadonlyMap<number, ReadonlyMap<string, number>>
  /** Of merges that officers undid, by their number: those signed no later than this. */
  readonly splits: ReadonlyMap<number, number>
  /** Whether every entry of the roster that it followed has been shown to stand in the journal. */
  readonly isRosterProven: boolean
  /** Whether its controller let a policy decide: by its hash, 64 hexadecimal digits. */
  approves(policyHash: string): boolean
  readonly now: number
}

/** A refusal on its way out: carries a reason and nothing of the evidence. */
export class Refused extends Error {
  constructor(readonly reason: RefusalReason) {
    super(reason)
  }
}

export function unless(condition: boolean, reason: RefusalReason): asserts condition {
  if (!condition) throw new Refused(reason)
}

/** What `work` gives; a part of the evidence that is malformed is refused like one that does not fit. */
export function orRefuse<Result>(reason: RefusalReason, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (isIndexError(error)) throw new Refused(reason)
    throw error
  }
}

/** Whom to believe about a hub's journal: its key, and a quorum of its custodians, or of its witnesses where any are named. */
export function journalTrust(roster: Roster): CheckpointTrust {
  const origin = checkpointOrigin(roster.hub.id)
  const log = { name: origin, publicKey: roster.hub.keys.signing }
  const { witnesses } = roster
  if (witnesses.length > 0) return { origin, log, cosigners: witnesses, quorum: Math.floor(witnesses.length / 2) + 1 }
  const cosigners = standingMembersOf(roster).map(({ id, keys }) => ({
    name: cosignerName(roster.hub.id, id),
    publicKey: keys.signing,
  }))
  return { origin, log, cosigners, quorum: roster.keyset.quorum }
}

/** The head of a note, undefined unless the hub signed it and, where asked for, a quorum of cosigners did. */
export function verifiedHead(roster: Roster, note: string, cosigned: 'by-a-quorum' | 'or-not'): TreeHead | undefined {
  const trust = journalTrust(roster)
  try {
    return verifyNote(note, cosigned === 'by-a-quorum' ? trust : { ...trust, quorum: 0 }).checkpoint
  } catch (error) {
    if (isIndexError(error)) return undefined
    throw error
  }
}

/** Whether one of two heads continues the other. @throws {IndexError} `ERR_PROOF_MALFORMED` */
export function areConsistent(one: TreeHead, other: TreeHead, proof: ConsistencyProof): boolean {
  const [older, newer] = one.size < other.size ? [one, other] : [other, one]
  return verifyConsistency(older, newer, proof)
}

/** Whether `line`, put behind a note that the hub signed, is this custodian's cosignature of it and nothing more. */
export function isCosignedBy(roster: Roster, note: string, custodian: string, line: string): boolean {
  const trust = journalTrust({ ...roster, witnesses: [] })
  const name = cosignerName(roster.hub.id, custodian)
  const cosigners = trust.cosigners.filter((cosigner) => cosigner.name === name)
  if (line.indexOf('\n') !== line.length - 1) return false
  try {
    return verifyNote(note + line, { ...trust, cosigners, quorum: 1 }).cosignedBy.length === 1
  } catch (error) {
    if (isIndexError(error)) return false
    throw error
  }
}

/** Key name of a custodian's cosignatures. */
export function cosignerName(hub: Uint8Array, custodian: string): string {
  return `${checkpointOrigin(hub)}/${custodian}`
}

/** The entry, undefined unless it stands in the journal under this head. */
export function provenEntry(proven: ProvenEntry, head: TreeHead): Entry | undefined {
  if (proven.position >= head.size) return undefined
  const { position: index, salt, bytes, path } = proven
  return verifyInclusion(entryLeaf(salt, bytes), { index, size: head.size, path }, head)
    ? decodeEntry(bytes)
    : undefined
}

/** What the evidence on its way to a custodian is bound to. */
export function releaseInfo(hub: Uint8Array, custodian: string): Uint8Array {
  return encode('release-request/v1', hub, custodian)
}
