import { z } from 'zod'
import type { Enquiry, EnquiryQuestion, EnquirySource, Questioned } from '../../case/enquiry.js'
import type { ChildId } from '../../child/identifiers.js'
import { parse } from '../../door.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { NOT_NAMED } from '../../policy/explain/redact.js'
import type { Message } from '../../port.js'
import { agencyOf, hasRole } from '../../roster/roster.js'
import { loadStanding, standing } from '../children/standing.js'
import { type HubContext, roster } from '../context.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { numberKey, pages } from '../shelf.js'

const PAGE = 100

export interface EnquiryFilter {
  readonly status?: Enquiry['status'] | undefined
  readonly after?: number | undefined
}

/** An enquiry as officers see it: no child id, and no agency whose name says what it is for. */
export interface PublicEnquiry extends Omit<Enquiry, 'childId' | 'sources' | 'questions'> {
  readonly sources: readonly PublicSource[]
  readonly questions: readonly PublicQuestion[]
}

/** An agency to ask. A sexual health, mental health or substance misuse service is asked by its place alone. */
export interface PublicSource {
  /** Its place among them, from 1: whom a question goes to. */
  readonly to: number
  readonly agencyKind: string
  readonly agency?: string | undefined
  readonly reference?: string | undefined
  readonly since: number
}

export interface PublicQuestion extends Questioned {
  readonly to: number
  /** The officer who asked. */
  readonly by: string
}

/**
 * Enquiries in order of their number. Those about shielded children are the shielding officer's: nobody else sees that
 * there is one. One that was open before its child was shielded stays where it was, and says so to shielding officers alone.
 */
export async function* listEnquiries(
  hub: HubContext,
  filter: EnquiryFilter & { readonly isShielding: boolean },
): AsyncGenerator<PublicEnquiry> {
  const after = filter.after === undefined ? undefined : numberKey(filter.after)
  for await (const rows of pages(hub.shelf, 'enquiry', PAGE, after)) {
    for (const { value: enquiry } of rows) {
      if (filter.status !== undefined && enquiry.status !== filter.status) continue
      if (!filter.isShielding && enquiry.desk === 'shielding') continue
      const isShielded = filter.isShielding && (await isOfShielded(hub, enquiry.childId))
      yield seenBy(hub, isShielded ? { ...enquiry, desk: 'shielding' } : enquiry)
    }
  }
}

function seenBy(hub: HubContext, { childId: _, sources, questions, ...enquiry }: Enquiry): PublicEnquiry {
  const placeOf = ({ agency, reference }: EnquiryQuestion): number =>
    sources.findIndex((source) => source.agency === agency && source.reference === reference) + 1
  return {
    ...enquiry,
    sources: sources.map((source, at) => ({ to: at + 1, since: source.since, ...named(hub, source) })),
    questions: questions.map((question): PublicQuestion => {
      const { agency: _agency, reference: _reference, ...said } = question
      return { to: placeOf(question), ...said }
    }),
  }
}

/** Rule 3 of the disclosure rules: before a threshold nobody hears of a sensitive service. It is asked all the same. */
function named(hub: HubContext, { agency, reference }: EnquirySource): Omit<PublicSource, 'to' | 'since'> {
  const party = agencyOf(roster(hub), agency)
  return party === undefined || party.sensitive
    ? { agencyKind: NOT_NAMED }
    : { agencyKind: party.agencyKind, agency, reference }
}

async function isOfShielded(hub: HubContext, childId: ChildId): Promise<boolean> {
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
