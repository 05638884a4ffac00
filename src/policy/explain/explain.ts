import { type CompiledRule, type Program, programOf } from '../compiled/program.js'
import type { AssessedCheck } from '../history.js'
import { isAtom, measureOf, membersOf, type Policy, type Rule } from '../policy.js'
import type { LevelFinding } from '../reference/findings.js'
import type { Explanation, LevelExplanation, RuleExplanation } from './explanation.js'
import { Moment } from './moment.js'
import { arranged, Rows } from './rows.js'

/**
 * Every level explained at one instant each.
 *
 * @param checks Those that were assessed.
 * @param findings One for each level of the policy, lowest first.
 * @throws {RangeError} for findings on more or fewer levels.
 */
export function explain(
  policy: Policy,
  checks: readonly AssessedCheck[],
  findings: readonly LevelFinding[],
  asOf: number,
): Explanation {
  const program = programOf(policy)
  if (findings.length !== policy.levels.length) throw new RangeError('an explanation needs one finding for each level')
  const rows = new Rows(program, arranged(checks))
  const moments = new Map<number, Moment>()
  return policy.levels.map((level, index) => {
    const { outcome, at } = outcomeOf(findings[index], asOf)
    const moment = moments.get(at) ?? new Moment(rows, at, asOf)
    moments.set(at, moment)
    const rule = explainRule(level.reachedWhen, ruleOf(program, index), `levels[${index}].reachedWhen`, moment)
    return { level: level.name, threshold: level.threshold, outcome, at, rule }
  })
}

function outcomeOf(finding: LevelFinding | undefined, asOf: number): Pick<LevelExplanation, 'outcome' | 'at'> {
  if (finding?.reachedAt !== undefined) return { outcome: 'reached', at: finding.reachedAt }
  if (finding?.heldAt !== undefined) return { outcome: 'nothing-new', at: finding.heldAt }
  return { outcome: 'not-reached', at: asOf }
}

function ruleOf({ rules }: Program, level: number): CompiledRule {
  const rule = rules[level]
  if (rule === undefined) throw new RangeError('the policy has no such level')
  return rule
}

/** A rule of the policy and the same rule compiled, walked side by side. */
function explainRule(rule: Rule, compiled: CompiledRule, path: string, moment: Moment): RuleExplanation {
  if (isAtom(rule)) {
    const { value, counted, discarded, totals } = moment.account(compiled.kind === 'atom' ? compiled.measure : -1)
    const { atLeast } = measureOf(rule)
    const shortfall = Math.max(0, atLeast - value)
    const holds = value >= atLeast
    return totals === undefined
      ? { kind: 'atom', path, holds, atom: rule, value, shortfall, counted, discarded }
      : { kind: 'atom', path, holds, atom: rule, value, shortfall, counted, discarded, totals }
  }
  const { rules, needed, field } = membersOf(rule)
  const members = rules.map((member, index) =>
    explainRule(member, memberOf(compiled, index), `${path}.${field}[${index}]`, moment),
  )
  let holding = 0
  for (const { holds } of members) if (holds) holding += 1
  return { kind: 'connective', path, holds: holding >= needed, needed, members }
}

function memberOf(compiled: CompiledRule, index: number): CompiledRule {
  const member = compiled.kind === 'connective' ? compiled.members[index] : undefined
  if (member === undefined) throw new RangeError('the rule has no such member')
  return member
}
