import type { AssessedCheck } from '../../src/policy/history.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { DAY_MS, type Policy } from '../../src/policy/policy.js'

/**
 * The policy that every engine decides: counts by severity and points that lose weight with age, in windows.
 *
 * It is what the peers can say, and no more: no caps, no distinct agencies. A check has one indicator, so that one row is
 * one observation. Points are tens and weights whole tenths, so that the peers, who cannot round down, need not.
 */
export const COMMON: CommonPolicy = {
  horizonDays: 400,
  yearMs: 365 * DAY_MS,
  halfYearMs: 180 * DAY_MS,
  /** Age in milliseconds below which a step applies, and its weight in thousandths. */
  decay: [
    { belowMs: 91 * DAY_MS, permille: 1000 },
    { belowMs: 181 * DAY_MS, permille: 700 },
    { belowMs: 365 * DAY_MS, permille: 400 },
  ],
  review: { needs: 6, points: 100 },
  childInNeed: { points: 220, serious: 5 },
  childProtection: { points: 280, acute: 3 },
}

export interface CommonPolicy {
  readonly horizonDays: number
  readonly yearMs: number
  readonly halfYearMs: number
  readonly decay: readonly [Step, Step, Step]
  readonly review: { readonly needs: number; readonly points: number }
  readonly childInNeed: { readonly points: number; readonly serious: number }
  readonly childProtection: { readonly points: number; readonly acute: number }
}

interface Step {
  readonly belowMs: number
  readonly permille: number
}

/** Rank of the highest level: nothing above it can be reached, so a loop over instants may stop there. */
export const TOP = 3

const POINTS = [0, 10, 20, 40]
const POINTS_OF: Readonly<Record<string, number>> = Object.fromEntries(
  POINTS.flatMap((points, index) => ['a', 'b', 'c'].map((letter) => [`${letter}${index + 1}`, points])),
)

export function commonPolicy(): Policy {
  const indicators = Object.entries(POINTS_OF).map(([code, points]) => [
    code,
    { label: code, domain: 'child', dimension: `d-${code[0]}`, severity: Number(code[1]), points },
  ])
  const { review, childInNeed, childProtection, horizonDays } = COMMON
  const count = (atLeast: number, withinDays: number, severityAtLeast: number): object => ({
    count: { atLeast, withinDays, where: { severityAtLeast } },
  })
  const points = (atLeast: number): object => ({ points: { atLeast, withinDays: 365 } })
  const rules: readonly (readonly [name: string, rule: object])[] = [
    ['review', { any: [count(review.needs, 365, 2), points(review.points)] }],
    ['child-in-need', { any: [points(childInNeed.points), count(childInNeed.serious, 180, 3)] }],
    ['child-protection', { all: [count(childProtection.acute, 365, 4), points(childProtection.points)] }],
  ]
  return parsePolicy({
    id: 'common',
    version: 1,
    title: 'What every engine can say',
    horizonDays,
    indicators: Object.fromEntries(indicators),
    incidents: { seen: { label: 'seen', points: 0 } },
    decay: [
      { upToDays: 90, permille: 1000 },
      { upToDays: 180, permille: 700 },
      { upToDays: 364, permille: 400 },
    ],
    levels: rules.map(([name, reachedWhen]) => ({ name, threshold: 'none', opens: [], reachedWhen })),
  })
}

/** The plain object that every engine gets. Peers read severity and points off the check; ours looks its code up. */
export interface Row extends AssessedCheck {
  readonly severity: number
  readonly points: number
}

export interface Case<Check extends AssessedCheck = Row> {
  /** By occurrence, as an index keeps them: no loop has to sort. None withdrawn, none after `asOf`. */
  readonly checks: readonly Check[]
  readonly asOf: number
}

/** 2026-03-02 09:00 UTC. */
const T = Date.UTC(2026, 2, 2, 9)
/** Incidents that decide alone, at the first check that carries one. */
const GRAVE = ['police-protection', 'child-disclosure']
const KINDS = ['health', 'school', 'police', 'housing']

/** Histories of one length, from quiet children to ones of whom much is said, over a few months to nearly two years. */
export function commonCases(count: number, length: number): readonly Case[] {
  const random = seeded(1)
  const cases = Array.from({ length: count }, (_, number) => {
    const span = (60 + random() * 600) * DAY_MS
    const worry = random()
    const checks = datesOver(span, length, random).map((occurredAt, row): Row => {
      const severity = 1 + Math.min(3, Math.floor(random() ** 1.5 * 5 * worry))
      const code = `${'abc'[Math.floor(random() * 3)]}${severity}`
      return {
        ...checkAt(occurredAt, `${number}/${row}`, random),
        indicators: [code],
        incident: 'seen',
        severity,
        points: POINTS_OF[code] ?? 0,
      }
    })
    return { checks, asOf: T }
  })
  return asParsed(cases)
}

/** The same over the codes of a policy: up to three indicators a check, mild ones far more often than serious ones. */
export function casesOf(policy: Policy, count: number, length: number): readonly Case<AssessedCheck>[] {
  const random = seeded(2)
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? ''
  const bySeverity = [2, 3].map((severity) =>
    Object.keys(policy.indicators).filter((code) => policy.indicators[code]?.severity === severity),
  )
  const incidents = Object.keys(policy.incidents).filter((code) => !GRAVE.includes(code))
  const routine = incidents.filter((code) => policy.incidents[code]?.points === 0)
  const cases = Array.from({ length: count }, (_, number) => {
    const span = (60 + random() * 600) * DAY_MS
    const worry = random()
    const checks = datesOver(span, length, random).map((occurredAt, row) => {
      // Most contacts are routine and say nothing of need.
      const count = Math.floor(random() * 2.2 * worry ** 3 + random() ** 6 * 1.8 * worry)
      const indicators = Array.from({ length: count }, () =>
        pick(bySeverity[random() ** 3 * worry > 0.4 ? 1 : 0] ?? []),
      )
      const incident = pick(random() < worry * 0.4 ? incidents : routine)
      return { ...checkAt(occurredAt, `${number}/${row}`, random), indicators: [...new Set(indicators)], incident }
    })
    return { checks, asOf: T }
  })
  return asParsed(cases)
}

/** Plain objects as they come from a store: no text is shared with a policy, where it could be told apart by where it lies. */
function asParsed<Cases>(cases: Cases): Cases {
  return JSON.parse(JSON.stringify(cases)) as Cases
}

function checkAt(
  occurredAt: number,
  id: string,
  random: () => number,
): Pick<AssessedCheck, 'id' | 'agency' | 'agencyKind' | 'occurredAt' | 'position'> {
  const kind = Math.floor(random() * KINDS.length)
  return {
    id: `check-${id}`,
    agency: `${KINDS[kind]}-${Math.floor(random() * 2)}`,
    agencyKind: KINDS[kind] ?? '',
    occurredAt,
    position: Math.floor(occurredAt / DAY_MS),
  }
}

function datesOver(span: number, count: number, random: () => number): readonly number[] {
  return Array.from({ length: count }, () => T - Math.floor(random() * span)).sort((a, b) => a - b)
}

/** Mulberry32: the same numbers in every process. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
