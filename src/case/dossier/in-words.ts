import { daysAgo, plural, spaced, when } from '../../page/words.js'
import type { Threshold } from '../../policy/policy.js'
import type { CaseStatus } from '../case.js'
import type { Dossier, EarlierCase, SeenDetermination } from './dossier.js'
import type { TimelineItem } from './timeline.js'
import type { Trend } from './trend.js'

export const THRESHOLD_WORDS: Readonly<Record<Threshold, string>> = {
  none: 'no threshold of the law',
  'child-in-need': 'child in need, Children Act 1989 section 17',
  'child-protection': 'child protection, Children Act 1989 section 47',
}

export const STATUS_WORDS: Readonly<Record<CaseStatus, string>> = {
  new: 'new, nobody has taken it',
  'under-review': 'under review',
  opened: 'opened',
  referred: 'referred',
  closed: 'closed',
}

/** What the trend compares, in one sentence. */
export function trendSentence({ direction, periods }: Trend): string {
  const [days, checks] = [90, periods.slice(-3).reduce((total, period) => total + period.checks, 0)]
  const head: Readonly<Record<Trend['direction'], string>> = {
    rising: 'Rising',
    steady: 'Steady',
    falling: 'Falling',
  }
  return `${head[direction]}: ${plural(checks, 'check')} in the last ${days} days, compared with the ${days} days before.`
}

export function raisedWords({ raisedAt, reReferral, verdict }: Dossier): string {
  return `${when(raisedAt)}, ${daysAgo(raisedAt, verdict.asOf)}${reReferral ? '; an earlier case was closed' : ''}`
}

/** Until when the verdict stands; undefined where there is nothing to say. */
export function standsWords({ verdict: { level, standsUntil } }: Dossier): string | undefined {
  if (level === 'none') return undefined
  return standsUntil === undefined
    ? 'not told: it depends on the kind of an agency that is not named'
    : `until ${when(standsUntil)}, if no other check comes in`
}

/** Names of the checks' signs in words, such as `the level rests on it`. */
export function markWords({ withdrawn, supports }: TimelineItem): string {
  if (withdrawn) return 'withdrawn'
  return supports === true ? 'the level rests on it' : ''
}

export function determinationWords(
  { officer, finding, reasons, from, to, at, expiry, policyHash, withdrawn }: SeenDetermination,
  now: Dossier,
): string {
  const left =
    withdrawn !== undefined
      ? `taken back on ${when(withdrawn.at)}, ${spaced(withdrawn.reason)}: does not count`
      : policyHash !== now.verdict.policyHash
        ? 'under another policy: does not count'
        : expiry <= now.verdict.asOf
          ? 'expired'
          : `until ${when(expiry)}`
  const found = finding === 'met' ? 'is met' : 'is not met'
  const why = reasons.map(spaced).join(', ')
  return `${officer} judged on ${when(at)} that ${to} ${found} at ${from}: ${why} (${left})`
}

/** Why it should close, or did, and what came of it. */
export function endWords({ reason, outcome }: Pick<EarlierCase, 'reason' | 'outcome'>): string {
  return [reason, outcome].flatMap((word) => (word === undefined ? [] : [spaced(word)])).join(', outcome ')
}

export function earlierWords(earlier: EarlierCase): string {
  const { number, level, raisedAt, closedAt } = earlier
  const end = closedAt === undefined ? 'goes on under another number' : `closed ${when(closedAt)}: ${endWords(earlier)}`
  return `case ${number}: ${level}, raised ${when(raisedAt)}, ${end}`
}
