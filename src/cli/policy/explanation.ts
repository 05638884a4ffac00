import type { Verdict } from '../../policy/assess.js'
import type { Policy } from '../../policy/policy.js'

/** Why a verdict came out as it did, in English. */
export function explanationLines(_policy: Policy, _verdict: Verdict): readonly string[] {
  return []
}
