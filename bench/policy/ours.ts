import { assess } from '../../src/policy/assess.js'
import { compileValues, levelFromValues } from '../../src/policy/compiled/aggregated.js'
import { compilePolicy } from '../../src/policy/compiled/compile.js'
import type { AssessedCheck } from '../../src/policy/history.js'
import { levelRank, type Policy } from '../../src/policy/policy.js'
import type { Case } from './common.js'
import type { Decider, Facts } from './decide.js'

type Ours<Input> = Extract<Decider<Input>, { kind: 'sync' }>

export function fold(policy: Policy): Ours<Case<AssessedCheck>> {
  const compiled = compilePolicy(policy)
  return { kind: 'sync', name: 'child-index', rank: ({ checks, asOf }) => compiled.rank(checks, asOf) }
}

export function oneInstant(policy: Policy): Ours<Case<AssessedCheck>> {
  const compiled = compilePolicy(policy)
  return { kind: 'sync', name: 'child-index', rank: ({ checks, asOf }) => compiled.rankAt(checks, asOf) }
}

/** The verdict with all that it can say: each level's explanation, and the support. */
export function explained(policy: Policy): Ours<Case<AssessedCheck>> {
  const rank = ({ checks, asOf }: Case<AssessedCheck>): number => {
    const { level, explanation, support } = assess(policy, checks, asOf)
    if (explanation.length !== policy.levels.length) throw new Error('a level is not explained')
    const reached = levelRank(policy, level)
    if (support.length > 0 !== reached > 0) throw new Error('a level rests on nothing')
    return reached
  }
  return { kind: 'sync', name: 'child-index', rank }
}

/** From the plain object of facts to the values in the order of the policy's atoms, and from there to a rank. */
export function fromValues(policy: Policy): Ours<Facts> {
  const { atoms, rank } = compileValues(policy)
  if (atoms.map(({ path }) => path).join() !== PATHS.join()) throw new Error('the common policy has other atoms')
  const values = new Float64Array(PATHS.length)
  const decide = (facts: Facts): number => {
    values[0] = facts.needs
    values[1] = facts.points
    values[2] = facts.points
    values[3] = facts.serious
    values[4] = facts.acute
    values[5] = facts.points
    return rank(values)
  }
  return { kind: 'sync', name: 'child-index', rank: decide }
}

/** The convenient form: values by the paths of the policy's atoms, checked at each call. */
export function fromPaths(policy: Policy): Ours<Facts> {
  const decide = ({ needs, serious, acute, points }: Facts): number => {
    const values = {
      [REVIEW_NEEDS]: needs,
      [REVIEW_POINTS]: points,
      [NEED_POINTS]: points,
      [NEED_SERIOUS]: serious,
      [PROTECTION_ACUTE]: acute,
      [PROTECTION_POINTS]: points,
    }
    return levelRank(policy, levelFromValues(policy, values))
  }
  return { kind: 'sync', name: 'child-index-by-path', rank: decide }
}

const REVIEW_NEEDS = 'levels[0].reachedWhen.any[0]'
const REVIEW_POINTS = 'levels[0].reachedWhen.any[1]'
const NEED_POINTS = 'levels[1].reachedWhen.any[0]'
const NEED_SERIOUS = 'levels[1].reachedWhen.any[1]'
const PROTECTION_ACUTE = 'levels[2].reachedWhen.all[0]'
const PROTECTION_POINTS = 'levels[2].reachedWhen.all[1]'

const PATHS = [REVIEW_NEEDS, REVIEW_POINTS, NEED_POINTS, NEED_SERIOUS, PROTECTION_ACUTE, PROTECTION_POINTS]
