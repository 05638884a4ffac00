import { z } from 'zod'
import type { CaseFile } from '../case/case.js'
import { type Determination, determinationIsSignedBy, determinedLevel } from '../case/determination.js'
import { parseDetermination } from '../case/messages.js'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Verdict } from '../policy/assess.js'
import { levelNamed, levelRank, type Threshold } from '../policy/policy.js'
import type { Message } from '../port.js'
import { type HubContext, roster } from './context.js'
import { historyKey, instantOf, NO_HISTORY } from './history.js'
import { CASE_ROLES, requireOfficer } from './officers.js'
import { putCase } from './put-case.js'
import type { HistoryRow } from './rows.js'
import { numberKey } from './shelf.js'

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

const determineRequest = z.strictObject({ determination: z.unknown() })

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
    const next = { ...file, determinations: [...others, determination], updatedAt: Math.max(at, file.updatedAt) }
    return {
      drafts: [{ type: 'determination', body: toJsonBytes(determination) }],
      puts: await putCase(hub, next, file),
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

/** The threshold that a level stands for, by the policy of this instant. */
export function thresholdOf(hub: HubContext, level: string, at: number): Threshold {
  return levelNamed(hub.policy(at).policy, level)?.threshold ?? 'none'
}
