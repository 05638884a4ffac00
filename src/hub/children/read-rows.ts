import { equalBytes, toHex } from '../../bytes.js'
import { type Batch, batchIsSignedBy, type SaltedRow, type Submission } from '../../check/batch.js'
import { type Check, contentHash, decodeCheck } from '../../check/canonical.js'
import type { Refusal } from '../../check/messages/refusal.js'
import { type ChildId, fromAgencyChildIds } from '../../child/identifiers.js'
import { type ErrorCode, IndexError, isIndexError } from '../../errors.js'
import { incidentOf, indicatorOf } from '../../policy/policy.js'
import type { Agency } from '../../roster/roster.js'
import { type HubContext, identifierKeyOf, requireParty } from '../context.js'
import { EPOCH_CLOSED, epochIsOpen } from './epochs.js'

/** How far ahead of the hub's clock a check may say that something happened. */
const AHEAD_MS = 5 * 60_000

export type { Refusal }

/** A row that may become part of the journal, or stands in it already. */
export interface Candidate {
  readonly row: SaltedRow
  readonly leaf: Uint8Array
  readonly check: Check
  readonly childId: ChildId
  readonly content: Uint8Array
  readonly referenceKey: Uint8Array
  /** Why it is not taken now, by its epoch or by the policy that decides; one that was recorded earlier still stands. */
  readonly refusal: Refusal | undefined
}

/** @throws {IndexError} `ERR_CHECK_OTHER_HUB`, `ERR_PARTY_UNKNOWN`, `ERR_PARTY_NOT_IN_STANDING`, `ERR_SIGNATURE_INVALID` */
export function requireAgencyOf(hub: HubContext, batch: Batch): Agency {
  if (!equalBytes(batch.hub, hub.id))
    throw new IndexError('ERR_CHECK_OTHER_HUB', 'these checks were signed for another hub')
  const agency = requireParty(hub, batch.agency, 'agency')
  if (!batchIsSignedBy(batch, agency.keys.signing)) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the batch is not signed by the key that the agency enrolled with')
  }
  return agency
}

export function readRows(hub: HubContext, agency: Agency, submission: Submission): readonly (Candidate | Refusal)[] {
  const checks = submission.rows.map((row) => refusalOr(() => requireAcceptable(hub, agency, decodeCheck(row.bytes))))
  const children = childrenOf(hub, agency, checks)
  return submission.rows.map((row, index): Candidate | Refusal => {
    const check = checks[index] as Check | Refusal
    const childId = children[index]
    if ('code' in check || childId === undefined) return check as Refusal
    return {
      row,
      leaf: submission.leaves[index] as Uint8Array,
      check,
      childId,
      content: contentHash(check, childId),
      referenceKey: hub.shelf.key('reference', agency.id, check.reference),
      refusal: epochRefusal(hub, check) ?? policyRefusal(hub, agency, check),
    }
  })
}

function refusalOr<T>(work: () => T): T | Refusal {
  try {
    return work()
  } catch (error) {
    if (!isIndexError(error)) throw error
    return { code: error.code, field: error.field, message: error.message }
  }
}

/** One decryption pass per epoch: a batch has one or two. */
function childrenOf(
  hub: HubContext,
  agency: Agency,
  checks: readonly (Check | Refusal)[],
): readonly (ChildId | undefined)[] {
  const children: (ChildId | undefined)[] = checks.map(() => undefined)
  const epochs = new Set(checks.flatMap((check) => ('code' in check ? [] : [check.epoch])))
  for (const epoch of epochs) {
    const rows = checks.flatMap((check, index) =>
      !('code' in check) && check.epoch === epoch ? [{ index, id: check.agencyChildId }] : [],
    )
    const ids = fromAgencyChildIds(
      identifierKeyOf(hub, agency.id, epoch),
      rows.map(({ id }) => id),
    )
    rows.forEach(({ index }, at) => {
      children[index] = ids[at]
    })
  }
  return children
}

function requireAcceptable(hub: HubContext, agency: Agency, check: Check): Check {
  const refuse = (code: ErrorCode, message: string, field: string): never => {
    throw new IndexError(code, message, { field })
  }
  if (!equalBytes(check.hub, hub.id)) refuse('ERR_CHECK_OTHER_HUB', 'this check was signed for another hub', 'hub')
  if (check.agency !== agency.id)
    refuse('ERR_CHECK_OTHER_AGENCY', 'this check names another agency than its batch', 'agency')
  if (!agency.identifierKeys.some(({ epoch }) => epoch === check.epoch))
    refuse(EPOCH_CLOSED.code, EPOCH_CLOSED.message, 'epoch')
  if (check.occurredAt > hub.clock() + AHEAD_MS)
    refuse('ERR_CHECK_IN_FUTURE', 'occurredAt is more than five minutes ahead', 'occurredAt')
  return check
}

function epochRefusal(hub: HubContext, { epoch }: Check): Refusal | undefined {
  return epochIsOpen(hub, epoch) ? undefined : { ...EPOCH_CLOSED, field: 'epoch' }
}

function policyRefusal(hub: HubContext, agency: Agency, check: Check): Refusal | undefined {
  const { policy, vocabularies } = hub.policy()
  const refusal = (code: ErrorCode, message: string, field: string): Refusal => ({ code, field, message })
  if (!vocabularies.has(toHex(check.vocabulary))) {
    const message =
      'the policy in force does not take codes of this vocabulary: ask the hub for its own, and send again'
    return refusal('ERR_VOCABULARY_UNKNOWN', message, 'vocabulary')
  }
  const incident = incidentOf(policy, check.incident)
  if (incident === undefined) return refusal('ERR_CODE_UNKNOWN', 'the policy in force has no such incident', 'incident')
  if (incident.retired) return refusal('ERR_CODE_RETIRED', 'this incident is retired: use its successor', 'incident')
  if (incident.agencyKinds !== undefined && !incident.agencyKinds.includes(agency.agencyKind))
    return refusal('ERR_INCIDENT_NOT_FOR_KIND', 'agencies of this kind do not submit this incident', 'incident')
  for (const code of check.indicators) {
    const indicator = indicatorOf(policy, code)
    if (indicator === undefined)
      return refusal('ERR_CODE_UNKNOWN', 'the policy in force has no such indicator', 'indicators')
    if (indicator.retired)
      return refusal('ERR_CODE_RETIRED', 'this indicator is retired: use its successor', 'indicators')
  }
  return undefined
}
