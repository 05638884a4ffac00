import { type AssessedCheck, matches, type Observation } from '../history.js'
import {
  type Atom,
  type DistinctOf,
  formOf,
  incidentOf,
  indicatorOf,
  measureOf,
  type Policy,
  type Where,
} from '../policy.js'

/** The codes that histories are made of. A set of codes is a number: bit n stands for code n. */
export interface Vocabulary {
  readonly indicators: readonly string[]
  readonly incidents: readonly string[]
}

/** What an atom can see: its filter worked out over a vocabulary, so that filters compare by what they let through. */
export interface Sight {
  readonly policy: Policy
  readonly vocabulary: Vocabulary
  readonly form: 'count' | 'points' | DistinctOf
  readonly atLeast: number
  /** For points: no longer than anything that is seen weighs something. */
  readonly withinDays: number
  /** Indicators that are seen, in a check that passes. */
  readonly indicators: bigint
  /** Incidents whose own observation is seen, in a check that passes. */
  readonly itself: bigint
  /** Incidents of the checks that pass. */
  readonly incidents: bigint
  /** Kinds of agency whose checks pass; undefined: every kind. */
  readonly kinds: ReadonlySet<string> | undefined
}

const vocabularies = new WeakMap<Policy, WeakMap<Policy, Vocabulary>>()
const sights = new WeakMap<Vocabulary, WeakMap<Policy, WeakMap<Atom, Sight>>>()

/** The codes that both policies have. One and the same object for the same two policies. */
export function sharedVocabulary(one: Policy, other: Policy): Vocabulary {
  return remembered(
    remembered(vocabularies, one, () => new WeakMap()),
    other,
    () => ({
      indicators: Object.keys(one.indicators).filter((code) => indicatorOf(other, code) !== undefined),
      incidents: Object.keys(one.incidents).filter((code) => incidentOf(other, code) !== undefined),
    }),
  )
}

/** Remembered as long as the policy is: rules are compared many times over. */
export function sightOf(policy: Policy, atom: Atom, vocabulary: Vocabulary): Sight {
  const ofPolicy = remembered(
    remembered(sights, vocabulary, () => new WeakMap()),
    policy,
    () => new WeakMap(),
  )
  return remembered(ofPolicy, atom, () => newSight(policy, atom, vocabulary))
}

export function remembered<Key extends object, Value>(known: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

function newSight(policy: Policy, atom: Atom, vocabulary: Vocabulary): Sight {
  const { atLeast, withinDays, where = {} } = measureOf(atom)
  const form = formOf(atom)
  const weighs = (points: number): number => (form === 'points' ? weighsDays(policy, points, withinDays) : withinDays)
  const passes = filterOf(where)
  const incidents = bitsOf(vocabulary.incidents, listed(where.incidents))
  const indicators = bitsOf(vocabulary.indicators, (code) => {
    const observation = indicatorObservation(policy, code)
    return weighs(observation.points) > 0 && passes(observation)
  })
  const itself = bitsOf(vocabulary.incidents, (code) => {
    const observation = incidentObservation(policy, code)
    return !VALUELESS.has(form) && weighs(observation.points) > 0 && passes(observation)
  })
  const points = [
    ...codesIn(vocabulary.indicators, indicators).map((code) => indicatorOf(policy, code)?.points ?? 0),
    ...codesIn(vocabulary.incidents, itself & incidents).map((code) => incidentOf(policy, code)?.points ?? 0),
  ]
  return {
    policy,
    vocabulary,
    form,
    atLeast,
    withinDays: weighs(Math.max(0, ...points)),
    indicators: incidents === 0n ? 0n : indicators,
    itself: itself & incidents,
    incidents: indicators === 0n ? itself & incidents : incidents,
    kinds: where.agencyKinds === undefined ? undefined : new Set(where.agencyKinds),
  }
}

/** What a filter says of an observation, apart from the check that it belongs to. Lists can be long: they become sets. */
function filterOf(where: Where): (observation: Observation) => boolean {
  const [indicator, dimension, domain] = [listed(where.indicators), listed(where.dimensions), listed(where.domains)]
  const { indicators: _, incidents: __, dimensions: ___, domains: ____, agencyKinds: _____, ...rest } = where
  return (observation) =>
    indicator(observation.kind === 'indicator' ? observation.code : undefined) &&
    dimension(observation.dimension) &&
    domain(observation.domain) &&
    matches(rest, observation)
}

function listed(wanted: readonly string[] | undefined): (value: string | undefined) => boolean {
  if (wanted === undefined) return () => true
  const set = new Set(wanted)
  return (value) => value !== undefined && set.has(value)
}

// An incident's observation has none of these.
const VALUELESS: ReadonlySet<string> = new Set(['dimension', 'domain', 'indicator'])

/** Points of an observation after decay, at an age in whole days. */
export function weightAt(policy: Policy, points: number, ageDays: number): number {
  const permille =
    policy.decay === undefined ? 1000 : (policy.decay.find(({ upToDays }) => ageDays <= upToDays)?.permille ?? 0)
  return Math.floor((points * permille) / 1000)
}

/** For how many days of a window something weighs more than 0; weights never rise with age. */
function weighsDays(policy: Policy, points: number, withinDays: number): number {
  if (points === 0) return 0
  if (policy.decay === undefined) return withinDays
  const last = policy.decay.findLast(({ permille }) => Math.floor((points * permille) / 1000) > 0)
  return last === undefined ? 0 : Math.min(withinDays, last.upToDays + 1)
}

export function seesNothing({ indicators, itself }: Sight): boolean {
  return indicators === 0n && itself === 0n
}

/** Whether every observation that one sight lets through is let through by the other; windows apart. */
export function seesAllOf(wide: Sight, narrow: Sight): boolean {
  if (seesNothing(narrow)) return true
  return (
    kindsWithin(narrow, wide) &&
    within(narrow.itself, wide.itself) &&
    within(narrow.indicators, wide.indicators) &&
    (narrow.indicators === 0n || within(narrow.incidents, wide.incidents))
  )
}

/** Whether every check of which one sight sees something is one of which the other sees something; windows apart. */
export function seesChecksOf(wide: Sight, narrow: Sight): boolean {
  if (seesNothing(narrow)) return true
  if (!kindsWithin(narrow, wide) || !within(narrow.itself, wide.itself)) return false
  if (narrow.indicators === 0n) return true
  // A check that carries one of the indicators carries its incident too.
  return (
    within(narrow.incidents, wide.itself) ||
    (within(narrow.indicators, wide.indicators) && within(narrow.incidents, wide.incidents))
  )
}

/** Each thing that is seen, by itself: at least one of them is there wherever the atom holds. */
export function eachSeenBy(sight: Sight): readonly Sight[] {
  const one = { ...sight, form: 'count', atLeast: 1 } as const
  return [
    ...bitsIn(sight.indicators).map((bit) => ({ ...one, indicators: bit, itself: 0n })),
    ...bitsIn(sight.itself).map((bit) => ({ ...one, indicators: 0n, itself: bit, incidents: bit })),
  ]
}

/** The codes of a set, each as a set of its own, lowest first: in the order of `codesIn`. */
export function bitsIn(set: bigint): readonly bigint[] {
  const digits = [...set.toString(2)].reverse()
  return digits.flatMap((digit, number) => (digit === '1' ? [1n << BigInt(number)] : []))
}

export function union(sets: readonly bigint[]): bigint {
  return sets.reduce((all, set) => all | set, 0n)
}

function kindsWithin(narrow: Sight, wide: Sight): boolean {
  if (wide.kinds === undefined) return true
  if (narrow.kinds === undefined) return false
  for (const kind of narrow.kinds) if (!wide.kinds.has(kind)) return false
  return true
}

function within(narrow: bigint, wide: bigint): boolean {
  return (narrow & wide) === narrow
}

/** The set of the codes of which something is so. */
export function bitsOf(codes: readonly string[], isSo: (code: string) => boolean): bigint {
  const digits = codes.map((code) => (isSo(code) ? '1' : '0')).reverse()
  return BigInt(`0b0${digits.join('')}`)
}

export function codesIn(codes: readonly string[], set: bigint): readonly string[] {
  const digits = set.toString(2)
  return codes.filter((_, number) => digits[digits.length - 1 - number] === '1')
}

const NO_CHECK: AssessedCheck = { id: '', agency: '', agencyKind: '', incident: '', indicators: [], occurredAt: 0 }

function indicatorObservation(policy: Policy, code: string): Observation {
  const { points = 0, severity = 0, flags = [], dimension, domain } = indicatorOf(policy, code) ?? {}
  return { check: NO_CHECK, kind: 'indicator', code, points, severity, flags, dimension, domain }
}

function incidentObservation(policy: Policy, code: string): Observation {
  const points = incidentOf(policy, code)?.points ?? 0
  const check = { ...NO_CHECK, incident: code }
  return { check, kind: 'incident', code, points, severity: 0, flags: [], dimension: undefined, domain: undefined }
}
