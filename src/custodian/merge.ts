import { z } from 'zod'
import { toHex } from '../bytes.js'
import { determinationWithdrawalIsSignedBy, parseDeterminationWithdrawal } from '../case/determination.js'
import { agreedBy, parseLinkStatements, splitAt } from '../case/link.js'
import { parseWithdrawal, withdrawalIsSignedBy } from '../check/withdrawal.js'
import { bytesOf, bytesUpTo, instant, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { emptyRoot } from '../journal/merkle.js'
import { type ConsistencyProof, verifyConsistency } from '../journal/proof.js'
import { consistencyShape } from '../journal/shapes.js'
import { toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { agencyOf, officerOf, standingMembersOf } from '../roster/roster.js'
import { type Desk, fromHub } from './desk.js'
import { isLater } from './determinations.js'
import { verifiedHead } from './knowledge.js'
import { openState, peerOf, SEALED_PAGE_BYTES_MAX } from './peer-state.js'
import { type CustodianEvent, type SeenHead, withdrawnName } from './state.js'

const mergeBody = z.strictObject({ custodian: z.string().max(64), sealed: bytesUpTo(SEALED_PAGE_BYTES_MAX) })
const unlockBody = z.strictObject({
  proofs: z.array(consistencyShape).max(32),
})
const event = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('withdrawn'), withdrawal: z.unknown() }),
  z.strictObject({ kind: z.literal('determination-withdrawn'), withdrawal: z.unknown() }),
  z.strictObject({ kind: z.literal('split'), duplicate: instant, at: instant, statements: z.unknown() }),
  z.strictObject({ kind: z.literal('opening'), opening: bytesOf(16), requestHash: bytesOf(32) }),
])

/** How far each peer has told, under one challenge. It lives as long as the process: whoever starts anew asks anew. */
export type Merging = Map<string, { readonly next: number } | { readonly head: SeenHead }>

/** The challenge is part of the name, so that nothing that was told under another one counts. */
const nameIn = (challenge: Uint8Array, peer: string): string => `${toHex(challenge)} ${peer}`

/** Takes in one page of what a peer remembers. It only adds to what this custodian knows, so no page has to wait for another. */
export async function merge(desk: Desk, merging: Merging, message: Message): Promise<Uint8Array> {
  const { custodian, sealed } = parse(mergeBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'merge')
  const { challenge } = requireLocked(desk)
  const told = await openState(desk, peerOf(desk, custodian), challenge, sealed)
  const name = nameIn(challenge, custodian)
  const before = merging.get(name)
  const expected = before === undefined ? 0 : 'next' in before ? before.next : undefined
  // Whoever carries them may have to begin again.
  if (told.from !== 0 && told.from !== expected)
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'a peer’s pages are merged in their order')
  const known = told.events.map((each) => knownEvent(desk, each))
  for (const each of known) if (isNews(desk, each)) await desk.remember(each)
  merging.set(name, told.next === undefined ? { head: headOf(desk, told.note) } : { next: told.next })
  return toJsonBytes({ merged: known.length })
}

/**
 * Ends the lock once enough peers have told all they know, and their heads and its own are of one journal. Says which proofs it
 * wants, where it lacks any.
 */
export async function unlock(desk: Desk, merging: Merging, message: Message): Promise<Uint8Array> {
  const { proofs } = parse(unlockBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'unlock')
  const { challenge, head: own } = requireLocked(desk)
  const members = standingMembersOf(desk.roster()).filter(({ id }) => id !== desk.keys.id)
  const told = members.flatMap(({ id }) => {
    const of = merging.get(nameIn(challenge, id))
    return of !== undefined && 'head' in of ? [{ id, head: of.head }] : []
  })
  const needed = Math.min(desk.roster().keyset.quorum, desk.roster().keyset.members.length - 1)
  if (told.length < needed)
    throw new IndexError('ERR_CUSTODIAN_LOCKED', `too few peers have told what they remember: ${needed} must`)
  const heads = [desk.memory().lastSeen, ...(own === undefined ? [] : [own]), ...told.map(({ head }) => head)]
  const latest = heads.reduce((one, other) => (other.size > one.size ? other : one))
  const wanted = heads.filter((head) => head.size < latest.size && proofFor(proofs, head, latest) === undefined)
  if (wanted.length > 0) return toJsonBytes({ wants: wanted.map(({ size }) => size), to: latest.size })
  if (!heads.every((head) => isContinuedBy(head, latest, proofs)))
    throw new IndexError('ERR_JOURNAL_INVALID', 'custodians have seen heads that are not of one journal: it was forked')
  const { note, size, root } = latest
  if (note !== undefined && size > desk.memory().lastSeen.size) await desk.remember({ kind: 'seen', note, size, root })
  await desk.remember({ kind: 'unlocked', at: desk.clock(), peers: told.map(({ id }) => id) })
  return toJsonBytes({ unlocked: told.map(({ id }) => id) })
}

function requireLocked(desk: Desk): NonNullable<ReturnType<Desk['memory']>['locked']> {
  const { locked } = desk.memory()
  if (locked === undefined) throw new IndexError('ERR_REQUEST_INVALID', 'this custodian is not locked')
  return locked
}

function proofFor(
  proofs: readonly ConsistencyProof[],
  { size }: SeenHead,
  latest: SeenHead,
): ConsistencyProof | undefined {
  if (size === latest.size) return { from: size, to: size, path: [] }
  return proofs.find(({ from, to }) => from === size && to === latest.size)
}

function isContinuedBy(head: SeenHead, latest: SeenHead, proofs: readonly ConsistencyProof[]): boolean {
  const proof = proofFor(proofs, head, latest)
  return proof !== undefined && verifyConsistency(head, latest, proof)
}

/** The peer vouches for what it told; who took something back signed it, too. @throws {IndexError} `ERR_SIGNATURE_INVALID` */
function knownEvent(desk: Desk, input: unknown): CustodianEvent {
  const told = parse(event, input, 'ERR_MESSAGE_MALFORMED', 'remembered event')
  const hub = desk.keys.hub.id
  const rosters = desk.memory().rosters.versions.map(({ roster }) => roster)
  const unlessSigned = (isSigned: boolean): void => {
    if (!isSigned) throw new IndexError('ERR_SIGNATURE_INVALID', 'a peer tells of a statement that nobody signed')
  }
  switch (told.kind) {
    case 'opening':
      return told
    case 'withdrawn': {
      const withdrawal = parseWithdrawal(told.withdrawal)
      const keys = rosters.flatMap((roster) => agencyOf(roster, withdrawal.agency)?.keys.signing ?? [])
      unlessSigned(keys.some((key) => withdrawalIsSignedBy(hub, withdrawal, key)))
      return { kind: 'withdrawn', withdrawal }
    }
    case 'determination-withdrawn': {
      const withdrawal = parseDeterminationWithdrawal(told.withdrawal)
      const keys = rosters.flatMap((roster) => officerOf(roster, withdrawal.officer)?.keys.signing ?? [])
      unlessSigned(keys.some((key) => determinationWithdrawalIsSignedBy(hub, withdrawal, key)))
      return { kind: 'determination-withdrawn', withdrawal }
    }
    case 'split': {
      const statements = parseLinkStatements(told.statements, 'ERR_MESSAGE_MALFORMED')
      const [said] = statements
      unlessSigned(said?.kind === 'split' && said.duplicate === told.duplicate && splitAt(statements) === told.at)
      unlessSigned(rosters.some((roster) => agreedBy(hub, roster, statements) !== undefined))
      return { kind: 'split', duplicate: told.duplicate, at: told.at, statements }
    }
  }
}

/** What it remembers by itself stands: of an opening it may know its own answer. */
function isNews(desk: Desk, told: CustodianEvent): boolean {
  const { withdrawn, splits, openings } = desk.memory()
  if (told.kind === 'withdrawn') return !withdrawn.has(withdrawnName(told.withdrawal))
  if (told.kind === 'determination-withdrawn') return isLater(desk.memory(), told.withdrawal)
  if (told.kind === 'split') return (splits.get(told.duplicate) ?? -1) < told.at
  return told.kind === 'opening' && !openings.has(toHex(told.opening))
}

function headOf(desk: Desk, note: string | undefined): SeenHead {
  if (note === undefined) return { note, size: 0, root: emptyRoot() }
  const head = verifiedHead(desk.roster(), note, 'or-not')
  if (head === undefined)
    throw new IndexError('ERR_SIGNATURE_INVALID', 'a peer holds a checkpoint that the hub did not sign')
  return { note, size: head.size, root: head.root }
}
