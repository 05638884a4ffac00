import type { Term } from '../analyse/terms.js'
import { type AssessedCheck, historyOf } from '../history.js'
import { type Atom, DAY_MS, measureOf } from '../policy.js'
import { evaluate } from '../reference/evaluate.js'
import type { Draw } from './draw.js'
import { type Material, materialFor, NOW, type Pool } from './pool.js'
import { heightOf, type Side } from './scale.js'
import { weakened } from './weaken.js'

/** What a search is to find: a history by which `high` reaches a height and `low` does not. */
export interface Aim {
  readonly high: Side
  readonly low: Side
  readonly height: number
  /** How `high` is to reach it. */
  readonly term: Term
  /** The instant of the assessment, counted from the latest check. */
  readonly delayMs: number
  /** What was tried so far. */
  readonly tally: Tally
}

export interface Tally {
  histories: number
  checksMost: number
}

const ADDED_MAX = 60
const PERTURBED_MAX = 3

/**
 * A history on which the aim is met, or undefined: one attempt.
 *
 * Every atom of the term is satisfied at random, and then the history is made as weak as it can be while `high` still
 * reaches the height. A policy never reaches less for more, so weakening can only help `low` to fall short, and where
 * any history meets the aim, one that cannot be weakened does. If this one does not, it is varied a little and weakened
 * again.
 */
export function attempt(aim: Aim, pool: Pool, draw: Draw): readonly AssessedCheck[] | undefined {
  const builder = builderFor(aim, pool, draw)
  let checks = builder.satisfied()
  for (let time = 0; time <= PERTURBED_MAX && reaches(aim.high, aim, checks); time += 1) {
    checks = weakened(checks, {
      reaches: (tried) => reaches(aim.high, aim, tried),
      pool,
      draw,
      policy: aim.high.policy,
    })
    if (!reaches(aim.low, aim, checks)) return checks
    checks = builder.varied(checks)
  }
  return undefined
}

function reaches(side: Side, { height, delayMs, tally }: Aim, checks: readonly AssessedCheck[]): boolean {
  tally.histories += 1
  tally.checksMost = Math.max(tally.checksMost, checks.length)
  return heightOf(side, checks, NOW + delayMs) >= height
}

interface Builder {
  satisfied(): readonly AssessedCheck[]
  varied(checks: readonly AssessedCheck[]): readonly AssessedCheck[]
}

function builderFor(aim: Aim, pool: Pool, draw: Draw): Builder {
  const { policy } = aim.high
  const tooMuch = aloneFor(aim)
  // Days are told apart too: now and then everything happens on one, but for what is as old as a differing edge.
  const atOnce = draw.chance(30)
  let last = 0

  const checkWith = (agency: Pick<AssessedCheck, 'agency' | 'agencyKind'>, incident: string): AssessedCheck => {
    last += 1
    return { id: `c${last}`, ...agency, incident, indicators: [], occurredAt: NOW }
  }

  const agencyFor = (checks: readonly AssessedCheck[], incident: string, wanted: readonly string[] | undefined) => {
    const fitting = pool.kindsFor(incident).filter((kind) => wanted === undefined || wanted.includes(kind))
    const kinds = fitting.length > 0 ? fitting : (wanted ?? pool.kinds)
    const known = checks.filter(({ agencyKind }) => kinds.includes(agencyKind))
    if (known.length > 0 && draw.chance(60)) {
      const { agency, agencyKind } = draw.pick(known)
      return { agency, agencyKind }
    }
    const agencyKind = draw.pick(kinds)
    return { agency: `${agencyKind} ${draw.below(6)}`, agencyKind }
  }

  const ageWithin = (withinDays: number): number => {
    const fits = (age: number): boolean => age < withinDays * DAY_MS
    const lone = pool.suspects.ages.filter(fits)
    if (lone.length > 0 && draw.chance(40)) return draw.pick(lone)
    if (atOnce || draw.chance(40)) return 0
    return draw.pick(pool.ages.filter(fits))
  }

  /** A history with one more observation that the atom may count; undefined if it would by itself be too much for `low`. */
  const added = (checks: readonly AssessedCheck[], atom: Atom, material: Material): AssessedCheck[] | undefined => {
    const { withinDays, where = {} } = measureOf(atom)
    const own = material.indicators.length === 0 || draw.chance((100 * material.incidents.length) / 60)
    const byIncident = own && material.incidents.length > 0
    if (!byIncident && material.indicators.length === 0) return undefined
    if (checks.length > 0 && draw.chance(15)) return [...checks, { ...again(draw.pick(checks)) }]
    const context = (where.incidents ?? pool.plain).filter((code) => pool.incidents.includes(code))
    const incidents = draw.chance(85) || where.incidents !== undefined ? context : pool.incidents
    if (!byIncident && incidents.length === 0) return undefined
    const incident = byIncident ? likely(material.incidents, pool.suspects.incidents) : draw.pick(incidents)
    const code = byIncident ? undefined : likely(material.indicators, pool.suspects.indicators)
    const age = ageWithin(withinDays)
    const host = code === undefined ? undefined : hostAmong(checks, atom)
    const bare = host ?? {
      ...checkWith(agencyFor(checks, incident, where.agencyKinds), incident),
      occurredAt: NOW - age,
    }
    const check = code === undefined ? bare : { ...bare, indicators: [...new Set([...bare.indicators, code])] }
    if (tooMuch(check, code)) return undefined
    return [...checks.filter(({ id }) => id !== check.id), check]
  }

  const again = (check: AssessedCheck): AssessedCheck => {
    last += 1
    return { ...check, id: `c${last}`, occurredAt: NOW - draw.pick(pool.ages) }
  }

  const hostAmong = (checks: readonly AssessedCheck[], atom: Atom): AssessedCheck | undefined => {
    const { withinDays, where = {} } = measureOf(atom)
    const hosts = checks.filter(
      ({ incident, agencyKind, occurredAt }) =>
        NOW - occurredAt < withinDays * DAY_MS &&
        (where.incidents ?? [incident]).includes(incident) &&
        (where.agencyKinds ?? [agencyKind]).includes(agencyKind),
    )
    return hosts.length > 0 && draw.chance(40) ? draw.pick(hosts) : undefined
  }

  const likely = (codes: readonly string[], suspects: ReadonlySet<string>): string => {
    const suspected = suspects.size === 0 ? [] : codes.filter((code) => suspects.has(code))
    return suspected.length > 0 && draw.chance(50) ? draw.pick(suspected) : draw.pick(codes)
  }

  const materials = new Map(aim.term.map((atom) => [atom, materialOf(atom, aim.high, pool)]))
  const grown = (checks: readonly AssessedCheck[], atom: Atom): readonly AssessedCheck[] => {
    const material = materials.get(atom)
    return (material === undefined ? undefined : added(checks, atom, material)) ?? checks
  }

  return {
    satisfied() {
      // Something happens at the instant that is looked at: else an age could not be seen.
      const incident = draw.pick(pool.plain)
      let checks: readonly AssessedCheck[] = [checkWith(agencyFor([], incident, undefined), incident)]
      for (const atom of draw.shuffled(aim.term)) {
        for (let time = 0; time < ADDED_MAX; time += 1) {
          if (evaluate(atom, historyOf(policy, checks), NOW).holds) break
          checks = grown(checks, atom)
        }
      }
      return draw.chance(50) ? grown(checks, draw.pick(aim.term)) : checks
    },
    varied(checks) {
      let changed = checks
      const more = 1 + draw.below(3)
      for (let time = 0; time < more; time += 1) changed = grown(changed, draw.pick(aim.term))
      return changed
    },
  }
}

const materials = new WeakMap<Pool, Map<Side, Map<Atom, Material>>>()

function materialOf(atom: Atom, side: Side, pool: Pool): Material {
  const bySide = materials.get(pool) ?? new Map<Side, Map<Atom, Material>>()
  materials.set(pool, bySide)
  const byAtom = bySide.get(side) ?? new Map<Atom, Material>()
  bySide.set(side, byAtom)
  const known = byAtom.get(atom) ?? materialFor(atom, side.policy, pool)
  byAtom.set(atom, known)
  return known
}

const alone = new WeakMap<Side, Map<string, number>>()

/** Whether a check, with only this one of its indicators, makes `low` reach the height: then more cannot meet the aim. */
function aloneFor(aim: Aim): (check: AssessedCheck, code: string | undefined) => boolean {
  const heights = alone.get(aim.low) ?? new Map<string, number>()
  alone.set(aim.low, heights)
  return (check, code) => {
    const key = [check.incident, check.agencyKind, check.occurredAt, code ?? '', aim.delayMs].join(' ')
    let height = heights.get(key)
    if (height === undefined) {
      const single = { ...check, indicators: code === undefined ? [] : [code] }
      height = heightOf(aim.low, [single], NOW + aim.delayMs)
      heights.set(key, height)
    }
    return height >= aim.height
  }
}
