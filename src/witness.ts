import { type Clock, equalBytes } from './bytes.js'
import { IndexError, isIndexError } from './errors.js'
import { type Checkpoint, cosign, type NoteKey, unverifiedCheckpoint, verifyNote } from './journal/checkpoint.js'
import { emptyRoot, type TreeHead } from './journal/merkle.js'
import { verifyConsistency } from './journal/proof.js'
import { requireSoundPublicKey, type SigningKey } from './signature.js'
import { systemClock } from './system.js'
import { type AddCheckpoint, parseAddCheckpoint, type WitnessAnswer } from './witness/protocol.js'
import type { Refusal, WitnessedHub, WitnessState, WitnessStore } from './witness/state.js'

export { type AddCheckpoint, formatAddCheckpoint, parseAddCheckpoint, type WitnessAnswer } from './witness/protocol.js'
export {
  type Evidence,
  memoryWitnessStore,
  type Refusal,
  type WitnessedHub,
  type WitnessState,
  type WitnessStore,
} from './witness/state.js'

export interface WitnessOptions {
  /** Key name of its cosignatures, as the hub's roster has it. */
  readonly name: string
  readonly key: SigningKey
  readonly store: WitnessStore
  readonly clock?: Clock | undefined
}

/**
 * An outsider who follows hubs and cosigns a head only if it continues every head of that hub that it cosigned before.
 * Whoever sees its cosignature knows that nobody else was shown another journal with it.
 */
export interface Witness {
  readonly name: string
  /** Pins a hub by origin and key; one that was dropped is taken up where it was left. @throws {IndexError} `ERR_KEY_WRONG` for another key */
  follow(log: NoteKey): Promise<void>
  /** Cosigns no head of this hub any more. What was signed is remembered. @throws {IndexError} `ERR_PARTY_UNKNOWN` */
  drop(origin: string): Promise<void>
  /** Answers one request. What it remembers is durable before it answers. @see https://c2sp.org/tlog-witness */
  addCheckpoint(request: string): Promise<WitnessAnswer>
  /** The hubs that it knows, and what it refused them: a split view stands there with both notes that prove it. */
  status(): Promise<readonly WitnessedHub[]>
}

// More of them would prove nothing more.
const REFUSED_MAX = 20

/** What a hub needs of a witness, here or behind an address. */
export type WitnessPort = Pick<Witness, 'addCheckpoint'>

/** @throws {IndexError} `ERR_FILE_INVALID` when what it remembers cannot be read: it must not sign then */
export async function openWitness({ name, key, store, clock = systemClock }: WitnessOptions): Promise<Witness> {
  let state: WitnessState = (await store.load()) ?? { hubs: [] }
  let queue: Promise<unknown> = Promise.resolve()
  /** One after the other: comparing with what was signed last, and remembering what is signed now, are one step. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work)
    queue = result.catch(() => undefined)
    return result
  }
  const remember = async (hub: WitnessedHub): Promise<void> => {
    const next = { hubs: [...state.hubs.filter(({ origin }) => origin !== hub.origin), hub] }
    await store.save(next)
    state = next
  }
  const find = (origin: string): WitnessedHub | undefined => state.hubs.find((hub) => hub.origin === origin)

  /** Keeps both notes of a head that was refused, each reason and head once. */
  const refuse = async (hub: WitnessedHub, shown: string, why: Refusal): Promise<void> => {
    const { note: kept = '', refused } = hub
    const head = textOf(shown)
    if (refused.length >= REFUSED_MAX || refused.some((one) => one.why === why && textOf(one.shown) === head)) return
    await remember({ ...hub, refused: [...refused, { at: clock(), why, kept, shown }] })
  }

  const answer = async (request: AddCheckpoint): Promise<WitnessAnswer> => {
    const head = readHead(request.note)
    if (head === undefined) return { status: 400 }
    const hub = find(head.origin)
    if (hub?.isFollowed !== true) return { status: 404 }
    if (!isSignedBy(request.note, hub)) return { status: 403 }
    const last = lastHead(hub)
    if (last.size === head.size && !equalBytes(last.root, head.root)) {
      await refuse(hub, request.note, 'split-view')
      return { status: 409, size: last.size }
    }
    if (head.size < last.size) await refuse(hub, request.note, 'older')
    if (request.old > head.size) return { status: 400 }
    if (request.old !== last.size) return { status: 409, size: last.size }
    if (!continues(last, head, request.path)) {
      await refuse(hub, request.note, 'not-continued')
      return { status: 422 }
    }
    const at = clock()
    const cosigned = cosign(request.note, name, key, at)
    await remember({ ...hub, note: request.note, cosignedAt: at })
    return { status: 200, line: `${cosigned.trimEnd().split('\n').at(-1)}\n` }
  }

  return {
    name,
    follow: (log) =>
      inTurn(async () => {
        requireSoundPublicKey(log.publicKey)
        const before = find(log.name)
        if (before !== undefined && !equalBytes(before.publicKey, log.publicKey))
          throw new IndexError('ERR_KEY_WRONG', 'this hub is pinned with another key')
        const fresh = { origin: log.name, publicKey: log.publicKey, refused: [] }
        await remember({ ...(before ?? fresh), isFollowed: true })
      }),
    drop: (origin) =>
      inTurn(async () => {
        const hub = find(origin)
        if (hub === undefined) throw new IndexError('ERR_PARTY_UNKNOWN', 'this hub was never followed')
        await remember({ ...hub, isFollowed: false })
      }),
    addCheckpoint: (request) =>
      inTurn(async () => {
        try {
          return await answer(parseAddCheckpoint(request))
        } catch (error) {
          if (isIndexError(error, 'ERR_MESSAGE_MALFORMED')) return { status: 400 }
          throw error
        }
      }),
    status: () => inTurn(async () => state.hubs),
  }
}

function readHead(note: string): Checkpoint | undefined {
  try {
    return unverifiedCheckpoint(note)
  } catch (error) {
    if (isIndexError(error)) return undefined
    throw error
  }
}

function isSignedBy(note: string, { origin, publicKey }: WitnessedHub): boolean {
  try {
    verifyNote(note, { origin, log: { name: origin, publicKey }, cosigners: [], quorum: 0 })
    return true
  } catch (error) {
    if (isIndexError(error)) return false
    throw error
  }
}

function lastHead({ note }: WitnessedHub): TreeHead {
  const head = note === undefined ? undefined : readHead(note)
  return head ?? { size: 0, root: emptyRoot() }
}

function continues(from: TreeHead, to: TreeHead, path: readonly Uint8Array[]): boolean {
  try {
    return verifyConsistency(from, to, { from: from.size, to: to.size, path })
  } catch (error) {
    if (isIndexError(error)) return false
    throw error
  }
}

function textOf(note: string): string {
  return note.slice(0, note.indexOf('\n\n'))
}
