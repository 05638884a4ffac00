import { IndexError, isIndexError } from '../../errors.js'
import { compilePolicy } from '../compiled/compile.js'
import type { Example } from '../example.js'
import { parsePolicy } from '../parse.js'
import { levelRank, type Policy } from '../policy.js'
import { type Edit, edited, editsOf, pathText } from './edits.js'

/** A policy with one small mistake in it. */
export interface PolicyMutant {
  /** The path and the sort of the change; the same policy always gives the same ids. */
  readonly id: string
  /** Where the policy was changed: `levels[0].reachedWhen.any[2].points.atLeast`. */
  readonly path: string
  /** What is different, in English. */
  readonly change: string
  readonly policy: Policy
}

/** A history with the level that its author expects. */
export interface LevelExample extends Example {
  /** Name of a level, or `none`. */
  readonly level: string
}

/**
 * Every mistake of one step that somebody could make in a policy, in the order of the document; each is a valid policy.
 *
 * A threshold, window, cap, decay step, weight, severity or horizon one higher or lower; a cap, a decay step, a flag, a
 * rule, a filter or a member of a filter left out; `all` and `any` exchanged. A level's `threshold` and `opens` are left
 * alone: they do not change which level is reached. Some mutants find exactly what the policy finds: see `diffPolicies`.
 */
export function policyMutants(policy: Policy): readonly PolicyMutant[] {
  return [...editsOf(policy)].flatMap((edit) => mutantOf(policy, edit))
}

function mutantOf(policy: Policy, { path, kind, change, value }: Edit): PolicyMutant[] {
  try {
    const mutant = parsePolicy(edited(policy, path, value))
    return [{ id: `${pathText(path)} ${kind}`, path: pathText(path), change, policy: mutant }]
  } catch (error) {
    if (isIndexError(error, 'ERR_POLICY_INVALID')) return []
    throw error
  }
}

/**
 * The mutants that none of the examples would notice: each example has the same level under them as under the policy.
 * @throws {IndexError} `ERR_ASSESSMENT_INVALID` for an example whose level is not what the policy itself finds (`field`:
 * `examples[0].level`), or that the policy cannot assess
 */
export function survivingMutants(policy: Policy, examples: readonly LevelExample[]): readonly PolicyMutant[] {
  const expected = examples.map((example) => ({ example, rank: levelRank(policy, example.level) }))
  for (const [index, { example, rank }] of expected.entries()) {
    if (rankOf(policy, example) === rank) continue
    const field = `examples[${index}].level`
    throw new IndexError('ERR_ASSESSMENT_INVALID', `${field} is not the level that the policy finds`, { field })
  }
  // A mutant has the levels of the policy, so ranks can be compared.
  return policyMutants(policy).filter(({ policy: mutant }) =>
    expected.every(({ example, rank }) => rankOf(mutant, example) === rank),
  )
}

function rankOf(policy: Policy, { checks, asOf, closedAt }: Example): number {
  return compilePolicy(policy).rank(checks, asOf, closedAt)
}
