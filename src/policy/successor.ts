import { IndexError } from '../errors.js'
import { type Incident, type Indicator, incidentOf, indicatorOf, type Policy } from './policy.js'

/** What an indicator means, for good. What a policy makes of it (severity, points, flags, `retired`) may change. */
const MEANING = ['label', 'domain', 'dimension', 'outcome'] as const satisfies readonly (keyof Indicator)[]

/**
 * Passes when a policy may follow another: every code of the one before is in it and means the same. Checks that were
 * recorded under any earlier policy can then be assessed under it.
 *
 * @throws {IndexError} `ERR_POLICY_INVALID` for a code that was dropped (`field` is `indicators.<code>` or
 * `incidents.<code>`) or that means something else (`field` ends in what differs, such as `.label`).
 */
export function requireSuccessor(before: Policy, next: Policy): void {
  for (const [code, indicator] of Object.entries(before.indicators)) {
    const kept = indicatorOf(next, code) ?? dropped(`indicators.${code}`)
    const field = MEANING.find((each) => kept[each] !== indicator[each])
    if (field !== undefined) redefined(`indicators.${code}.${field}`)
  }
  for (const [code, incident] of Object.entries(before.incidents)) {
    const kept: Incident = incidentOf(next, code) ?? dropped(`incidents.${code}`)
    if (kept.label !== incident.label) redefined(`incidents.${code}.label`)
  }
}

function dropped(field: string): never {
  const message = `policy: ${field} is missing: keep every code of the policy before, retired where it is not to be used`
  throw new IndexError('ERR_POLICY_INVALID', message, { field })
}

function redefined(field: string): never {
  const message = `policy: ${field} differs from the policy before: what a code means never changes, so take a new code`
  throw new IndexError('ERR_POLICY_INVALID', message, { field })
}
