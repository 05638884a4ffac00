import fc from 'fast-check'
import { type AssessOptions, assess, levelAt } from '../../policy/assess.js'
import { type CompiledPolicy, compilePolicy } from '../../policy/compiled/compile.js'
import type { Example } from '../../policy/example.js'
import type { Explanation } from '../../policy/explain/explanation.js'
import { reviewAt } from '../../policy/explain/review.js'
import { policyHash } from '../../policy/hash.js'
import type { AssessedCheck } from '../../policy/history.js'
import { parsePolicy } from '../../policy/parse.js'
import { levelRank, type Policy } from '../../policy/policy.js'

/** What an assessment must say; laws about `at`, `support` and `explanation` apply where they are given. */
export interface Assessment {
  /** Name of the highest level reached, or `none`. */
  readonly level: string
  readonly at?: number | undefined
  readonly support?: readonly string[]
  readonly explanation?: Explanation
}

/** What the laws are tried on. Each part is the library's unless one's own is given. */
export interface Implementation {
  readonly assess: (
    policy: Policy,
    checks: readonly AssessedCheck[],
    asOf: number,
    options?: AssessOptions,
  ) => Assessment
  readonly parsePolicy: (input: unknown) => Policy
  readonly policyHash: (policy: Policy) => Uint8Array
  readonly compilePolicy: (policy: Policy) => Pick<CompiledPolicy, 'rank' | 'rankAt' | 'track'>
  /** Name of the highest level whose rule holds at an instant, without horizon. */
  readonly levelAt: (policy: Policy, checks: readonly AssessedCheck[], t: number) => string
  /** The next instant after `asOf` at which the level at an instant falls; undefined where none holds. */
  readonly reviewAt: (policy: Policy, checks: readonly AssessedCheck[], asOf: number) => number | undefined
}

/** A statement that must be true of a policy on every history. */
export interface Law {
  readonly id: LawId
  readonly title: string
  /** Why it must hold, in a sentence. */
  readonly rationale: string
  /** True, or the reason why the law says nothing about this policy. */
  appliesTo(policy: Policy, implementation?: Partial<Implementation>): true | string
  /** For `fc.assert` and `fc.check`. Draws from the policy; what it draws begins with a history. */
  property(policy: Policy, implementation?: Partial<Implementation>): fc.IPropertyWithHooks<[Example]>
}

export type LawId = `T${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21}`

/** A history and the policy that it was assessed under: the one under test, or a variant that a law made of it. */
export interface Situation extends Example {
  readonly policy: Policy
}

/** A law does not hold. Says what was found, and on which histories. */
export class LawBroken extends Error {
  override readonly name: string = 'LawBroken'
  readonly situations: readonly Situation[]

  constructor(message: string, situations: readonly Situation[]) {
    super(message)
    this.situations = situations
  }
}

/** A policy under test with the implementation to try on it. */
export interface Subject extends Implementation {
  readonly policy: Policy
  assessment(situation: Situation): Assessment
  /** Rank of the level found. */
  rank(situation: Situation): number
  /** @throws {LawBroken} unless both assessments say the same in `parts` */
  requireSame(one: Situation, other: Situation, difference: string, parts?: (found: Assessment) => unknown): void
}

interface LawParts<Trial extends Example> extends Pick<Law, 'id' | 'title' | 'rationale'> {
  /** Default: applies to every policy. */
  readonly appliesTo?: (subject: Subject) => true | string
  readonly trials: (policy: Policy) => fc.Arbitrary<Trial>
  /** @throws {LawBroken} where the law does not hold */
  readonly holds: (subject: Subject, trial: Trial) => void
}

export function law<Trial extends Example>({ appliesTo, trials, holds, ...named }: LawParts<Trial>): Law {
  return {
    ...named,
    appliesTo: (policy, implementation = {}) => appliesTo?.(subjectOf(policy, implementation)) ?? true,
    property(policy, implementation = {}) {
      const subject = subjectOf(policy, implementation)
      return fc.property(trials(policy), (trial) => holds(subject, trial))
    },
  }
}

function subjectOf(policy: Policy, given: Partial<Implementation>): Subject {
  const implementation: Implementation = { ...LIBRARY, ...given }
  const assessment = ({ policy: variant, checks, asOf, closedAt }: Situation): Assessment =>
    closedAt === undefined
      ? implementation.assess(variant, checks, asOf)
      : implementation.assess(variant, checks, asOf, { closedAt })
  return {
    ...implementation,
    policy,
    assessment,
    rank: (situation) => levelRank(situation.policy, assessment(situation).level),
    requireSame(one, other, difference, parts = levelOnly) {
      const [found, changed] = [assessment(one), assessment(other)]
      if (textOf(parts(found)) === textOf(parts(changed))) return
      const what = found.level === changed.level ? `${found.level}, with another explanation` : changed.level
      throw new LawBroken(`the level is ${found.level}; ${difference} it is ${what}`, [one, other])
    },
  }
}

function levelOnly({ level }: Assessment): unknown {
  return level
}

/** The level and when it was reached. */
export function levelAndInstant({ level, at }: Assessment): unknown {
  return { level, at }
}

/** All that an assessment says. */
export function everything({ level, at, support, explanation }: Assessment): unknown {
  return { level, at, support, explanation }
}

export function textOf(value: unknown): string {
  return JSON.stringify(value) ?? ''
}

const LIBRARY: Implementation = {
  assess,
  parsePolicy,
  policyHash,
  compilePolicy,
  levelAt,
  reviewAt,
}
