import { describeAtom } from '../explain/words.js'
import { isAtom, measureOf, type Policy, type Where } from '../policy.js'
import { type Finding, idOf, type PlacedRule, placedRules, type Subject } from './finding.js'
import { codesIn, seesNothing, sightOf } from './sight.js'

/** SA-1: indicators of which nothing is made, filters that name what nothing has or let nothing through. */
export function vocabularyFindings({ policy, space }: Subject): readonly Finding[] {
  const rules = policy.levels.flatMap((level) => placedRules(policy, level))
  const used = rules.reduce((all, { rule }) => {
    if (!isAtom(rule)) return all
    // What weighs nothing is left out of a sight of points.
    return all | sightOf(policy, rule, space.vocabulary).indicators
  }, 0n)
  const usedCodes = new Set(codesIn(space.vocabulary.indicators, used))
  const unused = space.vocabulary.indicators.filter((code) => !usedCodes.has(code))
  return [...unused.map(unusedIndicator), ...rules.flatMap((placed) => filterFindings(policy, space, placed))]
}

function unusedIndicator(code: string): Finding {
  return {
    id: idOf('SA-1', 'unused', code),
    analysis: 'SA-1',
    severity: 'warning',
    path: `indicators.${code}`,
    text: `No rule makes anything of indicator ${code}: practitioners would report it for nothing.`,
  }
}

function filterFindings(policy: Policy, space: Subject['space'], placed: PlacedRule): readonly Finding[] {
  const { rule, level, place, path } = placed
  if (!isAtom(rule)) return []
  const about = { analysis: 'SA-1', level: level.name, path } as const
  const nothing: readonly Finding[] = seesNothing(sightOf(policy, rule, space.vocabulary))
    ? [
        {
          ...about,
          id: idOf('SA-1', level.name, place, 'sees-nothing'),
          severity: 'error',
          text: `Nothing is ever seen by this: ${describeAtom(policy, rule, { codesMax: 4 })}.`,
        },
      ]
    : []
  return [
    ...nothing,
    ...idleNames(policy, space, measureOf(rule).where ?? {}).map(
      ({ field, name }): Finding => ({
        ...about,
        id: idOf('SA-1', level.name, place, field, name),
        severity: 'warning',
        text: `The filter names ${name} under ${field}, which nothing in this policy has.`,
      }),
    ),
  ]
}

/** Names in a filter that no code has. */
function idleNames(
  policy: Policy,
  { namedKinds }: Subject['space'],
  where: Where,
): readonly { field: string; name: string }[] {
  const indicators = Object.values(policy.indicators)
  const incidents = Object.values(policy.incidents)
  const had = {
    dimensions: new Set(indicators.map(({ dimension }) => dimension)),
    domains: new Set(indicators.map(({ domain }) => domain)),
    flags: new Set<string>(indicators.flatMap(({ flags = [] }) => flags)),
    // Where an incident is open to every kind, a kind need not be named to send it.
    agencyKinds: incidents.some(({ agencyKinds }) => agencyKinds === undefined)
      ? namedKinds
      : new Set(incidents.flatMap(({ agencyKinds = [] }) => agencyKinds)),
  }
  return Object.entries(had).flatMap(([field, names]) =>
    [...new Set<string>(where[field as keyof typeof had] ?? [])]
      .filter((name) => !names.has(name))
      .map((name) => ({ field, name })),
  )
}
