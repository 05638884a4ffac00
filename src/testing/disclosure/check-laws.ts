import { type DisclosureDecision, type DisclosureRequest, decideDisclosure } from '../../disclosure/decide.js'
import { type Decide, type DisclosureLaw, type DisclosureLawId, disclosureLaws } from './laws.js'
import { everyDisclosureRequest } from './requests.js'

/** Which laws hold of a disclosure rule. Not a sample: every question is asked. */
export interface DisclosureReport {
  readonly held: number
  readonly failed: number
  readonly notApplicable: number
  readonly results: readonly DisclosureResult[]
}

export interface DisclosureResult {
  readonly id: DisclosureLawId
  readonly title: string
  readonly rationale: string
  readonly outcome: 'held' | 'failed' | 'not-applicable'
  /** Questions asked; up to the first that failed. */
  readonly requests: number
  /** Why the law does not apply, or what is wrong. */
  readonly reason?: string
  /** The first question whose answer breaks the law, and that answer where there was one. */
  readonly counterexample?: { readonly request: DisclosureRequest; readonly decision?: DisclosureDecision }
}

export interface DisclosureLawOptions {
  /** Default all. */
  readonly only?: readonly DisclosureLawId[]
}

/**
 * Tries every disclosure law on all 7,200 questions. A rule that throws has failed.
 * @param decide Default the library's own.
 */
export function checkDisclosureLaws(
  decide: Decide = decideDisclosure,
  { only }: DisclosureLawOptions = {},
): DisclosureReport {
  const requests = everyDisclosureRequest()
  const results = disclosureLaws
    .filter(({ id }) => only === undefined || only.includes(id))
    .map((law) => checkLaw(law, decide, requests))
  const count = (outcome: DisclosureResult['outcome']): number =>
    results.filter((one) => one.outcome === outcome).length
  return { held: count('held'), failed: count('failed'), notApplicable: count('not-applicable'), results }
}

function checkLaw(law: DisclosureLaw, decide: Decide, requests: readonly DisclosureRequest[]): DisclosureResult {
  const { id, title, rationale, applies } = law
  const named = { id, title, rationale }
  if (applies !== true) return { ...named, outcome: 'not-applicable', requests: 0, reason: applies }
  for (const [index, request] of requests.entries()) {
    const found = attempt(() => law.complaint(decide, request))
    if (found === undefined) continue
    const decision = attempt(() => decide(request))
    const counterexample = typeof decision === 'string' ? { request } : { request, decision }
    return { ...named, outcome: 'failed', requests: index + 1, reason: found, counterexample }
  }
  return { ...named, outcome: 'held', requests: requests.length }
}

/** What a call gives, or what it threw, in words. */
function attempt<Value>(call: () => Value): Value | string {
  try {
    return call()
  } catch (error) {
    return `it throws: ${error instanceof Error ? error.message : 'something that is no error'}`
  }
}
