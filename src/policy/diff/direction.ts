import type { Term } from '../analyse/terms.js'
import type { Example } from '../example.js'
import { atomsOf, DAY_MS, measureOf, type Policy } from '../policy.js'
import { drawFrom } from './draw.js'
import { NOW, type Pool } from './pool.js'
import { type OpenTerm, openTerms } from './prove.js'
import { heightOf, type Side } from './scale.js'
import { attempt, type Tally } from './search.js'
import { shrunk } from './shrink.js'

/** What is known of whether one policy ever places a history higher than another. */
export interface Direction {
  /** A history that it places higher; absent where none was found. */
  readonly example?: Example
  /** Whether no history has fewer checks; false where that is not known. */
  readonly shortest: boolean
  /** Shown by an example, or proved never to be. */
  readonly certain: boolean
  readonly histories: number
  readonly checksMost: number
}

/** Attempts beyond the first success, for a shorter history. */
const ATTEMPTS_MORE = 40

/** Looks for a history that `high` places higher than `low`, where it cannot be proved that there is none. */
export function whereHigher(
  high: Side,
  low: Side,
  pool: Pool,
  options: { readonly seed: number; readonly histories: number },
): Direction {
  const open = openTerms(high, low, pool)
  const tally: Tally = { histories: 0, checksMost: 0 }
  if (open.length === 0 || pool.incidents.length === 0) return { shortest: false, certain: true, ...tally }
  const found = search(high, low, pool, open, tally, options)
  if (found === undefined) return { shortest: false, certain: false, ...tally }
  const fewest = Math.min(...open.map((one) => fewestChecks(one, high.policy)))
  return { example: named(found), shortest: found.checks.length <= fewest, certain: true, ...tally }
}

function search(
  high: Side,
  low: Side,
  pool: Pool,
  open: readonly OpenTerm[],
  tally: Tally,
  { seed, histories }: { readonly seed: number; readonly histories: number },
): Example | undefined {
  const draw = drawFrom(seed)
  const delays = delaysBetween(high.policy, low.policy)
  const differs = ({ checks, asOf }: Example): boolean => heightOf(high, checks, asOf) > heightOf(low, checks, asOf)
  let shortest: Example | undefined
  let more = ATTEMPTS_MORE
  for (let tried = 0; more > 0 && tally.histories < histories; tried += 1) {
    const { height, term } = open[tried % open.length] as OpenTerm
    const delayMs = delays[Math.floor(tried / open.length) % delays.length] ?? 0
    const checks = attempt({ high, low, height, term, delayMs, tally }, pool, draw)
    if (shortest !== undefined) more -= 1
    if (checks === undefined) continue
    const example = shrunk({ checks, asOf: NOW + delayMs }, pool, differs)
    if (shortest === undefined || sizeOf(example) < sizeOf(shortest)) shortest = example
  }
  return shortest
}

/** By checks, and then by indicators and by whether time passes after the last check. */
function sizeOf({ checks, asOf }: Example): number {
  const indicators = checks.reduce((sum, check) => sum + check.indicators.length, 0)
  const waits = checks.some((check) => check.occurredAt === asOf) ? 0 : 1
  return checks.length * 100_000 + indicators * 10 + waits
}

/**
 * How long after the latest check to assess, the most telling first. Just before that check leaves the longer horizon,
 * earlier instants have left the shorter one and hide nothing.
 */
function delaysBetween(high: Policy, low: Policy): readonly number[] {
  const [horizon, other] = [high.horizonDays, low.horizonDays]
  const windows = high.levels.flatMap((level) => atomsOf(level.reachedWhen)).map((atom) => measureOf(atom).withinDays)
  const outliving = windows.filter((days) => days > Math.min(horizon, other)).map((days) => days * DAY_MS - 1)
  const delays = [horizon * DAY_MS - 1]
  if (other < horizon) delays.push(other * DAY_MS)
  if (other !== horizon) delays.push(0)
  return [...new Set([...delays, ...outliving])]
}

/** A number of checks without which a term cannot hold. */
function fewestChecks({ term, sampled }: OpenTerm, policy: Policy): number {
  return sampled ? 1 : Math.max(...term.map((atom) => fewestFor(atom, policy)))
}

function fewestFor(atom: Term[number], policy: Policy): number {
  if ('count' in atom) return atom.count.atLeast
  if ('points' in atom)
    return Math.ceil(atom.points.atLeast / (policy.caps?.perAgency ?? Number.POSITIVE_INFINITY)) || 1
  const { of, atLeast } = atom.distinct
  return of === 'dimension' || of === 'domain' || of === 'indicator' ? 1 : atLeast
}

/** In order of occurrence, with plain names. */
function named({ checks, asOf }: Example): Example {
  const agencies = new Map<string, string>()
  const ordered = [...checks].sort((a, b) => a.occurredAt - b.occurredAt)
  for (const { agency } of ordered) {
    if (!agencies.has(agency)) agencies.set(agency, `agency-${agencies.size + 1}`)
  }
  return {
    asOf,
    checks: ordered.map((check, index) => ({
      ...check,
      id: `check-${index + 1}`,
      agency: agencies.get(check.agency) ?? check.agency,
    })),
  }
}
