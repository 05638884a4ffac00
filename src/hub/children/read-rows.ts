import { equalBytes, toHex } from '../../bytes.js'
import { type Batch, batchIsSignedBy, type Submission } from '../../check/batch.js'
import { type Check, decodeCheck } from '../../check/canonical.js'
import type { Refusal } from '../../check/messages/refusal.js'
import { type ChildId, fromAgencyChildIds } from '../../child/identifiers.js'
import { type ErrorCode, IndexError, isIndexError } from '../../errors.js'
import { incidentOf, indicatorOf, type Policy } from '../../policy/policy.js'
import type { Agency } from '../../roster/roster.js'
import { openEpochs } from '../../roster/rotation.js'
import { type HubContext, identifierKeyOf, type PolicyInForce, requireParty, roster } from '../context.js'
import { EPOCH_CLOSED } from './epochs.js'

/** How far ahead of the hub's clock a check may say that something happened. */
const AHEAD_MS = 5 * 60_000

export type { Refusal }

/** A row that may become part of the journal, or stands in it already. */
export interface Candidate {
  readonly leaf: Uint8Array
  readonly check: Check
  readonly childId: ChildId
  /** Why it is not taken now, by its epoch or by the policy that decides; one that was recorded earlier still stands. */
  readonly refusal: Refusal | undefined
}

/** @throws {IndexError} `ERR_CHECK_OTHER_HUB`, `ERR_PARTY_UNKNOWN`, `ERR_PARTY_NOT_IN_STANDING`, `ERR_SIGNATURE_INVALID` */
export function requireAgencyOf(hub: HubContext, batch: Batch): Agency {
  if (!equalBytes(batch.hub, hub.id))
    throw new IndexError('ERR_CHECK_OTHER_HUB', 'these checks were signed for another hub')
  const agency = requireParty(hub, batch.agency, 'agency')
  if (!batchIsSignedBy(batch, agency.keys.signing)) throw otherKey()
  return agency
}

/**
 * That an agency whose signature was verified is in standing still, and has the same key: a suspension or a new key may have come in
 * between, and custodians go by the roster at the position of the entry.
 * @throws {IndexError} as `requireAgencyOf`
 */
export function requireStillSigned(hub: HubContext, verified: Agency): void {
  const agency = requireParty(hub, verified.id, 'agency')
  if (!equalBytes(agency.keys.signing, verified.keys.signing)) throw otherKey()
}

function otherKey(): IndexError {
  return new IndexError('ERR_SIGNATURE_INVALID', 'the batch is not signed by the key that the agency enrolled with')
}

/** The rows of a submission, each as a candidate or with the reason why it is none. */
export function readRows(hub: HubContext, agency: Agency, submission: Submission): readonly (Candidate | Refusal)[] {
  const terms = termsOf(hub, agency)
  const checks = submission.rows.map(({ bytes }) => readCheck(terms, bytes))
  const children = childrenOf(hub, agency, checks)
  return checks.map((check, index): Candidate | Refusal => {
    if ('code' in check) return check
    const leaf = submission.leaves[index] as Uint8Array
    return { leaf, check, childId: children[index] as ChildId, refusal: notNow(terms, check) }
  })
}

/** What the checks of one message are held against: looked up once for all of them. */
interface Terms {
  readonly hub: Uint8Array
  readonly agency: Agency
  readonly epochs: readonly number[]
  readonly openEpochs: readonly number[]
  readonly latest: number
  readonly inForce: PolicyInForce
  /** The vocabulary that came last, and whether the policy takes it: a message has one. */
  vocabulary: Uint8Array
  isTaken: boolean
  readonly incidents: Map<string, Refusal | undefined>
  readonly indicators: Map<string, Refusal | undefined>
}

function termsOf(hub: HubContext, agency: Agency): Terms {
  const now = hub.clock()
  return {
    hub: hub.id,
    agency,
    epochs: agency.identifierKeys.map(({ epoch }) => epoch),
    openEpochs: openEpochs(roster(hub), now),
    latest: now + AHEAD_MS,
    inForce: hub.policy(),
    vocabulary: new Uint8Array(0),
    isTaken: false,
    incidents: new Map(),
    indicators: new Map(),
  }
}

function readCheck(terms: Terms, bytes: Uint8Array): Check | Refusal {
  try {
    const check = decodeCheck(bytes)
    return neverTaken(terms, check) ?? check
  } catch (error) {
    if (!isIndexError(error)) throw error
    return { code: error.code, field: error.field, message: error.message }
  }
}

function neverTaken({ hub, agency, epochs, latest }: Terms, check: Check): Refusal | undefined {
  if (!isSame(check.hub, hub)) return refusal('ERR_CHECK_OTHER_HUB', 'this check was signed for another hub', 'hub')
  if (check.agency !== agency.id)
    return refusal('ERR_CHECK_OTHER_AGENCY', 'this check names another agency than its batch', 'agency')
  if (!epochs.includes(check.epoch)) return { ...EPOCH_CLOSED, field: 'epoch' }
  if (check.occurredAt > latest)
    return refusal('ERR_CHECK_IN_FUTURE', 'occurredAt is more than five minutes ahead', 'occurredAt')
  return undefined
}

function notNow(terms: Terms, check: Check): Refusal | undefined {
  if (!terms.openEpochs.includes(check.epoch)) return { ...EPOCH_CLOSED, field: 'epoch' }
  if (!isSame(check.vocabulary, terms.vocabulary)) {
    terms.vocabulary = check.vocabulary
    terms.isTaken = terms.inForce.vocabularies.has(toHex(check.vocabulary))
  }
  if (!terms.isTaken) return OTHER_VOCABULARY
  const { policy } = terms.inForce
  const { incident } = check
  if (!terms.incidents.has(incident)) terms.incidents.set(incident, ofIncident(policy, terms.agency, incident))
  let found = terms.incidents.get(incident)
  for (const code of check.indicators) {
    if (found !== undefined) break
    if (!terms.indicators.has(code)) terms.indicators.set(code, ofIndicator(policy, code))
    found = terms.indicators.get(code)
  }
  return found
}

const OTHER_VOCABULARY: Refusal = refusal(
  'ERR_VOCABULARY_UNKNOWN',
  'the policy in force does not take codes of this vocabulary: ask the hub for its own, and send again',
  'vocabulary',
)

function ofIncident(policy: Policy, { agencyKind }: Agency, code: string): Refusal | undefined {
  const incident = incidentOf(policy, code)
  if (incident === undefined) return refusal('ERR_CODE_UNKNOWN', 'the policy in force has no such incident', 'incident')
  if (incident.retired) return refusal('ERR_CODE_RETIRED', 'this incident is retired: use its successor', 'incident')
  if (incident.agencyKinds !== undefined && !incident.agencyKinds.includes(agencyKind))
    return refusal('ERR_INCIDENT_NOT_FOR_KIND', 'agencies of this kind do not submit this incident', 'incident')
  return undefined
}

function ofIndicator(policy: Policy, code: string): Refusal | undefined {
  const indicator = indicatorOf(policy, code)
  if (indicator === undefined)
    return refusal('ERR_CODE_UNKNOWN', 'the policy in force has no such indicator', 'indicators')
  if (indicator.retired)
    return refusal('ERR_CODE_RETIRED', 'this indicator is retired: use its successor', 'indicators')
  return undefined
}

function refusal(code: ErrorCode, message: string, field: string): Refusal {
  return { code, field, message }
}

/** Of what is no secret: a tenth of the time of a comparison that gives nothing away. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false
  return true
}

/** One decryption pass per epoch: a batch has one or two. */
function childrenOf(
  hub: HubContext,
  agency: Agency,
  checks: readonly (Check | Refusal)[],
): readonly (ChildId | undefined)[] {
  const children: (ChildId | undefined)[] = new Array(checks.length)
  const rowsByEpoch = new Map<number, number[]>()
  for (const [row, check] of checks.entries()) {
    if ('code' in check) continue
    const rows = rowsByEpoch.get(check.epoch)
    if (rows === undefined) rowsByEpoch.set(check.epoch, [row])
    else rows.push(row)
  }
  for (const [epoch, rows] of rowsByEpoch) {
    const ids = fromAgencyChildIds(
      identifierKeyOf(hub, agency.id, epoch),
      rows.map((row) => (checks[row] as Check).agencyChildId),
    )
    for (const [at, row] of rows.entries()) children[row] = ids[at]
  }
  return children
}
