import type { Clock, Random } from './bytes.js'
import type { Approval } from './custodian/approvals.js'
import { type CustodianKeys, openDesk, requireMember, selfOf } from './custodian/desk.js'
import { withdrawDetermination } from './custodian/determinations.js'
import { cosign, lastSeen } from './custodian/heads.js'
import { blind } from './custodian/lookups.js'
import { type Merging, merge, unlock } from './custodian/merge.js'
import { newMeter } from './custodian/meter.js'
import { tellState } from './custodian/peer-state.js'
import { release } from './custodian/release.js'
import { rewrap } from './custodian/rewrap.js'
import { activate, follow, prove } from './custodian/rosters.js'
import { keepSplit } from './custodian/splits.js'
import type { CustodianStore } from './custodian/state.js'
import { withdraw } from './custodian/withdrawals.js'
import { issue } from './custodian/wraps.js'
import { type Handler, type Port, serve } from './port.js'
import { systemClock, systemRandom } from './system.js'

export { answerIsSignedBy, type ReleaseAnswer } from './case/opening.js'
export type { Approval, Approve } from './custodian/approvals.js'
export {
  type Approvable,
  approve,
  type CustodianReport,
  type KeyPlace,
  reportOf,
  retireRoot,
  rotateRoot,
} from './custodian/controller.js'
export type { CustodianKeys } from './custodian/desk.js'
export { type HandOver, handOver, type Seat, type Successor, takeOver, takeSeat } from './custodian/hand-over.js'
export { lockRestored, unlockWithoutPeers } from './custodian/lock.js'
export {
  drawNextLookupKey,
  drawsLookupKeys,
  dropLookupKeys,
  type LookupKeyLetter,
  takeNextLookupKey,
} from './custodian/lookup-keys.js'
export type { CustodianEvent, CustodianStore } from './custodian/state.js'
export { memoryCustodianStore } from './custodian/state.js'

export interface CustodianOptions {
  readonly keys: CustodianKeys
  readonly store: CustodianStore
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  /**
   * What it signs for and releases under, besides keeping the rules. `all`, where absent: every roster version and every policy on
   * the roster. `controller`: what its controller approved in the custodian's own store. A function is asked about each roster version.
   */
  readonly approve?: Approval | undefined
  /** Reads the key file again, after it was changed while this custodian ran; where absent, it has to be started anew. */
  readonly reloadKeys?: (() => Promise<CustodianKeys>) | undefined
  /**
   * Tokens that it makes in a day: of numbers, 2,000,000 where absent, and of descriptions, of which a look-up takes a few hundred,
   * 20,000,000.
   */
  readonly blindsPerDay?:
    | { readonly number?: number | undefined; readonly description?: number | undefined }
    | undefined
}

/** An independent holder of one share of the power to open. It re-checks everything itself and believes no one. */
export type Custodian = Port

/** A custodian that answers on a port, with its memory read back from its store. */
export async function openCustodian(options: CustodianOptions): Promise<Custodian> {
  const { keys, store, clock = systemClock, random = systemRandom } = options
  const { approve = 'all', reloadKeys } = options
  const desk = await openDesk({ keys, store, clock, random, approve, reloadKeys })
  const meter = newMeter(options.blindsPerDay)
  const merging: Merging = new Map()

  // What takes power away is kept whatever this custodian's standing: the rest it refuses by itself.
  const standing =
    (handler: Handler): Handler =>
    (message, sendOptions) => {
      selfOf(desk)
      return handler(message, sendOptions)
    }
  const member =
    (handler: Handler): Handler =>
    (message, sendOptions) => {
      requireMember(desk)
      return handler(message, sendOptions)
    }
  const story: Record<string, Handler> = {
    blind: standing((message) => blind(desk, meter, message)),
    follow: (message) => follow(desk, message),
    prove: (message) => prove(desk, message),
    activate: member((message) => activate(desk, message)),
    cosign: member((message) => cosign(desk, message)),
    'last-seen': (message) => lastSeen(desk, message),
    withdraw: (message) => withdraw(desk, message),
    'withdraw-determination': (message) => withdrawDetermination(desk, message),
    split: (message) => keepSplit(desk, message),
    issue: member((message) => issue(desk, message)),
    rewrap: standing((message) => rewrap(desk, message)),
    release: standing((message) => release(desk, message)),
    state: standing((message) => tellState(desk, message)),
    merge: (message) => merge(desk, merging, message),
    unlock: (message) => unlock(desk, merging, message),
  }

  // INVARIANT: one message at a time, so that what is checked against memory still holds when it is remembered.
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn =
    (handler: Handler): Handler =>
    (message, sendOptions) => {
      const result = queue.then(desk.recall).then(() => handler(message, sendOptions))
      queue = result.catch(() => undefined)
      return result
    }
  return serve(new Map(Object.entries(story).map(([verb, handler]) => [verb, inTurn(handler)])))
}
