import { workingDeadline } from '../../case/agenda.js'
import type { CaseFile, CaseStatus } from '../../case/case.js'
import { englishCalendar } from '../../case/deadlines.js'
import type { CaseEvent } from '../../case/event.js'
import { transition } from '../../case/transition.js'
import { toJsonBytes } from '../../json.js'
import type { Threshold } from '../../policy/policy.js'
import type { HubContext } from '../context.js'
import type { Draft } from '../ledger.js'
import { numberKey, type Put } from '../shelf.js'
import { done, due } from './agenda.js'
import { type ListName, relisted } from './listing.js'

/** In these states an officer has something to do. */
const WAITING: ReadonlySet<CaseStatus> = new Set(['new', 'under-review', 'opened'])

/** Lists of cases by everything that they are filtered by: of all, and of each owner. */
export function listOfCases(status: CaseStatus, threshold: Threshold, reReferral: boolean): ListName {
  return ['case', status, threshold, reReferral ? 'again' : 'first']
}

/** @param owner empty: of nobody */
export function listOfOwner(owner: string, status: CaseStatus, threshold: Threshold, reReferral: boolean): ListName {
  return ['case-of', owner, status, threshold, reReferral ? 'again' : 'first']
}

/** What waits to be worked on, by whom. @param owner empty: by anybody */
export function waitingList(owner: string, threshold: Threshold): ListName {
  return ['waiting', owner, threshold]
}

function listsOf({ status, threshold, reReferral, owner = '' }: CaseFile): readonly ListName[] {
  return [
    listOfCases(status, threshold, reReferral),
    listOfOwner(owner, status, threshold, reReferral),
    ...(WAITING.has(status) ? [waitingList(owner, threshold)] : []),
  ]
}

/**
 * What writes a case: its row, the lists that it is on, and that it is to be looked at while it is new. Every row of a case is
 * written by this.
 * @param before the case as it stands; undefined: it is new
 */
export async function putCase(hub: HubContext, file: CaseFile, before: CaseFile | undefined): Promise<readonly Put[]> {
  const { number, status } = file
  return [
    hub.shelf.put('case', numberKey(number), file),
    ...relisted(hub, before === undefined ? [] : listsOf(before), listsOf(file), number),
    ...(before === undefined ? await toBeReviewed(hub, file) : []),
    ...(isReviewed(status, before) ? await done(hub, 'review', number) : []),
  ]
}

/** Whoever takes a case looks at it; a review that was asked for later ends with the case. */
function isReviewed(status: CaseStatus, before: CaseFile | undefined): boolean {
  return (before?.status === 'new' && status !== 'new') || (before?.status !== 'closed' && status === 'closed')
}

async function toBeReviewed(hub: HubContext, { number, raisedAt }: CaseFile): Promise<readonly Put[]> {
  return due(hub, workingDeadline('review', number, raisedAt, await englishCalendar(), { case: number }))
}

export function caseDraft(event: CaseEvent): Draft {
  return { type: 'case', body: toJsonBytes(event) }
}

/** What something that happened to a case writes; nothing where it stands so already. @throws {IndexError} `ERR_CASE_STATUS` */
export async function happened(
  hub: HubContext,
  file: CaseFile,
  event: CaseEvent,
  at: number,
): Promise<{ readonly file: CaseFile; readonly drafts: readonly Draft[]; readonly puts: readonly Put[] }> {
  const next = transition(file, event, at)
  if (next === file) return { file, drafts: [], puts: [] }
  return { file: next, drafts: [caseDraft(event)], puts: await putCase(hub, next, file) }
}
