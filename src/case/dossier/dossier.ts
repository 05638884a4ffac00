import type { Verdict } from '../../policy/assess.js'
import { distanceInWords, type InWordsOptions, reachedInWords } from '../../policy/explain/in-words.js'
import {
  decidingAtoms,
  type RedactedAtom,
  type RedactedExplanation,
  redactExplanation,
  withholds,
} from '../../policy/explain/redact.js'
import type { AssessedCheck } from '../../policy/history.js'
import {
  type DistinctOf,
  incidentOf,
  indicatorOf,
  levelRank,
  measureOf,
  type Policy,
  type Threshold,
} from '../../policy/policy.js'
import type { CaseFile, CaseStatus, Closing } from '../case.js'
import type {
  DeterminationFinding,
  DeterminationReason,
  DeterminationWithdrawalReason,
  KeptDetermination,
} from '../determination.js'
import { stepFrom } from '../determined-level.js'
import { OFFICER_NEEDS, type OfficerNeed } from '../need.js'
import { hiddenBy, withoutTelling } from './hidden.js'
import { sortedWords, type TimelineItem, timelineOf } from './timeline.js'
import { standsUntil, type Trend, trendOf } from './trend.js'

/**
 * One case by identifier only: no name, address, age, agency or child id, and no area. Whatever is absent for the sake of
 * an agency whose kind is not named is absent whatever that kind is.
 */
export interface Dossier {
  readonly number: number
  readonly status: CaseStatus
  /** What the case was raised to. */
  readonly level: string
  readonly threshold: Threshold
  /** Of the policy under which the case got its level. */
  readonly policyHash: string
  readonly raisedAt: number
  /** Whether an earlier case of this child was closed. */
  readonly reReferral: boolean
  /** Officer who works on it; absent while nobody has taken it. */
  readonly owner?: string | undefined
  /** Officers who need to know of it now, and why. */
  readonly needToKnow: readonly SeenNeed[]
  readonly verdict: SeenVerdict
  /** Why the level holds, a line each: those that begin with `- ` are items of a list, two spaces further in for each level of it. */
  readonly explanation: readonly string[]
  /** How far the next level is, in the same form; absent at the highest. */
  readonly next?:
    | { readonly level: string; readonly threshold: Threshold; readonly missing: readonly string[] }
    | undefined
  readonly agencyKinds: readonly string[]
  readonly dimensions: readonly string[]
  /** Of Every Child Matters. */
  readonly outcomes: readonly string[]
  /** Oldest first. */
  readonly timeline: readonly TimelineItem[]
  readonly trend: Trend
  readonly determinations: readonly SeenDetermination[]
  /** What officers may determine, where the policy lets them. */
  readonly mayDetermine?: { readonly from: string; readonly to: string; readonly officers: number } | undefined
  /** Ids of openings and numbers of referrals. */
  readonly openings: readonly string[]
  readonly referrals: readonly number[]
  /** Who has said that it should close, and why. */
  readonly closing?: SeenClosing | undefined
  /** Cases of this child before this one, oldest first. */
  readonly earlier: readonly EarlierCase[]
  /** The case that goes on in place of this one, since officers linked the two children's ids. */
  readonly joinedTo?: number | undefined
  /** When a link was undone, and checks of another child left this case: look at it anew. */
  readonly splitAt?: number | undefined
}

/** What the checks reach now. */
export interface SeenVerdict {
  readonly level: string
  readonly threshold: Threshold
  readonly asOf: number
  /** Of the policy by which the checks are seen so: what officers determine under. */
  readonly policyHash: string
  readonly notice: string
  /** The part of the policy's rule that is met, in numbers; empty for `none`. */
  readonly reasons: readonly Reason[]
  /** When the checks would no longer reach it if no other came in; absent for `none`, and where it may not be told. */
  readonly standsUntil?: number | undefined
}

export interface SeenNeed {
  readonly officer: string
  readonly because: OfficerNeed
  readonly at: number
}

export interface SeenDetermination {
  readonly officer: string
  readonly finding: DeterminationFinding
  readonly reasons: readonly DeterminationReason[]
  readonly from: string
  readonly to: string
  readonly at: number
  readonly expiry: number
  /** It counts only while this policy decides. */
  readonly policyHash: string
  /** Taken back: it counts no longer. */
  readonly withdrawn?: { readonly reason: DeterminationWithdrawalReason; readonly at: number } | undefined
}

export type SeenClosing = Omit<Closing, 'position'>

export interface EarlierCase {
  readonly number: number
  readonly level: string
  readonly threshold: Threshold
  readonly raisedAt: number
  /** Absent, as the rest, while it is not closed: then it goes on under another number. */
  readonly closedAt?: number | undefined
  readonly reason?: Closing['reason'] | undefined
  readonly outcome?: Closing['outcome']
}

/** One measure that the checks meet: how much of what they amount to, against what the policy asks for. */
export interface Reason {
  /** Where the measure stands in the policy, such as `levels[2].reachedWhen.any[0]`. */
  readonly path: string
  /** `checks`, `points`, or what is told apart: agencies, days, dimensions and so on. */
  readonly of: 'checks' | 'points' | DistinctOf
  /** Absent where it depends on the kind of an agency that is not named. */
  readonly value?: number | undefined
  readonly atLeast: number
  readonly withinDays: number
}

/** What a dossier is made from. */
export interface DossierFacts {
  /** The policy of the verdict. */
  readonly policy: Policy
  readonly file: CaseFile
  /** All checks on the child; those with codes that the policy does not have stand in the timeline alone. */
  readonly checks: readonly AssessedCheck[]
  readonly verdict: Verdict
  /** Whether the disclosure rules keep back what kind of agency sent a check. */
  readonly hidesKindOf: (check: AssessedCheck) => boolean
  /** Journal position at which the child's last case was closed, if one was. */
  readonly closedAt?: number | undefined
  /** Cases of the child before this one. */
  readonly earlier?: readonly CaseFile[]
}

/** The case as an officer may see it. Two children whose facts differ only in what is hidden give the same, byte for byte. */
export function dossierOf({
  policy,
  file,
  checks,
  verdict,
  hidesKindOf,
  closedAt,
  earlier = [],
}: DossierFacts): Dossier {
  const hidden = hiddenBy(policy, hidesKindOf)
  const redacted = redactExplanation(verdict.explanation, checks, { hidesAgencyOf: hidesKindOf })
  const view = withoutTelling(redacted, checks, hidden)
  const isWithheld = withholds(view)
  const timeline = timelineOf(policy, checks, hidden, isWithheld ? undefined : new Set(verdict.support))
  const live = timeline.filter(({ withdrawn }) => !withdrawn)
  const indicators = live.flatMap((item) => item.indicators)
  const readable = checks.filter((check) => isReadable(policy, check))
  return {
    ...ofTheFile(file),
    verdict: {
      level: verdict.level,
      threshold: verdict.threshold,
      asOf: verdict.asOf,
      policyHash: verdict.policyHash,
      notice: verdict.notice,
      reasons: reasonsOf(view, verdict.level),
      ...(isWithheld ? {} : optional({ standsUntil: standsUntil(policy, readable, verdict, closedAt) })),
    },
    ...inWords(policy, verdict, view, timeline),
    agencyKinds: sortedWords(live.map(({ agencyKind }) => agencyKind)),
    dimensions: sortedWords(indicators.map(({ dimension }) => dimension)),
    outcomes: sortedWords(indicators.map(({ outcome }) => outcome)),
    timeline,
    trend: trendOf(policy, readable, verdict.asOf, hidden, !isWithheld),
    ...optional({ mayDetermine: stepFrom(policy, verdict.level) }),
    earlier: earlier.map(earlierCase).sort((a, b) => a.number - b.number),
  }
}

/** What the case file says by itself. Its ids of children stay behind, and those of agencies. */
function ofTheFile(file: CaseFile) {
  return {
    number: file.number,
    status: file.status,
    level: file.level,
    threshold: file.threshold,
    policyHash: file.policyHash,
    raisedAt: file.raisedAt,
    reReferral: file.reReferral,
    needToKnow: file.needs.flatMap(({ party, because, at, endedAt }) =>
      endedAt === undefined && isOfficerNeed(because) ? [{ officer: party, because, at }] : [],
    ),
    determinations: file.determinations.map(seenDetermination),
    openings: file.openings,
    referrals: file.referrals,
    ...optional({
      owner: file.owner,
      closing: file.closing === undefined ? undefined : seenClosing(file.closing),
      joinedTo: file.joinedTo,
      splitAt: file.splitAt,
    }),
  }
}

function isOfficerNeed(because: string): because is OfficerNeed {
  return OFFICER_NEEDS.some((known) => known === because)
}

function seenDetermination(kept: KeptDetermination): SeenDetermination {
  const { officer, finding, reasons, from, to, at, expiry, policyHash, withdrawn } = kept
  const said = { officer, finding, reasons, from, to, at, expiry, policyHash }
  return withdrawn === undefined ? said : { ...said, withdrawn: { reason: withdrawn.reason, at: withdrawn.at } }
}

function seenClosing({ position: _, ...closing }: Closing): SeenClosing {
  return closing
}

function earlierCase({ number, level, threshold, raisedAt, status, closing }: CaseFile): EarlierCase {
  const ended = status === 'closed' ? closing : undefined
  return {
    number,
    level,
    threshold,
    raisedAt,
    ...optional({ closedAt: ended?.at, reason: ended?.reason, outcome: ended?.outcome }),
  }
}

/** Checks go by their numbers in the timeline, and long lists of codes are cut short. */
function inWords(
  policy: Policy,
  verdict: Verdict,
  redacted: RedactedExplanation,
  timeline: readonly TimelineItem[],
): Pick<Dossier, 'explanation' | 'next'> {
  const checkNames = new Map(timeline.map(({ checkId, number }) => [checkId, `check ${number}`]))
  const options: InWordsOptions = { redacted, checkNames, codesMax: 5 }
  const next = policy.levels[levelRank(policy, verdict.level)]
  return {
    explanation: reachedInWords(policy, verdict, options),
    ...(next === undefined
      ? {}
      : {
          next: {
            level: next.name,
            threshold: next.threshold,
            missing: distanceInWords(policy, verdict, next.name, options),
          },
        }),
  }
}

/** Numbers alone: what was counted stands in the timeline. */
function reasonsOf(explanation: RedactedExplanation, reached: string): readonly Reason[] {
  const explained = explanation.levels.find(({ level }) => level === reached)
  return explained === undefined ? [] : decidingAtoms(explained.rule).map(reasonOf)
}

function reasonOf({ path, atom, value }: RedactedAtom): Reason {
  const { atLeast, withinDays } = measureOf(atom)
  const of = 'count' in atom ? 'checks' : 'points' in atom ? 'points' : atom.distinct.of
  return { path, of, ...optional({ value }), atLeast, withinDays }
}

function isReadable(policy: Policy, { incident, indicators }: AssessedCheck): boolean {
  return (
    incidentOf(policy, incident) !== undefined && indicators.every((code) => indicatorOf(policy, code) !== undefined)
  )
}

/** The members that have a value. */
function optional<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>
  }
}
