import { type AssessedCheck, matches, type Observation } from '../history.js'
import {
  type Atom,
  atomsOf,
  DAY_MS,
  type Form,
  formOf,
  isAtom,
  measureOf,
  membersOf,
  type Policy,
  type Rule,
  type Where,
} from '../policy.js'

/**
 * A policy with every name replaced by a number, so that assessing touches arrays only.
 *
 * An observation is a number: indicators first, in the policy's order, then incidents. A measure is what one or more
 * atoms look at: the same form, window and filter. Its value is compared with each atom's `atLeast`.
 */
export interface Program {
  readonly policy: Policy
  readonly indicators: ReadonlyMap<string, number>
  /** By code; counted from 0. The observation of incident `n` is `indicators.size + n`. */
  readonly incidents: ReadonlyMap<string, number>
  /** Kinds of agency that filters name, from 1; 0 is every other kind. */
  readonly kinds: ReadonlyMap<string, number>
  /** Per observation. */
  readonly points: Int32Array
  /** Per observation; 0 for incidents, which are a dimension of their own. */
  readonly dimension: Int32Array
  /** Per observation; 0 for incidents, which have none. */
  readonly domain: Int32Array
  readonly dimensions: number
  readonly domains: number
  readonly measures: readonly CompiledMeasure[]
  /** Whether anything asks by which agency a check is, or of which kind that is. */
  readonly tellsAgencies: boolean
  readonly tellsKinds: boolean
  /** Per observation: the measures whose filter lets it through, whatever its check. */
  readonly measuresOf: readonly Int32Array[]
  /** Per level, lowest first. */
  readonly rules: readonly CompiledRule[]
  /** No check older than this before an instant is seen at it. */
  readonly windowMsMax: number
}

export interface CompiledMeasure {
  readonly form: Form
  readonly windowMs: number
  /** By observation: 1 where the filter lets it through, whatever its check. */
  readonly passes: Uint8Array
  /** By incident of the check, and by its agency's kind: 1 where the filter lets it through. */
  readonly incidentPasses: Uint8Array
  readonly kindPasses: Uint8Array
  readonly phases: readonly Phase[]
}

/** How much an observation weighs while it is younger than `untilMs`; phases follow each other. */
export interface Phase {
  readonly untilMs: number
  readonly permille: number
}

export type CompiledRule =
  | { readonly kind: 'atom'; readonly measure: number; readonly atLeast: number }
  | { readonly kind: 'connective'; readonly needed: number; readonly members: readonly CompiledRule[] }

const programs = new WeakMap<Policy, Program>()

/** The program of a policy, made at the first call and kept as long as the policy is. */
export function programOf(policy: Policy): Program {
  const known = programs.get(policy) ?? madeProgram(policy)
  programs.set(policy, known)
  return known
}

function madeProgram(policy: Policy): Program {
  const indicators = numbered(Object.keys(policy.indicators), 0)
  const incidents = numbered(Object.keys(policy.incidents), 0)
  const observations = observationsOf(policy)
  const dimensions = numbered(namesOf(observations.map(({ dimension }) => dimension)), 1)
  const domains = numbered(namesOf(observations.map(({ domain }) => domain)), 1)
  const atoms = policy.levels.flatMap(({ reachedWhen }) => atomsOf(reachedWhen))
  const kinds = numbered(namesOf(atoms.flatMap((atom) => measureOf(atom).where?.agencyKinds ?? [])), 1)
  const distinctAtoms = [...new Map(atoms.map((atom) => [measureKey(atom), atom])).values()]
  const numberOf = new Map(distinctAtoms.map((atom, number) => [measureKey(atom), number]))
  const measures = distinctAtoms.map((atom) => measured(policy, atom, observations, incidents, kinds))
  return {
    policy,
    indicators,
    incidents,
    kinds,
    points: Int32Array.from(observations, ({ points }) => points),
    dimension: Int32Array.from(observations, ({ dimension }) => knownNumber(dimensions, dimension)),
    domain: Int32Array.from(observations, ({ domain }) => knownNumber(domains, domain)),
    dimensions: dimensions.size,
    domains: domains.size,
    measures,
    tellsAgencies: policy.caps !== undefined || measures.some(({ form }) => form === 'agency'),
    tellsKinds: measures.some(({ form }) => form === 'agencyKind'),
    measuresOf: observations.map((_, observation) => measuresFor(observation, measures)),
    rules: policy.levels.map(({ reachedWhen }) => compiledRule(reachedWhen, numberOf)),
    windowMsMax: Math.max(...measures.map(({ windowMs }) => windowMs)),
  }
}

function compiledRule(rule: Rule, numberOf: ReadonlyMap<string, number>): CompiledRule {
  if (isAtom(rule)) {
    return { kind: 'atom', measure: numberOf.get(measureKey(rule)) ?? 0, atLeast: measureOf(rule).atLeast }
  }
  const { rules, needed } = membersOf(rule)
  return { kind: 'connective', needed, members: rules.map((member) => compiledRule(member, numberOf)) }
}

function measured(
  policy: Policy,
  atom: Atom,
  observations: readonly Observation[],
  incidents: ReadonlyMap<string, number>,
  kinds: ReadonlyMap<string, number>,
): CompiledMeasure {
  const { withinDays, where = {} } = measureOf(atom)
  const windowMs = withinDays * DAY_MS
  // What the filter says of the check is looked up when the check is known.
  const { incidents: wantedIncidents, agencyKinds: wantedKinds, ...own }: Where = where
  return {
    form: formOf(atom),
    windowMs,
    passes: Uint8Array.from(observations, (observation) => (matches(own, observation) ? 1 : 0)),
    incidentPasses: passing(wantedIncidents, incidents, 0),
    kindPasses: passing(wantedKinds, kinds, 1),
    phases: 'points' in atom ? phasesOf(policy, windowMs) : [],
  }
}

/** The decay steps as far as the window reaches. What is older than the last of them weighs nothing. */
function phasesOf(policy: Policy, windowMs: number): readonly Phase[] {
  if (policy.decay === undefined) return [{ untilMs: windowMs, permille: 1000 }]
  const phases: Phase[] = []
  let fromMs = 0
  for (const { upToDays, permille } of policy.decay) {
    if (fromMs >= windowMs) break
    // Whole days: an age counts as `upToDays` until the day after is full.
    fromMs = (upToDays + 1) * DAY_MS
    phases.push({ untilMs: Math.min(fromMs, windowMs), permille })
  }
  return phases
}

function measuresFor(observation: number, measures: readonly CompiledMeasure[]): Int32Array {
  return Int32Array.from(measures.flatMap(({ passes }, slot) => (passes[observation] === 1 ? slot : [])))
}

const NO_CHECK: AssessedCheck = { id: '', agency: '', agencyKind: '', incident: '', indicators: [], occurredAt: 0 }

/** Every observation that a check can give, without its check. */
function observationsOf(policy: Policy): readonly Observation[] {
  const indicators = Object.entries(policy.indicators).map(([code, indicator]): Observation => {
    const { points, severity, flags = [], dimension, domain } = indicator
    return { check: NO_CHECK, kind: 'indicator', code, points, severity, flags, dimension, domain }
  })
  const incidents = Object.entries(policy.incidents).map(([code, { points }]): Observation => {
    const none = { severity: 0, flags: [], dimension: undefined, domain: undefined }
    return { check: NO_CHECK, kind: 'incident', code, points, ...none }
  })
  return [...indicators, ...incidents]
}

function passing(
  wanted: readonly string[] | undefined,
  numbers: ReadonlyMap<string, number>,
  from: number,
): Uint8Array {
  const all = new Uint8Array(numbers.size + from)
  if (wanted === undefined) return all.fill(1)
  for (const name of wanted) {
    const number = numbers.get(name)
    if (number !== undefined) all[number] = 1
  }
  return all
}

/** Atoms that differ in `atLeast` alone look at one measure. */
function measureKey(atom: Atom): string {
  const { withinDays, where = {} } = measureOf(atom)
  return JSON.stringify([formOf(atom), withinDays, Object.entries(where).sort(([a], [b]) => (a < b ? -1 : 1))])
}

function numbered(names: readonly string[], from: number): ReadonlyMap<string, number> {
  return new Map(names.map((name, index) => [name, index + from]))
}

function namesOf(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== undefined))]
}

function knownNumber(numbers: ReadonlyMap<string, number>, name: string | undefined): number {
  return name === undefined ? 0 : (numbers.get(name) ?? 0)
}
