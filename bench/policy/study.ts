import { analyse } from '../../src/policy/analyse/analyse.js'
import { diffPolicies } from '../../src/policy/diff/diff.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { Policy } from '../../src/policy/policy.js'

export interface StudyOptions {
  /** For the analysis; 3 is what it does unless told otherwise. */
  readonly triggerChecks: number
  /** For the difference; 150,000 is what it does unless told otherwise. */
  readonly histories: number
}

/** Milliseconds to analyse a policy, as a person waits for it: once, with nothing warmed up. */
export function analyseMs(policy: Policy, { triggerChecks }: StudyOptions): number {
  const start = performance.now()
  const { levels } = analyse(policy, { triggerChecks })
  const elapsed = performance.now() - start
  if (levels.length !== policy.levels.length) throw new Error('a level was not analysed')
  return elapsed
}

/** Milliseconds to compare a policy with itself after one edit, in the same way: the last points threshold ten lower. */
export function diffMs(policy: Policy, { histories }: StudyOptions): number {
  const after = parsePolicy(withLowerThreshold(policy))
  const start = performance.now()
  const { relation } = diffPolicies(policy, after, { histories })
  const elapsed = performance.now() - start
  if (relation !== 'laxer') throw new Error(`lowering a threshold made a policy ${relation}`)
  return elapsed
}

function withLowerThreshold(policy: Policy): string {
  const text = JSON.stringify(policy)
  const last = text.lastIndexOf('{"points":{"atLeast":')
  const edited = text.slice(last).replace(/\d+/, (atLeast) => String(Number(atLeast) - 10))
  return text.slice(0, last) + edited
}
