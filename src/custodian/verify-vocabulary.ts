import { toHex } from '../bytes.js'
import type { Evidence } from '../case/opening.js'
import type { Check } from '../check/canonical.js'
import { sha256 } from '../hash.js'
import { fromJsonBytes } from '../json.js'
import { acceptsVocabulary } from '../policy/hash.js'
import { parsePolicy } from '../policy/parse.js'
import { incidentOf, type Policy } from '../policy/policy.js'
import { type RosterHistory, rosterAt } from '../roster/history.js'
import { type Agency, approvedAt } from '../roster/roster.js'
import { type Knowledge, orRefuse, unless } from './knowledge.js'

/** A hub looks at its clock before it journals: a check may have been taken by the policy that had just ended. */
const CHANGEOVER_MS = 10 * 60_000

/** Policies of the evidence by their hash. */
export type Policies = ReadonlyMap<string, Policy>

export function policiesOf({ policy, formerPolicies = [] }: Evidence): Policies {
  return orRefuse('check-not-in-vocabulary', () => {
    const named = [policy, ...formerPolicies].map((bytes) => [toHex(sha256(bytes)), bytes] as const)
    return new Map(named.map(([hash, bytes]) => [hash, parsePolicy(fromJsonBytes(bytes))]))
  })
}

/** The policies that may have taken a check: hash of the one that decided when it was journalled, and of the one before. */
export function recordedUnder(rosters: RosterHistory, position: number, at: number): readonly string[] {
  const roster = rosterAt(rosters, position)
  const hashes = [at, at - CHANGEOVER_MS].map((instant) => roster && approvedAt(roster, instant)?.hash)
  return [...new Set(hashes.filter((hash) => hash !== undefined))]
}

/**
 * A check says what the policy under which it was recorded lets it say: its codes are of a vocabulary that this policy
 * takes, and its incident is one that agencies of its kind submit.
 */
export function requireSayable(
  { rosters }: Knowledge,
  policies: Policies,
  { agencyKind }: Pick<Agency, 'agencyKind'>,
  { vocabulary, incident }: Pick<Check, 'vocabulary' | 'incident'>,
  recorded: { readonly position: number; readonly at: number },
): void {
  const isSayable = (policy: Policy): boolean => {
    const known = incidentOf(policy, incident)
    const isForKind = known?.agencyKinds === undefined || known.agencyKinds.includes(agencyKind)
    return known !== undefined && isForKind && acceptsVocabulary(policy, vocabulary)
  }
  const may = recordedUnder(rosters, recorded.position, recorded.at).some((hash) => {
    const policy = policies.get(hash)
    return policy !== undefined && isSayable(policy)
  })
  unless(may, 'check-not-in-vocabulary')
}
