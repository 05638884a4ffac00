import { plural } from '../../page/words.js'
import { isAtom, measureOf, type Policy } from '../policy.js'
import { type Finding, idOf, type PlacedRule, placedRules, type Subject } from './finding.js'

/** SA-8: an indicator that weighs less than one of lower severity in its dimension. */
export function weightFindings({ policy }: Subject): readonly Finding[] {
  const indicators = Object.entries(policy.indicators).map(([code, indicator]) => ({ code, ...indicator }))
  const dimensions = new Set(indicators.map(({ dimension }) => dimension))
  const byPoints = indicators.sort((a, b) => a.points - b.points)
  return [...dimensions].flatMap((dimension) => {
    const all = byPoints.filter((one) => one.dimension === dimension)
    return [2, 3, 4].flatMap((severity): readonly Finding[] => {
      const lightest = all.find((one) => one.severity === severity)
      const heaviest = all.findLast((one) => one.severity < severity)
      if (heaviest === undefined || lightest === undefined || lightest.points >= heaviest.points) return []
      return [
        {
          id: idOf('SA-8', dimension, `severity-${severity}`),
          analysis: 'SA-8',
          severity: 'warning',
          path: `indicators.${lightest.code}.points`,
          text:
            `${lightest.code} has severity ${severity} and ${plural(lightest.points, 'point')}, less than ` +
            `${heaviest.code} of severity ${heaviest.severity} with ${heaviest.points}.`,
        },
      ]
    })
  })
}

/** SA-10: windows beyond the horizon, and decay that nothing looks at. */
export function windowFindings({ policy }: Subject): readonly Finding[] {
  const beyond = placedAtoms(policy).flatMap(({ level, place, path, withinDays, form }): readonly Finding[] => {
    if (withinDays <= policy.horizonDays) return []
    return [
      {
        id: idOf('SA-10', level.name, place, 'beyond-horizon'),
        analysis: 'SA-10',
        severity: 'warning',
        level: level.name,
        path: `${path}.${form}.withinDays`,
        text:
          `Looks back ${plural(withinDays, 'day')}, further than the horizon of ${policy.horizonDays}: ` +
          'whoever erases checks at the horizon erases what this would count.',
      },
    ]
  })
  return [...beyond, ...idleDecay(policy)]
}

function idleDecay(policy: Policy): readonly Finding[] {
  const last = policy.decay?.at(-1)
  if (last === undefined) return []
  const windows = placedAtoms(policy)
    .filter(({ form }) => form === 'points')
    .map(({ withinDays }) => withinDays)
  const longest = Math.max(0, ...windows)
  if (last.upToDays < longest) return []
  const reason =
    longest === 0
      ? 'No rule is about points, so that points never decay.'
      : `Decay goes on to day ${last.upToDays}, but no rule about points looks back further than ${longest} days.`
  return [{ id: 'SA-10/decay/too-long', analysis: 'SA-10', severity: 'warning', path: 'decay', text: reason }]
}

/** SA-11: days of a window about points that weigh nothing, and steps that change nothing. */
export function stepFindings({ policy }: Subject): readonly Finding[] {
  const { decay } = policy
  if (decay === undefined) return []
  const last = decay.findLast(({ permille }) => permille > 0)?.upToDays ?? -1
  const tails = placedAtoms(policy).flatMap(({ level, place, path, withinDays, form }): readonly Finding[] => {
    if (form !== 'points' || last + 1 >= withinDays) return []
    return [
      {
        id: idOf('SA-11', level.name, place, 'tail'),
        analysis: 'SA-11',
        severity: 'warning',
        level: level.name,
        path: `${path}.points.withinDays`,
        text: `Looks back ${withinDays} days, but points weigh nothing once they are ${last + 1} days old.`,
      },
    ]
  })
  const idle = decay.flatMap((step, index): readonly Finding[] => {
    if (step.permille !== decay[index - 1]?.permille) return []
    return [
      {
        id: idOf('SA-11', 'decay', `step-${index}`),
        analysis: 'SA-11',
        severity: 'note',
        path: `decay[${index}]`,
        text: `This step weighs ${step.permille}‰, as the one before it does: they are one step.`,
      },
    ]
  })
  return [...tails, ...idle]
}

interface PlacedAtom extends PlacedRule {
  readonly form: string
  readonly withinDays: number
}

function placedAtoms(policy: Policy): readonly PlacedAtom[] {
  return policy.levels.flatMap((level) =>
    placedRules(policy, level).flatMap((placed) =>
      isAtom(placed.rule)
        ? [{ ...placed, form: Object.keys(placed.rule)[0] ?? '', withinDays: measureOf(placed.rule).withinDays }]
        : [],
    ),
  )
}
