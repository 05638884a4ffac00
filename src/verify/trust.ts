import { equalBytes } from '../bytes.js'
import { decodeBatchEntry } from '../check/batch.js'
import { IndexError } from '../errors.js'
import { decodeEntry, type Entry } from '../journal/entry.js'
import type { BatchHead } from '../journal/inclusion.js'
import type { ExportedEntry } from '../journal/verify.js'
import type { Pin } from '../party.js'
import { NO_ROSTER, presentRoster, withActivationEntry, withRosterEntry } from '../roster/history.js'
import type { Roster } from '../roster/roster.js'

export { journalTrust } from '../custodian/knowledge.js'

/**
 * The roster that an exported journal leads to, every version of it signed as the one before demands.
 * @param entries ascending; those that are no roster entry are passed over
 * @throws {IndexError} `ERR_ROSTER_INVALID` unless it begins with the version that is pinned
 */
export async function rosterOf(
  entries: AsyncIterable<ExportedEntry> | Iterable<ExportedEntry>,
  pin: Pin,
): Promise<Roster> {
  let history = NO_ROSTER
  for await (const { position, body, sealed } of entries) {
    if (sealed === true || body === undefined || body.length === 0) continue
    const { type, at, body: change } = decodeEntry(body)
    if (type === 'roster') history = withRosterEntry(history, position, at, change)
    if (type === 'activation') history = withActivationEntry(history, position, at, change)
  }
  const first = history.versions[0]?.roster
  if (first === undefined || !equalBytes(first.hash, pin.roster) || !equalBytes(first.hub.id, pin.hub))
    throw new IndexError('ERR_ROSTER_INVALID', 'this is not the hub whose roster was pinned')
  return presentRoster(history)
}

/** The head of a batch of checks, for `verifyRow`. @throws {IndexError} `ERR_ENTRY_MALFORMED` for any other entry */
export function readCheckBatch(entry: Entry): BatchHead {
  if (entry.type !== 'check-batch') throw new IndexError('ERR_ENTRY_MALFORMED', 'an entry is not a batch of checks')
  const { batch, accepted } = decodeBatchEntry('check-batch/v1', entry.body)
  return { size: batch.size, root: batch.root, accepted: (row) => accepted[row] === true }
}
