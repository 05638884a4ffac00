import { equalBytes, toHex } from '../bytes.js'
import { determinedLevel } from '../case/determined-level.js'
import type { ReleaseMessage } from '../case/messages.js'
import {
  EVIDENCE_BYTES_MAX,
  EVIDENCE_CHECKS_MAX,
  EVIDENCE_LINKS_MAX,
  EVIDENCE_POLICIES_MAX,
  type Evidence,
  evidenceHash,
  OPENING_HOURS,
  type RefusalReason,
  requestIsSignedBy,
} from '../case/opening.js'
import { isPurposeAllowed } from '../disclosure/purpose.js'
import { isIndexError } from '../errors.js'
import { sha256 } from '../hash.js'
import type { TreeHead } from '../journal/merkle.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { assess } from '../policy/assess.js'
import { parsePolicy } from '../policy/parse.js'
import { levelNamed, levelRank, type Policy } from '../policy/policy.js'
import { presentRoster } from '../roster/history.js'
import { inGoodStanding, keysetOf, officerOf, opens, policyInForce, type Roster } from '../roster/roster.js'
import { decodeRecord, recordHash, recordLabel } from '../seal/record.js'
import { decodeRecordEntry } from '../seal/record-entry.js'
import { areConsistent, type Knowledge, orRefuse, provenEntry, Refused, unless, verifiedHead } from './knowledge.js'
import { requireProvenChecks } from './verify-checks.js'

const CLOCK_MS = 10 * 60_000
const OPENING_MS_MAX = OPENING_HOURS * 3_600_000

/**
 * Why this custodian refuses a release, or undefined when every rule is met. Decides from the message and from what the
 * custodian knows itself; the hub's word counts for nothing. Cheap checks come first.
 */
export function refusalOf(known: Knowledge, message: ReleaseMessage): RefusalReason | undefined {
  try {
    requireRelease(known, message)
    return undefined
  } catch (error) {
    if (error instanceof Refused) return error.reason
    // A malformed part of the evidence that no rule named: the safe side is no.
    if (isIndexError(error)) return 'evidence-does-not-match'
    throw error
  }
}

function requireRelease(known: Knowledge, message: ReleaseMessage): void {
  const roster = presentRoster(known.rosters)
  const { evidence } = message
  const { checks: shown, links = [], formerPolicies = [] } = evidence
  const isSmall =
    shown.length <= EVIDENCE_CHECKS_MAX &&
    links.length <= EVIDENCE_LINKS_MAX &&
    formerPolicies.length <= EVIDENCE_POLICIES_MAX &&
    bytesOf(evidence) <= EVIDENCE_BYTES_MAX
  unless(isSmall, 'evidence-too-large')
  requireTimely(known, message)
  requireEvidenceMatches(message)
  unless(known.isRosterProven, 'roster-not-proven')
  const policy = requirePolicy(known, roster, message)
  requireSignedRequest(known, roster, message)
  const head = requireCheckpoint(known, roster, message)
  requireJournalled(message, head)
  unless(keysetOf(roster, message.signed.request.keyset) !== undefined, 'record-does-not-match')
  orRefuse('record-does-not-match', () => requireRecord(known, message, head))
  const checks = requireProvenChecks(known, message, head)
  const options = evidence.closedAt === undefined ? {} : { closedAt: evidence.closedAt }
  const verdict = assess(policy, checks, message.signed.request.at, options)
  const determined = determinedLevel(policy, message.signed.request.policyHash, evidence.determinations, {
    hub: known.hub,
    case: message.signed.request.case,
    roster,
    at: message.signed.request.at,
    recipient: message.signed.request.officer,
    reached: verdict.level,
    checkIds: new Set(checks.map(({ id }) => id)),
    withdrawals: withdrawalsOn(known, message.signed.request.case),
  })
  requireOpenedBy(policy, higher(policy, verdict.level, determined), message)
}

function withdrawalsOn(
  { undetermined }: Knowledge,
  number: number,
): readonly { readonly officer: string; readonly at: number }[] {
  return [...(undetermined.get(number) ?? [])].map(([officer, at]) => ({ officer, at }))
}

/** Without paths and encoding: never more than the hub counts before it sends. */
function bytesOf({ record, policy, formerPolicies = [], checks, links = [] }: Evidence): number {
  const policies = formerPolicies.reduce((total, bytes) => total + bytes.length, policy.length)
  const fixed = links.reduce((total, { bytes }) => total + bytes.length, record.bytes.length + policies)
  return checks.reduce((total, { bytes, entry }) => total + bytes.length + entry.bytes.length, fixed)
}

function higher(policy: Policy, level: string, determined: string | undefined): string {
  return determined !== undefined && levelRank(policy, determined) > levelRank(policy, level) ? determined : level
}

function requireTimely({ now }: Knowledge, { signed: { request } }: ReleaseMessage): void {
  unless(request.expiry > now && request.expiry <= request.at + OPENING_MS_MAX, 'request-expired')
  unless(Math.abs(request.at - now) <= CLOCK_MS, 'clock-apart')
}

function requireEvidenceMatches({ signed: { request }, salt, evidence }: ReleaseMessage): void {
  unless(equalBytes(evidenceHash(salt, evidence), request.evidenceHash), 'evidence-does-not-match')
}

function requirePolicy(
  { approves }: Knowledge,
  roster: Roster,
  { signed: { request }, evidence }: ReleaseMessage,
): Policy {
  unless(policyInForce(roster, request.policyHash, request.at), 'policy-not-in-force')
  unless(toHex(sha256(evidence.policy)) === request.policyHash, 'policy-not-in-force')
  unless(approves(request.policyHash), 'policy-not-approved')
  return parsePolicy(fromJsonBytes(evidence.policy))
}

function requireSignedRequest({ hub, now }: Knowledge, roster: Roster, { signed }: ReleaseMessage): void {
  const officer = officerOf(roster, signed.request.officer)
  unless(officer !== undefined && inGoodStanding(officer, now) && opens(officer), 'officer-not-in-standing')
  unless(requestIsSignedBy(hub, signed, officer.keys.signing), 'request-not-signed')
}

/** A head that the hub and a quorum signed, and that continues, or is continued by, what this custodian saw before. */
function requireCheckpoint(known: Knowledge, roster: Roster, message: ReleaseMessage): TreeHead {
  const head = verifiedHead(roster, message.note, 'by-a-quorum')
  unless(head !== undefined, 'checkpoint-not-cosigned')
  const continues = orRefuse('journal-inconsistent', () => areConsistent(known.lastSeen, head, message.consistency))
  unless(continues, 'journal-inconsistent')
  return head
}

function requireJournalled({ signed, requestEntry }: ReleaseMessage, head: TreeHead): void {
  const entry = orRefuse('request-not-journalled', () => provenEntry(requestEntry, head))
  const expected = toJsonBytes(signed)
  unless(entry?.type === 'opening' && equalBytes(entry.body, expected), 'request-not-journalled')
}

function requireRecord({ hub }: Knowledge, { signed: { request }, evidence }: ReleaseMessage, head: TreeHead): void {
  const record = decodeRecord(evidence.record.bytes)
  const hash = recordHash(record)
  const entry = provenEntry(evidence.record.entry, head)
  const journalled = entry?.type === 'record' && equalBytes(decodeRecordEntry(entry.body)[request.group], hash)
  const label = recordLabel(record, hub, evidence.childId)
  const fits = equalBytes(label, request.label) && record.group === request.group && record.keyset === request.keyset
  unless(journalled && fits && equalBytes(hash, request.recordHash), 'record-does-not-match')
}

function requireOpenedBy(policy: Policy, level: string, { signed: { request } }: ReleaseMessage): void {
  const reached = levelNamed(policy, level)
  unless(reached !== undefined && reached.threshold !== 'none', 'threshold-not-reached')
  unless(reached.opens.includes(request.group), 'group-not-opened-by-level')
  unless(isPurposeAllowed(reached.threshold, request.purpose, request.lawfulBasis), 'purpose-not-of-level')
}
