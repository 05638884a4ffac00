import { IndexError } from '../errors.js'
import { type Keyset, keysetOf, type Roster, standingMembersOf } from './roster.js'

/**
 * The roster with a new keyset: what is registered from now on is sealed under it. Records of the former ones stay as they
 * are, and open by their own quorum, until their children are registered again.
 * @throws {IndexError} `ERR_ROSTER_INVALID` for an id that was used, a quorum that is no majority, members that are not
 * custodians in standing or not in the order of their indexes
 */
export function withKeyset(roster: Roster, keyset: Keyset): Roster {
  if (keysetOf(roster, keyset.id) !== undefined) throw invalid('a keyset has a new id, never used before')
  const { members, quorum } = keyset
  if (quorum * 2 <= members.length || quorum > members.length)
    throw invalid('a quorum is more than half of the custodians')
  const inOrder = standingMembersOf(roster, keyset).map(({ id }) => id)
  if (inOrder.length !== members.length || inOrder.some((id, at) => id !== members[at]))
    throw invalid('the members of a keyset are custodians in standing, once each, by ascending index')
  return { ...roster, keyset, formerKeysets: [...roster.formerKeysets, roster.keyset] }
}

/** @throws {IndexError} `ERR_SEAL_INVALID` for a keyset that the roster has never had */
export function requireKeyset(roster: Roster, id: string): Keyset {
  const keyset = keysetOf(roster, id)
  if (keyset === undefined)
    throw new IndexError('ERR_SEAL_INVALID', 'a record is of a keyset that the roster has never had')
  return keyset
}

function invalid(message: string): IndexError {
  return new IndexError('ERR_ROSTER_INVALID', message)
}
