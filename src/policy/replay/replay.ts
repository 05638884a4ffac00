import { toHex } from '../../bytes.js'
import { compilePolicy } from '../compiled/compile.js'
import { policyHash } from '../hash.js'
import type { AssessedCheck } from '../history.js'
import { incidentOf, indicatorOf, type Policy, type Threshold } from '../policy.js'
import { type PublishedCount, published, ROUNDED_TO, summed } from './published.js'

/** The checks on one child. Which child is not asked. */
export interface ReplayChild {
  readonly checks: readonly AssessedCheck[]
  /** Journal position at which this child's case was closed. */
  readonly closedAt?: number
  /** Instant of this child's assessment, in epoch milliseconds; absent: that of the options. */
  readonly asOf?: number
}

export interface ReplayOptions {
  /** In epoch milliseconds, for every child that has no instant of its own. */
  readonly asOf: number
  /** Counts from 1 to one less are not shown; at least 5, so that none of them is rounded to 0. Default 10. */
  readonly suppressBelow?: number
}

/** One of the two policies of a replay. */
export interface ReplayedPolicy {
  readonly id: string
  readonly version: string | number
  readonly title: string
  /** Hash of the policy, as 64 lower-case hexadecimal digits. */
  readonly hash: string
  /** `none` first, then the levels in ascending order. */
  readonly levels: readonly ReplayedLevel[]
  /** Children with a check that carries a code which this policy does not have. */
  readonly unknownCodes: PublishedCount
}

export interface ReplayedLevel {
  readonly name: string
  readonly threshold: Threshold
  /** About how many: the sum of what `moves` shows. */
  readonly children: PublishedCount
}

/** How many children two policies place at each level. Counts only, as they may be published: see `replayPolicies`. */
export interface ReplayReport {
  readonly before: ReplayedPolicy
  readonly after: ReplayedPolicy
  readonly asOf: number
  /** About how many children both policies could assess: the sum of what `moves` shows. */
  readonly children: PublishedCount
  /** Children that one of the policies, or both, cannot assess, because they carry a code which it does not have. */
  readonly unassessed: PublishedCount
  /** `moves[from][to]`: at level `from` of the first policy and at level `to` of the second, by place in `levels`. */
  readonly moves: readonly (readonly PublishedCount[])[]
  readonly suppressedBelow: number
  readonly roundedTo: number
}

const SUPPRESS_BELOW = 10

/**
 * How many children would be at each level under each of two policies, and how many would move from where to where.
 *
 * What is protected: in `moves`, counts below `suppressBelow` are not shown and every other count but 0 is rounded to a
 * multiple of 5. Sums are worked out from what `moves` shows, with half the limit for what it hides, so that no
 * subtraction gives a hidden count away; they are therefore a little off. The exact counts are not in the report, and
 * nothing in it belongs to one child.
 *
 * What is not: a 0 says that there is nobody, and a hidden count that there is somebody. Who knows an exact sum from
 * elsewhere can subtract what is shown from it. Two reports, over nearly the same children or with nearly the same
 * policies, can be told apart: one child more can carry a count across the limit or to the next multiple. So whoever may
 * choose the policies and the moment can put questions about a child of whom enough is known. Publish seldom, and let
 * nobody run it who may not see the children's levels.
 *
 * @param policies Each is asked for every child as `assess` would be, at the child's instant.
 * @param children Taken one at a time, so that there may be more than memory holds.
 * @throws {RangeError} for an `asOf` that is no whole number, or a `suppressBelow` below 5
 * @throws {IndexError} `ERR_ASSESSMENT_INVALID` for one check id with two contents. A code that a policy does not have
 * is counted, not thrown.
 */
export async function replayPolicies(
  policies: { readonly before: Policy; readonly after: Policy },
  children: Iterable<ReplayChild> | AsyncIterable<ReplayChild>,
  options: ReplayOptions,
): Promise<ReplayReport> {
  const { asOf, suppressBelow = SUPPRESS_BELOW } = options
  if (!Number.isSafeInteger(asOf)) throw new RangeError('asOf must be a whole number of milliseconds')
  if (!Number.isSafeInteger(suppressBelow) || suppressBelow < ROUNDED_TO) {
    throw new RangeError(`suppressBelow must be a whole number from ${ROUNDED_TO}`)
  }
  const tally = await counted(policies, children, asOf)
  const show = (count: number): PublishedCount => published(count, suppressBelow)
  const sum = (counts: readonly PublishedCount[]): PublishedCount => summed(counts, suppressBelow)
  const moves = tally.moves.map((row) => row.map(show))
  return {
    before: replayed(policies.before, moves.map(sum), show(tally.unknownBefore)),
    after: replayed(policies.after, columnsOf(moves).map(sum), show(tally.unknownAfter)),
    asOf,
    children: sum(moves.flat()),
    unassessed: show(tally.unassessed),
    moves,
    suppressedBelow: suppressBelow,
    roundedTo: ROUNDED_TO,
  }
}

/** Exact counts: never leaves this file. */
interface Tally {
  readonly moves: number[][]
  unassessed: number
  unknownBefore: number
  unknownAfter: number
}

async function counted(
  { before, after }: { readonly before: Policy; readonly after: Policy },
  children: Iterable<ReplayChild> | AsyncIterable<ReplayChild>,
  asOf: number,
): Promise<Tally> {
  const row = after.levels.length + 1
  const moves = Array.from({ length: before.levels.length + 1 }, () => new Array<number>(row).fill(0))
  const tally: Tally = { moves, unassessed: 0, unknownBefore: 0, unknownAfter: 0 }
  const [first, second] = [compilePolicy(before), compilePolicy(after)]
  for await (const child of children) {
    const knownBefore = knowsCodes(before, child.checks)
    const knownAfter = knowsCodes(after, child.checks)
    if (!knownBefore) tally.unknownBefore += 1
    if (!knownAfter) tally.unknownAfter += 1
    if (!knownBefore || !knownAfter) {
      tally.unassessed += 1
      continue
    }
    const at = child.asOf ?? asOf
    const from = moves[first.rank(child.checks, at, child.closedAt)]
    const to = second.rank(child.checks, at, child.closedAt)
    if (from !== undefined) from[to] = (from[to] ?? 0) + 1
  }
  return tally
}

function knowsCodes(policy: Policy, checks: readonly AssessedCheck[]): boolean {
  return checks.every(
    ({ incident, indicators }) =>
      incidentOf(policy, incident) !== undefined && indicators.every((code) => indicatorOf(policy, code) !== undefined),
  )
}

function replayed(policy: Policy, counts: readonly PublishedCount[], unknownCodes: PublishedCount): ReplayedPolicy {
  const { id, version, title } = policy
  const none = { name: 'none', threshold: 'none' } as const
  const levels = [none, ...policy.levels].map(({ name, threshold }, rank) => ({
    name,
    threshold,
    children: counts[rank] ?? 0,
  }))
  return { id, version, title, hash: toHex(policyHash(policy)), levels, unknownCodes }
}

function columnsOf(rows: readonly (readonly PublishedCount[])[]): readonly (readonly PublishedCount[])[] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? 0))
}
