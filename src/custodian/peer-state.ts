import { z } from 'zod'
import { encode, equalBytes } from '../bytes.js'
import { bytesOf, bytesUpTo, instant, isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { noteShape } from '../journal/shapes.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { type Custodian, custodiansOf } from '../roster/roster.js'
import { hpkeOpen, hpkeSeal } from '../seal/hpke.js'
import { sign, verifySignature } from '../signature.js'
import { type Desk, fromHub, selfOf } from './desk.js'
import { requireUnlocked } from './lock.js'
import type { CustodianEvent } from './state.js'

const EMPTY = new Uint8Array(0)
/** Events on one page, and their bytes, at most. One split is far smaller than a page. */
const PAGE_EVENTS = 1_000
const PAGE_BYTES = 262_144
/** With base64 around it, and around it again. */
export const SEALED_PAGE_BYTES_MAX = 1_048_576

/** What a peer tells of: all that a custodian must not forget, and its peers know too. */
const TOLD_KINDS = ['withdrawn', 'determination-withdrawn', 'split', 'opening'] as const
type ToldEvent = Extract<CustodianEvent, { kind: (typeof TOLD_KINDS)[number] }>

/** One page of what a custodian remembers, told to one peer in answer to one challenge. */
export interface StatePage {
  readonly custodian: string
  readonly to: string
  /** Drawn by the peer when it was locked, so that nothing that was told before can be told again. */
  readonly challenge: Uint8Array
  /** Number of the first event that this page looks at, and of the first that it does not; `next` is absent on the last page. */
  readonly from: number
  readonly next?: number | undefined
  /** Still to be checked one by one. */
  readonly events: readonly unknown[]
  /** On the last page: the last checkpoint that the custodian saw. */
  readonly note?: string | undefined
}

const stateBody = z.strictObject({ to: z.string().max(64), challenge: bytesOf(32), from: instant })
const page = z.strictObject({
  custodian: z.string().max(64),
  to: z.string().max(64),
  challenge: bytesOf(32),
  from: instant,
  next: instant.optional(),
  events: z.array(z.unknown()).max(PAGE_EVENTS),
  note: noteShape.optional(),
})
const signedPage = z.strictObject({ page: bytesUpTo(SEALED_PAGE_BYTES_MAX), signature: isBytes })

/** Tells a locked peer, and nobody else, what this custodian remembers, a page at a time. */
export async function tellState(desk: Desk, message: Message): Promise<Uint8Array> {
  const { to, challenge, from } = parse(stateBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'state')
  requireUnlocked(desk)
  const self = selfOf(desk)
  const peer = peerOf(desk, to)
  const past = await desk.past(from)
  const { events, read } = firstPage(past)
  const isLast = read === past.length
  const { note } = desk.memory().lastSeen
  const told: StatePage = {
    custodian: self.id,
    to,
    challenge,
    from,
    events,
    ...(isLast ? { note } : { next: from + read }),
  }
  const bytes = toJsonBytes(told)
  const signature = sign(desk.keys.signing, stateStatement(desk.keys.hub.id, self.id, to, bytes))
  const info = stateInfo(desk.keys.hub.id, self.id, to)
  const sealed = await hpkeSeal(peer.keys.hpke, info, EMPTY, toJsonBytes({ page: bytes, signature }))
  return toJsonBytes({ sealed, ...(isLast ? {} : { next: told.next }) })
}

function firstPage(past: readonly CustodianEvent[]): { readonly events: readonly ToldEvent[]; readonly read: number } {
  const events: ToldEvent[] = []
  let bytes = 0
  for (const [index, event] of past.entries()) {
    if (!isTold(event)) continue
    bytes += toJsonBytes(event).length
    if (events.length === PAGE_EVENTS || bytes > PAGE_BYTES) return { events, read: index }
    events.push(event)
  }
  return { events, read: past.length }
}

function isTold(event: CustodianEvent): event is ToldEvent {
  return TOLD_KINDS.some((kind) => kind === event.kind)
}

/**
 * The page that a peer sealed to this custodian and signed, in answer to this challenge.
 * @throws {IndexError} `ERR_SEAL_INVALID`, `ERR_MESSAGE_MALFORMED`, `ERR_SIGNATURE_INVALID`
 */
export async function openState(
  { keys }: Desk,
  peer: Custodian,
  challenge: Uint8Array,
  sealed: Uint8Array,
): Promise<StatePage> {
  const opened = await hpkeOpen(keys.hpke, stateInfo(keys.hub.id, peer.id, keys.id), EMPTY, sealed)
  const { page: bytes, signature } = parse(signedPage, fromJsonBytes(opened), 'ERR_MESSAGE_MALFORMED', 'state')
  const told = parse(page, fromJsonBytes(bytes), 'ERR_MESSAGE_MALFORMED', 'state')
  const isIts =
    told.custodian === peer.id &&
    told.to === keys.id &&
    equalBytes(told.challenge, challenge) &&
    verifySignature(peer.keys.signing, stateStatement(keys.hub.id, peer.id, keys.id, bytes), signature)
  if (!isIts) throw new IndexError('ERR_SIGNATURE_INVALID', 'this is not what that peer says now')
  return told
}

/** Another custodian in standing. @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_PARTY_NOT_IN_STANDING` */
export function peerOf(desk: Desk, id: string): Custodian {
  const found = custodiansOf(desk.roster()).find((each) => each.id === id && id !== desk.keys.id)
  if (found === undefined)
    throw new IndexError('ERR_PARTY_UNKNOWN', 'no other custodian is on the roster under this id')
  if (found.suspended) throw new IndexError('ERR_PARTY_NOT_IN_STANDING', 'that custodian is suspended')
  return found
}

function stateInfo(hub: Uint8Array, custodian: string, to: string): Uint8Array {
  return encode('custodian-state/v1', hub, custodian, to)
}

function stateStatement(hub: Uint8Array, custodian: string, to: string, bytes: Uint8Array): Uint8Array {
  return encode('custodian-state-page/v1', hub, custodian, to, bytes)
}
