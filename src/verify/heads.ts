import { equalBytes } from '../bytes.js'
import { isIndexError } from '../errors.js'
import { type NoteKey, unverifiedCheckpoint, verifyNote } from '../journal/checkpoint.js'
import type { TreeHead } from '../journal/merkle.js'
import { type ConsistencyProof, verifyConsistency } from '../journal/proof.js'
import { type Docket, fault } from './docket.js'

/** A head from a signed note that somebody kept. */
export interface KeptHead extends TreeHead {
  readonly note: string
}

/** The heads of notes, by ascending size. A note that cannot be read is a finding: whoever kept it wanted it looked at. */
export function keptHeads(notes: readonly string[], docket: Docket): KeptHead[] {
  const heads = notes.flatMap((note) => {
    try {
      const { size, root } = unverifiedCheckpoint(note)
      return [{ size, root, note }]
    } catch (error) {
      if (!isIndexError(error)) throw error
      fault(docket, `a head kept from before cannot be read: ${error.message}`, error.code)
      return []
    }
  })
  return heads.sort((a, b) => a.size - b.size)
}

/**
 * What two signed heads of one journal are to each other. `split-view`: the hub signed two journals of one size, and both
 * notes together prove it. `forked`: the proof between them, which the hub made, does not join them. `unproven`: the one is
 * larger, and no proof was given.
 */
export type HeadsCompared = 'same' | 'continues' | 'split-view' | 'forked' | 'unproven'

/**
 * Compares the heads that two people were shown.
 * @param log the hub's key, under its origin; neither note is believed without its signature
 * @throws {IndexError} `ERR_CHECKPOINT_MALFORMED`, `ERR_SIGNATURE_INVALID`, `ERR_PROOF_MALFORMED`
 */
export function compareHeads(one: string, other: string, log: NoteKey, proof?: ConsistencyProof): HeadsCompared {
  const trust = { origin: log.name, log, cosigners: [], quorum: 0 }
  const [left, right] = [verifyNote(one, trust).checkpoint, verifyNote(other, trust).checkpoint]
  const [older, newer] = left.size <= right.size ? [left, right] : [right, left]
  if (older.size === newer.size) return equalBytes(older.root, newer.root) ? 'same' : 'split-view'
  if (proof === undefined) return 'unproven'
  return verifyConsistency(older, newer, proof) ? 'continues' : 'forked'
}
