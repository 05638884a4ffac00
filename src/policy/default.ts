import { england } from './matrix/england.js'
import { parsePolicy } from './parse.js'
import type { Policy } from './policy.js'

let parsed: Policy | undefined

/**
 * The policy that a hub starts with: all 144 indicators and 28 incidents of the default matrix, levels `review`,
 * `child-in-need` and `child-protection`.
 *
 * Its weights are illustrative and need the safeguarding partners' sign-off. No incident but police protection, and no
 * number of vulnerabilities or circumstances, reaches `child-protection`. Ships as `policies/england-illustrative.json`.
 */
export function defaultPolicy(): Policy {
  parsed ??= parsePolicy(england)
  return parsed
}
