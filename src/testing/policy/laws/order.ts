import fc from 'fast-check'
import type { Example } from '../../../policy/example.js'
import type { AssessedCheck } from '../../../policy/history.js'
import { examplesOf } from '../histories.js'
import { everything, type Law, LawBroken, law, levelAndInstant, textOf } from '../law.js'

interface Reordered extends Example {
  readonly again: readonly AssessedCheck[]
}

/** Laws by which it does not matter how, in what order and through whom the checks came in. */
export const orderLaws: readonly Law[] = [
  law({
    id: 'T1',
    title: 'The same checks give the same verdict, to the byte',
    rationale: 'A decision about a child must be repeatable by whoever is asked to account for it.',
    trials: (policy) => examplesOf(policy),
    holds(subject, trial) {
      const { policy } = subject
      const before = textOf(trial)
      const first = textOf(everything(subject.assessment({ ...trial, policy })))
      if (textOf(trial) !== before) throw new LawBroken('the checks are changed', [{ ...trial, policy }])
      const copy = structuredClone(trial)
      const rewritten = subject.parsePolicy(keysReversed(policy))
      for (const situation of [
        { ...trial, policy },
        { ...copy, policy: rewritten },
      ]) {
        if (textOf(everything(subject.assessment(situation))) === first) continue
        throw new LawBroken('assessed once more, the verdict is another', [{ ...trial, policy }])
      }
    },
  }),
  law({
    id: 'T2',
    title: 'The order of the checks does not matter',
    rationale: 'Agencies are late or early for reasons that have nothing to do with the child.',
    trials: (policy) =>
      examplesOf(policy).chain((trial) =>
        fc
          .shuffledSubarray([...trial.checks], { minLength: trial.checks.length })
          .map((again): Reordered => ({ ...trial, again })),
      ),
    holds({ policy, requireSame }, { again, ...trial }) {
      const checks = again.map((check) => ({ ...check, indicators: check.indicators.toReversed() }))
      requireSame({ ...trial, policy }, { ...trial, checks, policy }, 'in another order', everything)
    },
  }),
  law({
    id: 'T3',
    title: 'The same check twice counts once',
    rationale: 'A message sent again after a failure must not look like a second worry.',
    trials: (policy) =>
      examplesOf(policy).chain((trial) =>
        fc.shuffledSubarray([...trial.checks]).map((again): Reordered => ({ ...trial, again })),
      ),
    holds({ policy, requireSame }, { again, ...trial }) {
      const repeated = again.map((check) => ({ ...check, indicators: [...check.indicators, ...check.indicators] }))
      const checks = [...trial.checks, ...repeated]
      requireSame({ ...trial, policy }, { ...trial, checks, policy }, 'with checks sent again', everything)
    },
  }),
  law({
    id: 'T13',
    title: 'Renaming agencies one to one changes nothing',
    rationale: 'A rule may ask what kind an agency is and whether two are different, never which one it is.',
    trials: (policy) =>
      fc
        .tuple(
          examplesOf(policy),
          fc.shuffledSubarray(['A', 'B', 'C', 'agency "1"', 'agency, 2', 'constructor'], { minLength: 3 }),
        )
        .map(([trial, names]) => ({ ...trial, names })),
    holds({ policy, requireSame }, { names, ...trial }) {
      const agencies = [...new Set(trial.checks.map(({ agency }) => agency))].sort()
      const checks = trial.checks.map((check) => ({ ...check, agency: names[agencies.indexOf(check.agency)] ?? '' }))
      requireSame({ ...trial, policy }, { ...trial, checks, policy }, 'with agencies renamed', levelAndInstant)
    },
  }),
  law({
    id: 'T15',
    title: 'Parts of a history put together give the verdict of the whole',
    rationale: 'Checks may be kept in several places; where they were kept must not show.',
    trials: (policy) =>
      fc
        .tuple(
          examplesOf(policy),
          fc.array(fc.constantFrom('first', 'second', 'both'), { minLength: 16, maxLength: 16 }),
        )
        .map(([trial, kept]) => ({ ...trial, kept })),
    holds({ policy, requireSame }, { kept, ...trial }) {
      const placed = trial.checks.map((check) => ({ check, place: kept[Number(check.id.slice(1)) % 16] }))
      const part = (place: string): readonly AssessedCheck[] =>
        placed.filter((one) => one.place === place || one.place === 'both').map(({ check }) => check)
      const checks = [...part('second'), ...part('first')]
      requireSame({ ...trial, policy }, { ...trial, checks, policy }, 'merged from two parts', levelAndInstant)
    },
  }),
]

/** The same JSON value with the members of every object the other way round. */
export function keysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keysReversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, keysReversed(member)]),
  )
}
