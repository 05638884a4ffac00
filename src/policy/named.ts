import { IndexError } from '../errors.js'
import { defaultPolicy } from './default.js'
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

export function isPolicyName(name: string): name is PolicyName {
  return POLICY_NAMES.some((known) => known === name)
}

const SHIPPED: Readonly<Record<PolicyName, () => Policy>> = { 'england-illustrative': defaultPolicy }
