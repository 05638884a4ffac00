import { z } from 'zod'
import {
  AGENCY_QUESTIONS,
  ENQUIRY_NUMBER,
  ENQUIRY_OUTCOMES,
  type Enquiry,
  mayEndAs,
  OFFICERS_OUTCOMES,
  REFERRALS_MADE,
  referralWordsFor,
  SOURCES_MAX,
  withQuestion,
} from '../../case/enquiry.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { hasRole, inGoodStanding, type Officer, officerOf } from '../../roster/roster.js'
import { assigned } from '../cases/agenda.js'
import { loadWatermark } from '../checks/watermark.js'
import { type HubContext, roster } from '../context.js'
import type { Writes } from '../ledger.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { numberKey } from '../shelf.js'
import { ended, enquiryDraft, enquiryPut } from './enquiries.js'

/** Ten digits, as the message is journalled. */
const enquiryNumber = z
  .string()
  .regex(ENQUIRY_NUMBER, 'must be ten digits')
  .transform(Number)
  .refine((number) => number >= 1, 'must be at least 1')
const officerId = z.string().min(1).max(64)
const takeRequest = z.strictObject({ enquiry: enquiryNumber })
const assignRequest = z.strictObject({ enquiry: enquiryNumber, to: officerId })
const askRequest = z.strictObject({
  enquiry: enquiryNumber,
  to: z.number().int().min(1).max(SOURCES_MAX),
  question: z.enum(AGENCY_QUESTIONS),
})
const endRequest = z.strictObject({
  enquiry: enquiryNumber,
  outcome: z.enum(ENQUIRY_OUTCOMES),
  referralMade: z.enum(REFERRALS_MADE).optional(),
})

type Built = Pick<Writes, 'drafts' | 'puts'>
type Work = (enquiry: Enquiry, asked: Uint8Array, at: number) => Promise<Built | undefined>

/** An officer takes an enquiry that nobody pursues. */
export async function takeEnquiry(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES, 'shielding')
  const { enquiry: number } = parse(takeRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'enquiry')
  await worked(hub, message, officer, number, async (enquiry, asked, at) => {
    if (enquiry.owner === officer.id) return undefined
    requireOpen(enquiry)
    if (ownerOf(hub, enquiry, at) !== undefined)
      throw new IndexError('ERR_CASE_STATUS', 'another officer pursues this enquiry: a manager assigns it')
    return owned(hub, enquiry, officer.id, 'taken', asked)
  })
  return toJsonBytes({ enquiry: number, owner: officer.id })
}

/** A manager gives an enquiry to an officer; one about a shielded child goes from a shielding officer to another. */
export async function assignEnquiry(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, 'manager', 'shielding')
  const { enquiry: number, to } = parse(assignRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'enquiry')
  await worked(hub, message, officer, number, async (enquiry, asked, at) => {
    if (enquiry.desk === 'management' && !hasRole(officer, 'manager'))
      throw new IndexError('ERR_ROLE_MISSING', 'a manager assigns enquiries')
    if (enquiry.owner === to) return undefined
    requireOpen(enquiry)
    requireMayPursue(officerOf(roster(hub), to), enquiry, at)
    return owned(hub, enquiry, to, 'assigned', asked)
  })
  return toJsonBytes({ enquiry: number, owner: to })
}

function requireMayPursue(officer: Officer | undefined, { desk }: Enquiry, at: number): void {
  if (officer === undefined)
    throw new IndexError('ERR_PARTY_UNKNOWN', 'no officer is on the roster under this id', { field: 'to' })
  if (!inGoodStanding(officer, at))
    throw new IndexError('ERR_PARTY_NOT_IN_STANDING', 'the officer is not in good standing', { field: 'to' })
  const roles = desk === 'shielding' ? (['shielding'] as const) : [...CASE_ROLES, 'shielding' as const]
  if (!roles.some((role) => hasRole(officer, role)))
    throw new IndexError('ERR_ROLE_MISSING', 'the officer has no role for this enquiry', { field: 'to' })
}

async function owned(
  hub: HubContext,
  enquiry: Enquiry,
  owner: string,
  event: 'taken' | 'assigned',
  asked: Uint8Array,
): Promise<Built> {
  return {
    drafts: [enquiryDraft(event, enquiry.number, { owner, asked })],
    puts: await ownedPuts(hub, enquiry, owner),
  }
}

/** The enquiry and its deadline, as this officer's. */
async function ownedPuts(hub: HubContext, enquiry: Enquiry, owner: string): Promise<NonNullable<Built['puts']>> {
  const put = enquiryPut(hub, { ...enquiry, owner })
  return enquiry.owner === owner ? [put] : [put, ...(await assigned(hub, 'enquiry', enquiry.number, owner))]
}

/** Asks an agency of an enquiry, by its place among them, a question about its own check. */
export async function askAgency(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES, 'shielding')
  const said = parse(askRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'question')
  await worked(hub, message, officer, said.enquiry, async (enquiry, asked, at) => {
    requireOpen(enquiry)
    const source = enquiry.sources[said.to - 1]
    if (source === undefined)
      throw new IndexError('ERR_REQUEST_INVALID', 'the enquiry has no such agency to ask', { field: 'to' })
    const { agency, reference } = source
    const owner = requireHandler(hub, enquiry, officer, at)
    const question = { agency, reference, question: said.question, askedAt: at, by: officer.id }
    const after = withQuestion(enquiry, question)
    if (after === enquiry) return undefined
    const draft = enquiryDraft('asked', enquiry.number, { agency, reference, question: said.question, asked })
    return { drafts: [draft], puts: await ownedPuts(hub, after, owner) }
  })
  return toJsonBytes({ enquiry: said.enquiry, to: said.to, question: said.question })
}

/**
 * An officer's word on how an enquiry ended. `registered` and `linked` are not theirs to say: a registration says the one,
 * two officers' word the other. What obliges the authority to act is not said without a word about the referral.
 */
export async function endEnquiryByOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES, 'shielding')
  const said = parse(endRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'enquiry')
  const { enquiry: number, outcome, referralMade } = said
  if (!OFFICERS_OUTCOMES.includes(outcome))
    throw new IndexError('ERR_REQUEST_INVALID', 'an enquiry ends so by a registration or by a link', {
      field: 'outcome',
    })
  if (!mayEndAs(outcome, referralMade)) throw wrongReferralWord(referralWordsFor(outcome))
  await worked(hub, message, officer, number, async (enquiry, asked, at) => {
    if (enquiry.status === 'ended' && enquiry.outcome === outcome) return undefined
    requireOpen(enquiry)
    const owner = requireHandler(hub, enquiry, officer, at)
    return ended(hub, { ...enquiry, owner }, { outcome, referralMade, endedBy: officer.id }, at, { asked })
  })
  return toJsonBytes({ enquiry: number, outcome })
}

function wrongReferralWord(words: readonly string[]): IndexError {
  const message =
    words.length === 0
      ? 'no word about a referral goes with this outcome'
      : `this outcome obliges: the index is no referral, so make it in the ordinary way and say ${words.join(' or ')}`
  return new IndexError('ERR_REQUEST_INVALID', message, { field: 'referralMade' })
}

/** One step on an enquiry that this officer may see. Whatever the assessment does with it meanwhile is not lost. */
async function worked(hub: HubContext, message: Message, officer: Officer, number: number, work: Work): Promise<void> {
  await hub.ledger.write(async (_, at) => {
    const enquiry = await hub.shelf.one('enquiry', numberKey(number))
    if (enquiry === undefined || (enquiry.desk === 'shielding' && !hasRole(officer, 'shielding')))
      throw new IndexError('ERR_ENQUIRY_UNKNOWN', 'there is no enquiry with this number', { field: 'enquiry' })
    const watermark = await loadWatermark(hub)
    const built = await work(enquiry, encodeSigned(message), at)
    return built === undefined ? undefined : { ...built, expects: [watermark.raw] }
  })
}

function requireOpen(enquiry: Enquiry): void {
  if (enquiry.status === 'ended') throw new IndexError('ERR_CASE_STATUS', 'the enquiry has ended')
}

/** Who pursues it: an officer who is no longer in good standing pursues nothing. */
function ownerOf(hub: HubContext, { owner }: Enquiry, at: number): string | undefined {
  const officer = owner === undefined ? undefined : officerOf(roster(hub), owner)
  return officer !== undefined && inGoodStanding(officer, at) ? owner : undefined
}

/** The owner after this officer's step: whoever works on an enquiry that nobody pursues takes it; a manager may step in. */
function requireHandler(hub: HubContext, enquiry: Enquiry, officer: Officer, at: number): string {
  const owner = ownerOf(hub, enquiry, at)
  if (owner === undefined) return officer.id
  const isTheirs = owner === officer.id || hasRole(officer, 'manager')
  if (!isTheirs) throw new IndexError('ERR_CASE_STATUS', 'another officer pursues this enquiry: a manager assigns it')
  return owner
}
