import type { History } from '../history.js'
import { DAY_MS, type Level } from '../policy.js'
import { evaluate, type Outcome, positionOf } from './evaluate.js'

/** The highest level reached as of an instant, and the first instant at which it was. */
export function reachedBy(
  history: History,
  asOf: number,
  closedAt: number | undefined,
): { readonly level: Level; readonly at: number } | undefined {
  const instants = instantsOf(history, asOf)
  for (const level of history.policy.levels.toReversed()) {
    const at = instants.find((t) => reachedAt(level, history, t, closedAt))
    if (at !== undefined) return { level, at }
  }
  return undefined
}

/** The instants at which a level can be newly reached, ascending. */
export function instantsOf({ policy, checks }: History, asOf: number): readonly number[] {
  const instants = new Set([...checks.map((check) => check.occurredAt), asOf])
  return [...instants].filter((t) => asOf - policy.horizonDays * DAY_MS < t && t <= asOf).sort((a, b) => a - b)
}

/** Whether a level holds at `t` and, where a case was closed, a check recorded since then contributes to it. */
export function reachedAt(level: Level, history: History, t: number, closedAt: number | undefined): boolean {
  const outcome = evaluate(level.reachedWhen, history, t)
  return outcome.holds && (closedAt === undefined || countsCheckAfter(outcome, closedAt))
}

/** An atom contributes if it and every rule that encloses it hold. */
function countsCheckAfter(outcome: Outcome, position: number): boolean {
  if (!outcome.holds) return false
  if ('members' in outcome) return outcome.members.some((member) => countsCheckAfter(member, position))
  return outcome.counted.some(({ observation }) => positionOf(observation) > position)
}
