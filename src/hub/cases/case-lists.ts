import { z } from 'zod'
import { CASE_STATUSES, type CaseFile, type CaseStatus } from '../../case/case.js'
import { parse } from '../../door.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { THRESHOLDS, type Threshold } from '../../policy/policy.js'
import type { Message } from '../../port.js'
import type { Officer } from '../../roster/roster.js'
import { type HubContext, roster } from '../context.js'
import { CASE_ROLES, requireOfficer, worksCases } from '../officers.js'
import { numberKey, pages } from '../shelf.js'
import { numbersOn } from './listing.js'
import { listOfCases, listOfOwner, waitingList } from './put-case.js'

/** What a list of cases shows. No identifier of a child is among it. */
export interface CaseSummary {
  readonly number: number
  readonly status: CaseStatus
  readonly level: string
  readonly threshold: Threshold
  readonly raisedAt: number
  readonly updatedAt: number
  readonly reReferral: boolean
  /** Officer who works on it. */
  readonly owner?: string | undefined
  /** The case that goes on in place of this one, since officers linked the two children's ids. */
  readonly joinedTo?: number | undefined
  /** When a link was undone, and checks of another child left this case. */
  readonly splitAt?: number | undefined
}

/** Which cases are listed. */
export interface CaseFilter {
  readonly status?: CaseStatus | undefined
  readonly threshold?: Threshold | undefined
  /** Id of the officer who owns them; `null`: those that nobody owns. */
  readonly owner?: string | null | undefined
  /** Whether an earlier case of the child was closed. */
  readonly reReferral?: boolean | undefined
  /** Those after this number. */
  readonly after?: number | undefined
}

const PAGE = 100

/** Cases in order of their number, read a page at a time; of a filter no others are read. */
export async function* listCases(hub: HubContext, filter: CaseFilter = {}): AsyncGenerator<CaseSummary> {
  for await (const file of filesOf(hub, filter)) if (isAmong(filter, file)) yield summaryOf(file)
}

async function* filesOf(hub: HubContext, filter: CaseFilter): AsyncGenerator<CaseFile> {
  const { after = 0, status, threshold, owner, reReferral } = filter
  if (status === undefined && threshold === undefined && owner === undefined && reReferral === undefined) {
    for await (const rows of pages(hub.shelf, 'case', PAGE, numberKey(after))) yield* rows.map(({ value }) => value)
    return
  }
  let page: number[] = []
  for await (const number of numbersOn(hub, listsOf(filter), after, PAGE)) {
    page.push(number)
    if (page.length < PAGE) continue
    yield* await files(hub, page)
    page = []
  }
  yield* await files(hub, page)
}

async function files(hub: HubContext, numbers: readonly number[]): Promise<readonly CaseFile[]> {
  return (await hub.shelf.get('case', numbers.map(numberKey))).flatMap((file) => file ?? [])
}

function listsOf({ status, threshold, owner, reReferral }: CaseFilter) {
  const statuses = status === undefined ? CASE_STATUSES : [status]
  const thresholds = threshold === undefined ? THRESHOLDS : [threshold]
  const again = reReferral === undefined ? [false, true] : [reReferral]
  return statuses.flatMap((of) =>
    thresholds.flatMap((at) =>
      again.map((each) => (owner === undefined ? listOfCases(of, at, each) : listOfOwner(owner ?? '', of, at, each))),
    ),
  )
}

/** A case may have gone on since its list was read. */
function isAmong({ status, threshold, owner, reReferral }: CaseFilter, file: CaseFile): boolean {
  return (
    (status === undefined || file.status === status) &&
    (threshold === undefined || file.threshold === threshold) &&
    (owner === undefined || (file.owner ?? null) === owner) &&
    (reReferral === undefined || file.reReferral === reReferral)
  )
}

function summaryOf(file: CaseFile): CaseSummary {
  const { number, status, level, threshold, raisedAt, updatedAt, reReferral, owner, joinedTo, splitAt } = file
  return {
    number,
    status,
    level,
    threshold,
    raisedAt,
    updatedAt,
    reReferral,
    ...(owner === undefined ? {} : { owner }),
    ...(joinedTo === undefined ? {} : { joinedTo }),
    ...(splitAt === undefined ? {} : { splitAt }),
  }
}

const number = z.number().int().min(1)
const listRequest = z.strictObject({
  status: z.enum(CASE_STATUSES).optional(),
  threshold: z.enum(THRESHOLDS).optional(),
  owner: z.string().min(1).max(64).nullable().optional(),
  reReferral: z.boolean().optional(),
  after: number.optional(),
})

/** A page of cases for an officer. */
export async function casesForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  requireOfficer(hub, message, ...CASE_ROLES)
  const filter = parse(listRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'cases')
  const cases: CaseSummary[] = []
  for await (const each of listCases(hub, filter)) {
    cases.push(each)
    if (cases.length === PAGE) break
  }
  return toJsonBytes({ cases })
}

const nextRequest = z.strictObject({
  after: z.strictObject({ threshold: z.enum(THRESHOLDS), number }).optional(),
})

/**
 * The most urgent case for an officer to work on: one that nobody has, or theirs, or one whose owner cannot work any longer.
 * Highest threshold first, of those the one raised first, which has the lowest number whatever a clock did.
 */
export async function nextCase(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const { after } = parse(nextRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'cases')
  const found = await mostUrgent(hub, ownersFor(hub, officer), after)
  return toJsonBytes(found === undefined ? {} : { case: summaryOf(found) })
}

async function mostUrgent(
  hub: HubContext,
  owners: readonly string[],
  after: z.infer<typeof nextRequest>['after'],
): Promise<CaseFile | undefined> {
  const seen = after === undefined ? THRESHOLDS.length : THRESHOLDS.indexOf(after.threshold)
  for (const [rank, threshold] of [...THRESHOLDS.entries()].reverse()) {
    if (rank > seen) continue
    const lists = owners.map((owner) => waitingList(owner, threshold))
    const from = rank === seen ? (after?.number ?? 0) : 0
    for await (const next of numbersOn(hub, lists, from, 1)) {
      const file = await hub.shelf.one('case', numberKey(next))
      if (file !== undefined && owners.includes(file.owner ?? '') && file.status !== 'closed') return file
    }
  }
  return undefined
}

/** Whose waiting cases an officer is shown: nobody's, their own, and those of officers who are not in good standing. */
function ownersFor(hub: HubContext, { id }: Officer): readonly string[] {
  const away = [...roster(hub).parties.values()].flatMap((party) =>
    party.party === 'officer' && party.id !== id && !worksCases(party, hub.clock()) ? [party.id] : [],
  )
  return ['', id, ...away]
}
