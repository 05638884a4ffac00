import type { Policy } from '../../policy/policy.js'
import { checkLaw, type LawOptions, type LawResult } from './check-laws.js'
import { laws } from './laws.js'

/** The two functions of a test runner that laws are registered with; those of vitest, jest and `node:test` fit as they are. */
export interface LawRunner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly test: (name: string, body: () => void) => unknown
}

/**
 * Registers one test for each law. A law that does not apply to the policy passes, and its title says why.
 * A law that fails throws an error with its reason, seed and path, and the history as a case to keep.
 */
export function describeLaws(policy: Policy, { describe, test }: LawRunner, options: LawOptions = {}): void {
  describe(`laws of ${policy.id} ${policy.version}`, () => {
    for (const law of laws) {
      if (options.only !== undefined && !options.only.includes(law.id)) continue
      const applies = law.appliesTo(policy, options)
      const title = `${law.id} ${law.title}`
      test(applies === true ? title : `${title} (does not apply: ${applies})`, () => {
        const result = checkLaw(law, policy, options)
        if (result.outcome === 'failed') throw new Error(failureText(result))
      })
    }
  })
}

/** What a person needs who has to repair a failure. */
function failureText({ id, title, rationale, reason, seed, path, counterexample, variant }: LawResult): string {
  return [
    `${id} ${title}`,
    rationale,
    `Found: ${reason}`,
    `Again: seed ${seed}, path ${path}`,
    ...(counterexample === undefined ? [] : ['As a case, with the level of the reference evaluator:', counterexample]),
    ...(variant === undefined ? [] : [`under this variant of the policy: ${JSON.stringify(variant)}`]),
  ].join('\n')
}
