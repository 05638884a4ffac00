import type { Term } from '../analyse/terms.js'
import { type AssessedCheck, historyOf } from '../history.js'
import { type Atom, type Caps, DAY_MS, indicatorOf, measureOf, type Policy } from '../policy.js'
import { evaluate } from '../reference/evaluate.js'
import type { Draw } from './draw.js'
import { type Material, materialFor, NOW, type Pool } from './pool.js'
import type { Side } from './scale.js'

type Checks = readonly AssessedCheck[]
type Agency = Pick<AssessedCheck, 'agency' | 'agencyKind'>

export interface BuildOptions {
  readonly side: Side
  readonly term: Term
  readonly pool: Pool
  readonly draw: Draw
  /** Whether a check with only this one of its indicators (or with none) spoils every history that it is in. */
  spoils(check: AssessedCheck, code: string | undefined): boolean
  /** Whether a history has become too much and must not grow so. */
  exceeds(checks: Checks): boolean
  /** Called for each history that is looked at. */
  looked(): void
}

/** Makes histories at random in which a term holds at `NOW`. */
export interface Builder {
  /** A history in which the term holds, unless chance would have it otherwise. */
  satisfied(): Checks
  /** The history with a little more in it that the term can count. */
  varied(checks: Checks): Checks
}

const ADDED_MAX = 40
const WANTED_MAX = 200
const AGENCIES_PER_KIND = 6

/** An observation that is to be added: of an indicator in a check, or of the incident of a new check. */
interface Addition {
  readonly atom: Atom
  readonly code: string
  readonly isIncident: boolean
  /** What the policies see differently may stand on a day and with an agency of its own: the others may not supply them. */
  readonly apart: boolean
}

export function builderFor({ side, term, pool, draw, spoils, exceeds, looked }: BuildOptions): Builder {
  const { suspects } = pool
  // Days, agencies and dimensions are told apart too: now and then everything is on one day, by one agency, of one sort.
  const oneDay = draw.chance(35)
  const oneAgency = draw.chance(30)
  const favourites = new Set<string | undefined>()
  const liking = draw.pick([60, 100])
  if (pool.indicators.length > 0 && (suspects.caps.includes('perDimension') || draw.chance(40))) {
    const some = 1 + draw.below(3)
    for (let time = 0; time < some; time += 1) favourites.add(dimensionOf(side.policy, draw.pick(pool.indicators)))
  }
  /** The cap that is being filled at the moment. */
  let filling: keyof Caps | undefined
  let last = 0
  const nextId = (): string => {
    last += 1
    return `c${last}`
  }

  const newAgency = (incident: string, wanted: readonly string[] | undefined): Agency => {
    const fitting = pool.kindsFor(incident).filter((kind) => wanted === undefined || wanted.includes(kind))
    const agencyKind = draw.pick(fitting.length > 0 ? fitting : (wanted ?? pool.kinds))
    return { agency: `${agencyKind} ${draw.below(AGENCIES_PER_KIND)}`, agencyKind }
  }

  const agencyFor = (checks: Checks, incident: string, { atom, apart }: Addition): Agency => {
    const wanted = measureOf(atom).where?.agencyKinds
    const fitting = pool.kindsFor(incident)
    const known = checks.filter((check) => (wanted ?? fitting).includes(check.agencyKind))
    const [first] = known
    if (first !== undefined && oneAgency && !apart && draw.chance(80))
      return { agency: first.agency, agencyKind: first.agencyKind }
    if (known.length === 0 || draw.chance(40)) return newAgency(incident, wanted)
    const { agency, agencyKind } = draw.pick(known)
    return { agency, agencyKind }
  }

  const ageFor = ({ atom, apart }: Addition): number => {
    const fits = (age: number): boolean => age < measureOf(atom).withinDays * DAY_MS
    const lone = suspects.ages.filter(fits)
    if (lone.length > 0 && draw.chance(40)) return draw.pick(lone)
    if ((oneDay && !apart) || draw.chance(40)) return 0
    return draw.pick(pool.ages.filter(fits))
  }

  const incidentFor = (where: readonly string[] | undefined): string | undefined => {
    const incidents = where?.filter((code) => pool.incidents.includes(code))
    const from = incidents ?? (draw.chance(85) ? pool.plain : pool.incidents)
    return from.length === 0 ? undefined : draw.pick(from)
  }

  /** A check of the history that the indicator can be added to. */
  const hostAmong = (checks: Checks, { atom, apart }: Addition): AssessedCheck | undefined => {
    const { withinDays, where = {} } = measureOf(atom)
    const hosts = checks.filter(
      ({ incident, agencyKind, occurredAt }) =>
        NOW - occurredAt < withinDays * DAY_MS &&
        (where.incidents ?? [incident]).includes(incident) &&
        (where.agencyKinds ?? [agencyKind]).includes(agencyKind),
    )
    return hosts.length > 0 && !apart && draw.chance(60) ? draw.pick(hosts) : undefined
  }

  const checkFor = (checks: Checks, addition: Addition): AssessedCheck | undefined => {
    const { atom, code, isIncident } = addition
    const host = isIncident ? undefined : hostAmong(checks, addition)
    if (host !== undefined) return { ...host, indicators: [...new Set([...host.indicators, code])] }
    const incident = isIncident ? code : incidentFor(measureOf(atom).where?.incidents)
    if (incident === undefined) return undefined
    const indicators = isIncident ? [] : [code]
    const agency = agencyFor(checks, incident, addition)
    return { id: nextId(), ...agency, incident, indicators, occurredAt: NOW - ageFor(addition) }
  }

  const additionFor = (atom: Atom): Addition | undefined => {
    const { indicators, incidents } = materialOf(atom, side, pool)
    const all = indicators.length + incidents.length
    if (all === 0) return undefined
    const isIncident = draw.below(all) >= indicators.length
    const codes = isIncident ? incidents : indicators
    const known = isIncident ? suspects.incidents : suspects.indicators
    const suspected = known.size === 0 ? [] : codes.filter((code) => known.has(code))
    const liked = codes.filter((one) => favourites.has(dimensionOf(side.policy, one)))
    const likely = suspected.length > 0 && draw.chance(50) ? suspected : liked
    const code = draw.pick(
      likely.length > 0 && (likely === suspected || filling === 'perDimension' || draw.chance(liking)) ? likely : codes,
    )
    return { atom, code, isIncident, apart: known.has(code) && draw.chance(70) }
  }

  const proposed = (checks: Checks, atom: Atom): Checks | undefined => {
    if (checks.length > 0 && draw.chance(filling === 'perAgencyIndicator' ? 60 : 15)) {
      const age = oneDay ? 0 : draw.pick(pool.ages)
      return [...checks, { ...draw.pick(checks), id: nextId(), occurredAt: NOW - age }]
    }
    const addition = additionFor(atom)
    const check = addition === undefined ? undefined : checkFor(checks, addition)
    if (addition === undefined || check === undefined) return undefined
    if (spoils(check, addition.isIncident ? undefined : addition.code)) return undefined
    return [...checks.filter(({ id }) => id !== check.id), check]
  }

  const grown = (checks: Checks, atom: Atom): Checks => {
    const more = proposed(checks, atom)
    return more === undefined || exceeds(more) ? checks : more
  }

  return {
    satisfied() {
      // Something happens at the instant that is looked at: else no age but 0 could be seen there.
      const incident = draw.pick(pool.plain)
      const first = { id: nextId(), ...newAgency(incident, undefined), incident, indicators: [], occurredAt: NOW }
      let checks: Checks = [first]
      const scored = term.filter((atom) => 'points' in atom)
      if (suspects.caps.length > 0 && scored.length > 0 && draw.chance(60)) {
        filling = draw.pick(suspects.caps)
        const more = 2 + draw.below(8)
        for (let time = 0; time < more; time += 1) checks = grown(checks, draw.pick(scored))
        filling = undefined
      }
      for (const atom of draw.shuffled(term)) {
        for (let left = additionsFor(atom); left > 0; left -= 1) {
          looked()
          if (evaluate(atom, historyOf(side.policy, checks), NOW).holds) break
          checks = grown(checks, atom)
        }
      }
      return checks
    },
    varied(checks) {
      let changed = checks
      const more = 1 + draw.below(3)
      for (let time = 0; time < more; time += 1) changed = grown(changed, draw.pick(term))
      return changed
    },
  }
}

/** How many observations to add at most before an atom is given up. */
function additionsFor(atom: Atom): number {
  return ADDED_MAX + ('points' in atom ? 0 : Math.min(WANTED_MAX, measureOf(atom).atLeast))
}

function dimensionOf(policy: Policy, code: string): string | undefined {
  return indicatorOf(policy, code)?.dimension
}

const materials = new WeakMap<Pool, WeakMap<Side, Map<Atom, Material>>>()

/** Worked out once for each of the two policies. */
function materialOf(atom: Atom, side: Side, pool: Pool): Material {
  const bySide = materials.get(pool) ?? new WeakMap<Side, Map<Atom, Material>>()
  materials.set(pool, bySide)
  const byAtom = bySide.get(side) ?? new Map<Atom, Material>()
  bySide.set(side, byAtom)
  const known = byAtom.get(atom) ?? materialFor(atom, side.policy, pool)
  byAtom.set(atom, known)
  return known
}
