import { z } from 'zod'
import { DUPLICATE_STATUSES, type DuplicateReason, type DuplicateStatus } from '../../case/duplicate.js'
import type { LinkKind } from '../../case/link.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message } from '../../port.js'
import { hasRole, type Officer } from '../../roster/roster.js'
import { requireCase } from '../cases/cases.js'
import { outlineOf } from '../checks/history.js'
import { loadStanding, standing } from '../children/standing.js'
import type { HubContext } from '../context.js'
import { SHIELDING_NUMBERS } from '../counters.js'
import { nameOf } from '../custodians/custodians.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import type { ChildRow, DuplicateRow } from '../rows.js'
import { numberKey, pages } from '../shelf.js'
import { pairKey, queueDuplicate } from './duplicates.js'
import { rootOf } from './linked.js'

export interface DuplicateFilter {
  readonly status?: DuplicateStatus | undefined
  readonly after?: number | undefined
}

/** Two ids of the queue, as officers see them: by number, and how much stands on either side. No child id. */
export interface PublicDuplicate {
  readonly number: number
  readonly reason: DuplicateReason
  readonly status: DuplicateStatus
  readonly at: number
  readonly first: DuplicateSide
  readonly second: DuplicateSide
  /** The first officer's word, while it waits for a second. */
  readonly waiting?: { readonly kind: LinkKind; readonly officer: string; readonly at: number } | undefined
}

export interface DuplicateSide {
  /** Checks that its agencies signed for this id, or for one linked to it, and have not taken back. */
  readonly checks: number
  readonly isRegistered: boolean
  /** Whether a case is open. */
  readonly hasCase: boolean
}

const PAGE = 100

/** The queue in order of number. A pair with a shielded child in it is a shielding officer's: nobody else sees that there is one. */
export async function* listDuplicates(
  hub: HubContext,
  { status, after: first, isShielding }: DuplicateFilter & { readonly isShielding: boolean },
): AsyncGenerator<PublicDuplicate> {
  const after = first === undefined ? undefined : numberKey(first)
  for await (const page of pages(hub.shelf, 'duplicate', PAGE, after)) {
    const rows = page.flatMap(({ value }) => ('number' in value ? [value] : []))
    for (const row of rows) {
      if (status !== undefined && row.status !== status) continue
      if (isShielding || !(await isShielded(hub, row))) yield await seen(hub, row)
    }
    // Behind the numbers stand the pairs.
    if (rows.length < page.length) return
  }
}

/**
 * The row of a number, for an officer who may see it.
 * @throws {IndexError} `ERR_DUPLICATE_UNKNOWN`
 */
export async function requireDuplicate(
  hub: HubContext,
  number: number,
  officer: Pick<Officer, 'roles'>,
): Promise<DuplicateRow> {
  const row = await hub.shelf.one('duplicate', numberKey(number))
  if (row === undefined || !('number' in row) || (!hasRole(officer, 'shielding') && (await isShielded(hub, row))))
    throw new IndexError('ERR_DUPLICATE_UNKNOWN', 'there is no suspected duplicate with this number', {
      field: 'duplicate',
    })
  return row
}

async function isShielded(hub: HubContext, { number: own, first, second }: DuplicateRow): Promise<boolean> {
  // The number itself says that one was shielded when it was given.
  if (own > SHIELDING_NUMBERS) return true
  const children = await loadStanding(hub, [first, second])
  return [first, second].some((id) => children.get(id)?.shielded === true || standing(children, id)?.shielded === true)
}

async function seen(hub: HubContext, row: DuplicateRow): Promise<PublicDuplicate> {
  const { number, reason, status, at, waiting } = row
  const children = await loadStanding(hub, [row.first, row.second])
  const [first, second] = await Promise.all([row.first, row.second].map((id) => sideOf(hub, children.get(id))))
  const none = { checks: 0, isRegistered: false, hasCase: false }
  const word = waiting && { kind: waiting.kind, officer: waiting.officer, at: waiting.at }
  return {
    number,
    reason,
    status,
    at,
    first: first ?? none,
    second: second ?? none,
    ...(word === undefined ? {} : { waiting: word }),
  }
}

async function sideOf(hub: HubContext, child: ChildRow | undefined): Promise<DuplicateSide> {
  if (child === undefined) return { checks: 0, isRegistered: false, hasCase: false }
  const root = await rootOf(hub, child.childId)
  const isLinked = nameOf(root) !== nameOf(child.childId)
  const history = await outlineOf(hub, root)
  const live = history.checks.filter(
    ({ withdrawn, of }) =>
      withdrawn !== true && (!isLinked || (of !== undefined && nameOf(of) === nameOf(child.childId))),
  )
  return {
    checks: live.length,
    isRegistered: child.status === 'registered',
    hasCase: !isLinked && history.level !== 'none',
  }
}

const number = z.number().int().min(1)
const duplicatesRequest = z.strictObject({ status: z.enum(DUPLICATE_STATUSES).optional(), after: number.optional() })
const suspectRequest = z.strictObject({ cases: z.tuple([number, number]) })

/** A page of the queue for an officer. */
export async function duplicatesForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES, 'shielding')
  const filter = parse(duplicatesRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'duplicates')
  const duplicates: PublicDuplicate[] = []
  for await (const each of listDuplicates(hub, { ...filter, isShielding: hasRole(officer, 'shielding') })) {
    duplicates.push(each)
    if (duplicates.length === PAGE) break
  }
  return toJsonBytes({ duplicates })
}

/**
 * Queues the children of two cases that an officer takes for one; gives the number of the pair, also where it was queued
 * before. An officer who may not see it is told of none.
 */
export async function suspectDuplicate(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES, 'shielding')
  const { cases } = parse(suspectRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'duplicates')
  const [one, other] = await Promise.all(cases.map((each) => requireCase(hub, each)))
  if (one === undefined || other === undefined || nameOf(one.childId) === nameOf(other.childId))
    throw new IndexError('ERR_REQUEST_INVALID', 'the two cases are of one child', { field: 'cases' })
  const pair = { first: one.childId, second: other.childId }
  await hub.ledger.write(async (_, at) => {
    const { drafts, puts } = await queueDuplicate(hub, { ...pair, reason: 'cases', at })
    return drafts.length === 0 ? undefined : { drafts, puts }
  })
  const queued = await hub.shelf.one('duplicate', pairKey(hub, pair))
  if (queued === undefined || 'number' in queued)
    throw new IndexError('ERR_DUPLICATE_STATUS', 'the two are linked already')
  await requireDuplicate(hub, queued.queuedAs, officer)
  return toJsonBytes({ duplicate: queued.queuedAs })
}
