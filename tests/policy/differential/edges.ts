import type { Example } from '../../../src/policy/example.js'
import { type AssessedCheck, historyOf } from '../../../src/policy/history.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { type Atom, type Caps, DAY_MS, DISTINCT, type Policy } from '../../../src/policy/policy.js'
import { type AtomOutcome, evaluate } from '../../../src/policy/reference/evaluate.js'
import { type Edge, edgesOf, policyAtomsOf } from '../../../src/testing/policy/edges.js'
import { withRule } from '../../../src/testing/policy/variants.js'
import { vocabularyOf } from '../../../src/testing/policy/vocabulary.js'
import { compare, type Tally } from './compare.js'

/*
 * Nothing here is left to chance: checks stand exactly at each edge and one millisecond to either side, and numbers of the
 * policy are moved to what a history comes to, one less and one more. Whether an edge did anything is counted too.
 */

const STEPS = [-1, 0, 1] as const

/** Single checks, and pairs, at every edge of a policy −1, 0 and +1 ms, with thresholds that the older check decides. */
export function compareTimeEdges(policy: Policy, asOf: number, tally: Tally): void {
  for (const edge of edgesOf(policy)) {
    for (const atom of policyAtomsOf(policy)) {
      const base = checkSeenBy(atom, policy, asOf)
      if (base === undefined) continue
      const at = (shift: number): Example => ({
        checks: [{ ...base, occurredAt: asOf - edge.days * DAY_MS + shift }],
        asOf,
      })
      const variant = decidedBy(policy, atom, at(1)) ?? decidedBy(policy, atom, { checks: [base], asOf }) ?? policy
      const alone = STEPS.map((shift) => compare(variant, at(shift), tally))
      for (const shift of STEPS) {
        const older = at(shift).checks[0]!
        compare(policy, { checks: [older, { ...base, id: 'later', agency: 'B' }], asOf }, tally)
        compare(variant, { checks: [{ ...base, id: 'later' }, older], asOf }, tally)
        tally.add(`edge ${edge.kind} ${signed(shift)}`)
      }
      if (flips(edge, alone)) tally.add(`edge ${edge.kind} decides`)
      if (flips(edge, [alone[0]!, alone[0]!, alone[1]!]))
        throw new Error(`an edge of kind ${edge.kind} is a millisecond off`)
    }
  }
}

/** Within the edge is one millisecond later, the edge itself is outside; a horizon is about what was reached. */
function flips(edge: Edge, [before, , after]: readonly { readonly rank: number; readonly rankAt: number }[]): boolean {
  return edge.kind === 'horizon' ? before!.rank !== after!.rank : before!.rankAt !== after!.rankAt
}

/** A check of which an atom counts something, if one check can be such; the heaviest code that does it. */
function checkSeenBy(atom: Atom, policy: Policy, occurredAt: number): AssessedCheck | undefined {
  const { indicators, incidents, kinds } = vocabularyOf(policy)
  for (const agencyKind of kinds) {
    for (const { code: incident } of incidents) {
      for (const codes of [...indicators.map(({ code }) => [code]).reverse(), []]) {
        const check = { id: 'older', agency: 'A', agencyKind, incident, indicators: codes, occurredAt }
        if (outcomeOf(atom, policy, [check], occurredAt).counted.length > 0) return check
      }
    }
  }
  return undefined
}

/** The policy with this atom alone, asking for exactly what it finds in an example; undefined where it finds nothing. */
function decidedBy(policy: Policy, atom: Atom, { checks, asOf }: Example): Policy | undefined {
  const { value } = outcomeOf(atom, policy, checks, asOf)
  return value === 0 ? undefined : withRule(policy, asking(atom, value))
}

/** Every atom, and one of each sort without a filter, asking for what it finds in a history, one less and one more. */
export function compareThresholds(policy: Policy, history: Example, tally: Tally): void {
  const plain = DISTINCT.map((of): Atom => ({ distinct: { of, atLeast: 1, withinDays: policy.horizonDays } }))
  for (const atom of [...policyAtomsOf(policy), ...plain]) {
    const example = atItsMost(atom, policy, history)
    const { value } = outcomeOf(atom, policy, example.checks, example.asOf)
    const ranks = STEPS.map((step) => {
      if (value + step < 1) return undefined
      tally.add(`threshold ${kindOf(atom)} ${signed(step)}`)
      return compare(withRule(policy, asking(atom, value + step)), example, tally).rankAt
    })
    if (ranks[1] === 1 && ranks[2] === 0) tally.add(`threshold ${kindOf(atom)} decides`)
  }
}

/** Every cap moved to what a history fills it with, one less and one more, with thresholds at the total and above. */
export function compareCaps(policy: Policy, history: Example, tally: Tally): void {
  for (const atom of policyAtomsOf(policy)) {
    if (!('points' in atom)) continue
    const example = atItsMost(atom, policy, history)
    const fills = fillsOf(atom, policy, example)
    for (const [cap, fill] of Object.entries(fills)) {
      const totals = STEPS.map((step) => {
        if (fill + step < 0) return undefined
        const capped = parsePolicy({ ...policy, caps: { ...policy.caps, [cap]: fill + step } })
        const total = outcomeOf(atom, capped, example.checks, example.asOf).value
        for (const atLeast of [total, total + 1]) {
          if (atLeast > 0) compare(withRule(capped, asking(atom, atLeast)), example, tally)
        }
        compare(capped, example, tally)
        tally.add(`cap ${cap} ${signed(step)}`)
        return total
      })
      if (totals[0] !== undefined && totals[0] !== totals[1]) tally.add(`cap ${cap} decides`)
      if (totals[1] !== undefined && totals[1] !== totals[2]) tally.add(`cap ${cap} decides above what one fills`)
    }
  }
}

/** The history as of the instant at which an atom finds most in it. */
function atItsMost(atom: Atom, policy: Policy, { checks, asOf, closedAt }: Example): Example {
  const valueAt = (t: number): number => outcomeOf(atom, policy, checks, t).value
  const instants = [asOf, ...checks.map(({ occurredAt }) => occurredAt)]
  const best = instants.reduce((most, t) => (valueAt(t) > valueAt(most) ? t : most))
  return { checks, asOf: best, ...(closedAt === undefined ? {} : { closedAt }) }
}

/** How many observations, and how many points, the fullest of each kind of cap comes to where no cap is set. */
function fillsOf(atom: Atom, policy: Policy, { checks, asOf }: Example): Required<Caps> {
  const { caps: _, ...uncapped } = policy
  const { counted } = outcomeOf(atom, parsePolicy(uncapped), checks, asOf)
  const fullest = (keyOf: (one: (typeof counted)[number]) => unknown, weighs: (points: number) => number): number => {
    const sums = new Map<unknown, number>()
    for (const one of counted) sums.set(keyOf(one), (sums.get(keyOf(one)) ?? 0) + weighs(one.points))
    return Math.max(0, ...sums.values())
  }
  return {
    perAgencyIndicator: fullest(
      ({ observation: { check, kind, code } }) => `${check.agency} ${kind} ${code}`,
      () => 1,
    ),
    perAgency: fullest(({ observation }) => observation.check.agency, Number),
    perDimension: fullest(({ observation }) => observation.dimension, Number),
  }
}

function outcomeOf(atom: Atom, policy: Policy, checks: readonly AssessedCheck[], t: number): AtomOutcome {
  return evaluate(atom, historyOf(policy, checks), t) as AtomOutcome
}

function asking(atom: Atom, atLeast: number): Atom {
  if ('count' in atom) return { count: { ...atom.count, atLeast } }
  if ('points' in atom) return { points: { ...atom.points, atLeast } }
  return { distinct: { ...atom.distinct, atLeast } }
}

function kindOf(atom: Atom): string {
  return 'distinct' in atom ? `distinct ${atom.distinct.of}` : 'count' in atom ? 'count' : 'points'
}

function signed(step: number): string {
  return step > 0 ? `+${step}` : `${step}`
}
