import { type Atom, atomsOf, DAY_MS, measureOf, type Policy } from '../../policy/policy.js'

/** An age at which something about a policy changes: a check exactly `days` old is on the far side of a window or horizon. */
export interface Edge {
  readonly kind: 'window' | 'decay' | 'horizon'
  readonly days: number
}

/** Every atom of a policy, lowest level first. */
export function policyAtomsOf(policy: Policy): readonly Atom[] {
  return policy.levels.flatMap((level) => atomsOf(level.reachedWhen))
}

/** The edges of a policy, each once. A decay step of n days ends where a check becomes n + 1 days old. */
export function edgesOf(policy: Policy): readonly Edge[] {
  const windows = new Set(policyAtomsOf(policy).map((atom) => measureOf(atom).withinDays))
  const steps = policy.decay ?? []
  return [
    ...[...windows].map((days) => ({ kind: 'window' as const, days })),
    ...steps.map(({ upToDays }) => ({ kind: 'decay' as const, days: upToDays + 1 })),
    { kind: 'horizon', days: policy.horizonDays },
  ]
}

/** Ages in days that histories are dated by: the edges, the last day of each decay step, and today. Ascending. */
export function edgeDaysOf(policy: Policy): readonly number[] {
  const lastDays = (policy.decay ?? []).map(({ upToDays }) => upToDays)
  return [...new Set([0, ...edgesOf(policy).map(({ days }) => days), ...lastDays])].sort((a, b) => a - b)
}

export function shortestWindowDays(policy: Policy): number {
  return Math.min(...policyAtomsOf(policy).map((atom) => measureOf(atom).withinDays))
}

/** A check this old, in milliseconds, or older can be seen at no instant of the horizon. */
export function reachMsOf(policy: Policy): number {
  return (policy.horizonDays + Math.max(...policyAtomsOf(policy).map((atom) => measureOf(atom).withinDays))) * DAY_MS
}
