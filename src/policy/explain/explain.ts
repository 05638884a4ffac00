import { type History, matches, type Observation, observationsOf } from '../history.js'
import { type Atom, type Level, measureOf, membersOf, type Threshold } from '../policy.js'
import {
  type AtomOutcome,
  contribution,
  distinctValue,
  evaluate,
  inWindow,
  type Outcome,
  type Totals,
  totals,
} from '../reference/evaluate.js'
import { instantsOf, reachedAt } from '../reference/reached.js'

/** Why each level of a policy was or was not reached, lowest first. */
export type Explanation = readonly LevelExplanation[]

export interface LevelExplanation {
  readonly level: string
  readonly threshold: Threshold
  /** `nothing-new`: the rule holds, but only by what was recorded before the case was closed. */
  readonly outcome: 'reached' | 'nothing-new' | 'not-reached'
  /** The instant explained: the first at which the level was reached, else the first at which it held, else `asOf`. */
  readonly at: number
  readonly rule: RuleExplanation
}

/** `path` is where the rule stands in the policy. */
export type RuleExplanation = ConnectiveExplanation | AtomExplanation

export interface ConnectiveExplanation {
  readonly kind: 'connective'
  readonly path: string
  readonly holds: boolean
  /** How many of the members must hold. */
  readonly needed: number
  readonly members: readonly RuleExplanation[]
}

export interface AtomExplanation {
  readonly kind: 'atom'
  readonly path: string
  readonly holds: boolean
  readonly atom: Atom
  /** Checks, distinct values or points, as the atom counts them. */
  readonly value: number
  /** How much the value falls short of `atLeast`; 0 for an atom that holds. */
  readonly shortfall: number
  readonly counted: readonly CountedObservation[]
  readonly discarded: readonly DiscardedObservation[]
  /** For points: what the counted ones come to before and after the caps. */
  readonly totals?: Totals
}

export interface CountedObservation {
  readonly check: string
  readonly code: string
  /** After decay; 0 unless the atom is about points. */
  readonly points: number
}

export interface DiscardedObservation {
  readonly check: string
  readonly code: string
  readonly reason: DiscardReason
}

/**
 * `withdrawn`; `future`: dated after the instant of the assessment; `later`: after the instant explained;
 * `outside-window`; `filtered`: the atom's filter does not let it through; `no-value`: has nothing of what is to be
 * distinct; `weightless`: its code has no points; `decayed`: too old to weigh anything; `capped`: its agency's
 * larger observations of the same code fill the count cap.
 */
export type DiscardReason =
  | 'withdrawn'
  | 'future'
  | 'later'
  | 'outside-window'
  | 'filtered'
  | 'no-value'
  | 'weightless'
  | 'decayed'
  | 'capped'

/** Every level explained at one instant each. */
export function explain(history: History, asOf: number, closedAt: number | undefined): Explanation {
  return history.policy.levels.map((level, index) => {
    const { outcome, at } = findingOn(level, history, asOf, closedAt)
    const evaluated = evaluate(level.reachedWhen, history, at)
    const rule = explainRule(evaluated, `levels[${index}].reachedWhen`, history, { at, asOf })
    return { level: level.name, threshold: level.threshold, outcome, at, rule }
  })
}

function findingOn(
  level: Level,
  history: History,
  asOf: number,
  closedAt: number | undefined,
): Pick<LevelExplanation, 'outcome' | 'at'> {
  const instants = instantsOf(history, asOf)
  const reached = instants.find((t) => reachedAt(level, history, t, closedAt))
  if (reached !== undefined) return { outcome: 'reached', at: reached }
  const held = instants.find((t) => reachedAt(level, history, t, undefined))
  if (held !== undefined) return { outcome: 'nothing-new', at: held }
  return { outcome: 'not-reached', at: asOf }
}

interface Instants {
  readonly at: number
  readonly asOf: number
}

function explainRule(outcome: Outcome, path: string, history: History, instants: Instants): RuleExplanation {
  if (!('members' in outcome)) return explainAtom(outcome, path, history, instants)
  const { needed, field } = membersOf(outcome.rule)
  const members = outcome.members.map((member, index) =>
    explainRule(member, `${path}.${field}[${index}]`, history, instants),
  )
  return { kind: 'connective', path, holds: outcome.holds, needed, members }
}

function explainAtom(outcome: AtomOutcome, path: string, history: History, instants: Instants): AtomExplanation {
  const { rule: atom, holds, value } = outcome
  const counted = new Set(outcome.counted.map(({ observation }) => observation))
  const withdrawn = history.withdrawn.flatMap((check) => observationsOf(history.policy, check))
  const discarded = [...history.observations, ...withdrawn]
    .filter((observation) => !counted.has(observation))
    .map((observation) => ({
      check: observation.check.id,
      code: observation.code,
      reason: reasonFor(observation, atom, history, instants),
    }))
  return {
    kind: 'atom',
    path,
    holds,
    atom,
    value,
    shortfall: Math.max(0, measureOf(atom).atLeast - value),
    counted: outcome.counted.map(({ observation: { check, code }, points }) => ({ check: check.id, code, points })),
    discarded,
    ...('points' in atom ? { totals: totals(history.policy, outcome.counted) } : {}),
  }
}

/** Why an atom did not count an observation: the first reason that applies. */
function reasonFor(observation: Observation, atom: Atom, { policy }: History, { at, asOf }: Instants): DiscardReason {
  const measure = measureOf(atom)
  const { check } = observation
  if (check.withdrawn === true) return 'withdrawn'
  if (check.occurredAt > asOf) return 'future'
  if (check.occurredAt > at) return 'later'
  if (!inWindow(measure, check.occurredAt, at)) return 'outside-window'
  if (!matches(measure.where ?? {}, observation)) return 'filtered'
  if ('distinct' in atom && distinctValue(atom.distinct.of, observation) === undefined) return 'no-value'
  if (observation.points === 0) return 'weightless'
  if (contribution(policy, observation, at) === 0) return 'decayed'
  return 'capped'
}
