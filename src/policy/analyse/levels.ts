import type { Example } from '../example.js'
import type { Level, Policy, Rule } from '../policy.js'
import { type Finding, idOf, type Subject, shown } from './finding.js'
import { implies } from './implies.js'
import type { Space } from './space.js'
import { termsOf } from './terms.js'
import type { TriggerSets } from './triggers.js'
import { judgeOf, preparing, witnessOf } from './witness.js'

const TERMS_TRIED = 100

/** SA-7: a higher level whose rule can hold where that of a lower one does not, or perhaps can. */
export function implicationFindings(
  { policy, space }: Subject,
  proved: readonly Implication[],
  triggers: readonly TriggerSets[],
): readonly Finding[] {
  return pairsOf(policy).flatMap(({ higher, lower }): readonly Finding[] => {
    if (proved.some((one) => one.higher === higher && one.lower === lower)) return []
    const about = {
      analysis: 'SA-7',
      level: higher.name,
      path: `levels[${policy.levels.indexOf(higher)}].reachedWhen`,
    } as const
    const found = counterexample(space, higher.reachedWhen, lower.reachedWhen, triggers)
    if (found === undefined) {
      return [
        {
          ...about,
          id: idOf('SA-7', higher.name, lower.name, 'unproved'),
          severity: 'note',
          text: `Whether whatever reaches ${higher.name} meets the rule of ${lower.name} too could not be proved.`,
          bound: `Neither a proof nor, among ${TERMS_TRIED} terms and the trigger sets, a history to the contrary.`,
        },
      ]
    }
    return [
      {
        ...about,
        id: idOf('SA-7', higher.name, lower.name, 'not-implied'),
        severity: 'warning',
        text: `A child can reach ${higher.name} without meeting the rule of ${lower.name}.`,
        ...shown(policy, higher, found),
      },
    ]
  })
}

/** Two levels, of which the higher one’s rule never holds without the lower one’s. */
export interface Implication {
  readonly higher: Level
  readonly lower: Level
}

/** Which levels imply which: proved, so certain. */
export function provedImplications(policy: Policy): readonly Implication[] {
  return pairsOf(policy).filter(({ higher, lower }) =>
    implies({ policy, rule: higher.reachedWhen }, { policy, rule: lower.reachedWhen }),
  )
}

function pairsOf({ levels }: Policy): readonly Implication[] {
  return levels.flatMap((higher, index) => levels.slice(0, index).map((lower) => ({ higher, lower })))
}

/** Tries the least that makes each term of the higher rule hold: with less, the lower rule is the likelier to fail. */
function counterexample(
  space: Space,
  higher: Rule,
  lower: Rule,
  triggers: readonly TriggerSets[],
): Example | undefined {
  space.effort.left -= preparing(space, higher) + preparing(space, lower)
  if (space.effort.left <= 0) return undefined
  const [isHigher, isLower] = [judgeOf(space.policy, higher), judgeOf(space.policy, lower)]
  const refutes = ({ checks }: Example): boolean => isHigher(checks) && !isLower(checks)
  for (const example of triggers.flatMap(({ sets }) => sets.map((set) => set.example))) {
    if (refutes(example)) return example
  }
  for (const term of termsOf(higher)?.slice(0, TERMS_TRIED) ?? []) {
    const example = witnessOf(space, { all: term })
    if (example !== undefined && refutes(example)) return example
  }
  return undefined
}
