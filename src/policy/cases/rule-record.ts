import type { History } from '../history.js'
import { isAtom, membersOf, type Policy, type Rule } from '../policy.js'
import { evaluate, type Outcome } from '../reference/evaluate.js'
import { instantsOf, reachedAt } from '../reference/reached.js'

/** What one rule of a policy came to over all the instants that a verdict looks at. */
export interface RuleRecord {
  readonly holds: boolean
  /** It held with all rules that enclose it and, after a closing, counted a check recorded since. */
  readonly decides: boolean
  /** For an atom the highest value it came to; 0 for a connective. */
  readonly peak: number
}

/** A rule by its path, such as `levels[0].reachedWhen.any[2]`. */
export function rulesOf(policy: Policy): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>()
  const add = (rule: Rule, path: string): void => {
    rules.set(path, rule)
    if (isAtom(rule)) return
    const { rules: members, field } = membersOf(rule)
    for (const [index, member] of members.entries()) add(member, `${path}.${field}[${index}]`)
  }
  for (const [index, { reachedWhen }] of policy.levels.entries()) add(reachedWhen, levelPath(index))
  return rules
}

/** What every rule of the history's policy came to, by its path. */
export function ruleRecordsOf(
  history: History,
  asOf: number,
  closedAt: number | undefined,
): ReadonlyMap<string, RuleRecord> {
  const findings = new Map<string, RuleRecord>()
  const instants = instantsOf(history, asOf)
  for (const [index, level] of history.policy.levels.entries()) {
    const note = (outcome: Outcome, path: string, t: number, isEnclosed: boolean): void => {
      const { rule, holds } = outcome
      const counts = holds && isEnclosed
      const decides =
        counts && (closedAt === undefined || reachedAt({ ...level, reachedWhen: rule }, history, t, closedAt))
      const value = 'members' in outcome ? 0 : outcome.value
      const before = findings.get(path) ?? NOTHING
      findings.set(path, {
        holds: before.holds || holds,
        decides: before.decides || decides,
        peak: Math.max(before.peak, value),
      })
      if (!('members' in outcome)) return
      const { field } = membersOf(outcome.rule)
      for (const [place, member] of outcome.members.entries()) note(member, `${path}.${field}[${place}]`, t, counts)
    }
    for (const t of instants) note(evaluate(level.reachedWhen, history, t), levelPath(index), t, true)
  }
  return findings
}

const NOTHING: RuleRecord = { holds: false, decides: false, peak: 0 }

function levelPath(index: number): string {
  return `levels[${index}].reachedWhen`
}
