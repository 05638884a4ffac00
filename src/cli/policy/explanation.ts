import type { Verdict } from '../../policy/assess.js'
import type { AtomExplanation, RuleExplanation } from '../../policy/explain/explanation.js'
import { describeAtom, quantity } from '../../policy/explain/words.js'
import type { Policy } from '../../policy/policy.js'

/** Why a verdict came out as it did, in English. */
export function explanationLines(policy: Policy, { explanation }: Verdict): readonly string[] {
  return explanation
    .toReversed()
    .flatMap(({ level, outcome, rule }) => [
      `${level}: ${outcome}`,
      ...atomsOf(rule).map(
        (atom) =>
          `  ${atom.holds ? 'holds' : `short by ${atom.shortfall}`}: ${quantity(atom.atom, atom.value)} for ${describeAtom(policy, atom.atom, { codesMax: 3 })}  [${atom.path}]`,
      ),
    ])
}

function atomsOf(rule: RuleExplanation): readonly AtomExplanation[] {
  return rule.kind === 'atom' ? [rule] : rule.members.flatMap(atomsOf)
}
