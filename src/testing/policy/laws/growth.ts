import fc from 'fast-check'
import { matches } from '../../../policy/history.js'
import { DAY_MS, type Indicator, isAtom, measureOf, membersOf, type Policy, type Rule } from '../../../policy/policy.js'
import { policyAtomsOf } from '../edges.js'
import { checksOf, examplesOf } from '../histories.js'
import { type Law, LawBroken, law, type Situation, type Subject } from '../law.js'
import { withHeavierCode, withHigherAtom, withLevels } from '../variants.js'

/** Laws by which more worry never means less concern. Closings are left out: they make what was known count for nothing. */
export const growthLaws: readonly Law[] = [
  law({
    id: 'T4',
    title: 'One more check never lowers the level',
    rationale: 'Nobody may make a child look safer by reporting more about it.',
    trials: (policy) =>
      fc
        .tuple(openExamples(policy), checksOf(policy, { withdrawn: false }))
        .map(([trial, check]) => ({ ...trial, added: { ...check, id: 'added' } })),
    holds(subject, { added, ...trial }) {
      const { policy } = subject
      const more = { ...trial, checks: [...trial.checks, added], policy }
      requireNotAbove(subject, { ...trial, policy }, more, 'with one check less')
    },
  }),
  law({
    id: 'T5',
    title: 'A heavier code never lowers the level, and a higher threshold never raises it',
    rationale: 'Whoever tunes a policy must be able to foresee in which direction a number moves it.',
    trials: (policy) =>
      fc
        .tuple(
          openExamples(policy),
          fc.record({ isCode: fc.boolean(), place: fc.nat(999), by: fc.constantFrom(1, 2, 10, 1_000) }),
        )
        .map(([trial, change]) => ({ ...trial, change })),
    holds(subject, { change: { isCode, place, by }, ...trial }) {
      const { policy } = subject
      const same = { ...trial, policy }
      const codes = trial.checks.flatMap(({ incident, indicators }) => [...indicators, incident])
      const code = codes[place % codes.length]
      if (isCode && code !== undefined) {
        const heavier = { ...trial, policy: withHeavierCode(policy, code, by) }
        requireNotAbove(subject, same, heavier, 'before a code weighed more')
      } else if (!isCode) {
        const stricter = withHigherAtom(policy, place % policyAtomsOf(policy).length, by)
        requireNotAbove(subject, { ...trial, policy: stricter }, same, 'after an atom asked for more')
      }
    },
  }),
  law({
    id: 'T12',
    title: 'An indicator of significant harm reaches the highest level, whatever else is present',
    rationale: 'Where one indicator is enough by the policy, no amount of other information may dilute it.',
    appliesTo: ({ policy }) => {
      if (harmCodes(policy).length === 0) return 'no indicator of the policy carries the flag significant-harm'
      const top = policy.levels.at(-1)
      if (top !== undefined && sufficesAlone(policy, top.reachedWhen)) return true
      return 'the highest level of the policy does not ask for an indicator of significant harm alone'
    },
    trials: (policy) =>
      fc
        .tuple(
          openExamples(policy),
          checksOf(policy, { withdrawn: false }),
          fc.constantFrom(...harmCodes(policy)),
          ageWithin(policy.horizonDays),
        )
        .map(([trial, check, code, age]) => ({
          ...trial,
          harm: { ...check, id: 'harm', indicators: [...check.indicators, code], occurredAt: trial.asOf - age },
        })),
    holds({ policy, rank, assessment }, { harm, ...trial }) {
      const situation = { ...trial, checks: [...trial.checks, harm], policy }
      if (rank(situation) === policy.levels.length) return
      throw new LawBroken(`the level is ${assessment(situation).level}, with significant harm`, [situation])
    },
  }),
  law({
    id: 'T20',
    title: 'A higher level implies every lower one',
    rationale:
      'Whatever is open to a child at one level must not be out of reach because the child is at a higher one.',
    appliesTo: ({ policy }) => policy.levels.length > 1 || 'the policy has one level only',
    trials: (policy) => openExamples(policy),
    holds({ policy, rank }, trial) {
      const reached = rank({ ...trial, policy })
      for (let below = 1; below < reached; below += 1) {
        const lower = { ...trial, policy: withLevels(policy, policy.levels.slice(0, below)) }
        if (rank(lower) === below) continue
        const names = [policy.levels[reached - 1]?.name, policy.levels[below - 1]?.name]
        throw new LawBroken(`${names[0]} is reached and ${names[1]} is not`, [{ ...trial, policy }])
      }
    },
  }),
]

/** An age in milliseconds below a number of days, often at one of its ends. */
function ageWithin(days: number): fc.Arbitrary<number> {
  const last = days * DAY_MS - 1
  return fc.oneof(fc.constantFrom(0, last), fc.nat(last))
}

function openExamples(policy: Policy): ReturnType<typeof examplesOf> {
  return examplesOf(policy).map(({ checks, asOf }) => ({ checks, asOf }))
}

function requireNotAbove(subject: Subject, lower: Situation, upper: Situation, difference: string): void {
  if (subject.rank(lower) <= subject.rank(upper)) return
  const [was, is] = [subject.assessment(lower).level, subject.assessment(upper).level]
  throw new LawBroken(`the level is ${is}; ${difference} it is ${was}`, [upper, lower])
}

function harmCodes(policy: Policy): string[] {
  return Object.entries(policy.indicators)
    .filter(([, { flags = [] }]) => flags.includes('significant-harm'))
    .map(([code]) => code)
}

/** Whether a rule holds as soon as any one indicator of significant harm is seen, by whatever agency and incident. */
function sufficesAlone(policy: Policy, rule: Rule): boolean {
  if (!isAtom(rule)) {
    const { rules, needed } = membersOf(rule)
    return rules.filter((member) => sufficesAlone(policy, member)).length >= needed
  }
  const { atLeast, where = {} } = measureOf(rule)
  if ('points' in rule || atLeast > 1 || where.incidents !== undefined || where.agencyKinds !== undefined) return false
  return harmCodes(policy).every((code) => {
    const { points, severity, flags = [], dimension, domain } = policy.indicators[code] as Indicator
    const check = { id: '', agency: '', agencyKind: '', incident: '', indicators: [code], occurredAt: 0 }
    return matches(where, { check, kind: 'indicator', code, points, severity, flags, dimension, domain })
  })
}
