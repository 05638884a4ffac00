import fc from 'fast-check'
import type { Example } from '../../../policy/example.js'
import type { AssessedCheck } from '../../../policy/history.js'
import { DAY_MS } from '../../../policy/policy.js'
import { reachMsOf } from '../edges.js'
import { examplesOf, historiesOf, instantsOf } from '../histories.js'
import { type Law, LawBroken, law, levelAndInstant } from '../law.js'

/** Laws about the passing of time. */
export const timeLaws: readonly Law[] = [
  law({
    id: 'T8',
    title: 'Checks beyond the horizon and the longest window change nothing',
    rationale: 'What is too old to count must not follow a child, and may be erased without changing a verdict.',
    trials: (policy) => fc.tuple(examplesOf(policy), historiesOf(policy)).map(([trial, old]) => ({ ...trial, old })),
    holds({ policy, requireSame }, { old, ...trial }) {
      const edge = trial.asOf - reachMsOf(policy)
      const past = old.map((check, index) => ({
        ...check,
        id: `old-${index}`,
        occurredAt: edge - Math.max(0, trial.asOf - check.occurredAt),
      }))
      const more = { ...trial, checks: [...trial.checks, ...past], policy }
      requireSame({ ...trial, policy }, more, 'with checks that are too old to count', levelAndInstant)
    },
  }),
  law({
    id: 'T9',
    title: 'Shifting all times by whole days changes nothing',
    rationale: 'No day of the week, month or season makes a child safer.',
    trials: (policy) =>
      fc.tuple(examplesOf(policy), fc.integer({ min: -30_000, max: 30_000 })).map(([trial, days]) => ({
        ...trial,
        days,
      })),
    holds({ policy, requireSame }, { days, ...trial }) {
      const checks = shifted(trial.checks, days * DAY_MS)
      const later = { ...trial, checks, asOf: trial.asOf + days * DAY_MS, policy }
      requireSame({ ...trial, policy }, later, `${days} days later`)
    },
  }),
  law({
    id: 'T10',
    title: 'With no newly visible check, the level never rises as time passes',
    rationale: 'Silence is no information; waiting alone must not open what was closed.',
    trials: (policy) =>
      openExamples(policy).chain((trial) =>
        fc
          .oneof(
            instantsOf(policy, trial.checks, trial),
            fc.nat(2 * reachMsOf(policy)).map((ms) => trial.asOf + ms),
          )
          .map((instant) => ({ ...trial, later: Math.max(trial.asOf, instant) })),
      ),
    holds(subject, { later, ...trial }) {
      const { policy } = subject
      const now = { ...trial, policy }
      const then = { ...now, asOf: later }
      if (subject.rank(then) <= subject.rank(now)) return
      const [before, after] = [now, then].map((one) => subject.assessment(one).level)
      throw new LawBroken(`the level is ${before}, and ${after} with nothing but time gone by`, [then, now])
    },
  }),
  law({
    id: 'T21',
    title: 'The level at an instant does not change before the instant of the next review',
    rationale: 'Whoever plans by that instant when to look again must not come too late.',
    trials: (policy) =>
      openExamples(policy).chain((trial) =>
        fc
          .array(instantsOf(policy, trial.checks, trial), { minLength: 4, maxLength: 8 })
          .map((instants): Reviewed => ({ ...trial, instants })),
      ),
    holds({ policy, levelAt, reviewAt }, { instants, checks, asOf }) {
      const level = levelAt(policy, checks, asOf)
      const review = reviewAt(policy, checks, asOf)
      const end = review ?? asOf + reachMsOf(policy)
      for (const instant of [...instants, end - 1]) {
        if (instant < asOf || instant >= end) continue
        const later = levelAt(policy, checks, instant)
        if (later === level) continue
        const days = (ms: number): string => `${(ms / DAY_MS).toFixed(1)} days`
        const planned = review === undefined ? 'no review is due' : `the review is due in ${days(review - asOf)}`
        throw new LawBroken(`the level is ${level}, in ${days(instant - asOf)} ${later}; ${planned}`, [
          { checks, asOf, policy },
        ])
      }
    },
  }),
]

interface Reviewed extends Example {
  readonly instants: readonly number[]
}

/** Examples without a closing and without checks dated after `asOf`. */
function openExamples(policy: Parameters<typeof examplesOf>[0]): fc.Arbitrary<Example> {
  return examplesOf(policy).map(({ checks, asOf }) => ({
    checks: checks.filter(({ occurredAt }) => occurredAt <= asOf),
    asOf,
  }))
}

function shifted(checks: readonly AssessedCheck[], ms: number): readonly AssessedCheck[] {
  return checks.map((check) => ({ ...check, occurredAt: check.occurredAt + ms }))
}
