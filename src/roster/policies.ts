import { IndexError } from '../errors.js'
import type { ApprovedPolicy, Roster } from './roster.js'

/** The roster with one more approved policy. @throws {IndexError} `ERR_ROSTER_INVALID` */
export function withPolicy(roster: Roster, policy: ApprovedPolicy): Roster {
  const policies = [...roster.policies.map((earlier) => closedAt(earlier, policy.from)), policy]
  requireOrderedPolicies(policies)
  return { ...roster, policies }
}

/** The policy before ends when the next begins: their intervals never overlap. */
function closedAt(earlier: ApprovedPolicy, from: number): ApprovedPolicy {
  return earlier.until === undefined ? { ...earlier, until: from } : earlier
}

/** @throws {IndexError} `ERR_ROSTER_INVALID` for intervals that are empty, overlap or go back in time */
export function requireOrderedPolicies(policies: readonly ApprovedPolicy[]): void {
  policies.forEach((each, index) => {
    const next = policies[index + 1]
    const empty = each.until !== undefined && each.until <= each.from
    if (empty || (next !== undefined && (each.until === undefined || each.until > next.from))) {
      throw new IndexError('ERR_ROSTER_INVALID', 'the intervals of approved policies overlap')
    }
  })
}
