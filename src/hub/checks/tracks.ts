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
export const MANY_CHECKS = 16
const CHECKS_KEPT = 65_536

/** Children with many checks, for whom a check more must not cost them all again: the latest ones, within bounds. */
export class Tracks {
  private readonly kept = new Map<string, Kept>()
  /** Of each child as it was kept, and of all: a track grows while it is out. */
  private readonly sizes = new Map<string, number>()
  private checks = 0

  get(child: string): Kept | undefined {
    const found = this.kept.get(child)
    if (found !== undefined) {
      this.kept.delete(child)
      this.kept.set(child, found)
    }
    return found
  }

  keep(child: string, kept: Kept): void {
    this.drop(child)
    const size = kept.track.checks.length
    this.kept.set(child, kept)
    this.sizes.set(child, size)
    this.checks += size
    for (const oldest of this.kept.keys()) {
      if (this.checks <= CHECKS_KEPT || oldest === child) return
      this.drop(oldest)
    }
  }

  drop(child: string): void {
    this.kept.delete(child)
    this.checks -= this.sizes.get(child) ?? 0
    this.sizes.delete(child)
  }

  clear(): void {
    this.kept.clear()
    this.sizes.clear()
    this.checks = 0
  }
}

/** Takes one more check in, at whatever time it occurred; one that is known changes nothing. */
export function add(kept: Kept, check: AssessedCheck): void {
  kept.track.add(check)
  kept.latest = Math.max(kept.latest, check.occurredAt)
}
