import { celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import { COMMON } from '../common.js'
import { type Decider, type Facts, factsOf, type Seen } from '../decide.js'

const { yearMs, halfYearMs, review, childInNeed, childProtection } = COMMON

const count = (severity: number, withinMs: number): string =>
  `double(checks.filter(c, c.severity >= ${severity}.0 && c.age < ${withinMs}.0).size())`

/** The common policy as an expression; numbers are doubles, as JavaScript's are. */
function expression(needs: string, serious: string, acute: string): string {
  return (
    `${acute} >= ${childProtection.acute}.0 && points >= ${childProtection.points}.0 ? 3.0 : ` +
    `points >= ${childInNeed.points}.0 || ${serious} >= ${childInNeed.serious}.0 ? 2.0 : ` +
    `points >= ${review.points}.0 || ${needs} >= ${review.needs}.0 ? 1.0 : 0.0`
  )
}

/** Parsed and planned once. CEL has no sum: the points are added up by hand and bound as a variable. */
export function foldPeers(): readonly Decider<Seen[]>[] {
  const evaluate = planned(expression(count(2, yearMs), count(3, halfYearMs), count(4, yearMs)))
  return [
    { kind: 'sync', name: 'bufbuild-cel', rank: (checks) => evaluate({ checks, points: factsOf(checks).points }) },
  ]
}

export function factsPeers(): readonly Decider<Facts>[] {
  const evaluate = planned(expression('needs', 'serious', 'acute'))
  return [{ kind: 'sync', name: 'bufbuild-cel', rank: (facts) => evaluate({ ...facts }) }]
}

type Bindings = Readonly<Record<string, number | readonly Seen[]>>

function planned(text: string): (bindings: Bindings) => number {
  const evaluate = plan(celEnv(), parse(text)) as (bindings: Bindings) => unknown
  return (bindings) => {
    const found = evaluate(bindings)
    if (typeof found !== 'number') throw new Error(isCelError(found) ? found.message : 'CEL gave no number')
    return found
  }
}
