import { describeAtom } from '../explain/words.js'
import { isAtom, measureOf, type Where } from '../policy.js'
import { type Finding, idOf, type PlacedRule, placedRules, type Subject } from './finding.js'
import { codesIn, seesNothing, sightOf } from './sight.js'

/** SA-1: indicators of which nothing is made, filters that name what nothing has or let nothing through. */
export function vocabularyFindings(subject: Subject): readonly Finding[] {
  const { policy, space } = subject
  const had = namesOf(subject)
  const rules = policy.levels.flatMap((level) => placedRules(policy, level))
  const used = rules.reduce((all, { rule }) => {
    if (!isAtom(rule)) return all
    // What weighs nothing is left out of a sight of points.
    return all | sightOf(policy, rule, space.vocabulary).indicators
  }, 0n)
  const usedCodes = new Set(codesIn(space.vocabulary.indicators, used))
  const unused = space.vocabulary.indicators.filter((code) => !usedCodes.has(code))
  return [...unused.map(unusedIndicator), ...rules.flatMap((placed) => filterFindings(subject, had, placed))]
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

function filterFindings({ policy, space }: Subject, had: Names, placed: PlacedRule): readonly Finding[] {
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
    ...idleNames(had, measureOf(rule).where ?? {}).map(
      ({ field, name }): Finding => ({
        ...about,
        id: idOf('SA-1', level.name, place, field, name),
        severity: 'warning',
        text: `The filter names ${name} under ${field}, which nothing in this policy has.`,
      }),
    ),
  ]
}

type Names = Readonly<Record<'dimensions' | 'domains' | 'flags' | 'agencyKinds', ReadonlySet<string>>>

/** The names that codes have, and a filter can ask for. */
function namesOf({ policy, space }: Subject): Names {
  const indicators = Object.values(policy.indicators)
  const incidents = Object.values(policy.incidents)
  return {
    dimensions: new Set(indicators.map(({ dimension }) => dimension)),
    domains: new Set(indicators.map(({ domain }) => domain)),
    flags: new Set(indicators.flatMap(({ flags = [] }) => flags)),
    // Where an incident is open to every kind, a kind need not be named to send it.
    agencyKinds: incidents.some(({ agencyKinds }) => agencyKinds === undefined)
      ? space.namedKinds
      : new Set(incidents.flatMap(({ agencyKinds = [] }) => agencyKinds)),
  }
}

function idleNames(had: Names, where: Where): readonly { readonly field: string; readonly name: string }[] {
  const { dimensions, domains, flags, agencyKinds } = where
  return Object.entries({ dimensions, domains, flags, agencyKinds }).flatMap(([field, wanted = []]) =>
    [...new Set<string>(wanted)]
      .filter((name) => !had[field as keyof Names].has(name))
      .map((name) => ({ field, name })),
  )
}
