import { toHex } from '../bytes.js'
import { IndexError } from '../errors.js'
import type { AcceptedFindings } from './analyse/accepted.js'
import { defaultPolicy } from './default.js'
import { policyHash } from './hash.js'
import { englandAccepted } from './matrix/england-accepted.js'
import type { Policy } from './policy.js'

/** Names of the policies that come with the package. */
export const POLICY_NAMES = ['england-illustrative'] as const
export type PolicyName = (typeof POLICY_NAMES)[number]

/**
 * A policy that comes with the package, by its name.
 * @throws {IndexError} `ERR_POLICY_UNKNOWN`, which says what names there are.
 */
export function policyNamed(name: string): Policy {
  if (isPolicyName(name)) return SHIPPED[name]()
  throw new IndexError(
    'ERR_POLICY_UNKNOWN',
    `no policy of this name comes with the package: ${POLICY_NAMES.join(', ')}`,
  )
}

/** What its authors accept of the analysis of a policy that comes with the package. */
export function acceptedOf(name: PolicyName): AcceptedFindings {
  return { policyHash: toHex(policyHash(policyNamed(name))), accepted: ACCEPTED[name] }
}

export function isPolicyName(name: string): name is PolicyName {
  return POLICY_NAMES.some((known) => known === name)
}

const SHIPPED: Readonly<Record<PolicyName, () => Policy>> = { 'england-illustrative': defaultPolicy }
const ACCEPTED: Readonly<Record<PolicyName, AcceptedFindings['accepted']>> = { 'england-illustrative': englandAccepted }
