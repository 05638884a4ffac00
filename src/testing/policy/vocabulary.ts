import { historyOf } from '../../policy/history.js'
import { measureOf, type Policy } from '../../policy/policy.js'
import { reachedBy } from '../../policy/reference/reached.js'
import { policyAtomsOf } from './edges.js'

/** The codes of a policy in the order in which they matter, lightest first. */
export interface Vocabulary {
  readonly indicators: readonly Code[]
  readonly incidents: readonly Code[]
  /** Kinds of agency that the policy names, and one that it does not. */
  readonly kinds: readonly string[]
}

export interface Code {
  readonly code: string
  /** Rank of the level that a check with nothing else of weight reaches by this code. */
  readonly reach: number
  readonly points: number
}

const known = new WeakMap<Policy, Vocabulary>()

export function vocabularyOf(policy: Policy): Vocabulary {
  const found = known.get(policy) ?? madeFor(policy)
  known.set(policy, found)
  return found
}

function madeFor(policy: Policy): Vocabulary {
  const kinds = kindsOf(policy)
  const incidents = Object.entries(policy.incidents)
    .map(([code, { points }]) => ({ code, points, reach: reachOf(policy, code, [], kinds) }))
    .sort(lightestFirst)
  const lightest = incidents[0]?.code ?? ''
  const indicators = Object.entries(policy.indicators)
    .map(([code, { points }]) => ({ code, points, reach: reachOf(policy, lightest, [code], kinds) }))
    .sort(lightestFirst)
  return { indicators, incidents, kinds }
}

function lightestFirst(a: Code, b: Code): number {
  return a.reach - b.reach || a.points - b.points
}

function reachOf(policy: Policy, incident: string, indicators: readonly string[], kinds: readonly string[]): number {
  const ranks = kinds.map((agencyKind) => {
    const check = { id: 'alone', agency: 'A', agencyKind, incident, indicators, occurredAt: 0 }
    const reached = reachedBy(historyOf(policy, [check]), 0, undefined)
    return reached === undefined ? 0 : policy.levels.indexOf(reached.level) + 1
  })
  return Math.max(...ranks)
}

/** Only kinds in filters of rules can change a level; an incident's own kinds are the hub's business. */
function kindsOf(policy: Policy): readonly string[] {
  const named = new Set(policyAtomsOf(policy).flatMap((atom) => measureOf(atom).where?.agencyKinds ?? []))
  const allowed = new Set(Object.values(policy.incidents).flatMap(({ agencyKinds = [] }) => agencyKinds))
  const known = named.size > 0 ? [...named] : [...allowed].slice(0, 3)
  return [...known.sort(), named.has('another-kind') ? 'a-further-kind' : 'another-kind']
}
