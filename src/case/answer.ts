import { equalBytes } from '../bytes.js'
import { isIndexError } from '../errors.js'
import { fromJsonBytes } from '../json.js'
import { entriesOf, type RosterHistory } from '../roster/history.js'
import type { Party, Roster } from '../roster/roster.js'
import { parseReleaseAnswer } from './messages.js'
import { answerIsSignedBy, type OpeningRequest, type ReleaseAnswer, requestHash } from './opening.js'

/**
 * The custodian's answer if it is really its own and about this request; what is malformed or unsigned, or from a custodian
 * that is suspended, is no answer.
 */
export function answerOf(
  hub: Uint8Array,
  roster: Roster,
  request: OpeningRequest,
  custodian: string,
  bytes: Uint8Array,
): ReleaseAnswer | undefined {
  const party = roster.parties.get(custodian)
  return party?.suspended === false ? answerBy(hub, party, request, bytes) : undefined
}

/** The same of an answer that was given earlier: by a key that the custodian has, or had. */
export function pastAnswerOf(
  hub: Uint8Array,
  rosters: RosterHistory,
  request: OpeningRequest,
  custodian: string,
  bytes: Uint8Array,
): ReleaseAnswer | undefined {
  for (const party of entriesOf(rosters, custodian)) {
    const answer = answerBy(hub, party, request, bytes)
    if (answer !== undefined) return answer
  }
  return undefined
}

function answerBy(
  hub: Uint8Array,
  party: Party,
  request: OpeningRequest,
  bytes: Uint8Array,
): ReleaseAnswer | undefined {
  const answer = readAnswer(bytes)
  const isTheirs =
    party.party === 'custodian' &&
    answer?.custodian === party.id &&
    (answer.kind === 'refused' || answer.index === party.index) &&
    equalBytes(answer.requestHash, requestHash(hub, request))
  return isTheirs && answerIsSignedBy(hub, answer, party.keys.signing) ? answer : undefined
}

function readAnswer(bytes: Uint8Array): ReleaseAnswer | undefined {
  try {
    return parseReleaseAnswer(fromJsonBytes(bytes))
  } catch (error) {
    if (isIndexError(error)) return undefined
    throw error
  }
}
