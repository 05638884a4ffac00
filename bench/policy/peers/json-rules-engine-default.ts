import { Engine, type TopLevelCondition } from 'json-rules-engine'
import type { AssessedCheck } from '../../../src/policy/history.js'
import { type Atom, isAtom, measureOf, membersOf, type Policy, type Rule } from '../../../src/policy/policy.js'
import { type HandWrittenFact, handWrittenFact } from '../by-hand.js'
import type { Case } from '../common.js'
import { type Decider, instantsOf } from '../decide.js'
import { rankOf } from './json-rules-engine.js'

/** The default policy: every atom a fact that is written by hand and handed over as a value, once where two rules share it. */
export function defaultPeer(policy: Policy): Decider<Case<AssessedCheck>> {
  const rankAt = rankAtInstant(policy)
  const rank = async ({ checks, asOf }: Case<AssessedCheck>): Promise<number> => {
    let best = 0
    for (const [t, count] of instantsOf(checks, asOf, policy.horizonDays)) {
      best = Math.max(best, await rankAt(checks.slice(0, count), t))
      if (best === policy.levels.length) break
    }
    return best
  }
  return { kind: 'async', name: 'json-rules-engine', inFlight: 1, rank }
}

/** The rank at one instant, of the checks that are not after it. Not to be asked again before it has answered. */
export function rankAtInstant(policy: Policy): (seen: readonly AssessedCheck[], t: number) => Promise<number> {
  const facts = new Map<string, HandWrittenFact>()
  const factFor = (atom: Atom): string => {
    const { atLeast: _, ...measure } = measureOf(atom)
    const name = JSON.stringify([Object.keys(atom), measure])
    facts.set(name, facts.get(name) ?? handWrittenFact(policy, atom))
    return name
  }
  const rules = policy.levels.map(({ reachedWhen }, index) => ({
    conditions: conditionFor(reachedWhen, factFor) as TopLevelCondition,
    event: { type: 'level', params: { rank: index + 1 } },
  }))
  const engine = new Engine(rules)
  return async (seen, t) => {
    const values: Record<string, number> = {}
    for (const [name, fact] of facts) values[name] = fact(seen, t)
    return rankOf(await engine.run(values))
  }
}

function conditionFor(rule: Rule, factFor: (atom: Atom) => string): object {
  if (isAtom(rule)) return { fact: factFor(rule), operator: 'greaterThanInclusive', value: measureOf(rule).atLeast }
  const { rules, field } = membersOf(rule)
  if (field === 'of') throw new RangeError('json-rules-engine has no "at least k of"')
  return { [field]: rules.map((member) => conditionFor(member, factFor)) }
}
