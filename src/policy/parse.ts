import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import {
  incidentOf,
  indicatorOf,
  isAtom,
  type Level,
  levelRank,
  measureOf,
  membersOf,
  type Policy,
  type Rule,
  THRESHOLDS,
  type Where,
} from './policy.js'
import { mayNameKeysOf, policySchema } from './schema.js'
import { policyValue } from './text.js'

const RULE_DEPTH_MAX = 16
const RULES_MAX = 1_000

/**
 * The policy that JSON text, or an already parsed value, describes; frozen through and through.
 *
 * Text is at most 1 MiB; codes, names, dimensions, domains and kinds are 1 to 64 of `[A-Za-z0-9._-]`; days are at most
 * 100,000, points of a code 1,000,000 and codes 2,000 of each sort, so the points of one check stay below 2^31. A rule
 * is at most 16 deep. A filter may only name indicators and incidents that the policy has: a misspelt code would be a
 * threshold that is silently never reached. Dimensions, domains and kinds are not codes, and a filter may name one
 * that nothing has; such a filter matches nothing.
 *
 * @throws {IndexError} `ERR_POLICY_INVALID` for anything else; `field` is the path of what is wrong.
 */
export function parsePolicy(input: unknown): Policy {
  const value = policyValue(input)
  const policy: Policy = parse(policySchema, value, 'ERR_POLICY_INVALID', 'policy', mayNameKeysOf(value))
  requireLevelsAscend(policy)
  requireDecayFalls(policy)
  requireDetermination(policy)
  const rules = { left: RULES_MAX }
  for (const [index, level] of policy.levels.entries()) {
    requireRule(policy, level.reachedWhen, `levels[${index}].reachedWhen`, 1, rules)
  }
  return deepFreeze(policy)
}

/** Names are unique, thresholds and opened groups only grow, and nothing opens without a threshold. */
function requireLevelsAscend(policy: Policy): void {
  let below: Level | undefined
  const names = new Set(['none'])
  for (const [index, level] of policy.levels.entries()) {
    const path = `levels[${index}]`
    if (names.has(level.name)) throw refusal(`${path}.name`, 'is taken')
    if (level.threshold === 'none' && level.opens.length > 0) throw refusal(`${path}.opens`, 'needs a threshold')
    if (below !== undefined && THRESHOLDS.indexOf(level.threshold) < THRESHOLDS.indexOf(below.threshold)) {
      throw refusal(`${path}.threshold`, 'is lower than that of the level below')
    }
    if (below?.opens.some((group) => !level.opens.includes(group))) {
      throw refusal(`${path}.opens`, 'lacks a group that the level below opens')
    }
    names.add(level.name)
    below = level
  }
}

function requireDecayFalls(policy: Policy): void {
  for (const [index, step] of (policy.decay ?? []).entries()) {
    const before = policy.decay?.[index - 1]
    if (before === undefined) continue
    if (step.upToDays <= before.upToDays)
      throw refusal(`decay[${index}].upToDays`, 'must be later than the step before')
    if (step.permille > before.permille) throw refusal(`decay[${index}].permille`, 'must not exceed the step before')
  }
}

function requireDetermination(policy: Policy): void {
  if (policy.determination === undefined) return
  const from = levelRank(policy, policy.determination.from)
  const to = levelRank(policy, policy.determination.to)
  // From `none`, officers could open the details of a child of whom nothing is known.
  if (from < 1) throw refusal('determination.from', 'is not a level of this policy')
  if (to < 1) throw refusal('determination.to', 'is not a level of this policy')
  if (to <= from) throw refusal('determination.to', 'must be above the level it starts from')
}

// That no rule holds on no checks needs no test of its own: every atom asks for at least 1, every list has a member,
// every `atLeast` is at least 1, and there is no negation.
function requireRule(policy: Policy, rule: Rule, path: string, depth: number, rules: { left: number }): void {
  if (depth > RULE_DEPTH_MAX) throw refusal(path, `is nested deeper than ${RULE_DEPTH_MAX}`)
  rules.left -= 1
  if (rules.left < 0) throw refusal(path, `is one rule more than ${RULES_MAX}`)
  if (isAtom(rule)) {
    const where = measureOf(rule).where
    if (where !== undefined) requireKnownCodes(policy, where, `${path}.${Object.keys(rule)[0]}.where`)
    return
  }
  const members = membersOf(rule)
  if (members.needed > members.rules.length) throw refusal(`${path}.atLeast`, 'is more than there are rules')
  for (const [index, member] of members.rules.entries()) {
    requireRule(policy, member, `${path}.${members.field}[${index}]`, depth + 1, rules)
  }
}

function requireKnownCodes(policy: Policy, where: Where, path: string): void {
  const indicator = (where.indicators ?? []).findIndex((code) => indicatorOf(policy, code) === undefined)
  if (indicator >= 0) throw refusal(`${path}.indicators[${indicator}]`, 'is not an indicator of this policy')
  const incident = (where.incidents ?? []).findIndex((code) => incidentOf(policy, code) === undefined)
  if (incident >= 0) throw refusal(`${path}.incidents[${incident}]`, 'is not an incident of this policy')
}

function refusal(field: string, reason: string): IndexError {
  return new IndexError('ERR_POLICY_INVALID', `policy: ${field} ${reason}`, { field })
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
