import { z } from 'zod'
import { equalBytes } from '../bytes.js'
import { DEADLINE_KINDS, SILENCE_REASONS } from '../case/agenda.js'
import { AGENCY_NEEDS } from '../case/need.js'
import { DECLINE_REASONS, MILESTONES, REFERRAL_OUTCOMES } from '../case/referral.js'
import { referralIsSignedBy } from '../case/referral-statement.js'
import { LAWFUL_BASES } from '../disclosure/purpose.js'
import { bytesOf, bytesUpTo, parse } from '../door.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { THRESHOLDS } from '../policy/policy.js'
import { decodeMessage, messageIsSignedBy } from '../port.js'
import { agencyOf, hasRole } from '../roster/roster.js'
import { approve, bump, type Docket, inspect, type Place, permittedName, requires } from './docket.js'
import { openedBy } from './openings.js'
import { officerAt, saidBy } from './signed-words.js'

const name = z.string().min(1).max(64)
const number = z.number().int().min(1)
const instant = z.number().int().min(0)
const word = { number, to: name, asked: bytesUpTo(4_096) }
const event = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('sent'),
    referral: number,
    case: number,
    openings: z
      .array(z.string().regex(/^[0-9a-f]{32}$/))
      .min(1)
      .max(8),
    to: name,
    because: z.enum(AGENCY_NEEDS),
    officer: name,
    purpose: name,
    lawfulBasis: z.enum(LAWFUL_BASES),
    threshold: z.enum(THRESHOLDS),
    sentAt: instant,
    decisionDueAt: instant,
    package: bytesOf(32),
    signature: bytesOf(64),
  }),
  z.strictObject({ event: z.literal('received'), ...word }),
  z.strictObject({ event: z.literal('accepted'), ...word }),
  z.strictObject({ event: z.literal('declined'), ...word, reason: z.enum(DECLINE_REASONS) }),
  z.strictObject({ event: z.literal('decided'), ...word, outcome: z.enum(REFERRAL_OUTCOMES) }),
  z.strictObject({ event: z.literal('reported'), ...word, milestone: z.enum(MILESTONES), on: z.iso.date() }),
  z.strictObject({ event: z.literal('amended'), number, to: name }),
])
type Event = z.infer<typeof event>
type Sent = Extract<Event, { event: 'sent' }>
type Word = Exclude<Event, { event: 'sent' | 'amended' }>

/** A referral goes out by the signed word of the officer of released openings, after permits for its agency; answers are its agency's. */
export function verifyReferral(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a referral does not stand', () => {
    const said = parse(event, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'referral')
    if (said.event === 'sent') {
      verifySent(docket, place, said)
      return
    }
    const isSent = docket.referrals.get(said.number) === said.to
    requires(isSent, 'ERR_REFERRAL_UNKNOWN', 'no such referral was sent to this agency')
    if (said.event === 'amended') approve(docket, 'amendments of referrals are about one that was sent')
    else verifyWord(docket, place, said)
  })
}

function verifySent(docket: Docket, place: Place, { event: _, signature, ...said }: Sent): void {
  requires(!docket.referrals.has(said.referral), 'ERR_REFERRAL_UNKNOWN', 'its number was used before')
  docket.referrals.set(said.referral, said.to)
  bump(docket.counts.referralsByAgency, said.to)
  const agency = agencyOf(place.roster, said.to)
  requires(agency !== undefined, 'ERR_PARTY_UNKNOWN', 'no such agency was on the roster then')
  const hasAgreement = !agency.suspended && (agency.agreementUntil === undefined || agency.agreementUntil > place.at)
  requires(hasAgreement, 'ERR_PARTY_NOT_IN_STANDING', 'its agency was suspended, or its agreement had ended')
  const officer = officerAt(place, said.officer)
  const isOwn = referralIsSignedBy(place.hub, said, signature, officer.keys.signing)
  requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its officer did not sign it')
  for (const id of said.openings) {
    const { request } = openedBy(docket, place, id, said.officer, said.case)
    const isPermitted = docket.permitted.has(permittedName(said, request.group))
    requires(isPermitted, 'ERR_DISCLOSURE_DENIED', 'no permit by the disclosure rules stands before it')
  }
  approve(docket, 'referrals are signed by their officer, and follow released openings and a permit for their agency')
}

/** What the agency must have asked for, by the verb it asked with. */
function bodyOf(said: Word): { readonly verb: string; readonly body: unknown } {
  const { number: referral } = said
  switch (said.event) {
    case 'received':
      return { verb: 'inbox', body: undefined }
    case 'accepted':
      return { verb: 'accept', body: { referral } }
    case 'declined':
      return { verb: 'decline', body: { referral, reason: said.reason } }
    case 'decided':
      return { verb: 'decide', body: { referral, outcome: said.outcome } }
    case 'reported':
      return { verb: 'report', body: { referral, milestone: said.milestone, on: said.on } }
  }
}

function verifyWord(docket: Docket, place: Place, said: Word): void {
  const message = decodeMessage(said.asked)
  const { verb, body } = bodyOf(said)
  const isSame = body === undefined || equalBytes(message.body, toJsonBytes(body))
  const isAsked = message.party === said.to && message.verb === verb && isSame
  requires(isAsked, 'ERR_SIGNATURE_INVALID', 'its agency said something else')
  const agency = agencyOf(place.roster, said.to)
  const isOwn = agency !== undefined && messageIsSignedBy(message, place.hub, agency.keys.signing)
  requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its agency did not say it')
  approve(docket, 'receipts, answers and reports on referrals carry the signature of the agency that got them')
}

const silence = z.strictObject({
  event: z.literal('silenced'),
  kind: z.enum(DEADLINE_KINDS),
  number,
  dueAt: instant,
  reason: z.enum(SILENCE_REASONS),
  until: instant,
  officer: name,
  asked: bytesUpTo(4_096),
})

/** Five working days with a Christmas among them, and the rest of the last one. */
const SILENCE_MS_MAX = 14 * 86_400_000

/** A deadline is silenced by the signed word of an officer who may, and not for long. */
export function verifyDeadline(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a silence does not stand', () => {
    const {
      event: _,
      dueAt: _due,
      officer: id,
      asked,
      ...said
    } = parse(silence, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'deadline')
    const officer = saidBy(place, asked, 'silence-deadline', said)
    requires(officer.id === id, 'ERR_SIGNATURE_INVALID', 'another officer asked for it')
    const mayIt = hasRole(officer, 'manager') || (said.kind === 'enquiry' && hasRole(officer, 'shielding'))
    requires(mayIt, 'ERR_ROLE_MISSING', 'its officer was not a manager')
    const isShort = place.at < said.until && said.until <= place.at + SILENCE_MS_MAX
    requires(isShort, 'ERR_REQUEST_INVALID', 'it is longer than five working days')
    approve(docket, 'silences of deadlines carry the signature of a manager')
  })
}
