import { compilePolicy } from '../compiled/compile.js'
import type { AssessedCheck } from '../history.js'
import { atomsOf, incidentOf, indicatorOf, levelRank } from '../policy.js'
import { type Finding, idOf, listed, type Subject, shown } from './finding.js'
import { codesIn } from './sight.js'
import { carrierOf, mayCarry, unnamedKind } from './space.js'
import { tellingOf } from './trigger-codes.js'
import { NOON } from './witness.js'

/** SA-3: one check that is next to nothing and yet reaches a level. */
export function trivialFindings(subject: Subject): readonly Finding[] {
  const { policy } = subject
  const alone = singleChecks(subject)
  return policy.levels.flatMap((level) => {
    const reached = alone.filter(({ rank }) => rank === levelRank(policy, level.name))
    return slightSorts(subject).flatMap(({ sort, words, has }): readonly Finding[] => {
      const found = reached.filter(has)
      const [first] = found
      const codes = found.map(({ code }) => code)
      if (first === undefined) return []
      return [
        {
          id: idOf('SA-3', level.name, sort),
          analysis: 'SA-3',
          severity: 'warning',
          level: level.name,
          text: `One check with ${words} is enough for ${level.name}: ${listed(codes)}.`,
          codes,
          ...shown(policy, level, { checks: [first.check], asOf: NOON }),
        },
      ]
    })
  })
}

interface Sort {
  readonly sort: string
  readonly words: string
  readonly has: (single: SingleCheck) => boolean
}

function slightSorts({ policy, space, options }: Subject): readonly Sort[] {
  const neutral = new Set(codesIn(space.vocabulary.incidents, space.neutral))
  const circumstances = new Set(options.circumstances)
  const indicator = ({ code, isIncident }: SingleCheck): ReturnType<typeof indicatorOf> =>
    isIncident ? undefined : indicatorOf(policy, code)
  return [
    {
      sort: 'low-severity',
      words: 'one indicator of severity 2 or less',
      has: (single) => (indicator(single)?.severity ?? 4) <= 2,
    },
    {
      sort: 'vulnerability',
      words: 'one indicator that is flagged as a vulnerability',
      has: (single) => indicator(single)?.flags?.includes('vulnerability') ?? false,
    },
    {
      sort: 'circumstance',
      words: 'one indicator of the family’s circumstances',
      has: (single) => circumstances.has(indicator(single)?.dimension ?? ''),
    },
    {
      sort: 'routine-incident',
      words: 'an incident that weighs nothing, and no indicator,',
      has: ({ code, isIncident }) => isIncident && (neutral.has(code) || incidentOf(policy, code)?.points === 0),
    },
  ]
}

interface SingleCheck {
  readonly code: string
  readonly isIncident: boolean
  readonly check: AssessedCheck
  /** The highest level that it reaches alone, from whatever kind of agency. */
  readonly rank: number
}

/** Every code reported alone: an indicator with an incident that adds the least, or an incident. */
function singleChecks({ policy, space }: Subject): readonly SingleCheck[] {
  const { rankAt } = compilePolicy(policy)
  const rules = policy.levels.map(({ reachedWhen }) => reachedWhen)
  const kindsMatter = tellingOf(space, { any: rules }).kinds
  const atoms = rules.flatMap(atomsOf).length
  const kinds = space.classes.map(({ kinds: [kind] }) => kind ?? unnamedKind(space, 0))
  const highest = (code: string, isIncident: boolean, senders: readonly Sender[]): readonly SingleCheck[] =>
    senders
      .slice(0, kindsMatter ? senders.length : 1)
      .filter(() => space.effort.left > 0)
      .map(({ agencyKind, incident }) => {
        space.effort.left -= 10 + 10 * atoms
        const indicators = isIncident ? [] : [code]
        const check = { id: 'check-1', agency: 'agency-1', agencyKind, incident, indicators, occurredAt: NOON }
        return { code, isIncident, check, rank: rankAt([check], NOON) }
      })
      .sort((a, b) => b.rank - a.rank)
      .slice(0, 1)
  const carriers = kinds.flatMap((agencyKind) => {
    const incident = carrierOf(space, agencyKind)
    return incident === undefined ? [] : [{ agencyKind, incident }]
  })
  return [
    ...space.vocabulary.indicators.flatMap((code) => highest(code, false, carriers)),
    ...space.vocabulary.incidents.flatMap((incident) => {
      const able = kinds.filter((kind) => mayCarry(policy, incident, kind))
      return highest(
        incident,
        true,
        able.map((agencyKind) => ({ agencyKind, incident })),
      )
    }),
  ]
}

interface Sender {
  readonly agencyKind: string
  readonly incident: string
}
