import type { Random } from '../bytes.js'
import { IndexError, isIndexError } from '../errors.js'
import { checkpointOrigin, verifyNote } from '../journal/checkpoint.js'
import type { TreeHead } from '../journal/merkle.js'
import type { RosterHistory } from '../roster/history.js'
import type { Desk } from './desk.js'
import { cosignerName } from './knowledge.js'
import { type CustodianMemory, type CustodianStore, memoryOf } from './state.js'

const CHALLENGE_LENGTH = 32

/**
 * Locks a custodian that was brought back from a backup, in its own store: from now on it answers nothing that rests on what it
 * remembers, until its peers have told it what it may have forgotten. One that runs takes it in with the next message.
 */
export function lockRestored(store: CustodianStore, at: number, random: Random): Promise<void> {
  return store.append({ kind: 'locked', at, challenge: random(CHALLENGE_LENGTH), why: 'restored' })
}

/**
 * Ends a lock by the word of whoever answers for the custodian, where its peers have forgotten as much: what they all forgot is
 * lost. False where it was not locked.
 */
export async function unlockWithoutPeers(store: CustodianStore, at: number): Promise<boolean> {
  const { locked, lastSeen } = await memoryOf(store)
  if (locked === undefined) return false
  const { note, size, root } = locked.head ?? lastSeen
  if (note !== undefined && size > lastSeen.size) await store.append({ kind: 'seen', note, size, root })
  await store.append({ kind: 'unlocked', at, peers: [] })
  return true
}

/** @throws {IndexError} `ERR_CUSTODIAN_LOCKED` */
export function requireUnlocked(desk: Desk): void {
  if (desk.memory().locked === undefined) return
  throw new IndexError(
    'ERR_CUSTODIAN_LOCKED',
    'this custodian was restored or reinstated, and waits for what its peers remember',
  )
}

/**
 * Locks the custodian when a note bears its own cosignature and is longer than any it remembers. It remembers each head before it
 * hands the cosignature out, so it has forgotten something since.
 */
export async function lockIfForgetful(desk: Desk, note: string | undefined): Promise<void> {
  const { locked, lastSeen } = desk.memory()
  if (note === undefined || locked !== undefined || sizeOf(note) <= lastSeen.size) return
  const head = ownHead(desk, note)
  if (head === undefined) return
  const { size, root } = head
  const challenge = desk.random(CHALLENGE_LENGTH)
  await desk.remember({
    kind: 'locked',
    at: desk.clock(),
    challenge,
    why: 'own-head-unknown',
    head: { note, size, root },
  })
}

/**
 * Locks the custodian when what comes next gives it its standing back: while it had none, agencies told its peers what it
 * does not know. To be done before the entry is remembered, so that no crash lets it answer in between.
 */
export async function lockIfReinstated(desk: Desk, next: CustodianMemory): Promise<void> {
  const { rosters, locked } = desk.memory()
  if (locked !== undefined || !isSuspended(desk, rosters) || isSuspended(desk, next.rosters)) return
  const challenge = desk.random(CHALLENGE_LENGTH)
  await desk.remember({ kind: 'locked', at: desk.clock(), challenge, why: 'reinstated' })
}

function isSuspended({ keys }: Desk, { versions }: RosterHistory): boolean {
  return versions.at(-1)?.roster.parties.get(keys.id)?.suspended === true
}

/** As the note says, before any signature is looked at: notes of what it remembers cost nothing. */
export function sizeOf(note: string): number {
  return Number(note.split('\n', 2)[1])
}

function ownHead({ keys }: Desk, note: string): TreeHead | undefined {
  const { id, publicKey } = keys.hub
  const origin = checkpointOrigin(id)
  const self = { name: cosignerName(id, keys.id), publicKey: keys.signing.publicKey }
  try {
    return verifyNote(note, { origin, log: { name: origin, publicKey }, cosigners: [self], quorum: 1 }).checkpoint
  } catch (error) {
    if (isIndexError(error)) return undefined
    throw error
  }
}
