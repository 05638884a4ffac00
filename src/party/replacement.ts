import { IndexError } from '../errors.js'
import type { Connection, PartyKey } from '../party.js'
import type { SendOptions } from '../port.js'
import { type Replacement, replacement } from '../roster/enrolment.js'
import type { Party } from '../roster/roster.js'

/**
 * What puts another key, or other dates, in the place of this party's entry on the roster: for `hub.replace`.
 * @param next the key to go over to; that of now where absent
 * @throws {IndexError} `ERR_PARTY_UNKNOWN` before the party is on the roster
 */
export async function replacementOf(
  { id, key, hub, roster }: Connection,
  next: PartyKey = key,
  change: Partial<Party> = {},
  send?: SendOptions,
): Promise<Replacement> {
  const present = (await roster(send)).parties.get(id)
  if (present === undefined)
    throw new IndexError('ERR_PARTY_UNKNOWN', 'this party is not on the roster yet: enrol it first')
  const keys = { signing: next.signing.publicKey, hpke: next.hpke.publicKey }
  const changed = { ...present, ...change, keys, suspended: false } as Party
  const to: Party = changed.party === 'agency' ? { ...changed, identifierKeys: [] } : changed
  return replacement(hub, present, to, { next: next.signing, present: key.signing })
}
