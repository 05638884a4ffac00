import { toHex } from '../bytes.js'
import { compilePolicy } from './compiled/compile.js'
import { explain } from './explain/explain.js'
import type { Explanation } from './explain/explanation.js'
import { reviewAt } from './explain/review.js'
import { arranged } from './explain/rows.js'
import { enoughFor, minimalSupport } from './explain/support.js'
import { policyHash } from './hash.js'
import type { AssessedCheck } from './history.js'
import type { Policy, Threshold } from './policy.js'

/** What every verdict says about itself. */
export const NOTICE =
  'An indication for people to weigh, made from codes alone. It is never a decision about a child or a family.'

/** What a policy finds over the checks on one child, as of one instant, and why. */
export interface Verdict {
  /** Name of the highest level reached, or `none`. */
  readonly level: string
  readonly threshold: Threshold
  /** The earliest instant, within the horizon, at which that level was reached; undefined for `none`. */
  readonly at: number | undefined
  readonly asOf: number
  /** The policy that decided: 64 hexadecimal digits. Worked out once for each policy, when first read. */
  readonly policyHash: string
  readonly notice: typeof NOTICE
  /** Ids of checks that alone reach the level, each of them needed; empty for `none`. Worked out when first read. */
  readonly support: readonly string[]
  /** What each atom of each level counted and left out. Names agencies' checks: worked out when first read. */
  readonly explanation: Explanation
  /** When the level that holds at `asOf` falls if nothing comes in; see the function of this name. Worked out when first read. */
  readonly reviewAt: number | undefined
}

export interface AssessOptions {
  /** Journal position at which this child's case was closed: only what a later check contributes to counts. */
  readonly closedAt?: number
}

/**
 * The verdict of a policy on the checks of one child, as of an instant.
 *
 * The highest level that holds at any instant of `{ occurredAt of its checks } ∪ { asOf }` that lies after
 * `asOf − horizonDays` and not after `asOf`. Withdrawn checks are absent, checks dated after `asOf` invisible; the
 * order of the checks does not matter.
 *
 * @throws {IndexError} `ERR_ASSESSMENT_INVALID` for a code that the policy does not have, in any check that is given,
 * or for one check id with two contents. The same check twice is one check.
 */
export function assess(
  policy: Policy,
  checks: readonly AssessedCheck[],
  asOf: number,
  options: AssessOptions = {},
): Verdict {
  // A copy: what is explained later is what was assessed, whatever becomes of the caller's list.
  const seen = checks.map(copyOf)
  const compiled = compilePolicy(policy)
  const findings = compiled.findings(seen, asOf, options.closedAt)
  const rank = findings.findLastIndex(({ reachedAt }) => reachedAt !== undefined) + 1
  const level = policy.levels[rank - 1]
  const at = findings[rank - 1]?.reachedAt
  const explanation = once(() => explain(policy, seen, findings, asOf))
  const support = once(() => {
    const rule = explanation()[rank - 1]?.rule
    if (at === undefined || rule === undefined) return []
    const reaches = (subset: readonly AssessedCheck[]): boolean =>
      compiled.rank(subset, asOf, options.closedAt) === rank
    const question = { at, isClosed: options.closedAt !== undefined, reaches, likely: enoughFor(rule) }
    return minimalSupport(inForce(seen), question)
  })
  const review = once(() => reviewAt(policy, seen, asOf))
  return {
    level: level?.name ?? 'none',
    threshold: level?.threshold ?? 'none',
    at,
    asOf,
    notice: NOTICE,
    get policyHash() {
      return hashOf(policy)
    },
    get support() {
      return support()
    },
    get explanation() {
      return explanation()
    },
    get reviewAt() {
      return review()
    },
  }
}

/** Name of the highest level whose rule holds at the instant `t`, or `none`; without horizon or closing. Throws as `assess`. */
export function levelAt(policy: Policy, checks: readonly AssessedCheck[], t: number): string {
  return policy.levels[compilePolicy(policy).rankAt(checks, t) - 1]?.name ?? 'none'
}

function inForce(checks: readonly AssessedCheck[]): readonly AssessedCheck[] {
  return arranged(checks).filter(({ withdrawn }) => withdrawn !== true)
}

function copyOf(check: AssessedCheck): AssessedCheck {
  const { id, agency, agencyKind, incident, occurredAt, withdrawn = false, position } = check
  const indicators = check.indicators.length === 0 ? NONE : check.indicators.slice()
  // Two shapes, and no third: all that follows reads these fields again and again.
  return position === undefined
    ? { id, agency, agencyKind, incident, indicators, occurredAt, withdrawn }
    : { id, agency, agencyKind, incident, indicators, occurredAt, withdrawn, position }
}

const NONE: readonly string[] = []

const hashes = new WeakMap<Policy, string>()

function hashOf(policy: Policy): string {
  const known = hashes.get(policy) ?? toHex(policyHash(policy))
  hashes.set(policy, known)
  return known
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
