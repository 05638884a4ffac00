import fc from 'fast-check'
import { toHex } from '../../bytes.js'
import { caseOf } from '../../policy/cases/write.js'
import type { Example } from '../../policy/example.js'
import { policyHash } from '../../policy/hash.js'
import type { Policy } from '../../policy/policy.js'
import { referenceAssess } from '../../policy/reference/assess.js'
import { type Implementation, type Law, LawBroken, type LawId, type Situation, textOf } from './law.js'
import { laws } from './laws.js'

export interface LawOptions extends Partial<Implementation> {
  /** Histories per law; default 100. */
  readonly runs?: number
  /** Repeats a run; default another one each time. */
  readonly seed?: number
  /** The path of a failure, which together with its seed leads straight to it. For one law at a time. */
  readonly path?: string
  /** Default all. */
  readonly only?: readonly LawId[]
}

/** Which laws hold of a policy, as far as the runs show. */
export interface LawReport {
  /** SHA-256 in hexadecimal. */
  readonly policyHash: string
  readonly held: number
  readonly failed: number
  readonly notApplicable: number
  /** In the order of the laws. */
  readonly results: readonly LawResult[]
}

export interface LawResult {
  readonly id: LawId
  readonly title: string
  readonly rationale: string
  readonly outcome: 'held' | 'failed' | 'not-applicable'
  /** Histories tried; up to the first that failed. */
  readonly runs: number
  /** Why the law does not apply, or what was found where it failed. */
  readonly reason?: string
  readonly seed?: number
  readonly path?: string
  /** The shortest history found on which the law fails; absent where the law is about the policy as a document. */
  readonly example?: Example
  /** That history as a case for a `*.cases.json` file, with the level that the reference evaluator finds. */
  readonly counterexample?: string
  /** The policy that the case is for, where the law had to make a variant of the one under test. */
  readonly variant?: Policy
}

/** Tries every law on a policy, with random histories drawn from the policy itself. Needs no test runner. */
export function checkLaws(policy: Policy, options: LawOptions = {}): LawReport {
  const { only } = options
  const results = laws
    .filter(({ id }) => only === undefined || only.includes(id))
    .map((law) => checkLaw(law, policy, options))
  const count = (outcome: LawResult['outcome']): number => results.filter((one) => one.outcome === outcome).length
  return {
    policyHash: toHex(policyHash(policy)),
    held: count('held'),
    failed: count('failed'),
    notApplicable: count('not-applicable'),
    results,
  }
}

/** Tries one law. */
export function checkLaw(law: Law, policy: Policy, options: LawOptions = {}): LawResult {
  const { runs = 100, seed, path, only: _, ...implementation } = options
  const { id, title, rationale } = law
  const applies = law.appliesTo(policy, implementation)
  if (applies !== true) return { id, title, rationale, outcome: 'not-applicable', runs: 0, reason: applies }
  const found = fc.check(law.property(policy, implementation), {
    numRuns: runs,
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined ? {} : { path }),
  })
  const tried = { id, title, rationale, runs: found.numRuns, seed: found.seed }
  if (!found.failed) return { ...tried, outcome: 'held' }
  const broken = found.errorInstance
  const situations = broken instanceof LawBroken ? broken.situations : []
  const drawn = found.counterexample?.[0]
  return {
    ...tried,
    outcome: 'failed',
    reason: broken instanceof Error ? broken.message : 'something was thrown that is no error',
    ...(found.counterexamplePath === null ? {} : { path: found.counterexamplePath }),
    ...counterexampleOf(law, policy, situations, drawn, implementation),
  }
}

type Found = Pick<LawResult, 'example' | 'counterexample' | 'variant'>

/** Of the histories involved the one on which the assessment is wrong, if one is: the reference evaluator is asked. */
function counterexampleOf(
  law: Law,
  policy: Policy,
  situations: readonly Situation[],
  drawn: Example | undefined,
  { assess }: Partial<Implementation>,
): Found {
  const all = situations.length > 0 || drawn === undefined || law.id === 'T18' ? situations : [{ ...drawn, policy }]
  const wrong = all.find((one) => assess !== undefined && isWrong(one, assess))
  const chosen = wrong === undefined || assess === undefined ? all[0] : smallest(wrong, assess)
  if (chosen === undefined) return {}
  const { policy: variant, checks, asOf, closedAt } = chosen
  const example = { checks, asOf, ...(closedAt === undefined ? {} : { closedAt }) }
  return {
    example,
    counterexample: caseOf(example, expectedLevel(chosen), `${law.id}: ${law.title}`),
    ...(textOf(variant) === textOf(policy) ? {} : { variant }),
  }
}

/** The situation without the checks that it is wrong without, too. */
function smallest(wrong: Situation, assess: Implementation['assess']): Situation {
  for (const check of wrong.checks) {
    const fewer = { ...wrong, checks: wrong.checks.filter((one) => one !== check) }
    if (isWrong(fewer, assess)) return smallest(fewer, assess)
  }
  return wrong
}

function isWrong(one: Situation, assess: Implementation['assess']): boolean {
  const { policy, checks, asOf, closedAt } = one
  try {
    return assess(policy, checks, asOf, closedAt === undefined ? {} : { closedAt }).level !== expectedLevel(one)
  } catch {
    return true
  }
}

function expectedLevel({ policy, checks, asOf, closedAt }: Situation): string {
  return referenceAssess(policy, checks, asOf, closedAt === undefined ? {} : { closedAt }).level
}
