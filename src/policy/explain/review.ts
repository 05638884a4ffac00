import { compilePolicy } from '../compiled/compile.js'
import { programOf } from '../compiled/program.js'
import type { AssessedCheck } from '../history.js'
import type { Policy } from '../policy.js'

/**
 * The first instant after `asOf`, to the millisecond, at which the level that holds at `asOf` no longer holds if no
 * check comes in; undefined where none holds.
 *
 * Speaks of the level at an instant, as `levelAt` does, and not of the level reached within the horizon. Checks dated
 * after `asOf` are not seen, then or later. Looks about 40 times at the checks, however many they are. Throws as `assess`.
 */
export function reviewAt(policy: Policy, checks: readonly AssessedCheck[], asOf: number): number | undefined {
  const compiled = compilePolicy(policy)
  const rank = compiled.rankAt(checks, asOf)
  if (rank === 0) return undefined
  const visible = checks.filter(({ occurredAt }) => occurredAt <= asOf)
  // INVARIANT: with the same checks a level never rises as time passes. It holds `before` and no longer `after`: once
  // the longest window has passed, no atom sees anything.
  let before = 0
  let after = programOf(policy).windowMsMax
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (compiled.rankAt(visible, asOf + middle) === rank) before = middle
    else after = middle
  }
  return asOf + after
}
