import { compilePolicy } from '../compiled/compile.js'
import type { Example } from '../example.js'
import type { Policy } from '../policy.js'
import { type DocumentChange, documentChanges } from './changes.js'
import { type Direction, whereHigher } from './direction.js'
import { poolOf } from './pool.js'
import { type ComparedBy, scaleOf } from './scale.js'

/** How what one policy finds compares with what another finds. */
export interface PolicyDiff {
  /**
   * `stricter`: `after` never gives a higher level and somewhere a lower one; `laxer`: the reverse; `incomparable`: it
   * gives a higher level on one history and a lower one on another.
   */
  readonly relation: 'equivalent' | 'stricter' | 'laxer' | 'incomparable'
  /** Whether the relation is certain: what never happens is proved, what happens is shown. */
  readonly proved: boolean
  /** How far was looked for what was neither proved nor found; absent where `proved`. */
  readonly bound?: string
  /** `threshold` where the two do not have the same levels in the same order: then only thresholds are compared. */
  readonly comparedBy: ComparedBy
  /** A history on which `after` gives a higher level. */
  readonly raises?: Difference
  /** A history on which `after` gives a lower level. */
  readonly lowers?: Difference
  /** What is different in the documents, in English; wording of labels and titles included. */
  readonly changes: readonly DocumentChange[]
}

/** A history on which two policies give different levels. No check and no indicator of it can be left out. */
export interface Difference extends Example {
  /** Name of the level under the first policy, or `none`. */
  readonly before: string
  readonly after: string
  /** Whether it is certain that no history with fewer checks shows the same. */
  readonly shortest: boolean
}

export interface DiffOptions {
  /** Of the search; the same seed gives the same answer. Default 1. */
  readonly seed?: number
  /** How many histories are tried in each direction that is not proved, or about so many. Default 200,000. */
  readonly histories?: number
}

const HISTORIES = 200_000
/**
 * Whether one policy is stricter than another, with a history for each way in which they differ.
 *
 * Histories are of codes that both policies have, of no closed case and without withdrawn checks; codes of one policy
 * alone are listed among the changes. What is said of a relation is proved term by term, or shown by a history that both
 * policies were run on; where neither succeeds, `proved` is false and `bound` says how far was looked.
 *
 * @throws {RangeError} for options that are not whole numbers, `histories` below 1.
 */
export function diffPolicies(before: Policy, after: Policy, options: DiffOptions = {}): PolicyDiff {
  const { seed = 1, histories = HISTORIES } = options
  if (!Number.isSafeInteger(seed)) throw new RangeError('seed must be a whole number')
  if (!Number.isSafeInteger(histories) || histories < 1) throw new RangeError('histories must be a whole number from 1')
  const scale = scaleOf(before, after)
  const pool = poolOf(before, after)
  const raised = whereHigher(scale.after, scale.before, pool, { seed, histories })
  const lowered = whereHigher(scale.before, scale.after, pool, { seed, histories })
  const proved = raised.certain && lowered.certain
  return {
    relation: relationOf(raised, lowered),
    proved,
    ...(proved ? {} : { bound: boundText(raised, lowered) }),
    comparedBy: scale.comparedBy,
    ...differenceOn('raises', raised, before, after),
    ...differenceOn('lowers', lowered, before, after),
    changes: documentChanges(before, after),
  }
}

function relationOf(raised: Direction, lowered: Direction): PolicyDiff['relation'] {
  if (raised.example === undefined) return lowered.example === undefined ? 'equivalent' : 'stricter'
  return lowered.example === undefined ? 'laxer' : 'incomparable'
}

function boundText(raised: Direction, lowered: Direction): string {
  const told = (direction: Direction, level: string): string[] =>
    direction.certain
      ? []
      : [
          `no history with a ${level} level found among ${direction.histories} of up to ${direction.checksMost} checks, and none excluded`,
        ]
  return [...told(raised, 'higher'), ...told(lowered, 'lower')].join('; ')
}

function differenceOn(
  name: 'raises' | 'lowers',
  { example, shortest }: Direction,
  before: Policy,
  after: Policy,
): { readonly [field in typeof name]?: Difference } {
  if (example === undefined) return {}
  const levelUnder = (policy: Policy): string => {
    const rank = compilePolicy(policy).rank(example.checks, example.asOf)
    return policy.levels[rank - 1]?.name ?? 'none'
  }
  return { [name]: { ...example, before: levelUnder(before), after: levelUnder(after), shortest } }
}
