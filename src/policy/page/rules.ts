import { rulesOf } from '../cases/rule-record.js'
import { describeAtom } from '../explain/words.js'
import { isAtom, type Level, membersOf, type Policy, type Rule, type Threshold } from '../policy.js'

/** A level with its rule in English. */
export interface LevelInWords {
  readonly level: Level
  /** Of the law, and of the sealed details that it opens. */
  readonly meaning: string
  /** From the rule inwards: every rule before its members. */
  readonly rules: readonly RuleInWords[]
}

export interface RuleInWords {
  /** Where it stands in the policy, such as `levels[0].reachedWhen.any[2]`. */
  readonly path: string
  /** 0 for the rule of the level, 1 for its members, and so on. */
  readonly depth: number
  readonly words: string
}

const THRESHOLD_WORDS: Readonly<Record<Threshold, string>> = {
  none: 'No threshold of the law',
  'child-in-need': 'Children Act 1989, section 17: a child in need',
  'child-protection': 'Children Act 1989, section 47: reasonable cause to suspect significant harm',
}

/** The levels of a policy in English, lowest first. */
export function levelsInWords(policy: Policy): readonly LevelInWords[] {
  const rules = [...rulesOf(policy)]
  return policy.levels.map((level, index) => {
    const root = `levels[${index}].`
    const opened =
      level.opens.length === 0 ? 'Opens no details' : `Opens the sealed details: ${level.opens.join(' and ')}`
    return {
      level,
      meaning: `${THRESHOLD_WORDS[level.threshold]}. ${opened}.`,
      rules: rules
        .filter(([path]) => path.startsWith(root))
        .map(([path, rule]) => ({ path, depth: path.split('.').length - 2, words: wordsOf(policy, rule) })),
    }
  })
}

function wordsOf(policy: Policy, rule: Rule): string {
  if (isAtom(rule)) return describeAtom(policy, rule)
  const { rules, needed, field } = membersOf(rule)
  return { all: 'all of these', any: 'any of these', of: `at least ${needed} of these ${rules.length}` }[field]
}
