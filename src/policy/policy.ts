/**
 * A policy: what the codes of a check mean, and when each level is reached. Frozen, and immutable once used: its hash
 * names it. Numbers are integers; a day is 86 400 000 ms. Made by `parsePolicy` only.
 */
export interface Policy {
  readonly id: string
  readonly version: string | number
  readonly title: string
  /** How far back an instant may lie at which a level was reached. */
  readonly horizonDays: number
  /** By code. A code can be any word, `constructor` too: look one up with `indicatorOf`. */
  readonly indicators: Readonly<Record<string, Indicator>>
  /** By code; look one up with `incidentOf`. */
  readonly incidents: Readonly<Record<string, Incident>>
  readonly caps?: Caps
  /** Ascending in days, non-increasing in weight. Absent: age does not matter. */
  readonly decay?: readonly DecayStep[]
  /** Ascending; the level below the first is `none`. */
  readonly levels: readonly Level[]
  readonly determination?: Determination
  /** Vocabulary hashes that are accepted besides the policy's own, as 64 lower-case hexadecimal digits. */
  readonly vocabularies?: readonly string[]
}

/** A day of a policy: always 24 hours, whatever a calendar or a clock change says. */
export const DAY_MS = 86_400_000

export const FLAGS = ['significant-harm', 'statutory-need', 'vulnerability', 'outside-home'] as const
export type Flag = (typeof FLAGS)[number]

/** Ascending. `child-in-need` is Children Act 1989 s17, `child-protection` s47. */
export const THRESHOLDS = ['none', 'child-in-need', 'child-protection'] as const
export type Threshold = (typeof THRESHOLDS)[number]

export const GROUPS = ['identity', 'carers'] as const
/** A group of sealed details that reaching a level opens. */
export type OpenedGroup = (typeof GROUPS)[number]

/** What sort of body an agency is, from the roster: `police`, `health`, … A policy may name others than the default matrix. */
export type AgencyKind = string

export interface Indicator {
  readonly label: string
  readonly domain: string
  readonly dimension: string
  readonly outcome?: string
  readonly severity: 1 | 2 | 3 | 4
  readonly points: number
  readonly flags?: readonly Flag[]
  /** Refused in new checks, counted in old ones. */
  readonly retired?: boolean
}

export interface Incident {
  readonly label: string
  readonly points: number
  /** Kinds of agency from which the hub takes it; absent: any. An assessment does not look at this. */
  readonly agencyKinds?: readonly AgencyKind[]
  readonly retired?: boolean
}

/** A cap left out is infinite. */
export interface Caps {
  /** How many observations of one indicator (or incident) by one agency count towards points. */
  readonly perAgencyIndicator?: number
  /** Points. */
  readonly perAgency?: number
  /** Points; incidents are a dimension of their own. */
  readonly perDimension?: number
}

export interface DecayStep {
  /** Age in whole days, included. */
  readonly upToDays: number
  readonly permille: number
}

export interface Level {
  readonly name: string
  readonly threshold: Threshold
  readonly reachedWhen: Rule
  readonly opens: readonly OpenedGroup[]
}

/** Officers, at least two and distinct, may judge that a child at `from` is at `to`. */
export interface Determination {
  readonly from: string
  readonly to: string
  readonly officers: number
}

export type Rule = Connective | Atom

export type Connective =
  | { readonly all: readonly Rule[] }
  | { readonly any: readonly Rule[] }
  | { readonly atLeast: number; readonly of: readonly Rule[] }

export type Atom = { readonly count: Measure } | { readonly points: Measure } | { readonly distinct: DistinctMeasure }

export interface Measure {
  readonly atLeast: number
  readonly withinDays: number
  readonly where?: Where
}

export const DISTINCT = ['agency', 'agencyKind', 'dimension', 'domain', 'indicator', 'incident', 'day'] as const
export type DistinctOf = (typeof DISTINCT)[number]

export interface DistinctMeasure extends Measure {
  readonly of: DistinctOf
}

/**
 * A filter on observations: every field must match, and a list matches by any of its members. `incidents` and
 * `agencyKinds` speak of the check that the observation belongs to, the others of the observation itself; an incident's
 * observation has no indicator, dimension, domain or flag, and severity 0.
 */
export interface Where {
  readonly indicators?: readonly string[]
  readonly incidents?: readonly string[]
  readonly dimensions?: readonly string[]
  readonly domains?: readonly string[]
  /** At least one of these. */
  readonly flags?: readonly Flag[]
  /** None of these. */
  readonly notFlags?: readonly Flag[]
  readonly agencyKinds?: readonly AgencyKind[]
  readonly severityAtLeast?: number
}

export function isAtom(rule: Rule): rule is Atom {
  return 'count' in rule || 'points' in rule || 'distinct' in rule
}

/** What an atom measures, whichever kind it is. */
export function measureOf(atom: Atom): Measure {
  if ('count' in atom) return atom.count
  return 'points' in atom ? atom.points : atom.distinct
}

/** The rules that a connective joins, how many of them must hold, and the field they stand in. */
export function membersOf(rule: Connective): {
  readonly rules: readonly Rule[]
  readonly needed: number
  readonly field: 'all' | 'any' | 'of'
} {
  if ('all' in rule) return { rules: rule.all, needed: rule.all.length, field: 'all' }
  if ('any' in rule) return { rules: rule.any, needed: 1, field: 'any' }
  return { rules: rule.of, needed: rule.atLeast, field: 'of' }
}

/** The atoms of a rule in the order in which they stand. */
export function atomsOf(rule: Rule): readonly Atom[] {
  return isAtom(rule) ? [rule] : membersOf(rule).rules.flatMap(atomsOf)
}

/** What an atom compares with `atLeast`: checks, points, or the distinct values it tells apart. */
export type Form = 'count' | 'points' | DistinctOf

export function formOf(atom: Atom): Form {
  if ('count' in atom) return 'count'
  return 'points' in atom ? 'points' : atom.distinct.of
}

export function indicatorOf(policy: Policy, code: string): Indicator | undefined {
  return Object.hasOwn(policy.indicators, code) ? policy.indicators[code] : undefined
}

export function incidentOf(policy: Policy, code: string): Incident | undefined {
  return Object.hasOwn(policy.incidents, code) ? policy.incidents[code] : undefined
}

export function levelNamed(policy: Policy, name: string): Level | undefined {
  return policy.levels.find((level) => level.name === name)
}

/** Height of a level: 0 for `none`, 1 for the lowest level, and so on; −1 for a name that the policy does not have. */
export function levelRank(policy: Policy, name: string): number {
  if (name === 'none') return 0
  const index = policy.levels.findIndex((level) => level.name === name)
  return index < 0 ? -1 : index + 1
}
