import { z } from 'zod'
import { CASE_STATUSES, type CaseFile, type CaseStatus, CLOSING_REASONS } from '../case/case.js'
import { type Determination, determinationIsSignedBy, determinedLevel } from '../case/determination.js'
import { parseDetermination } from '../case/messages.js'
import { endedNeeds } from '../case/need.js'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Verdict } from '../policy/assess.js'
import { levelNamed, levelRank, type Threshold } from '../policy/policy.js'
import { encodeSigned, type Message } from '../port.js'
import { done } from './agenda.js'
import { type HubContext, roster } from './context.js'
import { historyKey, instantOf, lastAssessed, loadWatermark, NO_HISTORY } from './history.js'
import { CASE_ROLES, personOf, requireOfficer } from './officers.js'
import { referralsDone } from './referrals.js'
import type { HistoryRow } from './rows.js'
import { numberKey, pages } from './shelf.js'

/** What a list of cases shows. No identifier of a child is among it. */
export interface CaseSummary {
  readonly number: number
  readonly status: CaseStatus
  readonly level: string
  readonly threshold: Threshold
  readonly raisedAt: number
  readonly updatedAt: number
  readonly reReferral: boolean
  /** The case that goes on in place of this one, since officers linked the two children's ids. */
  readonly joinedTo?: number | undefined
  /** When a link was undone, and checks of another child left this case. */
  readonly splitAt?: number | undefined
}

const PAGE = 100

/** Cases in order of their number, read a page at a time. */
export async function* listCases(
  hub: HubContext,
  filter: { readonly status?: CaseStatus | undefined; readonly after?: number | undefined } = {},
): AsyncGenerator<CaseSummary> {
  const after = filter.after === undefined ? undefined : numberKey(filter.after)
  for await (const rows of pages(hub.shelf, 'case', PAGE, after))
    for (const { value } of rows)
      if (filter.status === undefined || value.status === filter.status) yield summaryOf(value)
}

function summaryOf(file: CaseFile): CaseSummary {
  const { number, status, level, threshold, raisedAt, updatedAt, reReferral, joinedTo, splitAt } = file
  return {
    number,
    status,
    level,
    threshold,
    raisedAt,
    updatedAt,
    reReferral,
    ...(joinedTo === undefined ? {} : { joinedTo }),
    ...(splitAt === undefined ? {} : { splitAt }),
  }
}

export async function requireCase(hub: HubContext, number: number): Promise<CaseFile> {
  const file = await hub.shelf.one('case', numberKey(number))
  if (file === undefined)
    throw new IndexError('ERR_CASE_UNKNOWN', 'there is no case with this number', { field: 'case' })
  return file
}

export async function historyOf(hub: HubContext, file: CaseFile): Promise<HistoryRow> {
  return (await hub.shelf.one('history', historyKey(hub, file.childId))) ?? NO_HISTORY
}

/** The level that lets an officer open: what the checks reach now, or what other officers determined. */
export function openableLevel(
  hub: HubContext,
  file: CaseFile,
  history: HistoryRow,
  verdict: Verdict,
  recipient: string,
): string {
  const { policy, hash } = hub.policy(verdict.asOf)
  const determined = determinedLevel(policy, hash, file.determinations, {
    hub: hub.id,
    case: file.number,
    roster: roster(hub),
    at: verdict.asOf,
    recipient,
    reached: verdict.level,
    checkIds: new Set(history.checks.filter(({ withdrawn }) => withdrawn !== true).map(({ id }) => id)),
  })
  return determined !== undefined && levelRank(policy, determined) > levelRank(policy, verdict.level)
    ? determined
    : verdict.level
}

const number = z.number().int().min(1)
const listRequest = z.strictObject({ status: z.enum(CASE_STATUSES).optional(), after: number.optional() })
const determineRequest = z.strictObject({ determination: z.unknown() })
const closeRequest = z.strictObject({ case: number, reason: z.enum(CLOSING_REASONS) })

/** A page of cases for an officer. */
export async function casesForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  requireOfficer(hub, message, ...CASE_ROLES)
  const { status, after } = parse(listRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'cases')
  const cases: CaseSummary[] = []
  for await (const each of listCases(hub, { status, after })) {
    cases.push(each)
    if (cases.length === PAGE) break
  }
  return toJsonBytes({ cases })
}

/** Keeps an officer's signed determination. Whether there are enough of them is asked at an opening, by everyone anew. */
export async function determine(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const body = parse(determineRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'determination')
  const determination: Determination = parseDetermination(body.determination)
  if (determination.officer !== officer.id || !determinationIsSignedBy(hub.id, determination, officer.keys.signing))
    throw new IndexError('ERR_SIGNATURE_INVALID', 'a determination is signed by the officer who sends it')
  await hub.ledger.write(async (_, at) => {
    const file = await requireCase(hub, determination.case)
    if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
    requireOnTheseFacts(hub, determination, await historyOf(hub, file), at)
    const others = file.determinations.filter((each) => each.officer !== officer.id)
    return {
      drafts: [{ type: 'determination', body: toJsonBytes(determination) }],
      puts: [
        hub.shelf.put('case', numberKey(file.number), {
          ...file,
          determinations: [...others, determination],
          updatedAt: at,
        }),
      ],
    }
  })
  return toJsonBytes({ case: determination.case })
}

/** What an officer judged must be what the policy lets be judged, now, on checks of this case that still stand. */
function requireOnTheseFacts(hub: HubContext, determination: Determination, history: HistoryRow, now: number): void {
  const asOf = instantOf(history, now)
  const { policy, hash } = hub.policy(asOf)
  const { from, to, at, checkIds } = determination
  const live = new Set(history.checks.filter(({ withdrawn }) => withdrawn !== true).map(({ id }) => id))
  const allowed =
    policy.determination?.from === from && policy.determination.to === to && determination.policyHash === hash
  const isOnLiveChecks = checkIds.length > 0 && checkIds.every((id) => live.has(id))
  if (allowed && isOnLiveChecks && Math.abs(at - asOf) <= CLOCK_MS) return
  throw new IndexError(
    'ERR_REQUEST_INVALID',
    'the determination is not on the case as it stands: review it and determine again',
  )
}

const CLOCK_MS = 10 * 60_000

/**
 * Closes a case. One that reached a threshold and was never opened takes a second officer: the first word waits for it.
 * Checks recorded afterwards can raise a case anew.
 */
export async function closeCase(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const { case: wanted, reason } = parse(closeRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'close')
  let status: CaseStatus = 'new'
  await hub.ledger.write(async (_, at) => {
    const file = await requireCase(hub, wanted)
    if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed already')
    // A check that was recorded a moment ago and that no officer can have seen is not closed away.
    const watermark = await loadWatermark(hub)
    const position = lastAssessed(watermark)
    const before = file.closing?.reason === reason ? file.closing.officers : []
    const officers = [...new Set([...before, officer.id])]
    const persons = new Set(officers.map((id) => personOf(hub, id)))
    const needsTwo = file.threshold !== 'none' && file.openings.length === 0
    const closes = !needsTwo || persons.size >= 2
    status = closes ? 'closed' : file.status
    const history = await historyOf(hub, file)
    const closing = { reason, officers, at, position }
    const puts = [
      hub.shelf.put('case', numberKey(wanted), {
        ...file,
        ...(closes ? { needs: endedNeeds(file.needs, at) } : {}),
        status,
        closing,
        updatedAt: at,
      }),
    ]
    if (closes)
      puts.push(
        ...(await done(hub, 'review', wanted)),
        ...(await referralsDone(hub, file.referrals)),
        hub.shelf.put('history', historyKey(hub, file.childId), { ...history, closedAt: position, level: 'none' }),
      )
    const event = {
      event: closes ? 'closed' : 'closing-proposed',
      case: wanted,
      childId: file.childId,
      reason,
      officers,
      asked: encodeSigned(message),
    }
    // Another process that assesses meanwhile writes the same history.
    return { drafts: [{ type: 'case', body: toJsonBytes(event) }], expects: [watermark.raw], puts }
  })
  return toJsonBytes({ case: wanted, status })
}

/** The threshold that a level stands for, by the policy of this instant. */
export function thresholdOf(hub: HubContext, level: string, at: number): Threshold {
  return levelNamed(hub.policy(at).policy, level)?.threshold ?? 'none'
}
