import { toHex } from '../bytes.js'
import type { LinkStatement } from '../case/link.js'
import type { Withdrawal } from '../check/withdrawal.js'
import { emptyRoot, type TreeHead } from '../journal/merkle.js'
import { NO_ROSTER, type RosterHistory, withActivationEntry, withRosterEntry } from '../roster/history.js'

/** What a custodian has seen and done, in order. Its memory is the fold of these and nothing else. */
export type CustodianEvent =
  | {
      readonly kind: 'roster' | 'activation'
      readonly position: number
      readonly at: number
      /** This custodian's own clock when it heard of the entry: the delay runs from here, not from the hub's word. */
      readonly seenAt: number
      readonly body: Uint8Array
    }
  | { readonly kind: 'seen'; readonly note: string; readonly size: number; readonly root: Uint8Array }
  | { readonly kind: 'withdrawn'; readonly withdrawal: Withdrawal }
  /** Two officers' word that a merge is undone. */
  | {
      readonly kind: 'split'
      readonly duplicate: number
      readonly at: number
      readonly statements: readonly LinkStatement[]
    }
  | { readonly kind: 'opening'; readonly opening: Uint8Array; readonly requestHash: Uint8Array }
  | { readonly kind: 'answered'; readonly opening: Uint8Array; readonly answer: Uint8Array }

/** Where a custodian keeps its events: durable when `append` returns, and never in the hub's database. */
export interface CustodianStore {
  /** Events from the `from`-th on, those of other processes among them. */
  load(from: number): Promise<readonly CustodianEvent[]>
  append(event: CustodianEvent): Promise<void>
}

export interface CustodianMemory {
  readonly rosters: RosterHistory
  /** Position up to which roster entries are known. */
  readonly followed: number
  /** When the proposed roster was first heard of. */
  readonly proposalSeenAt: number
  readonly lastSeen: TreeHead & { readonly note: string | undefined }
  readonly withdrawn: Set<string>
  /** By their number: until when its merges were undone. */
  readonly splits: Map<number, number>
  readonly openings: Map<string, { readonly requestHash: Uint8Array; readonly answer: Uint8Array | undefined }>
}

/** A memory of nothing. Each custodian has one of its own: what it learns is added in place, or a long life would be slow. */
export function noMemory(): CustodianMemory {
  return {
    rosters: NO_ROSTER,
    followed: -1,
    proposalSeenAt: 0,
    lastSeen: { size: 0, root: emptyRoot(), note: undefined },
    withdrawn: new Set(),
    splits: new Map(),
    openings: new Map(),
  }
}

/** A withdrawal counts for its agency's own check only: nobody takes back another's. */
export function withdrawnName({ agency, checkId }: Pick<Withdrawal, 'agency' | 'checkId'>): string {
  return `${agency} ${checkId}`
}

/** The memory after one more event. @throws {IndexError} `ERR_ROSTER_INVALID` for roster entries that do not hold. */
export function after(memory: CustodianMemory, event: CustodianEvent): CustodianMemory {
  switch (event.kind) {
    case 'roster':
    case 'activation': {
      // Two processes may have written the same news.
      if (event.position <= memory.followed) return memory
      const follow = event.kind === 'roster' ? withRosterEntry : withActivationEntry
      const rosters = follow(memory.rosters, event.position, event.at, event.body)
      return {
        ...memory,
        rosters,
        followed: event.position,
        // A suspension leaves what is proposed, and the time that it has waited.
        proposalSeenAt: rosters.proposed === memory.rosters.proposed ? memory.proposalSeenAt : event.seenAt,
      }
    }
    case 'seen':
      if (event.size < memory.lastSeen.size) return memory
      return { ...memory, lastSeen: { size: event.size, root: event.root, note: event.note } }
    case 'withdrawn':
      memory.withdrawn.add(withdrawnName(event.withdrawal))
      return memory
    case 'split':
      memory.splits.set(event.duplicate, Math.max(event.at, memory.splits.get(event.duplicate) ?? 0))
      return memory
    case 'opening':
      return withOpening(memory, event.opening, event.requestHash, undefined)
    case 'answered': {
      const opened = memory.openings.get(toHex(event.opening))
      return opened === undefined ? memory : withOpening(memory, event.opening, opened.requestHash, event.answer)
    }
  }
}

function withOpening(
  memory: CustodianMemory,
  opening: Uint8Array,
  requestHash: Uint8Array,
  answer: Uint8Array | undefined,
): CustodianMemory {
  memory.openings.set(toHex(opening), { requestHash, answer })
  return memory
}

/** A custodian's events in memory: for tests and demonstrations that need no restart. */
export function memoryCustodianStore(): CustodianStore {
  const events: CustodianEvent[] = []
  return {
    load: async (from) => events.slice(from),
    append: async (event) => {
      events.push(event)
    },
  }
}
