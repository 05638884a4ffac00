import { describeRule } from '../explain/words.js'
import { isAtom, type Level, levelRank, membersOf, type Policy, type Rule } from '../policy.js'
import { type Finding, idOf, membersIn, type PlacedRule, placedRules, type Subject, shown } from './finding.js'
import { canHold, greatest } from './greatest.js'
import { implies } from './implies.js'
import { witnessOf } from './witness.js'

/** SA-2: levels and rules that no history reaches, and levels that are never the highest. */
export function unreachableFindings(subject: Subject): readonly Finding[] {
  const { policy, space } = subject
  return policy.levels.flatMap((level): readonly Finding[] => {
    const culprits = unreachable(subject, placedRules(policy, level), '')
    const rules = culprits.map((placed) => unreachableRule(subject, placed))
    if (canHold(space, level.reachedWhen, space.whole)) return [...rules, ...neverHighest(subject, level)]
    return [
      {
        id: idOf('SA-2', level.name, 'unreachable'),
        analysis: 'SA-2',
        severity: 'error',
        level: level.name,
        path: `levels[${policy.levels.indexOf(level)}].reachedWhen`,
        text: `No history reaches ${level.name}.`,
      },
      ...rules,
    ]
  })
}

/** The innermost rules to blame: of a rule that cannot hold, the members that cannot, or itself where all of them can. */
function unreachable(subject: Subject, placed: readonly PlacedRule[], place: string): readonly PlacedRule[] {
  const { space } = subject
  const here = placed.find((one) => one.place === place)
  if (here === undefined) return []
  const within = membersIn(here.rule, place).flatMap((member) => unreachable(subject, placed, member.place))
  return within.length > 0 || canHold(space, here.rule, space.whole) ? within : [here]
}

function unreachableRule({ policy, space }: Subject, { rule, level, place, path }: PlacedRule): Finding {
  const words = describeRule(policy, rule, { codesMax: 4 })
  const most = isAtom(rule) ? ` The most that any history comes to is ${greatest(space, rule, space.whole)}.` : ''
  const about = { analysis: 'SA-2', severity: 'warning', level: level.name, path } as const
  return {
    ...about,
    id: idOf('SA-2', level.name, place, 'unreachable'),
    text: `No history makes this hold: ${words}.${most}`,
  }
}

function neverHighest({ policy, space }: Subject, level: Level): readonly Finding[] {
  const rank = levelRank(policy, level.name)
  const above = policy.levels
    .slice(rank)
    .find((higher) => implies({ policy, rule: level.reachedWhen }, { policy, rule: higher.reachedWhen }))
  if (above === undefined) return []
  return [
    {
      id: idOf('SA-2', level.name, 'never-highest'),
      analysis: 'SA-2',
      severity: 'warning',
      level: level.name,
      path: `levels[${rank - 1}].reachedWhen`,
      text: `Nobody is ever at ${level.name}: whatever reaches it reaches ${above.name} too.`,
      ...shown(policy, above, witnessOf(space, level.reachedWhen)),
    },
  ]
}

/** SA-4: the ways in which one agency alone reaches child protection. */
export function oneAgencyFindings({ policy, space }: Subject): readonly Finding[] {
  return policy.levels
    .filter(({ threshold }) => threshold === 'child-protection')
    .flatMap((level) =>
      waysOf(policy, level).flatMap(({ rule, place, path }): readonly Finding[] => {
        const universe = space.classes
          .map((_, index) => ({
            ...space.whole,
            agencies: space.classes.map((__, other) => (other === index ? 1 : 0)),
            kinds: space.classes.map((__, other) => (other === index ? 1 : 0)),
          }))
          .find((one) => canHold(space, rule, one))
        if (universe === undefined) return []
        return [
          {
            id: idOf('SA-4', level.name, 'one-agency-alone', place),
            analysis: 'SA-4',
            severity: 'warning',
            level: level.name,
            path,
            text: `One agency alone reaches ${level.name} by ${describeRule(policy, rule, { codesMax: 4 })}.`,
            ...shown(policy, level, witnessOf(space, rule, universe)),
          },
        ]
      }),
    )
}

/** The rules of which one is enough for a level. */
function waysOf(policy: Policy, level: Level): readonly PlacedRule[] {
  const isWay = (rule: Rule): boolean => isAtom(rule) || membersOf(rule).field !== 'any'
  const placed = placedRules(policy, level)
  const from = (place: string): readonly PlacedRule[] => {
    const here = placed.find((one) => one.place === place)
    if (here === undefined) return []
    return isWay(here.rule) ? [here] : membersIn(here.rule, place).flatMap((member) => from(member.place))
  }
  return from('')
}
