import type { Verdict } from '../../policy/assess.js'
import type { DiscardReason, Explanation, RuleExplanation } from '../../policy/explain/explanation.js'
import { explainInWords, type InWordsOptions } from '../../policy/explain/in-words.js'
import { redactExplanation } from '../../policy/explain/redact.js'
import type { AssessedCheck } from '../../policy/history.js'
import type { Policy } from '../../policy/policy.js'

/** Why a verdict came out as it did, in English, for whoever gave the checks: agencies are named. Without the notice. */
export function explanationLines(
  policy: Policy,
  checks: readonly AssessedCheck[],
  verdict: Verdict,
  additions: InWordsOptions['additions'] = [],
): readonly string[] {
  const redacted = redactExplanation(verdict.explanation, checks, { namesAgencies: true })
  const lines = explainInWords(policy, verdict, { redacted, additions, codesMax: 5 })
  return [...lines.filter((line) => line !== verdict.notice), ...leftOutLines(verdict.explanation)]
}

// What a filter keeps out is what the rule is about; these are what people ask for.
const LEFT_OUT: readonly (readonly [reason: DiscardReason, words: string])[] = [
  ['withdrawn', 'withdrawn'],
  ['future', 'dated later than this instant'],
  ['outside-window', 'outside the window of a rule'],
  ['decayed', 'too old to weigh anything in a rule'],
  ['capped', 'beyond what one agency’s observations of one code count'],
]

function leftOutLines(explanation: Explanation): readonly string[] {
  const all = explanation.flatMap(({ rule }) => discardedBy(rule))
  return LEFT_OUT.flatMap(([reason, words]) => {
    const seen = all.filter((one) => one.reason === reason).map(({ check, code }) => `${check} (${code})`)
    return seen.length === 0 ? [] : [`Left out, ${words}: ${[...new Set(seen)].join(', ')}`]
  })
}

function discardedBy(rule: RuleExplanation): readonly { check: string; code: string; reason: DiscardReason }[] {
  return rule.kind === 'atom' ? rule.discarded : rule.members.flatMap(discardedBy)
}
