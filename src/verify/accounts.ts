import { z } from 'zod'
import { equalBytes } from '../bytes.js'
import {
  ACCOUNT_FOR,
  ACCOUNT_OUTCOMES,
  ACCOUNT_PARTS,
  DELAY_REASONS,
  saysTheSame,
  WITHHOLDING_REASONS,
  type WithholdingWord,
} from '../case/account.js'
import { CHECK_NAME, CORRECTION_OUTCOMES, CORRECTION_REASONS } from '../case/account-correction.js'
import { AGENCY_ANSWERS, AUTHORITY_CODE } from '../case/enquiry.js'
import { REFERENCE } from '../check/canonical.js'
import { decideDisclosure, parseDisclosureRequest } from '../disclosure/decide.js'
import { bytesOf, bytesUpTo, parse } from '../door.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { decodeMessage, type Message, messageIsSignedBy } from '../port.js'
import { agencyOf, hasRole, type OfficerRole, officerOf, opens } from '../roster/roster.js'
import { GROUPS } from '../seal/label.js'
import { approve, type Docket, inspect, type Place, passOver, requires } from './docket.js'
import { officerAt, requireOnce } from './signed-words.js'

const name = z.string().min(1).max(64)
const number = z.number().int().min(1)
const base = { account: number, asked: bytesUpTo(4_096) }
const correction = { correction: number, asked: bytesUpTo(4_096) }
const byOfficer = { ...base, officer: name }
const event = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('asked'), ...base, agency: name, childId: bytesOf(16) }),
  z.strictObject({
    event: z.literal('produced'),
    ...byOfficer,
    decided: z
      .array(z.strictObject({ request: z.unknown(), decision: z.unknown() }))
      .max(2)
      .optional(),
  }),
  z.strictObject({ event: z.literal('withholding'), ...byOfficer, by: z.array(name).min(1).max(2) }),
  z.strictObject({ event: z.literal('correction-asked'), ...correction, agency: name, childId: bytesOf(16) }),
  z.strictObject({ event: z.literal('correction-pursued'), ...correction, officer: name }),
  z.strictObject({ event: z.literal('correction-answered'), ...correction, agency: name }),
  z.strictObject({
    event: z.literal('correction-decided'),
    ...correction,
    officer: name,
    outcome: z.enum(CORRECTION_OUTCOMES),
    checkId: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  }),
  z.strictObject({ event: z.literal('delayed'), ...byOfficer }),
  z.strictObject({ event: z.literal('ended'), ...byOfficer }),
])
type Event = z.infer<typeof event>
type Of<Name extends Event['event']> = Extract<Event, { event: Name }>

const askBody = z.strictObject({
  agencyChildId: z.string().max(200),
  reference: z.string().regex(REFERENCE),
  for: z.enum(ACCOUNT_FOR),
  understanding: z.strictObject({ understands: z.literal(true), assessedBy: bytesOf(16) }).optional(),
})
const withholdBody = z.strictObject({
  account: number,
  parts: z.array(z.enum(ACCOUNT_PARTS)).min(1).max(ACCOUNT_PARTS.length),
  reason: z.enum(WITHHOLDING_REASONS),
  until: number,
})
/** What each further step asks for, by its verb. */
const BODIES = {
  account: z.strictObject({ account: number }),
  'delay-account': z.strictObject({
    account: number,
    reason: z.enum(DELAY_REASONS),
    months: z.number().int().min(1).max(2),
  }),
  'end-account': z.strictObject({ account: number, outcome: z.enum(ACCOUNT_OUTCOMES) }),
} as const

type Word = Omit<WithholdingWord, 'at'>

/** Requests for accounts as far as the journal told of them. */
export interface KnownAccount {
  readonly for: (typeof ACCOUNT_FOR)[number]
  readonly words: Word[]
}

/** What an agency or an officer did about an account, they signed; a carer's was made without asking about the child. */
export function verifyAccount(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'an account does not stand', () => {
    const entry = parse(event, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'account')
    if (entry.event === 'asked') {
      verifyAsked(docket, place, entry)
      return
    }
    if ('correction' in entry) {
      verifyCorrection(docket, place, entry)
      return
    }
    const known = docket.accounts.get(entry.account)
    requires(known !== undefined, 'ERR_ACCOUNT_UNKNOWN', 'no such request stands before it')
    switch (entry.event) {
      case 'produced':
        requireSaid(docket, place, entry, 'account')
        verifyProduced(docket, entry, known)
        break
      case 'withholding':
        verifyWithholding(docket, place, entry, known)
        break
      case 'delayed':
        requireSaid(docket, place, entry, 'delay-account')
        break
      case 'ended':
        requireSaid(docket, place, entry, 'end-account')
        break
    }
    approve(docket, 'steps on accounts carry their officer’s own signature, and follow a request')
  })
}

type OfCorrection = Extract<Event, { correction: number }>

/** A correction follows a request; who asks, pursues, answers and decides signs it. */
function verifyCorrection(docket: Docket, place: Place, entry: OfCorrection): void {
  const { correction: number } = entry
  const isNew = entry.event === 'correction-asked'
  requires(docket.corrections.has(number) !== isNew, 'ERR_ACCOUNT_UNKNOWN', 'its number was used, or never was')
  docket.corrections.add(number)
  const { verb, body } = correctionWords(entry)
  const message =
    'officer' in entry
      ? requireSigned(docket, place, entry, verb, ['records'])
      : requireSignedByAgency(docket, place, entry, verb)
  const wanted = parse<{ readonly correction?: number; readonly outcome?: string }>(
    body,
    fromJsonBytes(message.body),
    'ERR_ENTRY_MALFORMED',
    'correction',
  )
  const isAbout = wanted.correction === undefined || wanted.correction === number
  const isSame = entry.event !== 'correction-decided' || wanted.outcome === entry.outcome
  requires(isAbout && isSame, 'ERR_SIGNATURE_INVALID', 'what was asked for is something else')
  if (entry.event === 'correction-decided' && entry.checkId !== undefined)
    requires(docket.checks.has(entry.checkId), 'ERR_CHECK_UNKNOWN', 'the check that it marks does not stand before it')
  approve(docket, 'steps on corrections carry the signature of whoever took them')
}

function correctionWords({ event: step }: OfCorrection): { readonly verb: string; readonly body: z.ZodType<object> } {
  switch (step) {
    case 'correction-asked':
      return { verb: 'ask-correction', body: correctionBody }
    case 'correction-pursued':
      return { verb: 'pursue-correction', body: z.strictObject({ correction: number }) }
    case 'correction-answered':
      return { verb: 'answer-enquiry', body: answerBody }
    case 'correction-decided':
      return {
        verb: 'decide-correction',
        body: z.strictObject({ correction: number, outcome: z.enum(CORRECTION_OUTCOMES) }),
      }
  }
}

const correctionBody = z.strictObject({
  agencyChildId: z.string().max(200),
  reference: z.string().regex(REFERENCE),
  about: z.union([
    z.strictObject({ check: z.string().regex(CHECK_NAME) }),
    z.strictObject({ details: z.enum(GROUPS) }),
  ]),
  reason: z.enum(CORRECTION_REASONS),
})
const answerBody = z.strictObject({
  reference: z.string().regex(REFERENCE),
  question: z.literal('please-correct-check'),
  answer: z.enum(AGENCY_ANSWERS),
  authority: z.string().regex(AUTHORITY_CODE).optional(),
})

function requireSignedByAgency(
  docket: Docket,
  place: Place,
  { agency: id, asked }: Of<'correction-asked' | 'correction-answered'>,
  verb: string,
): Message {
  const message = decodeMessage(asked)
  const agency = agencyOf(place.roster, id)
  const isOwn =
    message.verb === verb &&
    message.party === id &&
    agency !== undefined &&
    messageIsSignedBy(message, place.hub, agency.keys.signing)
  requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its agency did not say it')
  requireOnce(docket, message)
  return message
}

function verifyAsked(docket: Docket, place: Place, { account, agency: id, asked }: Of<'asked'>): void {
  const message = decodeMessage(asked)
  const body = parse(askBody, fromJsonBytes(message.body), 'ERR_ENTRY_MALFORMED', 'account')
  requires(!docket.accounts.has(account), 'ERR_ACCOUNT_UNKNOWN', 'its number was used before')
  const agency = agencyOf(place.roster, id)
  const isOwn =
    message.verb === 'ask-account' &&
    message.party === id &&
    agency !== undefined &&
    messageIsSignedBy(message, place.hub, agency.keys.signing)
  requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its agency did not ask for it')
  const fits = (body.for === 'child') === (body.understanding !== undefined)
  requires(fits, 'ERR_JOURNAL_INVALID', 'nobody judged whether its child understands it, or somebody did of a carer')
  requireOnce(docket, message)
  docket.accounts.set(account, { for: body.for, words: [] })
  approve(docket, 'requests for accounts carry their agency’s own signature')
  passOver(docket, 'accounts are of the child that the hub says: only custodians see the identifier keys')
}

/** The rules, asked again, give what was decided; for a carer nothing is asked of them. */
function verifyProduced(docket: Docket, { decided }: Of<'produced'>, known: KnownAccount): void {
  const isOfChild = known.for === 'child'
  requires(isOfChild === (decided !== undefined), 'ERR_DISCLOSURE_DENIED', 'a carer’s account asks nothing of a child')
  for (const { request, decision } of decided ?? []) {
    const again = toJsonBytes(decideDisclosure(parseDisclosureRequest(request)))
    requires(equalBytes(again, toJsonBytes(decision)), 'ERR_DISCLOSURE_DENIED', 'the rules decide otherwise')
  }
  approve(docket, 'accounts were produced as the rules decide')
  passOver(docket, 'what an account said is not journalled')
}

/** A part is withheld on the same word of two persons: a records officer and one who works cases. */
function verifyWithholding(docket: Docket, place: Place, entry: Of<'withholding'>, known: KnownAccount): void {
  const message = requireSigned(docket, place, entry, 'withhold', [])
  const body = parse(withholdBody, fromJsonBytes(message.body), 'ERR_ENTRY_MALFORMED', 'withholding')
  requires(known.for === 'child', 'ERR_CASE_STATUS', 'of a carer’s account nothing can be withheld')
  const isThis = body.account === entry.account && body.until > place.at && entry.by.at(-1) === entry.officer
  requires(isThis, 'ERR_SIGNATURE_INVALID', 'its officer asked for something else')
  const { account: _, ...said } = body
  known.words.push({ ...said, by: entry.officer })
  const [first, second] = entry.by
  if (second === undefined) return
  const words = known.words.filter((word) => saysTheSame(word, body)).map(({ by }) => by)
  const persons = [first, second].map((id) => officerOf(place.roster, id ?? ''))
  const [one, other] = persons
  const areTwo = one !== undefined && other !== undefined && one.person !== other.person
  const haveRoles = areTwo && [persons, [other, one]].some(([a, b]) => a && b && hasRole(a, 'records') && opens(b))
  const isAgreed = haveRoles && first !== undefined && words.includes(first)
  requires(isAgreed, 'ERR_SIGNATURE_INVALID', 'no two persons who may have agreed on it')
  approve(docket, 'parts were withheld on the word of two persons')
}

function requireSaid(
  docket: Docket,
  place: Place,
  entry: Of<'produced' | 'delayed' | 'ended'>,
  verb: keyof typeof BODIES,
): void {
  const message = requireSigned(docket, place, entry, verb, ['records'])
  const body = parse<{ readonly account: number }>(
    BODIES[verb],
    fromJsonBytes(message.body),
    'ERR_ENTRY_MALFORMED',
    'account',
  )
  requires(body.account === entry.account, 'ERR_SIGNATURE_INVALID', 'its officer asked for something else')
}

function requireSigned(
  docket: Docket,
  place: Place,
  { officer: id, asked }: { readonly officer: string; readonly asked: Uint8Array },
  verb: string,
  roles: readonly OfficerRole[],
): Message {
  const message = decodeMessage(asked)
  const officer = officerAt(place, id)
  const mayDoIt = roles.every((role) => hasRole(officer, role))
  requires(mayDoIt, 'ERR_ROLE_MISSING', 'its officer has no role for it')
  const isAsked = message.verb === verb && message.party === id
  requires(isAsked, 'ERR_SIGNATURE_INVALID', 'its officer asked for something else')
  const isOwn = messageIsSignedBy(message, place.hub, officer.keys.signing)
  requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its officer did not ask for it')
  requireOnce(docket, message)
  return message
}
