import type { CheckInput } from '../../agency.js'
import type { Policy } from '../../policy/policy.js'
import type { SeededRandom } from '../../testing/random.js'

/** What a check says, whoever it is about. */
export type Said = Pick<CheckInput, 'incident' | 'indicators'>

/** The kind of agency from which a policy takes the most incidents. */
export function kindFor({ incidents }: Policy): string {
  const counts = new Map<string, number>()
  for (const { agencyKinds = [], retired } of Object.values(incidents))
    if (retired !== true) for (const kind of agencyKinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'health'
}

/**
 * Draws what checks of one kind of agency say under a policy: nearly all routine, as contacts are, with a mild indicator in
 * three of ten; one in thirty says anything that the policy knows, so that some children reach a level.
 */
export function sayings(policy: Policy, kind: string, random: SeededRandom): () => Said {
  const incidents = Object.entries(policy.incidents)
    .filter(([, { retired, agencyKinds }]) => retired !== true && (agencyKinds?.includes(kind) ?? true))
    .sort(([, a], [, b]) => a.points - b.points)
    .map(([code]) => code)
  const indicators = Object.entries(policy.indicators).filter(([, { retired }]) => retired !== true)
  const all = indicators.map(([code]) => code)
  const mild = indicators.filter(([, { severity }]) => severity <= 2).map(([code]) => code)
  const routine = incidents.slice(0, Math.ceil(incidents.length / 2))
  const one = (codes: readonly string[]): readonly string[] => (codes.length === 0 ? [] : [random.pick(codes)])
  return () => {
    if (random.next() < 1 / 30) return { incident: random.pick(incidents), indicators: one(all) }
    return { incident: random.pick(routine), indicators: random.next() < 0.3 ? one(mild) : [] }
  }
}
