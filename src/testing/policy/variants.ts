import { parsePolicy } from '../../policy/parse.js'
import { type Atom, isAtom, type Level, type Measure, type Policy, type Rule } from '../../policy/policy.js'

/** The policy with other levels; a determination would name those that are gone. */
export function withLevels(policy: Policy, levels: readonly Level[]): Policy {
  const { determination: _, ...rest } = policy
  return parsePolicy({ ...rest, levels })
}

/** The policy with one level, which opens nothing and is reached when a rule holds. */
export function withRule(policy: Policy, reachedWhen: Rule): Policy {
  return withLevels(policy, [{ name: 'reached', threshold: 'none', opens: [], reachedWhen }])
}

/** The policy with the atom at a place, counted from 0 and around, asking for more. */
export function withHigherAtom(policy: Policy, place: number, by: number): Policy {
  let left = place
  const raised = (rule: Rule): Rule => {
    if (isAtom(rule)) {
      left -= 1
      return left === -1 ? asking(rule, by) : rule
    }
    if ('all' in rule) return { all: rule.all.map(raised) }
    if ('any' in rule) return { any: rule.any.map(raised) }
    return { atLeast: rule.atLeast, of: rule.of.map(raised) }
  }
  return withLevels(
    policy,
    policy.levels.map((level) => ({ ...level, reachedWhen: raised(level.reachedWhen) })),
  )
}

function asking(atom: Atom, by: number): Atom {
  const more = <Kind extends Measure>(measure: Kind): Kind => ({
    ...measure,
    atLeast: Math.min(measure.atLeast + by, 2 ** 31 - 1),
  })
  if ('count' in atom) return { count: more(atom.count) }
  if ('points' in atom) return { points: more(atom.points) }
  return { distinct: more(atom.distinct) }
}

/** The policy with one code worth more points; a code is looked for among the indicators first. */
export function withHeavierCode(policy: Policy, code: string, by: number): Policy {
  const field = Object.hasOwn(policy.indicators, code) ? 'indicators' : 'incidents'
  const meaning = policy[field][code]
  const points = Math.min((meaning?.points ?? 0) + by, 1_000_000)
  return parsePolicy({ ...policy, [field]: { ...policy[field], [code]: { ...meaning, points } } })
}
