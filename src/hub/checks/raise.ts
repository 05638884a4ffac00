import type { CaseFile, LevelEvent } from '../../case/case.js'
import type { CaseEvent } from '../../case/event.js'
import { transition } from '../../case/transition.js'
import type { ChildId } from '../../child/identifiers.js'
import { assess, type Verdict } from '../../policy/assess.js'
import { levelRank, type Policy, THRESHOLDS } from '../../policy/policy.js'
import { caseDraft, putCase } from '../cases/put-case.js'
import type { HubContext } from '../context.js'
import type { Counter } from '../counters.js'
import type { Draft, Writes } from '../ledger.js'
import type { HistoryRow } from '../rows.js'
import { numberKey } from '../shelf.js'
import { type History, readableChecks } from './history.js'
import type { Weight } from './weigh.js'

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
export function verdictOn(hub: HubContext, history: History, asOf: number): Verdict {
  const { policy } = hub.policy(asOf)
  const { closedAt } = history
  return assess(policy, readableChecks(policy, history), asOf, closedAt === undefined ? {} : { closedAt })
}

/** A child about to be assessed. */
export interface Subject {
  readonly row: HistoryRow
  readonly weight: Weight
  /** Its history, where there may be something to raise. */
  readonly history: () => Promise<History>
  /** Undefined for a child on whom no case is raised. */
  readonly childOf: () => Promise<ChildId | undefined>
}

/**
 * Raises a case when a level is newly reached, and raises its level when a higher one is. A case never falls by itself.
 * What the checks weigh says whether there is anything to raise; only then is the history read.
 * @returns the row as it is to stand: the same object where nothing has changed
 */
export async function assessChild(
  hub: HubContext,
  { row, weight, history: read, childOf }: Subject,
  cases: Counter,
  at: number,
  step: Step,
): Promise<HistoryRow> {
  const { asOf, unread } = weight
  const { policy, hash } = weight.inForce
  step.unassessed += unread - (row.unassessed ?? 0)
  const seen = unread === (row.unassessed ?? 0) ? row : { ...row, unassessed: unread === 0 ? undefined : unread }
  const reached = policy.levels[weight.rank - 1]
  if (reached === undefined) return seen
  const known = row.level === 'none' ? undefined : row.case
  const before = await step.caseFile(hub, known)
  if (before !== undefined && !isAbove(policy, { ...reached, level: reached.name }, before)) return seen
  const childId = before?.childId ?? (await childOf())
  if (childId === undefined) return seen
  const history = await read()
  const verdict = verdictOn(hub, history, asOf)
  if (verdict.level === 'none' || (before !== undefined && !isAbove(policy, verdict, before))) return seen
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
    ...(known === undefined && row.case !== undefined ? { reReferral: true } : {}),
    ...(row.closedAt === undefined ? {} : { closedAt: row.closedAt, ...broughtByLinks(history, verdict) }),
  }
  await step.happens(hub, event, at)
  step.news.push({ number, level: verdict.level, event: event.event })
  const earlierCases =
    row.case === undefined || row.case === number ? row.earlierCases : [...(row.earlierCases ?? []), row.case]
  return { ...seen, case: number, earlierCases, level: verdict.level }
}

/** Of the checks that carry a verdict those that a link brought, and since when they count: without it nobody could reach the verdict again. */
function broughtByLinks(history: History, { support }: Verdict): Pick<LevelEvent, 'countsFrom'> {
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
