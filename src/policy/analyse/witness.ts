import { compilePolicy } from '../compiled/compile.js'
import type { Example } from '../example.js'
import type { AssessedCheck } from '../history.js'
import { atomsOf, DAY_MS, indicatorOf, type Policy, type Rule } from '../policy.js'
import { canHold } from './greatest.js'
import { bitsIn, codesIn } from './sight.js'
import { mayCarry, type Space, type Universe, unnamedKind } from './space.js'

/** 2026-01-01 12:00 UTC: an instant for examples, which are the same at every noon. */
export const NOON: number = 20_454 * DAY_MS + DAY_MS / 2

const CHECKS_MAX = 2_000
const OBSERVATIONS_MAX = 100_000

export type Judge = (checks: readonly AssessedCheck[]) => boolean

/** Whether a rule holds at noon over some checks. */
export function judgeOf(policy: Policy, rule: Rule): Judge {
  const only = { name: 'only', threshold: 'none', opens: [], reachedWhen: rule } as const
  const { determination: _, ...rest } = policy
  const compiled = compilePolicy({ ...rest, levels: [only] })
  return (checks) => compiled.rankAt(checks, NOON) === 1
}

/**
 * A history within a universe that makes a rule hold, with as little in it as could be found: no check, indicator,
 * agency or day of it can be spared by itself. Undefined where there is none, where it takes more than 2,000 checks, or
 * where the search has used up its effort.
 */
export function witnessOf(space: Space, rule: Rule, universe: Universe = space.whole): Example | undefined {
  if (space.effort.left <= 0 || !canHold(space, rule, universe)) return undefined
  space.effort.left -= preparing(space, rule)
  if (space.effort.left <= 0) return undefined
  const judge = judgeOf(space.policy, rule)
  const small = shrunkUniverse(space, rule, universe)
  for (let copies = 1; space.effort.left > 0; copies *= 2) {
    const checks = fullest(space, small, copies)
    if (checks === undefined) return undefined
    space.effort.left -= checks.length * (1 + (checks[0]?.indicators.length ?? 0))
    if (judge(checks)) return { checks: renamed(shrunk(space, checks, judge)), asOf: NOON }
  }
  return undefined
}

/** What it costs to prepare a rule for assessing: each atom looks at each code, and weighs it at each step of decay. */
export function preparing({ policy, vocabulary: { indicators, incidents } }: Space, rule: Rule): number {
  const codes = indicators.length + incidents.length
  return Math.floor((atomsOf(rule).length * codes * (10 + (policy.decay?.length ?? 0))) / 200)
}

/** What is left of a universe when everything is taken away without which the rule can hold just as well. */
function shrunkUniverse(space: Space, rule: Rule, from: Universe): Universe {
  let universe = from
  const attempt = (parts: Partial<Universe>): boolean => {
    const next = { ...universe, ...parts }
    if (space.effort.left <= 0 || !canHold(space, rule, next)) return false
    universe = next
    return true
  }

  attempt({ incidents: space.neutral })
  // The last first: those are kinds that the policy does not name, and an example reads better with one that it knows.
  for (const index of [...space.classes.keys()].reverse()) attempt({ agencies: universe.agencies.with(index, 0) })
  for (const index of space.classes.keys()) {
    for (let many = 1; many < (universe.agencies[index] ?? 0) && many <= CHECKS_MAX; many += many < 16 ? 1 : many) {
      if (attempt({ agencies: universe.agencies.with(index, many) })) break
    }
    const agencies = universe.agencies[index] ?? 0
    if (!attempt({ kinds: universe.kinds.with(index, Math.min(1, agencies)) })) {
      universe = { ...universe, kinds: universe.kinds.with(index, Math.min(agencies, universe.kinds[index] ?? 0)) }
    }
  }
  for (let days = 1; days < universe.days && days <= CHECKS_MAX; days += days < 16 ? 1 : days) {
    if (attempt({ days })) break
  }
  without(bitsIn(universe.incidents & ~space.neutral), (bits) =>
    attempt({ incidents: bits | (universe.incidents & space.neutral) }),
  )
  attempt({ incidents: universe.incidents & ~space.neutral })
  without(gravestLast(space, universe.indicators), (indicators) => attempt({ indicators }))
  return universe
}

/** The last are taken away first, so that an example is no graver than it must be. */
function gravestLast({ policy, vocabulary }: Space, indicators: bigint): readonly bigint[] {
  const gravity = (code: string): number => {
    const { severity = 0, flags = [], points = 0 } = indicatorOf(policy, code) ?? {}
    const duties = flags.filter((flag) => flag === 'significant-harm' || flag === 'statutory-need').length
    return duties * 10_000_000 + severity * 2_000_000 + points
  }
  const bits = bitsIn(indicators)
  return codesIn(vocabulary.indicators, indicators)
    .map((code, index) => ({ bit: bits[index] ?? 0n, gravity: gravity(code) }))
    .sort((a, b) => a.gravity - b.gravity)
    .map(({ bit }) => bit)
}

/** Takes bits away as long as the rest will do, many at a time first. */
function without(bits: readonly bigint[], willDo: (rest: bigint) => boolean): void {
  spared(bits, (rest) => willDo(rest.reduce((all, bit) => all | bit, 0n)))
}

/** A part of some things that will do and of which none can be spared, where all of them do. */
function spared<Thing>(things: readonly Thing[], willDo: (rest: readonly Thing[]) => boolean): readonly Thing[] {
  let left = things
  for (let run = Math.ceil(left.length / 2); run > 0; run = run > 1 ? Math.ceil(run / 2) : 0) {
    for (let from = left.length - run; from > -run; from -= run) {
      const rest = left.toSpliced(Math.max(0, from), Math.min(run, run + from))
      if (rest.length < left.length && willDo(rest)) left = rest
    }
  }
  return left
}

/** Every check that a universe has, each so many times; undefined where they are too many. */
function fullest(space: Space, universe: Universe, copies: number): readonly AssessedCheck[] | undefined {
  const indicators = codesIn(space.vocabulary.indicators, universe.indicators)
  const days = Math.min(universe.days, CHECKS_MAX + 1)
  const senders = space.classes.map((_, index) => sendersOf(space, universe, index))
  const each = senders.flat().flatMap((sender) => sender.incidents.map((incident) => ({ ...sender, incident })))
  const checks = each.length * days * copies
  if (checks > CHECKS_MAX || checks * (1 + indicators.length) > OBSERVATIONS_MAX) return undefined
  return each.flatMap(({ agency, agencyKind, incident }) =>
    Array.from({ length: days * copies }, (_, index) => {
      const occurredAt = noonsAgo(index % days)
      return { id: `${agency} ${incident} ${index}`, agency, agencyKind, incident, indicators, occurredAt }
    }),
  )
}

/** An instant so many calendar days before noon, and less than so many times 24 hours, so that windows take in as many days as they can. */
export function noonsAgo(days: number): number {
  return days === 0 ? NOON : NOON - days * DAY_MS + DAY_MS / 24
}

interface Sender {
  readonly agency: string
  readonly agencyKind: string
  readonly incidents: readonly string[]
}

function sendersOf(space: Space, universe: Universe, index: number): readonly Sender[] {
  const one = space.classes[index]
  if (one === undefined) return []
  const agencies = Math.min(universe.agencies[index] ?? 0, CHECKS_MAX + 1)
  const kinds = Math.min(universe.kinds[index] ?? 0, agencies)
  return Array.from({ length: agencies }, (_, number) => {
    const agencyKind = one.kinds[number % kinds] ?? unnamedKind(space, number % kinds)
    const allowed = codesIn(space.vocabulary.incidents, universe.incidents & one.incidents & ~space.neutral)
    const neutral = (universe.incidents & space.neutral) === 0n ? undefined : neutralFor(space, agencyKind)
    return {
      agency: `${index}-${number}`,
      agencyKind,
      incidents: neutral === undefined ? allowed : [neutral, ...allowed],
    }
  })
}

function neutralFor({ policy, vocabulary, neutral }: Space, kind: string): string | undefined {
  return codesIn(vocabulary.incidents, neutral).find((code) => mayCarry(policy, code, kind))
}

/** As few checks as will do, with as few indicators, of as few agencies, on as few days. */
function shrunk(space: Space, from: readonly AssessedCheck[], judge: Judge): readonly AssessedCheck[] {
  const willDo: Judge = (checks) => {
    if (space.effort.left <= 0) return false
    space.effort.left -= 10 + checks.length
    return judge(checks)
  }
  let checks = spared(from, willDo)
  const alter = (index: number, parts: Partial<AssessedCheck>): boolean => {
    const check = checks[index]
    const altered = check === undefined ? checks : checks.with(index, { ...check, ...parts })
    if (!willDo(altered)) return false
    checks = altered
    return true
  }

  for (const [index, check] of checks.entries()) {
    if (alter(index, { indicators: [] })) continue
    spared(check.indicators, (indicators) => alter(index, { indicators }))
  }
  for (const [index, check] of checks.entries()) {
    const others = checks.slice(0, index)
    others.some(({ agency, agencyKind }) =>
      agency !== check.agency && mayCarry(space.policy, check.incident, agencyKind)
        ? alter(index, { agency, agencyKind })
        : false,
    )
    others.some(({ occurredAt }) => occurredAt !== check.occurredAt && alter(index, { occurredAt }))
  }
  return spared(checks, willDo)
}

function renamed(checks: readonly AssessedCheck[]): readonly AssessedCheck[] {
  const agencies = [...new Set(checks.map(({ agency }) => agency))]
  return checks
    .toSorted((a, b) => a.occurredAt - b.occurredAt)
    .map((check, index) => ({
      ...check,
      id: `check-${index + 1}`,
      agency: `agency-${agencies.indexOf(check.agency) + 1}`,
    }))
}
