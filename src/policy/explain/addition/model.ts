import type { History } from '../../history.js'
import { type Atom, type Level, measureOf, membersOf, type Policy } from '../../policy.js'
import { type AtomOutcome, distinctValue, evaluate, type Outcome, positionOf } from '../../reference/evaluate.js'
import { type Candidate, type Candidates, candidatesFor, kindsIn } from './candidates.js'

/** Checks that are thought of as coming in: so many of one sort, each by an agency of its own. */
export interface Use {
  readonly candidate: Candidate
  readonly times: number
}

/** A level's rule as it stands at an instant, and what it would come to if checks came in then. */
export interface Model {
  readonly atoms: readonly AtomState[]
  readonly rule: RuleState
  readonly candidates: Candidates
  /** The value of an atom with these checks added. */
  valueOf(atom: AtomState, uses: readonly Use[]): number
  /** Whether the level would be reached. */
  isReached(uses: readonly Use[]): boolean
}

export type RuleState =
  | { readonly kind: 'connective'; readonly needed: number; readonly members: readonly RuleState[] }
  | AtomState

export interface AtomState {
  readonly kind: 'atom'
  readonly number: number
  readonly path: string
  readonly atom: Atom
  readonly atLeast: number
  readonly value: number
  /** Whether it counts a check recorded since the closing; true where nothing was closed. */
  readonly countsNew: boolean
  /** What it tells apart already. */
  readonly known: ReadonlySet<string | number>
  /** For points: the capped sum over agencies, and what each dimension has before its cap. */
  readonly ofAgencies: number
  readonly ofDimensions: ReadonlyMap<string | undefined, number>
}

interface ModelOptions {
  readonly closedAt: number | undefined
  readonly agencyKinds: readonly string[] | undefined
}

/** The model of a level at `asOf`; `path` is where its rule stands in the policy. */
export function modelOf(
  history: History,
  level: Level,
  path: string,
  asOf: number,
  { closedAt, agencyKinds }: ModelOptions,
): Model {
  const { policy } = history
  const atoms: AtomState[] = []
  const rule = stateOf(evaluate(level.reachedWhen, history, asOf), path)
  const looked = atoms.map(({ atom }) => atom)
  const kinds = agencyKinds ?? kindsIn(policy, looked, history.checks)
  const candidates = candidatesFor(policy, looked, kinds, asOf)
  const model: Model = {
    atoms,
    rule,
    candidates,
    valueOf: (atom, uses) => valueWith(policy, atom, uses),
    isReached(uses) {
      const { holds, contributes } = answerOf(rule, uses)
      return holds && contributes
    },
  }
  return model

  function stateOf(outcome: Outcome, at: string): RuleState {
    if (!('members' in outcome)) {
      const state = atomState(policy, outcome, atoms.length, at, closedAt)
      atoms.push(state)
      return state
    }
    const { needed, field } = membersOf(outcome.rule)
    const members = outcome.members.map((member, index) => stateOf(member, `${at}.${field}[${index}]`))
    return { kind: 'connective', needed, members }
  }

  function answerOf(state: RuleState, uses: readonly Use[]): { holds: boolean; contributes: boolean } {
    if (state.kind === 'atom') {
      const holds = model.valueOf(state, uses) >= state.atLeast
      const isSeen = state.countsNew || uses.some(({ candidate }) => candidate.gains[state.number] !== undefined)
      return { holds, contributes: holds && isSeen }
    }
    let holding = 0
    let contributes = false
    for (const member of state.members) {
      const answer = answerOf(member, uses)
      if (answer.holds) holding += 1
      if (answer.contributes) contributes = true
    }
    const holds = holding >= state.needed
    return { holds, contributes: holds && contributes }
  }
}

function atomState(
  policy: Policy,
  { rule: atom, value, counted }: AtomOutcome,
  number: number,
  path: string,
  closedAt: number | undefined,
): AtomState {
  const known = new Set<string | number>()
  const rows = new Map<string, number>()
  const ofDimensions = new Map<string | undefined, number>()
  for (const { observation, points } of counted) {
    const told = 'distinct' in atom ? distinctValue(atom.distinct.of, observation) : undefined
    if (told !== undefined) known.add(told)
    const { check, dimension } = observation
    rows.set(check.agency, (rows.get(check.agency) ?? 0) + points)
    ofDimensions.set(dimension, (ofDimensions.get(dimension) ?? 0) + points)
  }
  const ofAgencies = [...rows.values()].reduce((sum, row) => sum + Math.min(row, capOf(policy.caps?.perAgency)), 0)
  const countsNew = closedAt === undefined || counted.some(({ observation }) => positionOf(observation) > closedAt)
  const { atLeast } = measureOf(atom)
  return { kind: 'atom', number, path, atom, atLeast, value, countsNew, known, ofAgencies, ofDimensions }
}

function valueWith(policy: Policy, state: AtomState, uses: readonly Use[]): number {
  const { atom, number, value, known, ofAgencies, ofDimensions } = state
  if ('points' in atom) {
    let byAgency = ofAgencies
    const sums = new Map(ofDimensions)
    for (const { candidate, times } of uses) {
      const gain = candidate.gains[number]
      if (gain === undefined) continue
      byAgency += times * Math.min(gain.points, capOf(policy.caps?.perAgency))
      for (const [dimension, points] of gain.byDimension) {
        sums.set(dimension, (sums.get(dimension) ?? 0) + times * points)
      }
    }
    let byDimension = 0
    for (const sum of sums.values()) byDimension += Math.min(sum, capOf(policy.caps?.perDimension))
    return Math.min(byAgency, byDimension)
  }
  // Every added check is another check, by another agency.
  if ('count' in atom || atom.distinct.of === 'agency') {
    return uses.reduce(
      (sum, { candidate, times }) => (candidate.gains[number] === undefined ? sum : sum + times),
      value,
    )
  }
  const told = new Set<string | number>()
  for (const { candidate } of uses) {
    for (const one of candidate.gains[number]?.values ?? []) if (!known.has(one)) told.add(one)
  }
  return value + told.size
}

function capOf(cap: number | undefined): number {
  return cap ?? Number.POSITIVE_INFINITY
}
