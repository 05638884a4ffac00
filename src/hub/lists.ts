import { z } from 'zod'
import type { Enquiry } from '../case/enquiry.js'
import type { Referral } from '../case/referral.js'
import type { ChildId } from '../child/identifiers.js'
import { bytesUpTo, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { MESSAGE_BYTES_MAX, type Message, type SendOptions } from '../port.js'
import { custodiansOf, hasRole } from '../roster/roster.js'
import type { Table } from '../store/port.js'
import { type HubContext, roster } from './context.js'
import { rosterNews } from './enrolment.js'
import { CASE_ROLES, requireOfficer } from './officers.js'
import type { Rows } from './rows.js'
import { numberKey, pages } from './shelf.js'
import { loadStanding, standing } from './standing.js'

const PAGE = 100

export interface EnquiryFilter {
  readonly status?: Enquiry['status'] | undefined
  readonly after?: number | undefined
}

/** An enquiry without the child id. */
export type PublicEnquiry = Omit<Enquiry, 'childId'>

/** A referral without its package, which only the receiving agency can read. */
export type PublicReferral = Omit<Referral, 'sealed'>

/**
 * Enquiries in order of their number. Those about shielded children are the shielding officer's: nobody else sees that
 * there is one. One that was open before its child was shielded stays where it was, and says so to shielding officers alone.
 */
export async function* listEnquiries(
  hub: HubContext,
  filter: EnquiryFilter & { readonly isShielding: boolean },
): AsyncGenerator<PublicEnquiry> {
  for await (const { childId, ...enquiry } of numbered(hub, 'enquiry', filter.after)) {
    if (filter.status !== undefined && enquiry.status !== filter.status) continue
    if (!filter.isShielding && enquiry.owner === 'shielding') continue
    yield filter.isShielding && (await isShielded(hub, childId)) ? { ...enquiry, owner: 'shielding' } : enquiry
  }
}

async function isShielded(hub: HubContext, childId: ChildId): Promise<boolean> {
  return standing(await loadStanding(hub, [childId]), childId)?.shielded === true
}

const enquiriesRequest = z.strictObject({
  status: z.enum(['open', 'ended']).optional(),
  after: z.number().int().min(1).optional(),
})

/** A page of enquiries for an officer. */
export async function enquiriesForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES, 'shielding')
  const filter = parse(enquiriesRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'enquiries')
  const enquiries: PublicEnquiry[] = []
  for await (const each of listEnquiries(hub, { ...filter, isShielding: hasRole(officer, 'shielding') })) {
    enquiries.push(each)
    if (enquiries.length === PAGE) break
  }
  return toJsonBytes({ enquiries })
}

export async function* listReferrals(
  hub: HubContext,
  filter: { readonly after?: number | undefined } = {},
): AsyncGenerator<PublicReferral> {
  for await (const { sealed: _, ...referral } of numbered(hub, 'referral', filter.after)) {
    if (referral.status !== 'prepared') yield referral
  }
}

/** Rows of a numbered table in order, read a page at a time. */
async function* numbered<T extends Table>(
  hub: HubContext,
  table: T,
  afterNumber: number | undefined,
): AsyncGenerator<Rows[T]> {
  const after = afterNumber === undefined ? undefined : numberKey(afterNumber)
  for await (const rows of pages(hub.shelf, table, PAGE, after)) for (const { value } of rows) yield value
}

/** What a check must carry besides its own content. */
export function facts(hub: HubContext): Uint8Array {
  const { vocabulary, hash } = hub.policy()
  return toJsonBytes({ epoch: roster(hub).epoch, vocabulary, policyHash: hash })
}

const sinceRequest = z.strictObject({ after: z.number().int().min(-1) })

/** Roster and activation entries after a position, for whoever follows the roster from its pinned first version. */
export async function rosterSince(hub: HubContext, message: Message): Promise<Uint8Array> {
  const { after } = parse(sinceRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'roster')
  return toJsonBytes({ entries: await rosterNews(hub, after) })
}

const relayRequest = z.strictObject({
  to: z.string().max(64),
  message: bytesUpTo(MESSAGE_BYTES_MAX),
})

/** Passes a sealer's message on to a custodian, which checks its signature; it is sealed: nothing in it is for the hub. */
export async function relay(hub: HubContext, message: Message, options?: SendOptions): Promise<Uint8Array> {
  const { to, message: inner } = parse(relayRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'relay')
  // Whoever asks may be anybody: what they call a custodian is not repeated to them, nor to a log.
  if (!custodiansOf(roster(hub)).some(({ id }) => id === to))
    throw new IndexError('ERR_PARTY_UNKNOWN', 'no custodian is on the roster under this id', { field: 'to' })
  return toJsonBytes({ reply: await hub.custodians.relay(to, inner, options) })
}
