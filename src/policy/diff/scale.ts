import { type CompiledPolicy, compilePolicy } from '../compiled/compile.js'
import type { AssessedCheck } from '../history.js'
import { type Level, type Policy, type Rule, THRESHOLDS } from '../policy.js'

/**
 * What the levels of two policies are compared by. `level`: both have the same names in the same order. `threshold`:
 * they have not, and what counts is which threshold of the law a level stands for.
 */
export type ComparedBy = 'level' | 'threshold'

/** One of two policies, with its levels placed on the scale that both share. */
export interface Side {
  readonly policy: Policy
  readonly compiled: CompiledPolicy
  /** By rank: 0 for `none`. Never falls. */
  readonly heights: readonly number[]
}

export interface Scale {
  readonly comparedBy: ComparedBy
  readonly before: Side
  readonly after: Side
}

export function scaleOf(before: Policy, after: Policy): Scale {
  const sameNames =
    before.levels.length === after.levels.length &&
    before.levels.every((level, index) => level.name === after.levels[index]?.name)
  const heightOf = sameNames
    ? (_: Level, index: number): number => index + 1
    : (level: Level): number => THRESHOLDS.indexOf(level.threshold)
  const sideOf = (policy: Policy): Side => ({
    policy,
    compiled: compilePolicy(policy),
    heights: [0, ...policy.levels.map(heightOf)],
  })
  return { comparedBy: sameNames ? 'level' : 'threshold', before: sideOf(before), after: sideOf(after) }
}

/** How high on the shared scale a policy places a history. */
export function heightOf({ compiled, heights }: Side, checks: readonly AssessedCheck[], asOf: number): number {
  return heights[compiled.rank(checks, asOf)] ?? 0
}

/** The heights above `none` that a policy has, lowest first. */
export function heightsOf({ heights }: Side): readonly number[] {
  return [...new Set(heights)].filter((height) => height > 0)
}

/** The rule that holds where a level of exactly this height does; undefined where the policy has none. */
export function ruleAt(side: Side, height: number): Rule | undefined {
  return ruleOf(side, (its) => its === height)
}

/** The rule that holds where a level of at least this height does. */
export function ruleFrom(side: Side, height: number): Rule | undefined {
  return ruleOf(side, (its) => its >= height)
}

function ruleOf({ policy, heights }: Side, counts: (height: number) => boolean): Rule | undefined {
  const rules = policy.levels.filter((_, index) => counts(heights[index + 1] ?? 0)).map((level) => level.reachedWhen)
  return rules.length === 0 ? undefined : { any: rules }
}
