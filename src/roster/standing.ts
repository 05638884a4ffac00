import { IndexError } from '../errors.js'
import { type Roster, standingMembersOf } from './roster.js'

/**
 * The roster with a party suspended.
 * @throws {IndexError} `ERR_PARTY_UNKNOWN`; `ERR_QUORUM_MISSING` where too few custodians would be left to sign for anything,
 * its reinstatement included
 */
export function withSuspension(roster: Roster, id: string): Roster {
  const party = roster.parties.get(id)
  if (party === undefined) throw new IndexError('ERR_PARTY_UNKNOWN', 'the party to suspend is not on the roster')
  const next = { ...roster, parties: new Map(roster.parties).set(id, { ...party, suspended: true }) }
  if (party.party === 'custodian' && standingMembersOf(next).length < roster.keyset.quorum)
    throw new IndexError('ERR_QUORUM_MISSING', 'without this custodian there is no quorum left: replace it instead')
  return next
}

/** The roster with a suspended party in standing again. @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_ROSTER_INVALID` */
export function withReinstatement(roster: Roster, id: string): Roster {
  const party = roster.parties.get(id)
  if (party === undefined) throw new IndexError('ERR_PARTY_UNKNOWN', 'the party to reinstate is not on the roster')
  if (!party.suspended) throw new IndexError('ERR_ROSTER_INVALID', 'the party to reinstate is not suspended')
  return { ...roster, parties: new Map(roster.parties).set(id, { ...party, suspended: false }) }
}
