import { equalBytes, toHex } from '../bytes.js'
import type { DeterminationWithdrawal } from '../case/determination.js'
import type { LinkStatement } from '../case/link.js'
import type { RefusalReason } from '../case/opening.js'
import type { Withdrawal } from '../check/withdrawal.js'
import type { TokenSort } from '../child/tokens.js'
import { encodeEntry } from '../journal/entry.js'
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
  /** An officer's word that what they determined on a case no longer counts. */
  | { readonly kind: 'determination-withdrawn'; readonly withdrawal: DeterminationWithdrawal }
  /** Two officers' word that a merge is undone. */
  | {
      readonly kind: 'split'
      readonly duplicate: number
      readonly at: number
      readonly statements: readonly LinkStatement[]
    }
  | { readonly kind: 'opening'; readonly opening: Uint8Array; readonly requestHash: Uint8Array }
  /** `asked`: by whom, kept for its controller; absent in what was written before it was kept. */
  | {
      readonly kind: 'answered'
      readonly opening: Uint8Array
      readonly answer: Uint8Array
      readonly asked?: Asked | undefined
    }
  /** What it would not release: kept for its controller, and counted for nothing. */
  | {
      readonly kind: 'refused'
      readonly at: number
      readonly requestHash: Uint8Array
      readonly reason: RefusalReason
      readonly asked?: Asked | undefined
    }
  /** Lookup tokens that were set aside to be made on a day, counted from 1970. */
  | { readonly kind: 'metered'; readonly day: number; readonly sort: TokenSort; readonly tokens: number }
  /** Up to this position, every roster entry has been shown to stand in the journal. */
  | { readonly kind: 'proven'; readonly position: number }
  /** A roster change that it was asked to sign for before its controller approved of it. */
  | { readonly kind: 'proposal'; readonly version: number; readonly hash: Uint8Array; readonly body: Uint8Array }
  /** Its controller approves of a roster version or a policy with this hash. */
  | { readonly kind: 'approved'; readonly at: number; readonly hash: Uint8Array }
  /** It may have forgotten something: from here on it waits for its peers. */
  | {
      readonly kind: 'locked'
      readonly at: number
      /** 32 random bytes, in which its peers answer. */
      readonly challenge: Uint8Array
      readonly why: 'restored' | 'own-head-unknown' | 'reinstated'
      /** The head that it cosigned and does not remember. */
      readonly head?: SeenHead
    }
  /** These peers have told it what they remember. */
  | { readonly kind: 'unlocked'; readonly at: number; readonly peers: readonly string[] }
  /** Its key file has another newest root, or one root less. */
  | { readonly kind: 'root' | 'root-retired'; readonly at: number; readonly generation: number }
  /** Its key file has another lookup key, or those before it no longer. */
  | { readonly kind: 'lookup-key'; readonly at: number; readonly generation: number }
  /** What the hub says after a walk through all records: how many lie under which root of this custodian. */
  | { readonly kind: 'left'; readonly at: number; readonly root: number; readonly left: readonly LeftUnderRoot[] }

export interface LeftUnderRoot {
  readonly generation: number
  readonly records: number
}

/** An opening as its request names it: nothing of the child. */
export interface Asked {
  readonly opening: Uint8Array
  readonly case: number
  readonly officer: string
  /** When it was answered, by the custodian's clock. */
  readonly at: number
}

/** Where a custodian keeps its events: durable when `append` returns, and never in the hub's database. */
export interface CustodianStore {
  /** Events from the `from`-th on, those of other processes among them. */
  load(from: number): Promise<readonly CustodianEvent[]>
  append(event: CustodianEvent): Promise<void>
}

/** A head of the journal with its note, which is undefined for the empty journal that every custodian begins with. */
export type SeenHead = TreeHead & { readonly note: string | undefined }

export interface CustodianMemory {
  readonly rosters: RosterHistory
  /** Position up to which roster entries are known. */
  readonly followed: number
  /** When the proposed roster was first heard of. */
  readonly proposalSeenAt: number
  readonly lastSeen: SeenHead
  readonly withdrawn: Set<string>
  /** By case and officer: until when they took back what they had determined. */
  readonly undetermined: Map<number, Map<string, number>>
  /** By their number: until when its merges were undone. */
  readonly splits: Map<number, number>
  /** The roster entries after the last one that was proven, oldest first. */
  readonly unproven: readonly UnprovenEntry[]
  /** Position up to which roster entries have been shown to stand in the journal. */
  readonly proven: number
  /** Hashes of roster versions and policies, in hexadecimal. */
  readonly approved: Set<string>
  /** Changes of the present roster that wait for the controller. */
  readonly proposals: readonly Proposal[]
  /** The latest, newest last. */
  readonly refusals: readonly Refusal[]
  /** The latest releases, newest last. */
  readonly releases: readonly Asked[]
  /** Tokens set aside on the latest day. */
  readonly metered: { readonly day: number } & Readonly<Record<TokenSort, number>>
  /** Newest generation of its root that it knows to have had. */
  readonly root: number
  /** When it had its first root of this generation. */
  readonly rootAt: number
  /** How often its key file was changed. */
  readonly keyChanges: number
  /** The hub's word after its last walk through all records, and the root that was the present one then. */
  readonly left: { readonly at: number; readonly root: number; readonly left: readonly LeftUnderRoot[] } | undefined
  readonly openings: Map<string, { readonly requestHash: Uint8Array; readonly answer: Uint8Array | undefined }>
  /** Present while it answers nothing that rests on what it remembers. */
  readonly locked: Omit<Extract<CustodianEvent, { kind: 'locked' }>, 'kind'> | undefined
}

export interface UnprovenEntry {
  readonly position: number
  /** As the journal has it. */
  readonly bytes: Uint8Array
}

export type Proposal = Omit<Extract<CustodianEvent, { kind: 'proposal' }>, 'kind'>
export type Refusal = Omit<Extract<CustodianEvent, { kind: 'refused' }>, 'kind'>

/** How many refusals are remembered, and how many changes may wait for a controller at a time. */
export const REFUSALS_MAX = 100
const RELEASES_MAX = 1000
export const PROPOSALS_MAX = 16

/** A memory of nothing. Each custodian has one of its own: what it learns is added in place, or a long life would be slow. */
export function noMemory(): CustodianMemory {
  return {
    rosters: NO_ROSTER,
    followed: -1,
    proposalSeenAt: 0,
    lastSeen: { size: 0, root: emptyRoot(), note: undefined },
    withdrawn: new Set(),
    undetermined: new Map(),
    splits: new Map(),
    unproven: [],
    proven: -1,
    approved: new Set(),
    proposals: [],
    refusals: [],
    releases: [],
    metered: { day: -1, number: 0, description: 0 },
    root: 0,
    rootAt: 0,
    keyChanges: 0,
    left: undefined,
    openings: new Map(),
    locked: undefined,
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
      const { position } = event
      const bytes = encodeEntry({ type: event.kind, at: event.at, body: event.body })
      return {
        ...memory,
        rosters,
        unproven: position <= memory.proven ? memory.unproven : [...memory.unproven, { position, bytes }],
        // What was proposed before changes another version.
        proposals: rosters.versions.length === memory.rosters.versions.length ? memory.proposals : [],
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
    case 'determination-withdrawn': {
      const { case: of, officer, at } = event.withdrawal
      const byOfficer = memory.undetermined.get(of) ?? new Map<string, number>()
      byOfficer.set(officer, Math.max(at, byOfficer.get(officer) ?? 0))
      memory.undetermined.set(of, byOfficer)
      return memory
    }
    case 'split':
      memory.splits.set(event.duplicate, Math.max(event.at, memory.splits.get(event.duplicate) ?? 0))
      return memory
    case 'proven':
      return {
        ...memory,
        proven: Math.max(memory.proven, event.position),
        unproven: memory.unproven.filter(({ position }) => position > event.position),
      }
    case 'proposal': {
      const { kind: _, ...proposal } = event
      // Another process may have followed a newer version since.
      if (event.version !== (memory.rosters.versions.at(-1)?.roster.version ?? 0) + 1) return memory
      const others = memory.proposals.filter(({ hash }) => !equalBytes(hash, event.hash))
      return { ...memory, proposals: [...others, proposal].slice(-PROPOSALS_MAX) }
    }
    case 'approved':
      memory.approved.add(toHex(event.hash))
      return memory
    case 'refused': {
      const { kind: _, ...refusal } = event
      return { ...memory, refusals: [...memory.refusals, refusal].slice(-REFUSALS_MAX) }
    }
    case 'locked': {
      const { kind: _, ...locked } = event
      return { ...memory, locked }
    }
    case 'unlocked':
      return { ...memory, locked: undefined }
    case 'root':
      return { ...memory, root: event.generation, rootAt: event.at, keyChanges: memory.keyChanges + 1 }
    case 'root-retired':
    case 'lookup-key':
      return { ...memory, keyChanges: memory.keyChanges + 1 }
    case 'left':
      return { ...memory, left: event }
    case 'opening':
      return withOpening(memory, event.opening, event.requestHash, undefined)
    case 'answered': {
      const opened = memory.openings.get(toHex(event.opening))
      if (opened === undefined) return memory
      const known = withOpening(memory, event.opening, opened.requestHash, event.answer)
      if (event.asked === undefined) return known
      return { ...known, releases: [...known.releases, event.asked].slice(-RELEASES_MAX) }
    }
    case 'metered': {
      const { day, sort, tokens } = event
      const before = day === memory.metered.day ? memory.metered : { day, number: 0, description: 0 }
      return day < memory.metered.day ? memory : { ...memory, metered: { ...before, [sort]: before[sort] + tokens } }
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

/** What a custodian remembers, read from its store. */
export async function memoryOf(store: CustodianStore): Promise<CustodianMemory> {
  return (await store.load(0)).reduce(after, noMemory())
}
