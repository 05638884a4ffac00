import type { AssessedCheck } from '../../policy/history.js'
import { indicatorOf, type Policy } from '../../policy/policy.js'
import type { Hidden } from './hidden.js'

/** A check as an officer may see it before an opening: what happened and when, and what kind of agency saw it. */
export interface TimelineItem {
  /** 1 for the oldest; what the explanation calls it. */
  readonly number: number
  readonly checkId: string
  readonly occurredAt: number
  /** `not named` where the disclosure rules keep it back. */
  readonly agencyKind: string
  /** `not named` where it would tell the kind of an agency that is not named. */
  readonly incident: CodeAndLabel
  readonly indicators: readonly SeenIndicator[]
  /** Of its gravest indicator: 1 to 4; 0 where it has none. */
  readonly severity: number
  readonly withdrawn: boolean
  /** Whether the level rests on it. Absent where that depends on the kind of an agency that is not named. */
  readonly supports?: boolean | undefined
}

export interface CodeAndLabel {
  readonly code: string
  /** Empty for a code that the policy of now does not have. */
  readonly label: string
}

export interface SeenIndicator extends CodeAndLabel {
  /** Of the assessment framework, such as `health`. Absent, as the outcome, for a code that the policy of now does not have. */
  readonly dimension?: string | undefined
  /** Of Every Child Matters, such as `staying-safe`. */
  readonly outcome?: string | undefined
}

/**
 * The checks on a child, oldest first, without who sent them. From histories that differ only in agencies, and in what is
 * hidden, comes the same.
 *
 * @param support Ids of the checks that the level rests on; undefined where that may not be told.
 */
export function timelineOf(
  policy: Policy,
  checks: readonly AssessedCheck[],
  hidden: Hidden,
  support: ReadonlySet<string> | undefined,
): readonly TimelineItem[] {
  return inOrder(checks).map((check, index) => ({
    number: index + 1,
    checkId: check.id,
    occurredAt: check.occurredAt,
    agencyKind: hidden.kindOf(check),
    incident: hidden.incidentOf(check),
    indicators: [...new Set(check.indicators)].sort().map((code) => seenIndicator(policy, code)),
    severity: Math.max(0, ...check.indicators.map((code) => indicatorOf(policy, code)?.severity ?? 0)),
    withdrawn: check.withdrawn === true,
    ...(support === undefined ? {} : { supports: support.has(check.id) }),
  }))
}

// One order whichever way they came: another would tell of who sent them.
function inOrder(checks: readonly AssessedCheck[]): readonly AssessedCheck[] {
  const each = [...new Map(checks.map((check) => [check.id, check])).values()]
  return each.sort((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1))
}

function seenIndicator(policy: Policy, code: string): SeenIndicator {
  const { label = '', dimension, outcome } = indicatorOf(policy, code) ?? {}
  return {
    code,
    label,
    ...(dimension === undefined ? {} : { dimension }),
    ...(outcome === undefined ? {} : { outcome }),
  }
}

/** Distinct words in order. */
export function sortedWords(words: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(words.filter((word) => word !== undefined))].sort()
}
