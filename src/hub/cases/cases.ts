import type { CaseFile } from '../../case/case.js'
import { determinedLevel } from '../../case/determined-level.js'
import { IndexError } from '../../errors.js'
import type { Verdict } from '../../policy/assess.js'
import { levelNamed, levelRank, type Threshold } from '../../policy/policy.js'
import { historyKey, NO_HISTORY } from '../checks/history.js'
import { type HubContext, roster } from '../context.js'
import type { HistoryRow } from '../rows.js'
import { numberKey } from '../shelf.js'

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
    withdrawals: file.determinations.flatMap(({ withdrawn }) => withdrawn ?? []),
  })
  return determined !== undefined && levelRank(policy, determined) > levelRank(policy, verdict.level)
    ? determined
    : verdict.level
}

/** The threshold that a level stands for, by the policy of this instant. */
export function thresholdOf(hub: HubContext, level: string, at: number): Threshold {
  return levelNamed(hub.policy(at).policy, level)?.threshold ?? 'none'
}
