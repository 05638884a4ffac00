import type { CaseFile, LevelEvent } from '../../case/case.js'
import type { CaseEvent } from '../../case/event.js'
import { transition } from '../../case/transition.js'
import type { ChildId } from '../../child/identifiers.js'
import { assess, type Verdict } from '../../policy/assess.js'
import type { AssessedCheck } from '../../policy/history.js'
import { levelRank, type Policy, THRESHOLDS } from '../../policy/policy.js'
import { caseDraft, putCase } from '../cases/put-case.js'
import type { HubContext } from '../context.js'
import type { Counter } from '../counters.js'
import type { Draft, Writes } from '../ledger.js'
import type { HistoryRow } from '../rows.js'
import { numberKey } from '../shelf.js'
import { instantOf, readableChecks } from './history.js'

/** A change of level that someone may want to hear of. */
export interface CaseNews {
  readonly number: number
  readonly level: string
  readonly event: 'raised' | 'level-changed'
}

/** What one step of the assessment writes, put together child by child. */
export class Step {
  private readonly files = new Map<number, CaseFile>()
  readonly drafts: Draft[] = []
  readonly puts: NonNullable<Writes['puts']>[number][] = []
  readonly news: CaseNews[] = []
  /** By how much the number of checks that the policy cannot read has changed. */
  unassessed = 0

  /** The case as this step leaves it. */
  async caseFile({ shelf }: HubContext, number: number | undefined): Promise<CaseFile | undefined> {
    if (number === undefined) return undefined
    const file = this.files.get(number) ?? (await shelf.one('case', numberKey(number)))
    if (file !== undefined) this.files.set(number, file)
    return file
  }

  /** Something happens to a case, and to another that is closed into it. */
  async happens(hub: HubContext, event: CaseEvent, at: number): Promise<void> {
    this.drafts.push(caseDraft(event))
    const numbers = event.event === 'joined' && event.closed !== undefined ? [event.case, event.closed] : [event.case]
    for (const number of numbers) {
      const before = event.event === 'raised' ? undefined : await this.caseFile(hub, number)
      const file = transition(before, event, at)
      this.files.set(number, file)
      this.puts.push(...(await putCase(hub, file, before)))
    }
  }
}

/** The verdict on a history as of an instant, by the policy that decides then. */
export function verdictOn(hub: HubContext, history: HistoryRow, asOf: number): Verdict {
  const { policy } = hub.policy(asOf)
  return verdictOver(policy, readableChecks(policy, history), history, asOf)
}

function verdictOver(
  policy: Policy,
  checks: readonly AssessedCheck[],
  { closedAt }: HistoryRow,
  asOf: number,
): Verdict {
  return assess(policy, checks, asOf, closedAt === undefined ? {} : { closedAt })
}

/** Raises a case when a level is newly reached, and raises its level when a higher one is. A case never falls by itself. */
export async function assessChild(
  hub: HubContext,
  history: HistoryRow,
  childOf: () => Promise<ChildId | undefined>,
  cases: Counter,
  at: number,
  step: Step,
): Promise<HistoryRow> {
  const asOf = instantOf(history, at)
  const { policy, hash } = hub.policy(asOf)
  const checks = readableChecks(policy, history)
  const left = history.checks.length - checks.length
  step.unassessed += left - (history.unassessed ?? 0)
  const seen = left === (history.unassessed ?? 0) ? history : { ...history, unassessed: left === 0 ? undefined : left }
  const verdict = verdictOver(policy, checks, history, asOf)
  if (verdict.level === 'none') return seen
  const known = history.level === 'none' ? undefined : history.case
  const before = await step.caseFile(hub, known)
  if (before !== undefined && !isAbove(policy, verdict, before)) return seen
  const childId = before?.childId ?? (await childOf())
  if (childId === undefined) return seen
  const number = known ?? cases.next()
  const event: LevelEvent = {
    event: known === undefined ? 'raised' : 'level-changed',
    case: number,
    childId,
    level: verdict.level,
    threshold: verdict.threshold,
    policyHash: hash,
    asOf,
    support: verdict.support,
    ...(known === undefined && history.case !== undefined ? { reReferral: true } : {}),
    ...(history.closedAt === undefined ? {} : { closedAt: history.closedAt, ...broughtByLinks(history, verdict) }),
  }
  await step.happens(hub, event, at)
  step.news.push({ number, level: verdict.level, event: event.event })
  const earlierCases =
    history.case === undefined || history.case === number
      ? history.earlierCases
      : [...(history.earlierCases ?? []), history.case]
  return { ...seen, case: number, earlierCases, level: verdict.level }
}

/** Of the checks that carry a verdict those that a link brought, and since when they count: without it nobody could reach the verdict again. */
function broughtByLinks(history: HistoryRow, { support }: Verdict): Pick<LevelEvent, 'countsFrom'> {
  const needed = new Set(support)
  const countsFrom = history.checks.flatMap(({ id, position, countsFrom: from = 0 }) =>
    needed.has(id) && from > position ? [{ checkId: id, position: from }] : [],
  )
  return countsFrom.length === 0 ? {} : { countsFrom }
}

type Leveled = Pick<Verdict, 'level' | 'threshold'>

/**
 * Whether a verdict is above the level that a case has, which an earlier policy may have given: a higher threshold is,
 * and so is a higher level of the same policy's order. A level that this policy does not know compares by threshold.
 */
export function isAbove(policy: Policy, verdict: Leveled, { level, threshold }: Leveled): boolean {
  const higher = THRESHOLDS.indexOf(verdict.threshold) - THRESHOLDS.indexOf(threshold)
  if (higher !== 0) return higher > 0
  const rank = levelRank(policy, level)
  return rank >= 0 && levelRank(policy, verdict.level) > rank
}
