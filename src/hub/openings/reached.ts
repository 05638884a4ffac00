import type { CaseFile } from '../../case/case.js'
import { determinedLevel } from '../../case/determined-level.js'
import type { Verdict } from '../../policy/assess.js'
import { type Level, levelNamed, levelRank, type Policy, type Threshold } from '../../policy/policy.js'
import { type History, historyOf, instantOf } from '../checks/history.js'
import { verdictOn } from '../checks/raise.js'
import { type HubContext, roster } from '../context.js'

/** What a case has reached for one officer, now. */
export interface ReachedFor {
  readonly history: History
  readonly verdict: Verdict
  /** Of the instant of the verdict. */
  readonly policy: Policy
  readonly policyHash: string
  /** What the checks reach now, or what other officers determined; undefined: none. */
  readonly level: Level | undefined
  readonly threshold: Threshold
}

export async function reachedFor(hub: HubContext, file: CaseFile, recipient: string): Promise<ReachedFor> {
  const history = await historyOf(hub, file.childId)
  const verdict = verdictOn(hub, history, instantOf(history, hub.clock()))
  const { policy, hash: policyHash } = hub.policy(verdict.asOf)
  const determined = determinedLevel(policy, policyHash, file.determinations, {
    hub: hub.id,
    case: file.number,
    roster: roster(hub),
    at: verdict.asOf,
    recipient,
    reached: verdict.level,
    checkIds: new Set(history.checks.filter(({ withdrawn }) => withdrawn !== true).map(({ id }) => id)),
    withdrawals: file.determinations.flatMap(({ withdrawn }) => withdrawn ?? []),
  })
  const isHigher = determined !== undefined && levelRank(policy, determined) > levelRank(policy, verdict.level)
  const level = levelNamed(policy, isHigher ? determined : verdict.level)
  return { history, verdict, policy, policyHash, level, threshold: level?.threshold ?? 'none' }
}
