import { toHex } from '../../bytes.js'
import type { Example } from '../example.js'
import { policyHash } from '../hash.js'
import { incidentOf, indicatorOf, type Level, type Policy, type Threshold } from '../policy.js'
import { type FairnessFact, fairnessFacts, fairnessFindings } from './fairness.js'
import { type AnalyseOptions, type Finding, reaches, type Subject, shown } from './finding.js'
import { canHold } from './greatest.js'
import { type Implication, implicationFindings, provedImplications } from './levels.js'
import { echoFindings, immediateFindings, oneDayFindings, unfilteredFindings } from './lints.js'
import { type Minimums, minimumsOf } from './minimums.js'
import { stepFindings, weightFindings, windowFindings } from './numbers.js'
import { oneAgencyFindings, unreachableFindings } from './reach.js'
import { shadowFindings } from './shadows.js'
import { codesIn } from './sight.js'
import { type Space, spaceOf } from './space.js'
import { type TriggerSets, triggersOf } from './triggers.js'
import { trivialFindings } from './trivial.js'
import { vocabularyFindings } from './vocabulary.js'

/** What can be said about a policy before any child is assessed by it. */
export interface Analysis {
  /** 64 hexadecimal digits. */
  readonly policyHash: string
  readonly levels: readonly LevelFacts[]
  /** By level, lowest first. */
  readonly triggers: readonly TriggerSets[]
  readonly fairness: readonly FairnessFact[]
  readonly certificate: Certificate
  readonly findings: readonly Finding[]
  /** What was not searched to the end, in words; empty: everything was, within what each fact says of itself. */
  readonly limits: readonly string[]
}

export interface LevelFacts {
  readonly name: string
  readonly threshold: Threshold
  /** Whether some history reaches this level or a higher one. Exact. */
  readonly reachable: boolean
  /** What it takes to reach this level or a higher one; undefined where nothing does. */
  readonly minimums: Minimums | undefined
  /** A history of one agency that reaches it; undefined where there is none. */
  readonly oneAgencyAlone: Example | undefined
}

/** What holds for every history. */
export interface Certificate {
  /** No rule can say not, decay never rises and caps keep the largest: one more check never lowers a level. */
  readonly monotone: true
  /** Pairs of levels, by name, of which the higher one’s rule never holds without the lower one’s. Proved. */
  readonly implications: readonly { readonly higher: string; readonly lower: string }[]
  /** Incidents that by themselves neither weigh nor count for anything. */
  readonly neutralIncidents: readonly string[]
  /** Totals of points are exact on histories of fewer checks than this, because they stay below 2^53. */
  readonly exactBelowChecks: number
  /** No total of points passes this; undefined where there is no cap per dimension. */
  readonly greatestTotal: number | undefined
}

/** The options of an analysis of the default matrix. */
const ANALYSE_DEFAULTS: Required<AnalyseOptions> = {
  circumstances: ['housing', 'employment', 'income', 'social-integration', 'community-resources'],
  echoes: ['index-referral'],
  immediate: ['police-protection'],
  triggerChecks: 3,
}

/**
 * Facts and findings about a policy, most findings with a history that shows them. The same for the same policy and
 * options. What is said of reachability, fairness, agencies, kinds and days is exact unless it says otherwise; searches
 * are bounded, so that no policy that `parsePolicy` takes keeps one waiting for long.
 *
 * It looks at what a hub can be sent: an agency has one kind, and sends only incidents that are open to its kind.
 *
 * @throws {RangeError} for a `triggerChecks` outside 1 to 4
 */
export function analyse(policy: Policy, options: AnalyseOptions = {}): Analysis {
  const subject = { policy, space: spaceOf(policy), options: { ...ANALYSE_DEFAULTS, ...options } }
  requireTriggerChecks(subject.options.triggerChecks)
  const levels = policy.levels.map((level) => factsOf(subject, level))
  const fairness = fairnessFacts(subject)
  const cheap = [
    ...vocabularyFindings(subject),
    ...unreachableFindings(subject),
    ...trivialFindings(subject),
    ...oneAgencyFindings(subject),
    ...fairnessFindings(subject),
    ...weightFindings(subject),
    ...windowFindings(subject),
    ...stepFindings(subject),
    ...unfilteredFindings(subject),
    ...oneDayFindings(subject),
    ...echoFindings(subject),
    ...immediateFindings(subject),
  ]
  const triggers = policy.levels.map((level) =>
    triggersOf(subject.space, level.name, reaches(policy, level), subject.options.triggerChecks),
  )
  const proved = provedImplications(policy)
  const findings = [...cheap, ...shadowFindings(subject), ...implicationFindings(subject, proved, triggers)]
  return {
    policyHash: toHex(policyHash(policy)),
    levels,
    triggers,
    fairness,
    certificate: certificateOf(subject, proved),
    findings: findings.sort((a, b) => compared(a, b)),
    limits: limitsOf(subject.space),
  }
}

function requireTriggerChecks(triggerChecks: number): void {
  if (Number.isInteger(triggerChecks) && triggerChecks >= 1 && triggerChecks <= 4) return
  throw new RangeError('triggerChecks must be a whole number from 1 to 4')
}

function factsOf({ policy, space }: Subject, level: Level): LevelFacts {
  const rule = reaches(policy, level)
  const minimums = minimumsOf(space, rule)
  const { agencies } = minimums ?? {}
  return {
    name: level.name,
    threshold: level.threshold,
    reachable: canHold(space, rule, space.whole),
    minimums,
    oneAgencyAlone: agencies?.atMost === 1 ? shown(policy, level, agencies.example).example : undefined,
  }
}

function certificateOf({ policy, space }: Subject, proved: readonly Implication[]): Certificate {
  const { indicators, incidents } = space.vocabulary
  const points = indicators.reduce((sum, code) => sum + (indicatorOf(policy, code)?.points ?? 0), 0)
  const incident = Math.max(0, ...incidents.map((code) => incidentOf(policy, code)?.points ?? 0))
  const dimensions = new Set(indicators.map((code) => indicatorOf(policy, code)?.dimension))
  const perDimension = policy.caps?.perDimension
  return {
    monotone: true,
    implications: proved.map(({ higher, lower }) => ({ higher: higher.name, lower: lower.name })),
    neutralIncidents: codesIn(incidents, space.neutral),
    exactBelowChecks: Math.floor(2 ** 53 / Math.max(1, points + incident)),
    // Incidents are a dimension of their own.
    greatestTotal: perDimension === undefined ? undefined : perDimension * (dimensions.size + 1),
  }
}

function limitsOf({ leftOut, effort }: Space): readonly string[] {
  return [
    ...(leftOut
      ? ['There are too many kinds of agency: some were left out of what is said of agencies and kinds.']
      : []),
    ...(effort.left <= 0
      ? ['The policy is too large to search it to the end: some examples and minimums are missing.']
      : []),
  ]
}

const ORDER: readonly string[] = ['error', 'warning', 'note']

function compared(a: Finding, b: Finding): number {
  return ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)
}
