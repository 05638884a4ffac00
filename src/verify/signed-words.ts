import { equalBytes, toHex } from '../bytes.js'
import { toJsonBytes } from '../json.js'
import { decodeMessage, type Message, messageIsSignedBy } from '../port.js'
import { inGoodStanding, type Officer, officerOf } from '../roster/roster.js'
import { type Docket, type Place, requires } from './docket.js'

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

/** @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_PARTY_NOT_IN_STANDING` */
export function officerAt(place: Place, id: string): Officer {
  const officer = officerOf(place.roster, id)
  requires(officer !== undefined, 'ERR_PARTY_UNKNOWN', 'no such officer was on the roster then')
  requires(inGoodStanding(officer, place.at), 'ERR_PARTY_NOT_IN_STANDING', 'its officer was not in good standing')
  return officer
}

/** One signed message stands for one act. */
export function requireOnce(
  docket: Docket,
  { signature }: Message,
  message = 'it was signed once, and stands there twice',
): void {
  const once = toHex(signature)
  requires(!docket.asked.has(once), 'ERR_SIGNATURE_INVALID', message)
  docket.asked.add(once)
}

/** An officer's own act: theirs whom the entry names, and by a message that stands nowhere else. */
export function requireOwnOnce(docket: Docket, officer: Officer, named: string, asked: Uint8Array): void {
  requires(officer.id === named, 'ERR_SIGNATURE_INVALID', 'another officer asked for it')
  requireOnce(docket, decodeMessage(asked), 'its officer asked for it once, and it stands there twice')
}
