import { equalBytes } from '../bytes.js'
import { isIndexError } from '../errors.js'
import { fromJsonBytes } from '../json.js'
import { custodiansOf, type Roster } from '../roster/roster.js'
import { parseReleaseAnswer } from './messages.js'
import { answerIsSignedBy, type OpeningRequest, type ReleaseAnswer, requestHash } from './opening.js'

/** The custodian's answer if it is really its own and about this request; what is malformed or unsigned is no answer. */
export function answerOf(
  hub: Uint8Array,
  roster: Roster,
  request: OpeningRequest,
  custodian: string,
  bytes: Uint8Array,
): ReleaseAnswer | undefined {
  const answer = readAnswer(bytes)
  const party = custodiansOf(roster).find(({ id }) => id === custodian)
  const isTheirs =
    party !== undefined &&
    answer?.custodian === custodian &&
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
