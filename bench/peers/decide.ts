import type { AssessedCheck } from '../../src/policy/history.js'
import { type Atom, isAtom, measureOf, membersOf, type Policy, type Rule } from '../../src/policy/policy.js'
import { handWrittenFact } from '../policy/by-hand.js'
import { instantsOf } from '../policy/decide.js'
import { rankAtInstant } from '../policy/peers/json-rules-engine-default.js'

/** The level of a child as a rank, 0 for none, from its checks in order of occurrence. */
export type Decide = (checks: readonly AssessedCheck[], since: number, asOf: number) => Promise<number>

export type DecidedBy = 'json-rules-engine' | 'hand'

/**
 * Decides at the instants from `since` on, when the first of the new checks occurred: those before it were decided when
 * their own checks came. So a check that comes in order costs one decision.
 */
export function deciderFor(policy: Policy, by: DecidedBy): Decide {
  const rankAt = by === 'hand' ? rankByHand(policy) : rankAtInstant(policy)
  return async (checks, since, asOf) => {
    let best = 0
    for (const [t, count] of instantsOf(checks, asOf, policy.horizonDays)) {
      if (t >= since) best = Math.max(best, await rankAt(checks.slice(0, count), t))
      if (best === policy.levels.length) break
    }
    return best
  }
}

/** The rules as plain comparisons, the highest level first: no engine, and an atom is folded only when it is asked for. */
function rankByHand(policy: Policy): (seen: readonly AssessedCheck[], t: number) => number {
  type Holds = (seen: readonly AssessedCheck[], t: number) => boolean
  const holdsAtom = (atom: Atom): Holds => {
    const { atLeast } = measureOf(atom)
    const fact = handWrittenFact(policy, atom)
    return (seen, t) => fact(seen, t) >= atLeast
  }
  const holds = (rule: Rule): Holds => {
    if (isAtom(rule)) return holdsAtom(rule)
    const { rules, field } = membersOf(rule)
    const members = rules.map(holds)
    if (field === 'all') return (seen, t) => members.every((member) => member(seen, t))
    if (field === 'any') return (seen, t) => members.some((member) => member(seen, t))
    throw new RangeError('the default policy has no "at least k of"')
  }
  const levels = policy.levels.map(({ reachedWhen }) => holds(reachedWhen))
  return (seen, t) => levels.findLastIndex((level) => level(seen, t)) + 1
}
