import { atomKey, type Term } from '../analyse/terms.js'
import { type AssessedCheck, historyOf } from '../history.js'
import { atomsOf } from '../policy.js'
import { evaluate } from '../reference/evaluate.js'
import { builderFor } from './build.js'
import type { Draw } from './draw.js'
import { NOW, type Pool } from './pool.js'
import { heightOf, ruleFrom, type Side } from './scale.js'
import { weakened } from './weaken.js'

/** What a search is to find: a history by which `high` reaches a height and `low` does not. */
export interface Aim {
  readonly high: Side
  readonly low: Side
  readonly height: number
  /** How `high` is to reach it. */
  readonly term: Term
  /** The instant of the assessment, counted from the latest check. */
  readonly delayMs: number
  readonly tally: Tally
}

/** What was tried so far. */
export interface Tally {
  histories: number
  checksMost: number
}

const VARIED_MAX = 3

/**
 * A history on which the aim is met, or undefined: one attempt.
 *
 * Every atom of the term is satisfied at random, and then the history is made as weak as it can be while `high` still
 * reaches the height. A policy never reaches less for more, so weakening can only help `low` to fall short, and where
 * any history meets the aim, one that cannot be weakened does. If this one does not, it is varied a little and weakened
 * again.
 *
 * Mostly one atom of `low` is chosen that must not come to hold meanwhile: in every history that meets the aim, some do not.
 */
export function attempt(aim: Aim, pool: Pool, draw: Draw): readonly AssessedCheck[] | undefined {
  const { high, low, term, tally } = aim
  const looked = (): void => {
    tally.histories += 1
  }
  const exceeds = exceedsFor(aim, draw, looked)
  const builder = builderFor({ side: high, term, pool, draw, spoils: spoilsFor(aim), exceeds, looked })
  const reaches = (tried: readonly AssessedCheck[]): boolean => reachedBy(high, aim, tried)
  // An older check can stand on a day of its own, and a lighter code in another dimension.
  const quietly = (tried: readonly AssessedCheck[]): boolean => reaches(tried) && !exceeds(tried)
  let checks = builder.satisfied()
  for (let time = 0; time <= VARIED_MAX && reaches(checks); time += 1) {
    checks = weakened(checks, { reaches: quietly, pool, draw, policy: high.policy })
    if (!reachedBy(low, aim, checks)) return checks
    checks = builder.varied(checks)
  }
  return undefined
}

function reachedBy(side: Side, { height, delayMs, tally }: Aim, checks: readonly AssessedCheck[]): boolean {
  tally.histories += 1
  tally.checksMost = Math.max(tally.checksMost, checks.length)
  return heightOf(side, checks, NOW + delayMs) >= height
}

/** Whether a history makes the atom of `low` hold that must not; sometimes there is none. */
function exceedsFor(
  { high, low, height }: Aim,
  draw: Draw,
  looked: () => void,
): (checks: readonly AssessedCheck[]) => boolean {
  const rule = ruleFrom(low, height)
  const atoms = rule === undefined ? [] : atomsOf(rule)
  if (atoms.length === 0 || draw.chance(35)) return () => false
  const kept = new Set(high.policy.levels.flatMap((level) => atomsOf(level.reachedWhen)).map(atomKey))
  const changed = atoms.filter((atom) => !kept.has(atomKey(atom)))
  const atom = draw.pick(changed.length > 0 && draw.chance(70) ? changed : atoms)
  return (checks) => {
    looked()
    return evaluate(atom, historyOf(low.policy, checks), NOW).holds
  }
}

const heightsAlone = new WeakMap<Side, Map<string, number>>()

/** Whether a check, with only this one of its indicators, makes `low` reach the height: then more cannot meet the aim. */
function spoilsFor({ low, height, delayMs }: Aim): (check: AssessedCheck, code: string | undefined) => boolean {
  const heights = heightsAlone.get(low) ?? new Map<string, number>()
  heightsAlone.set(low, heights)
  return (check, code) => {
    const key = [check.incident, check.agencyKind, check.occurredAt, code ?? '', delayMs].join(' ')
    const known =
      heights.get(key) ?? heightOf(low, [{ ...check, indicators: code === undefined ? [] : [code] }], NOW + delayMs)
    heights.set(key, known)
    return known >= height
  }
}
