import { z } from 'zod'
import { workingDeadline } from '../../case/agenda.js'
import type { CaseFile } from '../../case/case.js'
import { dayInLondon, englishCalendar, type WorkingCalendar } from '../../case/deadlines.js'
import {
  type AgencyWord,
  afterWord,
  DECLINE_REASONS,
  MILESTONES,
  REFERRAL_OUTCOMES,
  type Referral,
} from '../../case/referral.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { due } from '../cases/agenda.js'
import { requireCase } from '../cases/cases.js'
import { relisted } from '../cases/listing.js'
import { type HubContext, requireSender } from '../context.js'
import { numberKey, type Put } from '../shelf.js'
import { dueAfter, inboxKey, isInInbox, listOfReferrals, referralsDone, requireRecorded } from './referrals.js'

const referral = z.number().int().min(1)
const day = z.iso.date()
const inboxRequest = z.strictObject({ after: z.number().int().min(0).optional() })
const acceptRequest = z.strictObject({ referral })
const declineRequest = z.strictObject({ referral, reason: z.enum(DECLINE_REASONS) })
const decideRequest = z.strictObject({ referral, outcome: z.enum(REFERRAL_OUTCOMES) })
const reportRequest = z.strictObject({ referral, milestone: z.enum(MILESTONES), on: day })

const PAGE = 50

/** An agency's referrals after a number, sealed to it; fetching one is its receipt, and is journalled once. */
export async function inbox(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const { after } = parse(inboxRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'referrals')
  const rows = await hub.shelf.list('inbox', inboxKey(hub, agency.id, after ?? 0), PAGE)
  const own = rows.flatMap(({ key, value }) =>
    isInInbox(hub, agency.id, key) && 'referral' in value ? [value.referral] : [],
  )
  const referrals: (Pick<Referral, 'sealed' | 'status' | 'amendedAt'> & { readonly referral: number })[] = []
  for (const number of own) {
    const { sealed, status, amendedAt } = await answered(hub, message, number, { event: 'received' })
    referrals.push({ referral: number, sealed, status, amendedAt })
  }
  return toJsonBytes({ referrals })
}

/** An agency's word that it takes a referral on. */
export async function acceptReferral(hub: HubContext, message: Message): Promise<Uint8Array> {
  const { referral: number } = read(hub, acceptRequest, message)
  return said(await answered(hub, message, number, { event: 'accepted' }))
}

/** An agency's word that it does not take a referral on. The case is to be looked at again, within a working day. */
export async function declineReferral(hub: HubContext, message: Message): Promise<Uint8Array> {
  const { referral: number, reason } = read(hub, declineRequest, message)
  return said(await answered(hub, message, number, { event: 'declined', reason }))
}

/** An agency's word on what it decided. */
export async function decideReferral(hub: HubContext, message: Message): Promise<Uint8Array> {
  const { referral: number, outcome } = read(hub, decideRequest, message)
  return said(await answered(hub, message, number, { event: 'decided', outcome }))
}

/** An agency's word on what became of a referral, and on which day. */
export async function reportReferral(hub: HubContext, message: Message): Promise<Uint8Array> {
  const { referral: number, milestone, on } = read(hub, reportRequest, message)
  return said(await answered(hub, message, number, { event: 'reported', milestone, on }))
}

/** @throws {IndexError} also where an agency in standing did not send it */
function read<Body>(hub: HubContext, shape: z.ZodType<Body>, message: Message): Body {
  requireSender(hub, message, 'agency')
  return parse(shape, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'referral')
}

function said({ number, status }: Referral): Uint8Array {
  return toJsonBytes({ referral: number, status })
}

/** The referral after its agency's word, which is journalled as the agency signed it. */
async function answered(hub: HubContext, message: Message, number: number, word: AgencyWord): Promise<Referral> {
  const calendar = await englishCalendar()
  const to = message.party
  const found: { referral?: Referral } = {}
  await hub.ledger.write(async (_, at) => {
    const before = await hub.shelf.one('referral', numberKey(number))
    if (before === undefined || before.to !== to || before.status === 'prepared')
      throw new IndexError('ERR_REFERRAL_UNKNOWN', 'this agency has no referral with this number')
    if (word.event === 'reported') requireDayOf(before, word.on, at)
    const after = afterWord(before, word, at)
    found.referral = after
    if (after === before) return undefined
    const body = toJsonBytes({ ...word, number, to, asked: encodeSigned(message) })
    return {
      drafts: [{ type: 'referral', body }],
      puts: [
        hub.shelf.put('referral', numberKey(number), after),
        ...relisted(hub, [listOfReferrals(before.status)], [listOfReferrals(after.status)], number),
        ...(await agendaAfter(hub, before, after, calendar, at)),
      ],
    }
  })
  return requireRecorded(found.referral)
}

/** What is due after an agency's word; nothing where the case was closed meanwhile. */
async function agendaAfter(
  hub: HubContext,
  before: Referral,
  after: Referral,
  calendar: WorkingCalendar,
  at: number,
): Promise<readonly Put[]> {
  const file = await presentCase(hub, after.case)
  if (file.status === 'closed') return referralsDone(hub, [after.number])
  const puts = await dueAfter(hub, before, after, calendar)
  if (after.status !== 'declined') return puts
  const review = workingDeadline('review', file.number, at, calendar, { case: file.number, officer: after.officer })
  return [...puts, ...(await due(hub, review))]
}

/** The case, or the one that goes on in its place since officers linked two ids. */
async function presentCase(hub: HubContext, number: number): Promise<CaseFile> {
  let file = await requireCase(hub, number)
  while (file.joinedTo !== undefined) file = await requireCase(hub, file.joinedTo)
  return file
}

/** @throws {IndexError} `ERR_REQUEST_INVALID` for a day before the referral or after today */
function requireDayOf({ sentAt }: Referral, on: string, at: number): void {
  if (dayInLondon(sentAt) <= on && on <= dayInLondon(at)) return
  throw new IndexError('ERR_REQUEST_INVALID', 'the day is before the referral, or still to come', { field: 'on' })
}
