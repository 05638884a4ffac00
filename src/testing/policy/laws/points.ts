import fc from 'fast-check'
import type { Example } from '../../../policy/example.js'
import type { AtomExplanation, RuleExplanation } from '../../../policy/explain/explanation.js'
import { historyOf } from '../../../policy/history.js'
import type { Measure, Policy } from '../../../policy/policy.js'
import { evaluate } from '../../../policy/reference/evaluate.js'
import { instantsOf } from '../../../policy/reference/reached.js'
import { policyAtomsOf } from '../edges.js'
import { examplesOf } from '../histories.js'
import { type Law, LawBroken, law, type Situation } from '../law.js'
import { withRule } from '../variants.js'

interface PointsTrial extends Example {
  /** Which of the points rules, counted around. */
  readonly place: number
  readonly extra: number
}

/** Laws about totals. Each makes of one points rule of the policy a variant whose only level is that rule, with another number. */
export const pointsLaws: readonly Law[] = [
  law({
    id: 'T6',
    title: 'One agency contributes at most its cap, however many checks it sends',
    rationale: 'A single service that reports often must not add up to several services that worry.',
    appliesTo: ({ policy }) => {
      if (policy.caps?.perAgency === undefined) return 'the policy sets no cap on the points of one agency'
      return hasPoints(policy)
    },
    trials: (policy) => pointsTrials(policy, ['A']),
    holds(subject, { place, checks, asOf }) {
      const cap = subject.policy.caps?.perAgency ?? 0
      const policy = withPoints(subject.policy, place, cap + 1)
      const situation = { checks, asOf, policy }
      if (subject.rank(situation) === 0) return
      throw new LawBroken(`one agency alone comes to more than ${cap} points`, [situation])
    },
  }),
  law({
    id: 'T7',
    title: 'Repeats beyond the count cap add no points',
    rationale: 'Saying the same thing again is not new information.',
    appliesTo: ({ policy }) => {
      if (policy.caps?.perAgencyIndicator === undefined) return 'the policy sets no cap on repeats of one code'
      return hasPoints(policy)
    },
    trials: (policy) => pointsTrials(policy),
    holds(subject, { place, extra, checks: [repeated, ...others], asOf }) {
      if (repeated === undefined) return
      const cap = subject.policy.caps?.perAgencyIndicator ?? 0
      const copies = (from: number, count: number): (typeof repeated)[] =>
        Array.from({ length: count }, (_, index) => ({ ...repeated, id: `copy-${from + index}`, withdrawn: false }))
      const full = [...others, ...copies(0, Math.max(cap, 1))]
      const policy = withPoints(subject.policy, place, greatestTotal(subject.policy, place, full, asOf) + 1)
      const more = [...full, ...copies(100, extra)]
      subject.requireSame({ checks: full, asOf, policy }, { checks: more, asOf, policy }, 'with more repeats')
    },
  }),
  law({
    id: 'T17',
    title: 'Explained points add up to the total, and every observation is accounted for',
    rationale: 'A person can only stand by a number that they can add up themselves.',
    appliesTo: ({ policy, assess }) =>
      assess(policy, [], 0).explanation !== undefined || 'the assessment gives no explanation',
    trials: (policy) => examplesOf(policy),
    holds({ policy, assessment }, trial) {
      const situation: Situation = { ...trial, policy }
      const checks = historyOf(policy, trial.checks)
      const observations =
        checks.observations.length + checks.withdrawn.reduce((sum, check) => sum + check.indicators.length + 1, 0)
      for (const level of assessment(situation).explanation ?? []) {
        for (const atom of atomsIn(level.rule)) {
          const complaint = complaintAbout(atom, observations)
          if (complaint !== undefined) throw new LawBroken(`${atom.path}: ${complaint}`, [situation])
        }
      }
    },
  }),
]

function hasPoints(policy: Policy): true | string {
  return pointsIn(policy).length > 0 || 'no rule of the policy is about points'
}

function pointsIn(policy: Policy): readonly Measure[] {
  return policyAtomsOf(policy).flatMap((atom) => ('points' in atom ? [atom.points] : []))
}

function pointsTrials(policy: Policy, agencies?: readonly string[]): fc.Arbitrary<PointsTrial> {
  const examples = examplesOf(policy, agencies === undefined ? {} : { agencies })
  return fc
    .tuple(examples, fc.nat(99), fc.integer({ min: 1, max: 4 }))
    .map(([{ checks, asOf }, place, extra]) => ({ checks, asOf, place, extra }))
}

function withPoints(policy: Policy, place: number, atLeast: number): Policy {
  const rules = pointsIn(policy)
  const points = rules[place % rules.length] as Measure
  return withRule(policy, { points: { ...points, atLeast: Math.min(atLeast, 2 ** 31 - 1) } })
}

/** The greatest total of a points rule at any instant that an assessment looks at. */
function greatestTotal(policy: Policy, place: number, checks: Example['checks'], asOf: number): number {
  const variant = withPoints(policy, place, 1)
  const history = historyOf(variant, checks)
  const [rule] = policyAtomsOf(variant)
  const totals = instantsOf(history, asOf).map((t) => {
    const outcome = rule === undefined ? undefined : evaluate(rule, history, t)
    return outcome !== undefined && 'value' in outcome ? outcome.value : 0
  })
  return Math.max(0, ...totals)
}

function atomsIn(rule: RuleExplanation): readonly AtomExplanation[] {
  return rule.kind === 'atom' ? [rule] : rule.members.flatMap(atomsIn)
}

function complaintAbout(atom: AtomExplanation, observations: number): string | undefined {
  const { counted, discarded, holds, shortfall, totals, value } = atom
  if (counted.length + discarded.length !== observations) return 'observations are neither counted nor discarded'
  if (holds !== (shortfall === 0)) return 'the shortfall does not agree with whether it holds'
  if (totals === undefined) return undefined
  const sum = counted.reduce((total, { points }) => total + points, 0)
  if (sum !== totals.uncapped) return `counted points come to ${sum}, the total before caps is ${totals.uncapped}`
  if (value !== Math.min(totals.byAgency, totals.byDimension)) return 'the total is not the smaller of the capped sums'
  return undefined
}
