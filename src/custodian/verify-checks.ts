import { equalBytes, toHex } from '../bytes.js'
import type { ReleaseMessage } from '../case/messages.js'
import type { CheckEvidence } from '../case/opening.js'
import { type Batch, batchIsSignedBy, decodeBatchEntry } from '../check/batch.js'
import { type Check, checkIdOf, decodeCheck } from '../check/canonical.js'
import { agencyIdKeyHash, fromAgencyChildId } from '../child/identifiers.js'
import { saltedLeafHash, type TreeHead } from '../journal/merkle.js'
import { verifyInclusion } from '../journal/proof.js'
import type { AssessedCheck } from '../policy/history.js'
import { rosterAt } from '../roster/history.js'
import { type Agency, agencyOf } from '../roster/roster.js'
import { type Knowledge, orRefuse, provenEntry, unless } from './knowledge.js'
import { withdrawnName } from './state.js'
import { type LinkedIds, requireLinkedIds } from './verify-links.js'
import { policiesOf, requireSayable } from './verify-vocabulary.js'

/** The checks of the evidence, each proved by itself, as the policy takes them. Throws the reason for the first that is not. */
export function requireProvenChecks(
  known: Knowledge,
  message: ReleaseMessage,
  head: TreeHead,
): readonly AssessedCheck[] {
  const linked = requireLinkedIds(known, message, head)
  const policies = policiesOf(message.evidence)
  const references = new Set<string>()
  const batches = new Map<number, ProvenBatch>()
  return message.evidence.checks.map((shown) => {
    const { batch, leaf, check, at } = orRefuse('check-not-proven', () => provenCheck(known, shown, head, batches))
    unless(equalBytes(check.hub, known.hub) && check.agency === batch.agency, 'check-not-signed')
    unless(shown.entry.position < message.requestEntry.position, 'check-after-request')
    const id = checkIdOf(leaf)
    unless(!known.withdrawn.has(withdrawnName({ agency: check.agency, checkId: id })), 'check-withdrawn')
    const reference = `${check.agency} ${check.reference}`
    unless(!references.has(reference), 'check-counted-twice')
    references.add(reference)
    const agency = agencyInStanding(known, check.agency, shown.entry.position)
    requireSayable(known, policies, agency, check, { position: shown.entry.position, at })
    const countsFrom = requireThisChild(known, agency, check, message, linked)
    const { incident, indicators, occurredAt } = check
    return {
      id,
      agency: check.agency,
      agencyKind: agency.agencyKind,
      incident,
      indicators,
      occurredAt,
      position: Math.max(shown.entry.position, countsFrom),
    }
  })
}

/** A check that its batch holds and the hub accepted. */
function provenCheck(known: Knowledge, shown: CheckEvidence, head: TreeHead, batches: Map<number, ProvenBatch>) {
  const { batch, accepted, at } = provenBatch(known, shown, head, batches)
  const { row: index, path, salt, bytes } = shown
  const leaf = saltedLeafHash(salt, bytes)
  const stands = accepted[index] === true && verifyInclusion(leaf, { index, size: batch.size, path }, batch)
  unless(stands, 'check-not-proven')
  return { batch, leaf, check: decodeCheck(bytes), at }
}

interface ProvenBatch {
  readonly batch: Batch
  readonly accepted: readonly boolean[]
  readonly bytes: Uint8Array
  /** When the hub journalled it. */
  readonly at: number
}

/** A batch entry that is in the journal and signed by an agency in standing there; proved once for all its rows. */
function provenBatch(
  known: Knowledge,
  shown: CheckEvidence,
  head: TreeHead,
  batches: Map<number, ProvenBatch>,
): ProvenBatch {
  const before = batches.get(shown.entry.position)
  if (before !== undefined && equalBytes(before.bytes, shown.entry.bytes)) return before
  const entry = provenEntry(shown.entry, head)
  unless(entry?.type === 'check-batch', 'check-not-proven')
  const { batch, accepted } = decodeBatchEntry('check-batch/v1', entry.body)
  const agency = agencyInStanding(known, batch.agency, shown.entry.position)
  unless(equalBytes(batch.hub, known.hub) && batchIsSignedBy(batch, agency.keys.signing), 'check-not-signed')
  const proven = { batch, accepted, bytes: shown.entry.bytes, at: entry.at }
  batches.set(shown.entry.position, proven)
  return proven
}

/** The agency as it stood when the check was journalled. */
function agencyInStanding(known: Knowledge, id: string, position: number): Agency {
  const roster = rosterAt(known.rosters, position)
  const agency = roster === undefined ? undefined : agencyOf(roster, id)
  unless(agency !== undefined && !agency.suspended, 'check-of-suspended-agency')
  return agency
}

/**
 * The identifier that the agency signed for stands for this child, or for an id linked to it, under the key that the
 * roster fixed for the agency. Gives the position from which the check counts.
 */
function requireThisChild(
  known: Knowledge,
  agency: Agency,
  check: Check,
  { evidence }: ReleaseMessage,
  linked: LinkedIds,
): number {
  const shown = evidence.identifierKeys.find((each) => each.agency === agency.id && each.epoch === check.epoch)
  const fixed = agency.identifierKeys.find(({ epoch }) => epoch === check.epoch)
  unless(shown !== undefined && fixed !== undefined, 'check-of-another-child')
  const isFixedKey = equalBytes(agencyIdKeyHash(shown.key, known.hub, agency.id, check.epoch), fixed.hash)
  unless(isFixedKey, 'check-of-another-child')
  const countsFrom = linked.get(toHex(fromAgencyChildId(shown.key, check.agencyChildId)))
  unless(countsFrom !== undefined, 'check-of-another-child')
  return countsFrom
}
