import fc from 'fast-check'
import type { Example } from '../../../policy/example.js'
import type { AssessedCheck } from '../../../policy/history.js'
import { levelRank, type Policy } from '../../../policy/policy.js'
import { referenceAssess } from '../../../policy/reference/assess.js'
import { examplesOf, instantsOf } from '../histories.js'
import { type Law, LawBroken, law, levelAndInstant, textOf } from '../law.js'

interface Arrivals extends Example {
  /** One for everything that may be recorded: each check and its withdrawal, and the end. */
  readonly instants: readonly number[]
}

/** Laws about what was recorded, what was withdrawn, and what can be worked out again. */
export const recordLaws: readonly Law[] = [
  law({
    id: 'T11',
    title: 'A withdrawn check, and one dated after the assessment, are as if never sent',
    rationale: 'A mistake that was taken back must leave no mark on a child.',
    trials: (policy) => examplesOf(policy),
    holds({ policy, requireSame }, trial) {
      const checks = trial.checks.filter(({ withdrawn, occurredAt }) => !withdrawn && occurredAt <= trial.asOf)
      requireSame({ ...trial, policy }, { ...trial, checks, policy }, 'without them', levelAndInstant)
    },
  }),
  law({
    id: 'T14',
    title: 'Every way of evaluating gives the same level',
    rationale: 'What is fast must say what is plain to read.',
    trials: (policy) => arrivals(policy, examplesOf(policy)),
    holds(subject, { instants, ...trial }) {
      const { policy, compilePolicy } = subject
      const { checks, asOf, closedAt } = trial
      const situation = { ...trial, policy }
      const options = closedAt === undefined ? {} : { closedAt }
      const expected = referenceAssess(policy, checks, asOf, options)
      const found = subject.assessment(situation)
      const isElsewhere = 'at' in found && found.at !== expected.at
      if (found.level !== expected.level || isElsewhere) {
        const what = found.level === expected.level ? 'at another instant' : found.level
        throw new LawBroken(`the reference evaluator finds ${expected.level}, the assessment ${what}`, [situation])
      }
      const rank = levelRank(policy, expected.level)
      const compiled = compilePolicy(policy)
      if (compiled.rank(checks, asOf, closedAt) !== rank)
        throw new LawBroken(`compiled, the policy does not find ${expected.level}`, [situation])
      const level = subject.levelAt(policy, checks, asOf)
      if (compiled.rankAt(checks, asOf) !== levelRank(policy, level))
        throw new LawBroken(`compiled, the level at the instant is not ${level}`, [situation])
      const tracked = compiled.track(options)
      for (const [index, check] of checks.entries()) {
        tracked.add(check)
        const until = { ...trial, checks: checks.slice(0, index + 1), asOf: instants[index] ?? asOf }
        requireTracked(policy, tracked.rank(until.asOf), until)
      }
      requireTracked(policy, tracked.rank(asOf), trial)
    },
  }),
  law({
    id: 'T16',
    title: 'The support alone gives the same level, and every member of it is needed',
    rationale: 'The shortest honest answer to "why" is the checks without which it would not be so.',
    appliesTo: ({ policy, assess }) => assess(policy, [], 0).support !== undefined || 'the assessment names no support',
    trials: (policy) => examplesOf(policy),
    holds(subject, trial) {
      const { policy } = subject
      const { level, support = [] } = subject.assessment({ ...trial, policy })
      const chosen = onceEach(trial.checks).filter(({ id }) => support.includes(id))
      const alone = { ...trial, checks: chosen, policy }
      if (chosen.length !== support.length) throw new LawBroken('the support names checks that are not there', [alone])
      subject.requireSame({ ...trial, policy }, alone, 'with its support alone')
      for (const one of chosen) {
        const without = { ...alone, checks: chosen.filter((check) => check !== one) }
        if (subject.assessment(without).level !== level) continue
        throw new LawBroken(`${level} is supported by a check that is not needed`, [alone, without])
      }
    },
  }),
  law({
    id: 'T19',
    title: 'Replay on what was recorded by then gives the decision made then',
    rationale: 'A decision is judged by what could be known when it was made.',
    trials: (policy) => arrivals(policy, examplesOf(policy, { resent: false })),
    holds(subject, { checks, instants }) {
      const journal = journalOf(checks)
      const decisions = journal.map((_, position) => {
        const situation = situationAt(subject.policy, journal, position, instants[position] ?? 0)
        return { situation, text: textOf(levelAndInstant(subject.assessment(situation))) }
      })
      for (const { situation, text } of decisions.toReversed()) {
        if (textOf(levelAndInstant(subject.assessment(situation))) === text) continue
        throw new LawBroken('assessed again later, the decision is another', [situation])
      }
    },
  }),
]

function arrivals(policy: Policy, examples: fc.Arbitrary<Example>): fc.Arbitrary<Arrivals> {
  return examples.chain((trial) => {
    const length = trial.checks.length * 2 + 1
    return fc
      .array(instantsOf(policy, trial.checks, trial), { minLength: length, maxLength: length })
      .map((instants) => ({ ...trial, instants }))
  })
}

function requireTracked(policy: Policy, rank: number, trial: Example): void {
  const { checks, asOf, closedAt } = trial
  const { level } = referenceAssess(policy, checks, asOf, closedAt === undefined ? {} : { closedAt })
  if (levelRank(policy, level) === rank) return
  throw new LawBroken(`kept up check by check, the level is not ${level}`, [{ ...trial, policy }])
}

function onceEach(checks: readonly AssessedCheck[]): readonly AssessedCheck[] {
  return checks.filter((check, index) => checks.findIndex(({ id }) => id === check.id) === index)
}

type JournalEntry = { readonly check: AssessedCheck } | { readonly withdraws: string }

/** Every check in the order in which it came, and what is withdrawn in the end withdrawn two entries later. */
function journalOf(checks: readonly AssessedCheck[]): readonly JournalEntry[] {
  const journal: JournalEntry[] = []
  const due: (JournalEntry | undefined)[] = []
  for (const { withdrawn, ...check } of checks) {
    journal.push({ check: { ...check, position: journal.length } })
    due.push(withdrawn === true ? { withdraws: check.id } : undefined)
    const withdrawal = due.at(-2)
    if (withdrawal !== undefined) journal.push(withdrawal)
  }
  const last = due.at(-1)
  return last === undefined ? journal : [...journal, last]
}

function situationAt(policy: Policy, journal: readonly JournalEntry[], position: number, asOf: number) {
  const entries = journal.slice(0, position + 1)
  const withdrawn = entries.flatMap((entry) => ('withdraws' in entry ? [entry.withdraws] : []))
  const checks = entries.flatMap((entry) =>
    'check' in entry ? [withdrawn.includes(entry.check.id) ? { ...entry.check, withdrawn: true } : entry.check] : [],
  )
  return { policy, checks, asOf }
}
