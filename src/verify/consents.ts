import { z } from 'zod'
import { equalBytes, toHex } from '../bytes.js'
import { askedFor, consentRecordShape } from '../case/consent-message.js'
import { bytesOf, bytesUpTo, parse } from '../door.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { decodeMessage } from '../port.js'
import { approve, type Docket, inspect, type Place, requires } from './docket.js'
import { requireOwnOnce, saidBy } from './signed-words.js'

const number = z.number().int().min(1)
const base = { case: number, childId: bytesOf(16), asked: bytesUpTo(4_096) }
const event = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('recorded'), ...base, record: consentRecordShape }),
  z.strictObject({
    event: z.literal('withdrawn'),
    ...base,
    consents: z.array(number).min(1).max(4_096),
    officer: z.string().min(1).max(64),
  }),
])
type Withdrawn = Extract<z.infer<typeof event>, { event: 'withdrawn' }>

/** What a family said stands as its officer signed it, once; a withdrawal is of what was given before. */
export function verifyConsent(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a consent does not stand', () => {
    const said = parse(event, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'consent')
    if (said.event === 'withdrawn') {
      verifyWithdrawal(docket, place, said)
      return
    }
    const { record, asked } = said
    const officer = saidBy(place, asked, 'record-consent', askedFor(said.case, record))
    requireOwnOnce(docket, officer, record.recordedBy, asked)
    requires(!docket.consents.has(record.number), 'ERR_CONSENT_UNKNOWN', 'its number was used before')
    requires(record.at === place.at, 'ERR_ENTRY_MALFORMED', 'it says another time than its entry')
    docket.consents.set(record.number, { child: toHex(said.childId), given: record.given })
    approve(docket, 'consents and refusals carry the signature of the officer who recorded them')
  })
}

function verifyWithdrawal(docket: Docket, place: Place, said: Withdrawn): void {
  const { consents, officer: id, asked } = said
  const child = toHex(said.childId)
  const { body } = decodeMessage(asked)
  const named = consents.find((consent) => equalBytes(body, toJsonBytes({ case: said.case, consent })))
  requires(named !== undefined, 'ERR_SIGNATURE_INVALID', 'its officer asked for something else')
  const officer = saidBy(place, asked, 'withdraw-consent', { case: said.case, consent: named })
  requireOwnOnce(docket, officer, id, asked)
  for (const each of consents) {
    const known = docket.consents.get(each)
    // What was erased, or is not shown, cannot be looked at.
    if (known === undefined) continue
    const isTheirs = known.child === child || docket.links.size > 0
    requires(known.given && isTheirs, 'ERR_CONSENT_UNKNOWN', 'it takes back what this child or a carer had not given')
  }
  approve(docket, 'withdrawals of consent carry the signature of the officer who recorded them')
}
