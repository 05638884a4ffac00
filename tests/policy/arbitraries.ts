import fc from 'fast-check'
import type { AssessedCheck } from '../../src/policy/history.js'
import type { Policy } from '../../src/policy/policy.js'
import { edgeDaysOf } from '../../src/testing/policy/edges.js'
import { historiesOf } from '../../src/testing/policy/histories.js'
import * as generated from '../../src/testing/policy/policies.js'
import { T } from './fixtures.js'

/** The generators of `child-index/testing`, at the instant of the fixtures and with each check given once. */

export const policies: fc.Arbitrary<Policy> = generated.policies()

/** Days at which something about a policy changes: its windows, decay steps and horizon. */
export const edgesOf: (policy: Policy) => readonly number[] = edgeDaysOf

export function histories(policy: Policy, kinds?: readonly string[]): fc.Arbitrary<readonly AssessedCheck[]> {
  return historiesOf(policy, { asOf: T, resent: false, ...(kinds === undefined ? {} : { kinds }) })
}

export const policiesWithHistories: fc.Arbitrary<readonly [Policy, readonly AssessedCheck[]]> = policies.chain(
  (policy) => fc.tuple(fc.constant(policy), histories(policy)),
)
