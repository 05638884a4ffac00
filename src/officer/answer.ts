import { equalBytes } from '../bytes.js'
import { parseReleaseAnswer } from '../case/messages.js'
import { answerIsSignedBy, type OpeningRequest, type ReleaseAnswer, requestHash } from '../case/opening.js'
import { fromJsonBytes } from '../json.js'
import type { Connection } from '../party.js'
import { custodiansOf, type Roster } from '../roster/roster.js'

/** The custodian's answer if it is really its own and about this request; an unsigned word counts as no answer. */
export function answerOf(
  line: Connection,
  roster: Roster,
  request: OpeningRequest,
  custodian: string,
  bytes: Uint8Array,
): ReleaseAnswer | undefined {
  const answer = parseReleaseAnswer(fromJsonBytes(bytes))
  const party = custodiansOf(roster).find(({ id }) => id === custodian)
  const isTheirs =
    party !== undefined &&
    answer.custodian === custodian &&
    equalBytes(answer.requestHash, requestHash(line.hub, request))
  return isTheirs && answerIsSignedBy(line.hub, answer, party.keys.signing) ? answer : undefined
}
