import fc from 'fast-check'
import { consentFor } from '../../case/consent.js'
import { type ConsentLawId, type ConsentRule, type ConsentSituation, consentLaws } from './consent-laws.js'
import { consentSituations } from './consent-records.js'

/** Which laws hold of a consent rule, on situations drawn at random. */
export interface ConsentReport {
  readonly held: number
  readonly failed: number
  readonly results: readonly ConsentResult[]
}

export interface ConsentResult {
  readonly id: ConsentLawId
  readonly title: string
  readonly rationale: string
  readonly outcome: 'held' | 'failed'
  readonly seed: number
  /** What is wrong. */
  readonly reason?: string
  /** The simplest situation found in which the law is broken. */
  readonly counterexample?: ConsentSituation
}

export interface ConsentLawOptions {
  /** Default all. */
  readonly only?: readonly ConsentLawId[]
  /** Situations per law, default 300. */
  readonly runs?: number
  /** Drawn anew where absent. */
  readonly seed?: number
}

/**
 * Tries every law of consents on record. A rule that throws has failed.
 * @param rule Default the library's own.
 */
export function checkConsentLaws(
  rule: ConsentRule = consentFor,
  { only, runs = 300, seed }: ConsentLawOptions = {},
): ConsentReport {
  const results = consentLaws
    .filter(({ id }) => only === undefined || only.includes(id))
    .map(({ id, title, rationale, complaint }): ConsentResult => {
      const named = { id, title, rationale }
      const holds = fc.property(consentSituations(), (situation) => {
        const found = complaint(rule, situation)
        if (found !== undefined) throw new Error(found)
      })
      const details = fc.check(holds, { numRuns: runs, ...(seed === undefined ? {} : { seed }) })
      if (!details.failed) return { ...named, outcome: 'held', seed: details.seed }
      const { errorInstance: error, counterexample } = details
      const reason = error instanceof Error ? error.message : 'it throws something that is no error'
      const found = counterexample?.[0]
      return {
        ...named,
        outcome: 'failed',
        seed: details.seed,
        reason,
        ...(found === undefined ? {} : { counterexample: found }),
      }
    })
  const failed = results.filter(({ outcome }) => outcome === 'failed').length
  return { held: results.length - failed, failed, results }
}
