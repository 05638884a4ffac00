import { equalBytes } from '../bytes.js'
import { toJsonBytes } from '../json.js'
import { decodeMessage, messageIsSignedBy } from '../port.js'
import type { Officer } from '../roster/roster.js'
import { type Place, requires } from './docket.js'
import { officerAt } from './openings.js'

/** The officer whose signed message an entry keeps, once it is certain that they asked for just this, and were in good standing. */
export function saidBy(place: Place, asked: Uint8Array, verb: string, body: object): Officer {
  const message = decodeMessage(asked)
  const officer = officerAt(place, message.party)
  const isAsked = message.verb === verb && equalBytes(message.body, toJsonBytes(body))
  requires(isAsked, 'ERR_SIGNATURE_INVALID', 'its officer asked for something else')
  const isOwn = messageIsSignedBy(message, place.hub, officer.keys.signing)
  requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its officer did not ask for it')
  return officer
}
