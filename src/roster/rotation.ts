import { IndexError } from '../errors.js'
import type { Agency, Party, Roster } from './roster.js'

/** The step to the next identifier epoch: from its activation on every agency sees children under another key. */
export interface EpochRotation {
  readonly kind: 'rotate-epoch'
  /** One more than the present epoch. */
  readonly epoch: number
  /**
   * Until when new checks may still name the epoch before, excluded; epoch milliseconds. It stands in what custodians
   * sign, so no hub lengthens or shortens the window by itself, and every agency can read it in the roster.
   */
  readonly formerUntil: number
  /** The key of the new epoch by its hash: for every agency on the roster, once. */
  readonly identifierKeys: readonly { readonly agency: string; readonly hash: Uint8Array }[]
}

/** @throws {IndexError} `ERR_ROSTER_INVALID` for another epoch than the next, or an agency left out, unknown or named twice */
export function rotated(roster: Roster, { epoch, formerUntil, identifierKeys }: EpochRotation): Roster {
  if (epoch !== roster.epoch + 1) throw invalid('an identifier epoch follows the present one')
  const hashes = new Map(identifierKeys.map(({ agency, hash }) => [agency, hash]))
  const agencies = [...roster.parties.values()].filter((party) => party.party === 'agency')
  const isComplete = agencies.every(({ id }) => hashes.has(id))
  if (!isComplete || agencies.length !== identifierKeys.length)
    throw invalid('an identifier epoch has one key for every agency on the roster')
  const withKey = (party: Party): Party => {
    const hash = hashes.get(party.id)
    if (party.party !== 'agency' || hash === undefined) return party
    return { ...party, identifierKeys: [...party.identifierKeys, { epoch, hash }] }
  }
  const parties = new Map([...roster.parties].map(([id, party]) => [id, withKey(party)]))
  return { ...roster, epoch, formerEpochUntil: formerUntil, parties }
}

/** Epochs that new checks may name at an instant, the present one first. There are never more than two. */
export function openEpochs({ epoch, formerEpochUntil = 0 }: Roster, at: number): readonly number[] {
  return at < formerEpochUntil ? [epoch, epoch - 1] : [epoch]
}

/**
 * The epoch that an id of this agency is of, by its remainder modulo 4: the newest in which the agency has had a key.
 * Older ones with the same remainder were closed three rotations ago.
 */
export function epochFromRemainder({ identifierKeys }: Agency, epochMod4: number): number | undefined {
  return identifierKeys.findLast(({ epoch }) => epoch % 4 === epochMod4)?.epoch
}

function invalid(message: string): IndexError {
  return new IndexError('ERR_ROSTER_INVALID', message)
}
