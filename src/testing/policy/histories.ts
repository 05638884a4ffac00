import fc from 'fast-check'
import type { Example } from '../../policy/example.js'
import type { AssessedCheck } from '../../policy/history.js'
import { DAY_MS, type Policy } from '../../policy/policy.js'
import { edgeDaysOf, shortestWindowDays } from './edges.js'
import { type Code, vocabularyOf } from './vocabulary.js'

export interface HistoryOptions {
  /** The instant that checks lead up to, in epoch milliseconds; default 2026-03-02 09:00 UTC. */
  readonly asOf?: number
  /** Default 12. */
  readonly checksMax?: number
  /** Default A, B and C. */
  readonly agencies?: readonly string[]
  /** Kinds of agency; default those that the policy's filters name, and one that they do not. */
  readonly kinds?: readonly string[]
  /** Whether some checks are withdrawn; default true. */
  readonly withdrawn?: boolean
  /** Whether some are dated after `asOf`; default true. */
  readonly future?: boolean
  /** Whether some are given twice, as one check with one id; default true. */
  readonly resent?: boolean
}

/** Journal positions of generated checks, and of closings, are 0 to this. */
const POSITION_MAX = 12
const AS_OF = Date.UTC(2026, 2, 2, 9)

/** What is drawn for a check; numbers pick from lists whose length is known only when a policy is. */
interface Draft {
  readonly agency: number
  readonly ownKind: number | undefined
  readonly incident: number
  readonly indicators: readonly number[]
  readonly date: DraftDate
  readonly withdrawn: boolean
  readonly position: number | undefined
  /** Says again what an earlier check said. */
  readonly echoes: boolean
}

interface DraftDate {
  readonly form: 'edge' | 'edge-of-edge' | 'recent' | 'anywhere' | 'midnight'
  readonly edges: readonly [number, number]
  readonly share: number
  readonly shiftMs: number
  readonly isFuture: boolean
}

const oneIn = (n: number): fc.Arbitrary<boolean> => fc.nat(n - 1).map((drawn) => drawn === n - 1)
const anyIndex = fc.nat(9_999)

const draftDate: fc.Arbitrary<DraftDate> = fc.record({
  form: fc.constantFrom(
    ...(['recent', 'recent', 'recent', 'edge', 'edge', 'edge', 'edge-of-edge', 'anywhere', 'midnight'] as const),
  ),
  edges: fc.tuple(anyIndex, anyIndex),
  share: fc.nat(1_000),
  shiftMs: fc.constantFrom(0, -1, 1),
  isFuture: oneIn(16),
})

const draft: fc.Arbitrary<Draft> = fc.record({
  agency: anyIndex,
  ownKind: fc.tuple(oneIn(4), anyIndex).map(([has, index]) => (has ? index : undefined)),
  incident: anyIndex,
  indicators: fc.oneof(
    { weight: 3, arbitrary: fc.array(anyIndex, { maxLength: 1 }) },
    { weight: 2, arbitrary: fc.array(anyIndex, { maxLength: 4 }) },
  ),
  date: draftDate,
  withdrawn: oneIn(8),
  position: fc.option(fc.nat(POSITION_MAX), { nil: undefined }),
  echoes: oneIn(4),
})

/**
 * Checks with the policy's own codes and kinds of agency, dated where it matters to the policy: at the edges of its
 * windows, decay steps and horizon before `asOf`, a millisecond to either side, at midnight, and now and then later.
 */
export function checksOf(policy: Policy, options: HistoryOptions = {}): fc.Arbitrary<AssessedCheck> {
  const id = fc.nat(9_999).map((number) => `c${number}`)
  return fc
    .tuple(id, draft, anyIndex)
    .map(([own, one, weight]) => ({ id: own, ...checkOf(pools(policy, weight, options), one) }))
}

/**
 * Histories of one child. Some draw on codes that reach little by themselves, so that neither `none` nor the highest
 * level is rare; some repeat what was said before, so that caps bite. Not in order of occurrence.
 */
export function historiesOf(policy: Policy, options: HistoryOptions = {}): fc.Arbitrary<readonly AssessedCheck[]> {
  const { checksMax = 12, resent = true } = options
  const drafts = fc.oneof(
    { weight: 2, arbitrary: fc.array(draft, { maxLength: Math.min(4, checksMax) }) },
    { weight: 2, arbitrary: fc.array(draft, { maxLength: checksMax, size: 'max' }) },
  )
  return fc.tuple(drafts, anyIndex, oneIn(4)).map(([all, weight, again]) => {
    const from = pools(policy, weight, options)
    const checks = all.map((one, index) => {
      const { incident, indicators, agency } = (one.echoes ? all[index - 1] : undefined) ?? one
      return { id: `c${index}`, ...checkOf(from, { ...one, incident, indicators, agency }) }
    })
    return again && resent ? [...checks, ...checks.slice(0, 2)] : checks
  })
}

/** Histories with an instant to assess them at and, at times, the journal position of an earlier closing. */
export function examplesOf(policy: Policy, options: HistoryOptions = {}): fc.Arbitrary<Example> {
  const closing = fc.option(fc.nat(POSITION_MAX), { nil: undefined, freq: 2 })
  return fc.tuple(historiesOf(policy, options), draftDate, closing).map(([checks, date, closedAt]) => ({
    checks,
    asOf: instantOf(policy, checks, date, options.asOf ?? AS_OF),
    ...(closedAt === undefined ? {} : { closedAt }),
  }))
}

/**
 * Instants at which the policy's view of these checks changes: one of them becomes visible, leaves a window, changes
 * weight or falls behind the horizon; and a millisecond to either side. `asOf` where there are no checks.
 */
export function instantsOf(
  policy: Policy,
  checks: readonly AssessedCheck[],
  options: Pick<HistoryOptions, 'asOf'> = {},
): fc.Arbitrary<number> {
  return draftDate.map((date) => instantOf(policy, checks, date, options.asOf ?? AS_OF))
}

function instantOf(policy: Policy, checks: readonly AssessedCheck[], date: DraftDate, asOf: number): number {
  const check = checks[date.share % (checks.length + 1)]
  if (check === undefined) return asOf
  const days = edgeDaysOf(policy)
  return check.occurredAt + picked(days, date.edges[0]) * DAY_MS + date.shiftMs
}

/** The lists that a check's numbers pick from. */
interface Pools {
  readonly indicators: readonly string[]
  readonly incidents: readonly string[]
  readonly agencies: readonly string[]
  readonly kinds: readonly string[]
  readonly edgeDays: readonly number[]
  readonly recentMs: number
  readonly reachMs: number
  readonly options: HistoryOptions
}

/** `weight` says how much a single code may reach; the lightest histories use only what reaches nothing alone. */
function pools(policy: Policy, weight: number, options: HistoryOptions): Pools {
  const { indicators, incidents, kinds } = vocabularyOf(policy)
  const ceiling = weight % (policy.levels.length + 1)
  const edgeDays = edgeDaysOf(policy)
  return {
    indicators: upTo(indicators, ceiling),
    incidents: upTo(incidents, ceiling),
    agencies: options.agencies ?? ['A', 'B', 'C'],
    kinds: options.kinds ?? kinds,
    edgeDays,
    recentMs: shortestWindowDays(policy) * DAY_MS,
    reachMs: (Math.max(...edgeDays) + policy.horizonDays) * DAY_MS,
    options,
  }
}

function upTo(codes: readonly Code[], ceiling: number): readonly string[] {
  const light = codes.filter(({ reach }) => reach <= ceiling)
  return (light.length > 0 ? light : codes.slice(0, 1)).map(({ code }) => code)
}

function checkOf(from: Pools, one: Draft): Omit<AssessedCheck, 'id'> {
  const agency = picked(from.agencies, one.agency)
  const { withdrawn = true } = from.options
  return {
    agency,
    // An agency has one kind, except where a draft says otherwise: rules must not count on it.
    agencyKind: picked(from.kinds, one.ownKind ?? from.agencies.indexOf(agency)),
    incident: picked(from.incidents, one.incident),
    indicators: from.indicators.length === 0 ? [] : one.indicators.map((index) => picked(from.indicators, index)),
    occurredAt: occurredAt(from, one.date),
    ...(one.withdrawn && withdrawn ? { withdrawn: true } : {}),
    ...(one.position === undefined ? {} : { position: one.position }),
  }
}

function occurredAt(from: Pools, { form, edges, share, shiftMs, isFuture }: DraftDate): number {
  const { asOf = AS_OF, future = true } = from.options
  const [first, second] = edges.map((edge) => picked(from.edgeDays, edge) * DAY_MS) as [number, number]
  const ages: Readonly<Record<DraftDate['form'], number>> = {
    edge: first - shiftMs,
    'edge-of-edge': first + second - shiftMs,
    recent: Math.floor((from.recentMs * share) / 1_001),
    anywhere: Math.floor((from.reachMs * share) / 1_000),
    midnight: (((asOf % DAY_MS) + DAY_MS) % DAY_MS) + first - shiftMs,
  }
  const age = ages[form]
  if (isFuture && future) return asOf + Math.min(Math.abs(age), 2 * DAY_MS) + 1
  return asOf - (future ? age : Math.max(0, age))
}

/** A member of a list that is not empty. */
function picked<Item>(list: readonly Item[], index: number): Item {
  return list[index % list.length] as Item
}
