import { z } from 'zod'
import { englishCalendar } from '../case/deadlines.js'
import { ENQUIRY_OUTCOMES, ENQUIRY_WORKING_DAYS, type Enquiry, type EnquiryOutcome } from '../case/enquiry.js'
import type { ChildId } from '../child/identifiers.js'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { hasRole } from '../roster/roster.js'
import type { ChildTable } from './children.js'
import type { HubContext } from './context.js'
import { nameOf } from './custodians.js'
import type { LinkNews } from './join.js'
import type { Draft } from './ledger.js'
import { CASE_ROLES, requireOfficer } from './officers.js'
import type { Step } from './raise.js'
import type { ChildRow } from './rows.js'
import { numberKey } from './shelf.js'

type Put = ReturnType<HubContext['shelf']['put']>

/** A check that named a child without a register entry. */
export interface EnquiryCause {
  readonly agency: string
  readonly reference: string
  readonly checkId: string
}

/** The enquiry that a check on an unknown child opens. A shielded child's goes to the shielding officer. */
export async function newEnquiry(
  number: number,
  child: ChildRow,
  cause: EnquiryCause,
  at: number,
): Promise<{ readonly enquiry: Enquiry; readonly draft: Draft }> {
  const calendar = await englishCalendar()
  const enquiry: Enquiry = {
    number,
    childId: child.childId,
    agency: cause.agency,
    reference: cause.reference,
    owner: child.shielded ? 'shielding' : 'management',
    status: 'open',
    openedAt: at,
    dueAt: calendar.addWorkingDays(at, ENQUIRY_WORKING_DAYS),
    checks: 1,
  }
  return { enquiry, draft: enquiryDraft('opened', number, { checkId: cause.checkId, dueAt: enquiry.dueAt }) }
}

/** The number has ten digits whatever it is, so that the size of an entry does not say whose enquiry it is about. */
function enquiryDraft(event: string, number: number, more: object = {}): Draft {
  return { type: 'enquiry', body: toJsonBytes({ event, enquiry: String(number).padStart(10, '0'), ...more }) }
}

/**
 * Ends the child's open enquiry, if it has one. That a shielded child was registered is not told by an enquiry that ends,
 * or that is no longer listed: it stays as it is, until an officer ends it.
 */
export async function endEnquiry(
  hub: HubContext,
  children: ChildTable,
  childId: ChildId,
  outcome: EnquiryOutcome,
  at: number,
): Promise<{ readonly drafts: readonly Draft[]; readonly puts: readonly Put[] }> {
  const child = children.get(childId)
  const number = child?.enquiry
  const enquiry = number === undefined ? undefined : await hub.shelf.one('enquiry', numberKey(number))
  if (enquiry === undefined || enquiry.status === 'ended' || child?.shielded === true) return { drafts: [], puts: [] }
  return ended(hub, enquiry, outcome, at)
}

function ended(
  hub: HubContext,
  enquiry: Enquiry,
  outcome: EnquiryOutcome,
  at: number,
): { readonly drafts: readonly Draft[]; readonly puts: readonly Put[] } {
  return {
    drafts: [enquiryDraft('ended', enquiry.number, { outcome })],
    puts: [hub.shelf.put('enquiry', numberKey(enquiry.number), { ...enquiry, status: 'ended', outcome, endedAt: at })],
  }
}

/**
 * What two officers' word does to enquiries: of two about one child one goes on, and none about a child that turns out to
 * be registered. A split takes an enquiry up again.
 */
export async function enquiriesAfterLink(
  hub: HubContext,
  children: ChildTable,
  { link, from, into }: LinkNews,
  at: number,
  step: Step,
): Promise<void> {
  const [left, right] = [children.get(from), children.get(into)]
  const mine = await enquiryOf(hub, left)
  if (left === undefined || right === undefined || mine === undefined) return
  const put = (enquiry: Enquiry): void => {
    step.puts.push(hub.shelf.put('enquiry', numberKey(enquiry.number), enquiry))
  }
  const tell = (event: 'moved' | 'reopened'): void => {
    step.drafts.push(enquiryDraft(event, mine.number))
  }
  if (link.kind === 'split') {
    if (nameOf(mine.childId) === nameOf(into)) {
      children.set({ ...right, enquiry: undefined })
      put({ ...mine, childId: from })
      tell('moved')
    } else if (mine.outcome === 'linked') {
      const { outcome: _, endedAt: _at, ...again } = mine
      const calendar = await englishCalendar()
      put({ ...again, status: 'open', dueAt: calendar.addWorkingDays(at, ENQUIRY_WORKING_DAYS) })
      tell('reopened')
    }
    return
  }
  if (mine.status === 'ended') return
  const owner = right.shielded ? 'shielding' : mine.owner
  const other = await enquiryOf(hub, right)
  if (right.status === 'registered' || other?.status === 'open') {
    if (other?.status === 'open') put({ ...other, checks: other.checks + mine.checks })
    const { drafts, puts } = ended(hub, { ...mine, owner }, 'linked', at)
    step.drafts.push(...drafts)
    step.puts.push(...puts)
    return
  }
  children.set({ ...right, enquiry: mine.number })
  put({ ...mine, owner, childId: into })
  tell('moved')
}

async function enquiryOf(hub: HubContext, child: ChildRow | undefined): Promise<Enquiry | undefined> {
  return child?.enquiry === undefined ? undefined : hub.shelf.one('enquiry', numberKey(child.enquiry))
}

const endRequest = z.strictObject({ enquiry: z.number().int().min(1), outcome: z.enum(ENQUIRY_OUTCOMES) })

/**
 * An officer's word on how an enquiry ended. `registered` and `linked` are not theirs to say: a registration says the one,
 * two officers' word the other.
 */
export async function endEnquiryByOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES, 'shielding')
  const { enquiry: number, outcome } = parse(endRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'enquiry')
  if (outcome === 'registered' || outcome === 'linked')
    throw new IndexError('ERR_REQUEST_INVALID', 'an enquiry ends so by a registration or by a link', {
      field: 'outcome',
    })
  await hub.ledger.write(async (_, at) => {
    const enquiry = await hub.shelf.one('enquiry', numberKey(number))
    if (enquiry === undefined || (enquiry.owner === 'shielding' && !hasRole(officer, 'shielding')))
      throw new IndexError('ERR_ENQUIRY_UNKNOWN', 'there is no enquiry with this number')
    if (enquiry.status === 'ended') return undefined
    return ended(hub, enquiry, outcome, at)
  })
  return toJsonBytes({ enquiry: number, outcome })
}
