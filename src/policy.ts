/** The threshold language by itself: what a policy owner's tools are made of. Loads no store and no key. */
export {
  type AcceptedFindings,
  parseAccepted,
  unaccepted,
} from './policy/analyse/accepted.js'
export { type Analysis, analyse, type Certificate, type LevelFacts } from './policy/analyse/analyse.js'
export type { FairnessFact } from './policy/analyse/fairness.js'
export type { AnalyseOptions, AnalysisName, Finding } from './policy/analyse/finding.js'
export type { Minimum, Minimums } from './policy/analyse/minimums.js'
export type { TriggerSet, TriggerSets } from './policy/analyse/triggers.js'
export { type AssessOptions, assess, levelAt, NOTICE, type Verdict } from './policy/assess.js'
export type { Case, Cases, Expectation } from './policy/cases/cases.js'
export type { AtomCoverage, Coverage } from './policy/cases/coverage.js'
export { parseCases } from './policy/cases/parse.js'
export { type CaseResult, type CasesReport, runCases, type Unmet } from './policy/cases/run.js'
export { caseOf } from './policy/cases/write.js'
export { type CompiledValues, compileValues, levelFromValues, type PlacedAtom } from './policy/compiled/aggregated.js'
export { type CompiledPolicy, compilePolicy } from './policy/compiled/compile.js'
export type { TrackedChild } from './policy/compiled/track.js'
export { defaultPolicy } from './policy/default.js'
export type { DocumentChange } from './policy/diff/changes.js'
export { type Difference, type DiffOptions, diffPolicies, type PolicyDiff } from './policy/diff/diff.js'
export { type LevelExample, type PolicyMutant, policyMutants, survivingMutants } from './policy/diff/mutants.js'
export type { Example } from './policy/example.js'
export { type AdditionOptions, type SmallestAddition, smallestAddition } from './policy/explain/addition.js'
export type {
  AtomExplanation,
  ConnectiveExplanation,
  CountedObservation,
  DiscardedObservation,
  DiscardReason,
  Explanation,
  LevelExplanation,
  RuleExplanation,
} from './policy/explain/explanation.js'
export { explainInWords, type InWordsOptions } from './policy/explain/in-words.js'
export { type RedactedExplanation, type RedactOptions, redactExplanation } from './policy/explain/redact.js'
export { reviewAt } from './policy/explain/review.js'
export { describeAtom, describeRule, type RuleLine, ruleLines, type WordsOptions } from './policy/explain/words.js'
export { policyHash, vocabularyHash } from './policy/hash.js'
export type { AssessedCheck } from './policy/history.js'
export { acceptedOf, POLICY_NAMES, type PolicyName, policyNamed } from './policy/named.js'
export { type PageOptions, policyPage } from './policy/page/page.js'
export { parsePolicy } from './policy/parse.js'
export type {
  AgencyKind,
  Atom,
  Caps,
  Connective,
  DecayStep,
  Determination,
  DistinctMeasure,
  DistinctOf,
  Flag,
  Incident,
  Indicator,
  Level,
  Measure,
  Policy,
  Rule,
  Threshold,
  Where,
} from './policy/policy.js'
export type { LevelFinding } from './policy/reference/findings.js'
export { groupByChild, parseReplayRow, type ReplayRow } from './policy/replay/checks-file.js'
export { shiftPicture } from './policy/replay/picture.js'
export type { PublishedCount } from './policy/replay/published.js'
export {
  type ReplayChild,
  type ReplayedLevel,
  type ReplayedPolicy,
  type ReplayOptions,
  type ReplayReport,
  replayPolicies,
} from './policy/replay/replay.js'
export { requireSuccessor } from './policy/successor.js'
