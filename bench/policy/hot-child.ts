import { compilePolicy } from '../../src/policy/compiled/compile.js'
import type { TrackedChild } from '../../src/policy/compiled/track.js'
import type { AssessedCheck } from '../../src/policy/history.js'
import { DAY_MS, type Policy } from '../../src/policy/policy.js'
import { type Case, casesOf } from './common.js'

export interface HotChild {
  /** Children that are tracked at the start, with `size` checks each, and checks that each of them then gets. */
  readonly children: number
  readonly size: number
  readonly next: number
  /** How many times over, each with children of its own: few at a time, so that none is out of the processor's caches. */
  readonly repeats: number
}

/** Between the next checks: what 10,000 checks in 500 days leave, so that checks fall out of windows as others come in. */
const STEP_MS = (500 * DAY_MS) / 10_000

/** Microseconds to take one more check that occurs after all others and to say which level is reached then. */
export function nextInOrderUs(policy: Policy, sizes: HotChild): number {
  return timed(policy, sizes, (child, asOf, number) => [asOf + number * STEP_MS, asOf + number * STEP_MS, child])
}

/** Microseconds to take one more check that occurred thirty days ago and to say which level is reached now. */
export function nextLateUs(policy: Policy, sizes: HotChild): number {
  return timed(policy, sizes, (child, asOf, number) => [asOf - 30 * DAY_MS + number, asOf, child])
}

/** Microseconds to assess the same child as a whole. */
export function wholeUs(policy: Policy, { size, next }: HotChild): number {
  const { checks, asOf } = hotCase(policy, size)
  const compiled = compilePolicy(policy)
  const warm = compiled.rank(checks, asOf)
  const start = performance.now()
  for (let time = 0; time < next; time += 1) {
    if (compiled.rank(checks, asOf) !== warm) throw new Error('one history has two ranks')
  }
  return ((performance.now() - start) * 1000) / next
}

type Next = (child: TrackedChild, asOf: number, number: number) => readonly [number, number, TrackedChild]

/** The first half of the repeats warms up. */
function timed(policy: Policy, sizes: HotChild, when: Next): number {
  const us = Array.from({ length: sizes.repeats * 2 }, () => run(policy, sizes, when))
  return us.slice(sizes.repeats).reduce((sum, each) => sum + each, 0) / sizes.repeats
}

function run(policy: Policy, { children, size, next }: HotChild, when: Next): number {
  const { checks, asOf } = hotCase(policy, size)
  const compiled = compilePolicy(policy)
  const tracked = Array.from({ length: children }, () => {
    const child = compiled.track()
    for (const check of checks) child.add(check)
    child.rank(asOf)
    return child
  })
  const added = tracked.flatMap((child) =>
    Array.from({ length: next }, (_, number) => {
      const [occurredAt, assessedAt] = when(child, asOf, number + 1)
      return {
        child,
        assessedAt,
        check: { ...(checks[number % size] as AssessedCheck), id: `next-${number}`, occurredAt },
      }
    }),
  )
  let sum = 0
  const start = performance.now()
  for (const { child, check, assessedAt } of added) {
    child.add(check)
    sum += child.rank(assessedAt)
  }
  const elapsedMs = performance.now() - start
  // What was timed was also right: the last rank is that of the whole history, assessed anew.
  const last = added.at(-1)
  if (last === undefined || last.child.rank(last.assessedAt) !== compiled.rank(last.child.checks, last.assessedAt)) {
    throw new Error('a tracked child has another rank than its checks')
  }
  if (!(sum >= 0)) throw new Error('a rank is no number')
  return (elapsedMs * 1000) / added.length
}

function hotCase(policy: Policy, size: number): Case<AssessedCheck> {
  const [found] = casesOf(policy, 1, size)
  if (found === undefined) throw new RangeError('no history')
  return found
}
