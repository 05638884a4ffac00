import type { CaseFile } from '../case/case.js'
import type { Determination } from '../case/determination.js'
import type { OpeningRequest } from '../case/opening.js'
import { type ErrorCode, IndexError, isIndexError } from '../errors.js'
import { bad, type Finding } from '../journal/finding.js'
import type { Pin } from '../party.js'
import type { AssessedCheck } from '../policy/history.js'
import type { Policy } from '../policy/policy.js'
import { NO_ROSTER, type RosterHistory, rosterAt } from '../roster/history.js'
import type { Roster } from '../roster/roster.js'
import type { KnownAccount } from './accounts.js'
import type { KnownEnquiries } from './enquiries.js'

/** A check that the hub accepted. What it says is known only where the bundle shows its bytes. */
export interface KnownCheck {
  readonly agency: string
  readonly position: number
  readonly row: number
  readonly shown?: AssessedCheck | undefined
}

/** A request as journalled, and what was answered to it so far. */
export interface KnownOpening {
  readonly request: OpeningRequest
  readonly position: number
  readonly released: Set<string>
}

/** Numbers that an auditor compares with what agencies, officers and custodians count for themselves. */
export interface BundleCounts {
  readonly checksByAgency: Map<string, number>
  readonly withdrawalsByAgency: Map<string, number>
  readonly openingsByOfficer: Map<string, number>
  readonly viewsByOfficer: Map<string, number>
  readonly referralsByAgency: Map<string, number>
  readonly releasesByCustodian: Map<string, number>
  readonly refusalsByCustodian: Map<string, number>
}

/**
 * What is remembered while a bundle streams by. Rosters, policies, openings, disclosures and cases grow with what officers
 * and boards do; checks grow with the journal, at some 200 bytes each.
 */
export interface Docket {
  readonly pin: Pin
  rosters: RosterHistory
  readonly policies: Map<string, Policy>
  readonly checks: Map<string, KnownCheck>
  readonly withdrawn: Map<string, number>
  /** Check ids that a correction, earlier in the journal, puts in another's place. */
  readonly replacements: Set<string>
  readonly references: Map<string, string>
  readonly openings: Map<string, KnownOpening>
  /** `permittedName` of what the rules permitted. */
  readonly permitted: Set<string>
  readonly referrals: Map<number, string>
  readonly closed: Map<string, number>
  /** Whether the bundle shows the entries that join agencies. */
  showsCases: boolean
  /** Every case as the journal makes it, by number. */
  readonly cases: Map<number, CaseFile>
  /** The case of a child that is not closed. */
  readonly openCases: Map<string, number>
  /** Case, reason, outcome and officer of every word on closing a case. */
  readonly closings: Set<string>
  /** By case and person: what they determined and have not taken back, and until when they took back what they had. */
  readonly determined: Map<string, { readonly standing?: Determination | undefined; readonly takenBackAt: number }>
  /** Signatures of the messages by which officers asked for a view: one message is one view. */
  readonly asked: Set<string>
  readonly enquiries: KnownEnquiries
  /** What was recorded of what a child or a carer said, by number: of which child, and whether it was a yes. */
  readonly consents: Map<number, { readonly child: string; readonly given: boolean }>
  /** Requests for accounts by number. */
  readonly accounts: Map<number, KnownAccount>
  readonly corrections: Set<number>
  /** Children whose cases were joined or parted by links. */
  readonly linkedChildren: Set<string>
  readonly links: Set<number>
  /** Periods whose figures were published. */
  readonly figures: Set<string>
  readonly counts: BundleCounts
  /** What was found good, by the words that say so. */
  readonly good: Map<string, number>
  /** What could not be looked at, by the words that say so. */
  readonly unseen: Map<string, number>
  readonly findings: Finding[]
}

/** Where in the journal one is, and whose word counts there. */
export interface Place {
  readonly position: number
  /** The hub's clock in the entry. */
  readonly at: number
  readonly roster: Roster
  readonly hub: Uint8Array
}

export function newDocket(pin: Pin): Docket {
  const counts: BundleCounts = {
    checksByAgency: new Map(),
    withdrawalsByAgency: new Map(),
    openingsByOfficer: new Map(),
    viewsByOfficer: new Map(),
    referralsByAgency: new Map(),
    releasesByCustodian: new Map(),
    refusalsByCustodian: new Map(),
  }
  return {
    pin,
    rosters: NO_ROSTER,
    policies: new Map(),
    checks: new Map(),
    withdrawn: new Map(),
    replacements: new Set(),
    references: new Map(),
    openings: new Map(),
    permitted: new Set(),
    referrals: new Map(),
    closed: new Map(),
    showsCases: false,
    cases: new Map(),
    openCases: new Map(),
    closings: new Set(),
    determined: new Map(),
    asked: new Set(),
    consents: new Map(),
    accounts: new Map(),
    corrections: new Set(),
    enquiries: { open: new Map(), questions: new Set() },
    linkedChildren: new Set(),
    links: new Set(),
    figures: new Set(),
    counts,
    good: new Map(),
    unseen: new Map(),
    findings: [],
  }
}

// A damaged bundle of millions of entries says so a hundred times, not millions.
const FINDINGS_MAX = 100

/** Notes what is wrong, and where. */
export function fault(docket: Docket, text: string, code: ErrorCode, position?: number): void {
  if (docket.findings.length < FINDINGS_MAX) docket.findings.push(bad(text, code, position))
}

/** Counts one more thing found good. `words` says what, as it follows a number. */
export function approve(docket: Docket, words: string): void {
  bump(docket.good, words)
}

/** Counts one more thing that nobody could look at. */
export function passOver(docket: Docket, words: string): void {
  bump(docket.unseen, words)
}

export function bump<Name extends string>(counts: Map<Name, number>, name: Name, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}

/** Runs one look at an entry; what it refuses by a code becomes a finding about this position. */
export function inspect(docket: Docket, position: number, what: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!isIndexError(error)) throw error
    fault(docket, `${what}: ${error.message}`, error.code, position)
  }
}

/** The roster for an entry at a position. @throws {IndexError} `ERR_ROSTER_INVALID` before there is one */
export function rosterFor(docket: Docket, position: number): Roster {
  const roster = rosterAt(docket.rosters, position)
  if (roster === undefined) throw new IndexError('ERR_ROSTER_INVALID', 'no roster stands before it')
  return roster
}

export function requires(condition: boolean, code: ErrorCode, message: string): asserts condition {
  if (!condition) throw new IndexError(code, message)
}

interface Permit {
  readonly case: number
  readonly officer: string
  readonly purpose: string
  readonly lawfulBasis: string
  readonly to?: string | undefined
}

/** By what a permit of the disclosure rules is found again. */
export function permittedName(permit: Permit, information: string): string {
  const { case: of, officer, purpose, lawfulBasis, to = '' } = permit
  return JSON.stringify([of, officer, purpose, lawfulBasis, to, information])
}
