import { compilePolicy } from '../compiled/compile.js'
import { type AssessedCheck, historyOf } from '../history.js'
import { type AgencyKind, levelRank, type Policy } from '../policy.js'
import { lowerBound } from './addition/bound.js'
import { exampleOf, type Reaches } from './addition/example.js'
import { modelOf } from './addition/model.js'
import { numberOf, someUses, usesOf } from './addition/search.js'

export interface AdditionOptions {
  /** Journal position at which this child's case was closed: one of the additions, or of what came since, must count. */
  readonly closedAt?: number
  /** Kinds of the agencies that could send a check. Absent: those that the policy names and those of the history. */
  readonly agencyKinds?: readonly AgencyKind[]
}

/** What further checks a level would take; `shortfalls` are those of its atoms at `asOf`, without them. */
export type SmallestAddition = ReachableByAddition | UnreachableByAddition | UndecidedAddition

export interface ReachableByAddition {
  readonly level: string
  readonly outcome: 'reachable'
  /** How many checks the example has; 0 where the level is reached already. */
  readonly checks: number
  /** No fewer checks than this can reach the level. */
  readonly atLeast: number
  /** Whether it is proved that fewer checks than those of the example do not: `checks` is `atLeast`. */
  readonly exact: boolean
  /** Checks that reach the level when added. Mostly no indicator of them can be left out; the search for that is bounded. */
  readonly example: readonly AssessedCheck[]
  readonly shortfalls: readonly AtomShortfall[]
}

/** No number of checks dated `asOf`, by agencies of the kinds in question, reaches the level. */
export interface UnreachableByAddition {
  readonly level: string
  readonly outcome: 'unreachable'
  readonly shortfalls: readonly AtomShortfall[]
}

/** It takes more than 1,000 checks, or the policy is too large to search. */
export interface UndecidedAddition {
  readonly level: string
  readonly outcome: 'undecided'
  readonly atLeast: number
  readonly shortfalls: readonly AtomShortfall[]
}

export interface AtomShortfall {
  /** Where the atom stands in the policy. */
  readonly path: string
  readonly value: number
  /** 0 for an atom that holds. */
  readonly shortfall: number
}

const CHECKS_MAX = 1_000

/**
 * The fewest further checks, dated `asOf`, with which a level would be reached, and an example of them.
 *
 * A check may carry up to 64 indicators. Retired codes are not used, nor kinds of agency from which a hub refuses an
 * incident. Agencies of the example are some of the history or new ones, called `new-agency-1` and so on.
 *
 * @throws {RangeError} for a level that the policy does not have
 * @throws {IndexError} `ERR_ASSESSMENT_INVALID` as `assess`
 */
export function smallestAddition(
  policy: Policy,
  checks: readonly AssessedCheck[],
  asOf: number,
  level: string,
  { closedAt, agencyKinds }: AdditionOptions = {},
): SmallestAddition {
  const index = levelRank(policy, level) - 1
  const found = policy.levels[index]
  if (found === undefined) throw new RangeError('the policy has no level of this name')
  const history = historyOf(policy, checks)
  const model = modelOf(history, found, `levels[${index}].reachedWhen`, asOf, { closedAt, agencyKinds })
  const shortfalls = model.atoms.map(({ path, value, atLeast }) => ({
    path,
    value,
    shortfall: Math.max(0, atLeast - value),
  }))
  const compiled = compilePolicy(policy)
  const reaches: Reaches = (added) =>
    compiled.findings([...history.checks, ...added], asOf, closedAt)[index]?.reachedAt !== undefined
  if (reaches([])) {
    return { level, outcome: 'reachable', checks: 0, atLeast: 0, exact: true, example: [], shortfalls }
  }
  const undecided = (atLeast: number): SmallestAddition => ({ level, outcome: 'undecided', atLeast, shortfalls })
  // With sorts of checks left out, nothing is proved but that one more is needed.
  let atLeast = model.candidates.isComplete ? lowerBound(model) : 1
  if (atLeast === Number.POSITIVE_INFINITY) return { level, outcome: 'unreachable', shortfalls }
  let uses = atLeast > CHECKS_MAX ? undefined : someUses(model, found.reachedWhen, atLeast, CHECKS_MAX)
  if (uses === undefined) return undecided(atLeast)
  while (atLeast < numberOf(uses)) {
    const fewer = usesOf(model, atLeast)
    if (fewer === undefined) break
    if (fewer === 'none') atLeast += 1
    else uses = fewer
  }
  const example = exampleOf(history, uses, model.candidates.indicators, asOf, reaches)
  if (example === undefined) return undecided(atLeast)
  return {
    level,
    outcome: 'reachable',
    checks: example.length,
    atLeast,
    exact: example.length === atLeast,
    example,
    shortfalls,
  }
}
