import { describeRule } from '../explain/words.js'
import { isAtom, membersOf, type Rule } from '../policy.js'
import { type Finding, idOf, membersIn, type PlacedRule, placedRules, type Subject, shown } from './finding.js'
import { canHold } from './greatest.js'
import { implies } from './implies.js'
import { atomKey } from './terms.js'
import { witnessOf } from './witness.js'

/** SA-6: members of a rule that change nothing, because of another member. */
export function shadowFindings({ policy, space }: Subject): readonly Finding[] {
  const memo = new Map<string, boolean>()
  const proof = (stronger: Rule, weaker: Rule): boolean => {
    if (space.effort.left <= 0) return false
    const effort = { left: SPLITS_MAX }
    const holds = implies({ policy, rule: stronger }, { policy, rule: weaker }, effort)
    space.effort.left -= 100 + SPLITS_MAX - effort.left
    return holds
  }
  const proved = (stronger: Rule, weaker: Rule): boolean => {
    const key = `${ruleKey(stronger)} ${ruleKey(weaker)}`
    const known = memo.get(key) ?? proof(stronger, weaker)
    memo.set(key, known)
    return known
  }
  return policy.levels.flatMap((level) =>
    placedRules(policy, level).flatMap((placed) =>
      shadowsIn(placed, proved, (rule) => canHold(space, rule, space.whole)).map(
        ({ member, by, isDuplicate }): Finding => {
          const words = describeRule(policy, member.rule, { codesMax: 4 })
          return {
            id: idOf('SA-6', level.name, member.place, isDuplicate ? 'duplicate' : 'shadowed'),
            analysis: 'SA-6',
            severity: 'warning',
            level: level.name,
            path: `levels[${policy.levels.indexOf(level)}].reachedWhen.${member.place}`,
            text: isDuplicate
              ? `This says the same as ${by.place}: ${words}.`
              : `This changes nothing beside ${by.place} (${describeRule(policy, by.rule, { codesMax: 4 })}): ${words}.`,
            ...shown(policy, level, 'any' in placed.rule ? witnessOf(space, member.rule) : undefined),
          }
        },
      ),
    ),
  )
}

// Of proofs between two members of a rule there can be very many.
const SPLITS_MAX = 5_000

interface Shadow {
  readonly member: Member
  readonly by: Member
  readonly isDuplicate: boolean
}

type Member = ReturnType<typeof membersIn>[number]

function shadowsIn(
  { rule, place }: PlacedRule,
  proved: (stronger: Rule, weaker: Rule) => boolean,
  isReachable: (rule: Rule) => boolean,
): readonly Shadow[] {
  if (isAtom(rule)) return []
  const { field, needed } = membersOf(rule)
  const members = membersIn(rule, place).filter((member) => isReachable(member.rule))
  return members.flatMap((member, index): readonly Shadow[] => {
    const others = members.filter((_, other) => other !== index)
    const twin = members.slice(0, index).find((other) => ruleKey(other.rule) === ruleKey(member.rule))
    if (twin !== undefined) return [{ member, by: twin, isDuplicate: true }]
    if (field === 'of' && needed > 1 && needed < membersOf(rule).rules.length) return []
    const isAny = needed === 1
    const by = others.find((other) => {
      const [here, back] = isAny ? [member.rule, other.rule] : [other.rule, member.rule]
      // Of two that imply each other only the later one is said to change nothing.
      return proved(here, back) && (members.indexOf(other) < index || !proved(back, here))
    })
    return by === undefined ? [] : [{ member, by, isDuplicate: false }]
  })
}

/** Two rules have one key if they say the same, word for word. */
function ruleKey(rule: Rule): string {
  if (isAtom(rule)) return atomKey(rule)
  const { rules, needed } = membersOf(rule)
  return `${needed} of ${rules.map(ruleKey).sort().join()}`
}
