import { NOT_NAMED } from '../policy/explain/redact.js'
import { incidentOf, indicatorOf, type Policy } from '../policy/policy.js'
import { dayInLondon } from './deadlines.js'

export interface CodeAndLabel {
  readonly code: string
  readonly label: string
}

/** What one check said of the child, as a receiving agency may have it: by day and kind of agency, without a reference. */
export interface Concern {
  /** The day in London on which it came to that agency's attention, `YYYY-MM-DD`. */
  readonly on: string
  /** `not named` where the kind itself would name a sensitive service. */
  readonly agencyKind: string
  readonly incident: CodeAndLabel
  readonly indicators: readonly CodeAndLabel[]
}

/** What one check said of the child's carers. */
export interface CarerFactor extends CodeAndLabel {
  readonly on: string
  readonly agencyKind: string
}

/** A check as it is told from: those that are withdrawn are left out before. */
export interface ToldCheck {
  readonly agencyKind: string
  /** Of a sexual health, mental health or substance misuse service. */
  readonly sensitive: boolean
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
}

/** How many checks a package tells of at most: the latest of them. */
export const CONCERNS_MAX = 250

/**
 * Codes of the default matrix that speak of the carers as MPS 2003, paragraph 4.14 means it: domestic violence, imprisonment,
 * mental health, drink and drugs. The meaning of a code never changes. Whatever has another code is a concern, and goes by the
 * stricter rule.
 */
const CARER_FACTORS: ReadonlySet<string> = new Set([
  'BAS-3-PMH',
  'SAF-2-DA1',
  'SAF-3-DA',
  'SAF-4-DA',
  'HIS-2-HEALTH',
  'HIS-3-HEALTH',
  'HIS-3-PRISON',
  'HIS-4-CRIME',
])

/** What the checks say of the child and, apart from it, of the carers; oldest first. */
export function concernsOf(
  policy: Policy,
  checks: readonly ToldCheck[],
  { namesSensitive }: { readonly namesSensitive: boolean },
): { readonly concerns: readonly Concern[]; readonly carerFactors: readonly CarerFactor[]; readonly earlier: number } {
  const oldestFirst = [...checks].sort((a, b) => a.occurredAt - b.occurredAt || compare(a.incident, b.incident))
  const latest = oldestFirst.slice(-CONCERNS_MAX)
  const told = latest.map((check) => {
    const seen = {
      on: dayInLondon(check.occurredAt),
      agencyKind: check.sensitive && !namesSensitive ? NOT_NAMED : check.agencyKind,
    }
    const labelled = [...check.indicators].sort(compare).map((code) => ({
      code,
      label: indicatorOf(policy, code)?.label ?? '',
    }))
    const concern: Concern = {
      ...seen,
      incident: { code: check.incident, label: incidentOf(policy, check.incident)?.label ?? '' },
      indicators: labelled.filter(({ code }) => !CARER_FACTORS.has(code)),
    }
    return {
      concern,
      factors: labelled.filter(({ code }) => CARER_FACTORS.has(code)).map((each) => ({ ...each, ...seen })),
    }
  })
  return {
    concerns: told.map(({ concern }) => concern),
    carerFactors: told.flatMap(({ factors }) => factors),
    earlier: oldestFirst.length - latest.length,
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
