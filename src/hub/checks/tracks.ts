import type { TrackedChild } from '../../policy/compiled/track.js'
import type { AssessedCheck } from '../../policy/history.js'
import type { Policy } from '../../policy/policy.js'

/** What a child's checks come to, kept up as they arrive. */
export interface Kept {
  readonly policy: Policy
  /** What the row said. Whoever marks a check as withdrawn drops the track. */
  readonly closedAt: number | undefined
  /** Whether there is a row: there is no need, then, to weigh the checks without it first. */
  readonly hasRow: boolean
  readonly track: TrackedChild
  latest: number
}

/** Checks from which on it is worth keeping what they come to. */
export const MANY_CHECKS = 64
const CHECKS_KEPT = 65_536

/** Children with many checks, for whom a check more must not cost them all again: the latest ones, within bounds. */
export class Tracks {
  private readonly kept = new Map<string, Kept>()

  get(child: string): Kept | undefined {
    const found = this.kept.get(child)
    if (found !== undefined) {
      this.kept.delete(child)
      this.kept.set(child, found)
    }
    return found
  }

  keep(child: string, kept: Kept): void {
    this.kept.set(child, kept)
    let checks = 0
    for (const { track } of this.kept.values()) checks += track.checks.length
    for (const [oldest, { track }] of this.kept) {
      if (checks <= CHECKS_KEPT || oldest === child) return
      this.kept.delete(oldest)
      checks -= track.checks.length
    }
  }

  drop(child: string): void {
    this.kept.delete(child)
  }

  clear(): void {
    this.kept.clear()
  }
}

/** Takes one more check in, at whatever time it occurred; one that is known changes nothing. */
export function add(kept: Kept, check: AssessedCheck): void {
  kept.track.add(check)
  kept.latest = Math.max(kept.latest, check.occurredAt)
}
