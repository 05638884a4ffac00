import { compilePolicy } from '../compiled/compile.js'
import { describeAtom } from '../explain/words.js'
import { type Atom, incidentOf, isAtom, levelRank, measureOf } from '../policy.js'
import { type Finding, idOf, type PlacedRule, placedRules, type Subject, shown } from './finding.js'
import { canHold } from './greatest.js'
import { bitsOf, sightOf } from './sight.js'
import { mayCarry, unnamedKind } from './space.js'
import { atomKey, termsOf } from './terms.js'
import { NOON, witnessOf } from './witness.js'

/** Counts and distinct values over everything: routine checks, or one incident seen by three services, make them up. */
export function unfilteredFindings({ policy }: Subject): readonly Finding[] {
  return placedAtomsOf(policy).flatMap(({ atom, level, place, path }): readonly Finding[] => {
    const { severityAtLeast = 0, ...where } = measureOf(atom).where ?? {}
    const lists = [where.indicators, where.incidents, where.dimensions, where.domains, where.flags]
    if ('points' in atom || severityAtLeast > 0 || lists.some((list) => list !== undefined)) return []
    return [
      {
        id: idOf('lint', 'unfiltered', level.name, place),
        analysis: 'lint',
        severity: 'warning',
        level: level.name,
        path,
        text: `Counts routine checks too, for want of a filter on severity, flags or codes: ${describeAtom(policy, atom, { codesMax: 4 })}.`,
      },
    ]
  })
}

/** Rules about points that reach child protection within one day, when one bad day is reported many times over. */
export function oneDayFindings({ policy, space }: Subject): readonly Finding[] {
  const oneDay = { ...space.whole, days: 1 }
  return policy.levels
    .filter(({ threshold }) => threshold === 'child-protection')
    .flatMap((level): readonly Finding[] => {
      const about = {
        analysis: 'lint',
        level: level.name,
        path: `levels[${policy.levels.indexOf(level)}].reachedWhen`,
      } as const
      const terms = termsOf(level.reachedWhen)
      if (terms === undefined) {
        return [
          {
            ...about,
            id: idOf('lint', 'points-in-one-day', level.name, 'not-searched'),
            severity: 'note',
            text: `There are too many ways to reach ${level.name} to see whether points do within one day.`,
          },
        ]
      }
      const quick = terms.filter((term) => space.effort.left > 0 && canHold(space, { all: term }, oneDay))
      return placedRules(policy, level).flatMap(({ rule, place, path }): readonly Finding[] => {
        const term = quick.find((atoms) => isAtom(rule) && atoms.some((atom) => atomKey(atom) === atomKey(rule)))
        if (!isAtom(rule) || !('points' in rule) || term === undefined) return []
        return [
          {
            ...about,
            id: idOf('lint', 'points-in-one-day', level.name, place),
            severity: 'warning',
            path,
            text: `Points reach ${level.name} within one day: ${describeAtom(policy, rule, { codesMax: 4 })}.`,
            ...shown(policy, level, witnessOf(space, { all: term }, oneDay)),
          },
        ]
      })
    })
}

/** An incident that only echoes what the index said, and that nevertheless counts for something. */
export function echoFindings({ policy, space, options }: Subject): readonly Finding[] {
  return options.echoes.flatMap((code): readonly Finding[] => {
    const incident = incidentOf(policy, code)
    if (incident === undefined) return []
    const bit = bitsOf(space.vocabulary.incidents, (one) => one === code)
    const sees = placedAtomsOf(policy).filter(({ atom }) => {
      const named = measureOf(atom).where?.incidents?.includes(code) ?? false
      return named || (sightOf(policy, atom, space.vocabulary).itself & bit) !== 0n
    })
    const places = sees.map(({ path }) => path)
    if (incident.points === 0 && places.length === 0) return []
    const reasons = [
      ...(incident.points > 0 ? [`has ${incident.points} points`] : []),
      ...(places.length > 0 ? [`is counted by ${places.join(', ')}`] : []),
    ]
    return [
      {
        id: idOf('lint', 'echo', code),
        analysis: 'lint',
        severity: 'error',
        path: `incidents.${code}`,
        text: `${code} echoes what the index itself said, but ${reasons.join(' and ')}.`,
      },
    ]
  })
}

/** An incident that by law reaches child protection alone, and here does not. */
export function immediateFindings({ policy, space, options }: Subject): readonly Finding[] {
  const level = policy.levels.find(({ threshold }) => threshold === 'child-protection')
  if (level === undefined) return []
  return options.immediate.flatMap((incident): readonly Finding[] => {
    if (incidentOf(policy, incident) === undefined) return []
    const { rankAt } = compilePolicy(policy)
    const kinds = [...space.namedKinds, unnamedKind(space, 0)].filter((kind) => mayCarry(policy, incident, kind))
    const checks = kinds.map((agencyKind) => ({
      id: 'check-1',
      agency: 'agency-1',
      agencyKind,
      incident,
      indicators: [],
      occurredAt: NOON,
    }))
    const short = checks.find((check) => rankAt([check], NOON) < levelRank(policy, level.name))
    if (short === undefined) return []
    return [
      {
        id: idOf('lint', 'immediate', incident),
        analysis: 'lint',
        severity: 'error',
        level: level.name,
        path: `incidents.${incident}`,
        text: `${incident} alone brings the duty to make enquiries (Children Act 1989 s47(1)), but does not reach ${level.name}.`,
        example: { checks: [short], asOf: NOON },
      },
    ]
  })
}

function placedAtomsOf(policy: Subject['policy']): readonly (PlacedRule & { readonly atom: Atom })[] {
  return policy.levels.flatMap((level) =>
    placedRules(policy, level).flatMap((placed) => (isAtom(placed.rule) ? [{ ...placed, atom: placed.rule }] : [])),
  )
}
