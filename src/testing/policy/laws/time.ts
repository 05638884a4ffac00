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
    title: 'Nothing changes before the instant at which it is to be looked at again',
    rationale: 'Whoever plans the next review by that instant must not come too late.',
    appliesTo: ({ reviewAt }) => reviewAt !== undefined || 'there is no reviewAt to try',
    trials: (policy) =>
      openExamples(policy).chain((trial) =>
        fc
          .array(instantsOf(policy, trial.checks, trial), { minLength: 4, maxLength: 8 })
          .map((instants): Reviewed => ({ ...trial, instants })),
      ),
    holds(subject, { instants, ...trial }) {
      const { policy } = subject
      const now = { ...trial, policy }
      const rank = subject.rank(now)
      const review = subject.reviewAt?.(policy, trial.checks, trial.asOf)
      const end = review ?? trial.asOf + 2 * reachMsOf(policy)
      for (const asOf of [...instants, end - 1]) {
        if (asOf < trial.asOf || asOf >= end) continue
        const before = { ...now, asOf }
        if (subject.rank(before) === rank) continue
        const days = Math.floor((asOf - trial.asOf) / DAY_MS)
        const when = review === undefined ? 'never' : `${Math.floor((review - trial.asOf) / DAY_MS)} days later`
        throw new LawBroken(`the level changes after ${days} days; it was to be looked at again ${when}`, [now, before])
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
