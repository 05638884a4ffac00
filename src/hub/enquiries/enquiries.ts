import { type Deadline, workingDeadline } from '../../case/agenda.js'
import { englishCalendar } from '../../case/deadlines.js'
import {
  type Enquiry,
  type EnquiryOutcome,
  type EnquirySource,
  withAnother,
  withChecks,
  withoutAnother,
  writeEnquiryNumber,
} from '../../case/enquiry.js'
import type { ChildId } from '../../child/identifiers.js'
import { toJsonBytes } from '../../json.js'
import { done, due } from '../cases/agenda.js'
import type { Step } from '../checks/raise.js'
import type { ChildTable } from '../children/children.js'
import type { HubContext } from '../context.js'
import type { NumbersApart } from '../counters.js'
import { nameOf } from '../custodians/custodians.js'
import type { Draft } from '../ledger.js'
import type { LinkNews } from '../links/join.js'
import type { ChildRow } from '../rows.js'
import { numberKey, type Put } from '../shelf.js'
import { heldBy, withdrawnFrom } from './enquiries-asked.js'

/** A check that named a child without a register entry. */
export interface EnquiryCause {
  readonly agency: string
  readonly reference: string
  readonly checkId: string
}

/** What the journal says about a child without a register entry: how many checks, and the first of each agency. */
export interface EnquiryNews {
  readonly childId: ChildId
  readonly checks: number
  readonly causes: readonly EnquiryCause[]
}

/**
 * An unknown child has its enquiry: the first check opens it, later ones join it, and one that comes after its end opens
 * another that names it. A shielded child's goes to the shielding officers.
 */
export async function pursue(
  hub: HubContext,
  children: ChildTable,
  news: EnquiryNews,
  enquiries: NumbersApart,
  at: number,
  step: Step,
): Promise<void> {
  const child = children.get(news.childId)
  const [first] = news.causes
  if (child === undefined || first === undefined) return
  const sources = news.causes.map(({ agency, reference }): EnquirySource => ({ agency, reference, since: at }))
  const before = await enquiryOf(hub, child)
  if (before?.status === 'open') {
    const after = withChecks(before, news.checks, sources)
    const fresh = after.sources.slice(before.sources.length)
    step.puts.push(enquiryPut(hub, after), ...heldBy(hub, fresh, after.number))
    return
  }
  if (child.status === 'registered' && !child.shielded) return
  const deadline = await deadlineOf(enquiries.nextFor(child), at)
  const opened = withChecks(newEnquiry(deadline, child, before), news.checks, sources)
  const said = { checkId: first.checkId, dueAt: opened.dueAt, earlier: writeEnquiryNumber(opened.earlier ?? 0) }
  step.drafts.push(enquiryDraft('opened', opened.number, said))
  step.puts.push(enquiryPut(hub, opened), ...heldBy(hub, opened.sources, opened.number), ...(await due(hub, deadline)))
  children.set({ ...child, enquiry: opened.number })
}

async function deadlineOf(number: number, at: number): Promise<Deadline> {
  return workingDeadline('enquiry', number, at, await englishCalendar())
}

function newEnquiry({ number, startedAt, dueAt }: Deadline, child: ChildRow, before: Enquiry | undefined): Enquiry {
  const desk = child.shielded ? 'shielding' : 'management'
  // What only shielding officers see is not named to others.
  const mayName = before !== undefined && (before.desk === 'management' || desk === 'shielding')
  const earlier = mayName ? before.number : undefined
  const open = { number, childId: child.childId, desk, status: 'open', openedAt: startedAt, dueAt } as const
  return { ...open, checks: 0, sources: [], questions: [], earlier }
}

/** The number has ten digits whatever it is, so that the size of an entry does not say whose enquiry it is about. */
export function enquiryDraft(event: string, number: number, more: object = {}): Draft {
  return { type: 'enquiry', body: toJsonBytes({ event, enquiry: writeEnquiryNumber(number), ...more }) }
}

export function enquiryPut({ shelf }: Pick<HubContext, 'shelf'>, enquiry: Enquiry): Put {
  return shelf.put('enquiry', numberKey(enquiry.number), enquiry)
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
  const enquiry = await enquiryOf(hub, child)
  if (enquiry === undefined || enquiry.status === 'ended' || child?.shielded === true) return { drafts: [], puts: [] }
  return ended(hub, enquiry, { outcome }, at)
}

/** An enquiry at its end: agencies are asked no more about it. */
export async function ended(
  hub: HubContext,
  enquiry: Enquiry,
  how: Pick<Enquiry, 'referralMade' | 'endedBy'> & { readonly outcome: EnquiryOutcome },
  at: number,
  more: object = {},
): Promise<{ readonly drafts: readonly Draft[]; readonly puts: readonly Put[] }> {
  const { endedBy: _, ...said } = how
  return {
    drafts: [enquiryDraft('ended', enquiry.number, { ...said, ...more })],
    puts: [
      enquiryPut(hub, { ...enquiry, ...how, status: 'ended', endedAt: at }),
      ...(await withdrawnFrom(hub, enquiry.sources, enquiry.number)),
      ...(await done(hub, 'enquiry', enquiry.number)),
    ],
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
  if (link.kind === 'split') {
    await parted(hub, children, { mine, from, right }, at, step)
    return
  }
  if (mine.status === 'ended') return
  const desk = right.shielded ? 'shielding' : mine.desk
  const other = await enquiryOf(hub, right)
  if (other?.status === 'open') {
    const { drafts, puts } = await ended(hub, { ...mine, desk }, { outcome: 'linked' }, at)
    step.drafts.push(...drafts)
    // The agencies' lists name the one that goes on, in place of this one.
    step.puts.push(...puts, enquiryPut(hub, withAnother(other, mine)), ...heldBy(hub, mine.sources, other.number))
  } else if (right.status === 'registered') {
    const { drafts, puts } = await ended(hub, { ...mine, desk }, { outcome: 'linked' }, at)
    step.drafts.push(...drafts)
    step.puts.push(...puts)
  } else {
    children.set({ ...right, enquiry: mine.number })
    step.puts.push(enquiryPut(hub, { ...mine, desk, childId: into }))
    step.drafts.push(enquiryDraft('moved', mine.number))
  }
}

/** Two ids that were linked are two children: the enquiry of the one that leaves is its own again. */
async function parted(
  hub: HubContext,
  children: ChildTable,
  { mine, from, right }: { readonly mine: Enquiry; readonly from: ChildId; readonly right: ChildRow },
  at: number,
  step: Step,
): Promise<void> {
  if (nameOf(mine.childId) === nameOf(right.childId)) {
    children.set({ ...right, enquiry: undefined })
    step.puts.push(enquiryPut(hub, { ...mine, childId: from }))
    step.drafts.push(enquiryDraft('moved', mine.number))
    return
  }
  if (mine.outcome !== 'linked') return
  const { outcome: _, endedAt: _at, ...again } = mine
  const deadline = await deadlineOf(mine.number, at)
  const other = await enquiryOf(hub, right)
  if (other !== undefined) step.puts.push(enquiryPut(hub, withoutAnother(other, mine)))
  step.puts.push(enquiryPut(hub, { ...again, status: 'open', dueAt: deadline.dueAt }))
  step.puts.push(...heldBy(hub, mine.sources, mine.number), ...(await due(hub, deadline)))
  step.drafts.push(enquiryDraft('reopened', mine.number))
}

async function enquiryOf(hub: HubContext, child: ChildRow | undefined): Promise<Enquiry | undefined> {
  return child?.enquiry === undefined ? undefined : hub.shelf.one('enquiry', numberKey(child.enquiry))
}
