import type { Verdict } from '../policy/assess.js'
import {
  decidingAtoms,
  NOT_NAMED,
  type RedactedAtom,
  type RedactedExplanation,
  redactExplanation,
  withholds,
} from '../policy/explain/redact.js'
import { type DistinctOf, incidentOf, indicatorOf, measureOf, type Policy, type Threshold } from '../policy/policy.js'
import type { CaseFile, CaseStatus } from './case.js'

/** A check as an officer may see it before an opening: what happened and when, and what kind of agency saw it. */
export interface TimelineItem {
  readonly checkId: string
  readonly occurredAt: number
  readonly agencyKind: string
  readonly incident: CodeAndLabel
  readonly indicators: readonly CodeAndLabel[]
  readonly withdrawn: boolean
  /** Whether the level rests on it. Absent where that depends on the kind of an agency that is not named. */
  readonly supports?: boolean
}

export interface CodeAndLabel {
  readonly code: string
  readonly label: string
}

/** One case by identifier only: no name, address, age, agency or child id. */
export interface Dossier {
  readonly number: number
  readonly status: CaseStatus
  readonly level: string
  readonly threshold: Threshold
  readonly raisedAt: number
  readonly reReferral: boolean
  /** What the checks reach now. */
  readonly verdict: {
    readonly level: string
    readonly threshold: Threshold
    readonly asOf: number
    /** Of the policy by which the checks are seen so: what officers determine under. */
    readonly policyHash: string
    readonly notice: string
    /** The part of the policy's rule that is met, in numbers; empty for `none`. */
    readonly reasons: readonly Reason[]
  }
  /** Of the policy under which the case got its level. */
  readonly policyHash: string
  readonly agencyKinds: readonly string[]
  readonly dimensions: readonly string[]
  /** Oldest first. */
  readonly timeline: readonly TimelineItem[]
  readonly determinations: readonly {
    readonly officer: string
    readonly from: string
    readonly to: string
    readonly expiry: number
    /** It counts only while this policy decides. */
    readonly policyHash: string
  }[]
  /** What officers may determine, where the policy lets them. */
  readonly mayDetermine?: { readonly from: string; readonly to: string; readonly officers: number } | undefined
  /** Ids of openings and numbers of referrals. */
  readonly openings: readonly string[]
  readonly referrals: readonly number[]
  /** The case that goes on in place of this one, since officers linked the two children's ids. */
  readonly joinedTo?: number | undefined
  /** When a link was undone, and checks of another child left this case: look at it anew. */
  readonly splitAt?: number | undefined
}

/** One measure that the checks meet: how much of what they amount to, against what the policy asks for. */
export interface Reason {
  /** Where the measure stands in the policy, such as `levels[2].reachedWhen.any[0]`. */
  readonly path: string
  /** `checks`, `points`, or what is told apart: agencies, days, dimensions and so on. */
  readonly of: 'checks' | 'points' | DistinctOf
  /** Absent where it depends on the kind of an agency that is not named. */
  readonly value?: number
  readonly atLeast: number
  readonly withinDays: number
}

interface SeenCheck {
  readonly id: string
  readonly agencyKind: string
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly withdrawn?: true | undefined
}

export function dossierOf(policy: Policy, file: CaseFile, checks: readonly SeenCheck[], verdict: Verdict): Dossier {
  const explanation = seenExplanation(verdict, checks)
  const support = withholds(explanation) ? undefined : new Set(verdict.support)
  const live = checks.filter(({ withdrawn }) => withdrawn !== true)
  return {
    number: file.number,
    status: file.status,
    level: file.level,
    threshold: file.threshold,
    raisedAt: file.raisedAt,
    reReferral: file.reReferral,
    verdict: {
      level: verdict.level,
      threshold: verdict.threshold,
      asOf: verdict.asOf,
      policyHash: verdict.policyHash,
      notice: verdict.notice,
      reasons: reasonsOf(explanation, verdict.level),
    },
    policyHash: file.policyHash,
    agencyKinds: sorted(live.map(({ agencyKind }) => agencyKind)),
    dimensions: sorted(
      live.flatMap(({ indicators }) => indicators.flatMap((code) => indicatorOf(policy, code)?.dimension ?? [])),
    ),
    timeline: [...checks].sort((a, b) => a.occurredAt - b.occurredAt).map((check) => itemOf(policy, check, support)),
    determinations: file.determinations.map(({ officer, from, to, expiry, policyHash: under }) => ({
      officer,
      from,
      to,
      expiry,
      policyHash: under,
    })),
    ...(policy.determination?.from === verdict.level ? { mayDetermine: policy.determination } : {}),
    openings: file.openings,
    referrals: file.referrals,
    ...(file.joinedTo === undefined ? {} : { joinedTo: file.joinedTo }),
    ...(file.splitAt === undefined ? {} : { splitAt: file.splitAt }),
  }
}

/** The explanation as the dossier's reader may see it: no agency, and nothing that a kind which is not named decides. */
function seenExplanation(verdict: Verdict, checks: readonly SeenCheck[]): RedactedExplanation {
  return redactExplanation(verdict.explanation, checks, { hidesAgencyOf: ({ agencyKind }) => agencyKind === NOT_NAMED })
}

/** Numbers alone: what was counted stands in the timeline. */
function reasonsOf(explanation: RedactedExplanation, reached: string): readonly Reason[] {
  const explained = explanation.levels.find(({ level }) => level === reached)
  return explained === undefined ? [] : decidingAtoms(explained.rule).map(reasonOf)
}

function reasonOf({ path, atom, value }: RedactedAtom): Reason {
  const { atLeast, withinDays } = measureOf(atom)
  const of = 'count' in atom ? 'checks' : 'points' in atom ? 'points' : atom.distinct.of
  return { path, of, ...(value === undefined ? {} : { value }), atLeast, withinDays }
}

function itemOf(policy: Policy, check: SeenCheck, support: ReadonlySet<string> | undefined): TimelineItem {
  return {
    checkId: check.id,
    occurredAt: check.occurredAt,
    agencyKind: check.agencyKind,
    incident: { code: check.incident, label: incidentOf(policy, check.incident)?.label ?? '' },
    indicators: check.indicators.map((code) => ({ code, label: indicatorOf(policy, code)?.label ?? '' })),
    withdrawn: check.withdrawn === true,
    ...(support === undefined ? {} : { supports: support.has(check.id) }),
  }
}

function sorted(words: readonly string[]): readonly string[] {
  return [...new Set(words)].sort()
}
