import { z } from 'zod'
import {
  AGENCY_ANSWERS,
  AGENCY_QUESTIONS,
  AUTHORITY_CODE,
  ENQUIRY_NUMBER,
  ENQUIRY_OUTCOMES,
  mayEndAs,
  OFFICERS_OUTCOMES,
  REFERRALS_MADE,
  SOURCES_MAX,
} from '../case/enquiry.js'
import { REFERENCE } from '../check/canonical.js'
import { bytesUpTo, parse } from '../door.js'
import { fromJsonBytes } from '../json.js'
import { decodeMessage, messageIsSignedBy } from '../port.js'
import { agencyOf } from '../roster/roster.js'
import { approve, type Docket, inspect, type Place, passOver, requires } from './docket.js'
import { officerAt, requireOnce, saidBy } from './signed-words.js'

const name = z.string().min(1).max(64)
const number = z.string().regex(ENQUIRY_NUMBER)
const reference = z.string().regex(REFERENCE)
const base = { enquiry: number }
const asked = bytesUpTo(4_096)
const event = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('opened'),
    ...base,
    checkId: z.string().regex(/^[0-9a-f]{64}$/),
    dueAt: z.number().int().min(0),
    earlier: number,
  }),
  z.strictObject({ event: z.literal('taken'), ...base, owner: name, asked }),
  z.strictObject({ event: z.literal('assigned'), ...base, owner: name, asked }),
  z.strictObject({
    event: z.literal('asked'),
    ...base,
    agency: name,
    reference,
    question: z.enum(AGENCY_QUESTIONS),
    asked,
  }),
  z.strictObject({ event: z.literal('answered'), ...base, agency: name, asked }),
  z.strictObject({
    event: z.literal('ended'),
    ...base,
    outcome: z.enum(ENQUIRY_OUTCOMES),
    referralMade: z.enum(REFERRALS_MADE).optional(),
    asked: asked.optional(),
  }),
  z.strictObject({ event: z.literal('moved'), ...base }),
  z.strictObject({ event: z.literal('reopened'), ...base }),
])
type Event = z.infer<typeof event>
type Of<Name extends Event['event']> = Extract<Event, { event: Name }>

/** Enquiries as far as the journal told of them. */
export interface KnownEnquiries {
  /** By number, of ten digits: whether it is open. */
  readonly open: Map<string, boolean>
  /** What agencies were asked; of two enquiries that were joined, the one that goes on has the other's. */
  readonly questions: Set<string>
}

/** What an officer or an agency did in an enquiry, they signed; and it was about one that is open. */
export function verifyEnquiry(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'an enquiry does not stand', () => {
    const said = parse(event, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'enquiry')
    if (said.event === 'opened') {
      verifyOpened(docket, said)
      return
    }
    const { open } = docket.enquiries
    requires(open.has(said.enquiry), 'ERR_ENQUIRY_UNKNOWN', 'no such enquiry was opened before it')
    const fits = open.get(said.enquiry) === (said.event !== 'reopened')
    requires(fits, 'ERR_CASE_STATUS', 'its enquiry had ended, or was open')
    switch (said.event) {
      case 'taken':
      case 'assigned':
        verifyOwned(docket, place, said)
        break
      case 'asked':
        verifyAsked(docket, place, said)
        break
      case 'answered':
        verifyAnswered(docket, place, said)
        break
      case 'ended':
        verifyEnded(docket, place, said)
        open.set(said.enquiry, false)
        break
      case 'moved':
      case 'reopened':
        open.set(said.enquiry, true)
        break
    }
  })
}

function verifyOpened(docket: Docket, { enquiry, checkId, earlier }: Of<'opened'>): void {
  const { open } = docket.enquiries
  requires(!open.has(enquiry), 'ERR_ENQUIRY_UNKNOWN', 'its number was used before')
  open.set(enquiry, true)
  requires(docket.checks.has(checkId), 'ERR_CHECK_UNKNOWN', 'the check that opened it does not stand before it')
  const isFirst = Number(earlier) === 0
  requires(
    isFirst || open.get(earlier) === false,
    'ERR_ENQUIRY_UNKNOWN',
    'no enquiry that it follows has ended before it',
  )
  approve(docket, 'enquiries were opened by a check that stands before them')
  passOver(docket, 'enquiries are about the child that the hub says: only custodians see the identifier keys')
}

function verifyOwned(
  docket: Docket,
  place: Place,
  { event: how, enquiry, owner, asked: words }: Of<'taken' | 'assigned'>,
): void {
  const message = decodeMessage(words)
  officerAt(place, owner)
  const body = how === 'taken' ? { enquiry } : { enquiry, to: owner }
  requireOfficersWords(docket, place, words, how === 'taken' ? 'take-enquiry' : 'assign-enquiry', body)
  requires(how === 'assigned' || message.party === owner, 'ERR_SIGNATURE_INVALID', 'its officer did not take it')
  approve(docket, 'enquiries are with officers who took them, or whom one gave them to, in signed words')
}

function verifyAsked(docket: Docket, place: Place, said: Of<'asked'>): void {
  const message = decodeMessage(said.asked)
  const { to } = parse(askedBody, fromJsonBytes(message.body), 'ERR_ENTRY_MALFORMED', 'question')
  requireOfficersWords(docket, place, said.asked, 'ask-agency', { enquiry: said.enquiry, to, question: said.question })
  docket.enquiries.questions.add(questionName(said))
  approve(docket, 'questions to agencies carry their officer’s own signature')
  passOver(docket, 'questions name their agency by its place in the enquiry: which that is, the hub says')
}

function verifyAnswered(docket: Docket, place: Place, said: Of<'answered'>): void {
  const message = decodeMessage(said.asked)
  const body = parse(answeredBody, fromJsonBytes(message.body), 'ERR_ENTRY_MALFORMED', 'answer')
  requires(
    docket.enquiries.questions.has(questionName({ ...said, ...body })),
    'ERR_ENQUIRY_UNKNOWN',
    'its agency was not asked this',
  )
  const isAsked = message.verb === 'answer-enquiry' && message.party === said.agency
  requires(isAsked, 'ERR_SIGNATURE_INVALID', 'its agency said something else')
  const key = agencyOf(place.roster, said.agency)?.keys.signing
  const isOwn = key !== undefined && messageIsSignedBy(message, place.hub, key)
  requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its agency did not say it')
  requireOnce(docket, message)
  approve(docket, 'answers of agencies carry their own signature, to a question that was asked before')
}

function verifyEnded(
  docket: Docket,
  place: Place,
  { enquiry, outcome, referralMade, asked: words }: Of<'ended'>,
): void {
  requires(mayEndAs(outcome, referralMade), 'ERR_CASE_STATUS', 'its outcome takes another word on the referral')
  if (words === undefined) {
    requires(!OFFICERS_OUTCOMES.includes(outcome), 'ERR_SIGNATURE_INVALID', 'no officer said so')
    approve(docket, 'enquiries ended by a registration or a link')
    passOver(docket, 'enquiries that a registration or a link ended: which child it was about, the hub says')
    return
  }
  requireOfficersWords(docket, place, words, 'end-enquiry', { enquiry, outcome, referralMade })
  approve(docket, 'enquiries ended as an officer said in signed words')
}

/** @throws {IndexError} `ERR_SIGNATURE_INVALID` where no officer in good standing signed exactly this */
function requireOfficersWords(docket: Docket, place: Place, asked: Uint8Array, verb: string, body: object): void {
  saidBy(place, asked, verb, body)
  requireOnce(docket, decodeMessage(asked))
}

const askedBody = z.strictObject({
  enquiry: number,
  to: z.number().int().min(1).max(SOURCES_MAX),
  question: z.enum(AGENCY_QUESTIONS),
})
const answeredBody = z.strictObject({
  reference,
  question: z.enum(AGENCY_QUESTIONS),
  answer: z.enum(AGENCY_ANSWERS),
  authority: z.string().regex(AUTHORITY_CODE).optional(),
})

function questionName(of: { readonly agency: string; readonly reference: string; readonly question: string }): string {
  return JSON.stringify([of.agency, of.reference, of.question])
}
