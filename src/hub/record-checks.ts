import { equalBytes, fromHex, toHex } from '../bytes.js'
import {
  type Batch,
  batchIsSignedBy,
  decodeSubmission,
  encodeBatchEntry,
  type SaltedRow,
  type Submission,
  signBatch,
} from '../check/batch.js'
import { type Check, checkIdOf, contentHash, decodeCheck, receiptContent } from '../check/canonical.js'
import { encodeReceipt } from '../check/receipt.js'
import { type ChildId, fromAgencyChildIds } from '../child/identifiers.js'
import { type ErrorCode, IndexError, isIndexError } from '../errors.js'
import { toJsonBytes } from '../json.js'
import { incidentOf, indicatorOf } from '../policy/policy.js'
import type { Message } from '../port.js'
import type { Agency } from '../roster/roster.js'
import type { StoredLeaf } from '../store/port.js'
import { type HubContext, identifierKeyOf, requireParty, roster } from './context.js'
import { nameOf } from './custodians.js'
import { ChildTable, knownAs } from './resolve.js'
import type { ReferenceRow } from './rows.js'

/** How far ahead of the hub's clock a check may say that something happened. */
const AHEAD_MS = 5 * 60_000
const DAY_MS = 86_400_000

export interface Refusal {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly message: string
}

/** What the agency gets back: for every row a refusal or null, and the receipts of the others in order. */
export interface ReceiptsReply {
  readonly refusals: readonly (Refusal | null)[]
  readonly receipts: readonly SaltedRow[]
  readonly signature?: Uint8Array
}

/** A row that may become part of the journal. */
interface Candidate {
  readonly row: SaltedRow
  readonly leaf: Uint8Array
  readonly check: Check
  readonly childId: ChildId
  readonly content: Uint8Array
  readonly referenceKey: Uint8Array
}

/** What became of a row: a check that is new, one that was recorded before, or a refusal. */
type Outcome =
  | { readonly kind: 'new'; readonly reference: ReferenceRow }
  | { readonly kind: 'again'; readonly reference: ReferenceRow }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Takes a signed batch of checks: every row that can stand is durable in the journal before the receipts are signed. */
export async function recordChecks(hub: HubContext, message: Message): Promise<Uint8Array> {
  const submission = decodeSubmission('check-batch/v1', message.body)
  const agency = requireAgencyOf(hub, submission.batch)
  const candidates = readRows(hub, agency, submission)
  const outcomes = await record(hub, submission, candidates)
  return toJsonBytes(receipts(hub, agency, outcomes))
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
  const { policy, vocabularies } = hub.policy()
  const { epoch } = roster(hub)
  const refuse = (code: ErrorCode, message: string, field: string): never => {
    throw new IndexError(code, message, { field })
  }
  if (!equalBytes(check.hub, hub.id)) refuse('ERR_CHECK_OTHER_HUB', 'this check was signed for another hub', 'hub')
  if (check.agency !== agency.id)
    refuse('ERR_CHECK_OTHER_AGENCY', 'this check names another agency than its batch', 'agency')
  if (check.epoch > epoch || check.epoch < Math.max(1, epoch - 1))
    refuse('ERR_EPOCH_CLOSED', 'this child id is of an old epoch: identify the child anew', 'epoch')
  if (!vocabularies.has(toHex(check.vocabulary)))
    refuse('ERR_VOCABULARY_UNKNOWN', 'the policy in force does not take codes of this vocabulary', 'vocabulary')
  const incident =
    incidentOf(policy, check.incident) ??
    refuse('ERR_CODE_UNKNOWN', 'the policy in force has no such incident', 'incident')
  if (incident.retired) refuse('ERR_CODE_RETIRED', 'this incident is retired: use its successor', 'incident')
  if (incident.agencyKinds !== undefined && !incident.agencyKinds.includes(agency.agencyKind)) {
    refuse('ERR_INCIDENT_NOT_FOR_KIND', 'agencies of this kind do not submit this incident', 'incident')
  }
  for (const code of check.indicators) {
    const indicator =
      indicatorOf(policy, code) ?? refuse('ERR_CODE_UNKNOWN', 'the policy in force has no such indicator', 'indicators')
    if (indicator.retired) refuse('ERR_CODE_RETIRED', 'this indicator is retired: use its successor', 'indicators')
  }
  if (check.occurredAt > hub.clock() + AHEAD_MS)
    refuse('ERR_CHECK_IN_FUTURE', 'occurredAt is more than five minutes ahead', 'occurredAt')
  return check
}

async function record(
  hub: HubContext,
  submission: Submission,
  rows: readonly (Candidate | Refusal)[],
): Promise<readonly Outcome[]> {
  let outcomes: readonly Outcome[] = []
  const candidates = rows.filter((row): row is Candidate => 'check' in row)
  await hub.ledger.write(async (position, at) => {
    const children = await ChildTable.load(
      hub,
      candidates.map(({ childId }) => childId),
    )
    const stored = await hub.shelf.get(
      'reference',
      candidates.map(({ referenceKey }) => referenceKey),
    )
    const before = new Map(candidates.map(({ check }, index) => [check.reference, stored[index]]))
    const counts = await loadCounts(hub, submission.batch.agency, candidates)
    outcomes = rows.map((row, index) =>
      'check' in row
        ? outcomeOf(row, { entry: position, row: index }, at, children, before, counts)
        : { kind: 'refused', refusal: row },
    )
    if (!outcomes.some(({ kind }) => kind === 'new')) return undefined
    const accepted = outcomes.map(({ kind }) => kind === 'new')
    return {
      drafts: [
        {
          type: 'check-batch',
          body: encodeBatchEntry(submission.batch, accepted),
          leaves: submission.leaves.map((hash, row) => leafRow(submission, hash, row, accepted[row] === true)),
        },
      ],
      inserts: outcomes.flatMap((outcome, index) => {
        const row = rows[index]
        return outcome.kind === 'new' && row !== undefined && 'check' in row
          ? [hub.shelf.insert('reference', row.referenceKey, outcome.reference)]
          : []
      }),
      puts: counts.puts(),
    }
  })
  return outcomes
}

const TOO_MANY: Outcome = {
  kind: 'refused',
  refusal: {
    code: 'ERR_RATE_LIMITED',
    field: undefined,
    message: 'this agency has submitted too many checks about this child today: look for a fault in the feed',
  },
}

/** New checks of one agency by child and day. */
async function loadCounts(hub: HubContext, agency: string, candidates: readonly Candidate[]) {
  const day = Math.floor(hub.clock() / DAY_MS)
  const names = [...new Map(candidates.map(({ childId }) => [nameOf(childId), childId]))]
  const keys = names.map(([, childId]) => hub.shelf.key('meter', 'checks', agency, childId, day))
  const stored = await hub.shelf.get('meter', keys)
  const used = new Map(names.map(([name], index) => [name, stored[index]?.used ?? 0]))
  return {
    /** Counts one more; false when the day's are used up. */
    take(childId: ChildId): boolean {
      const count = (used.get(nameOf(childId)) ?? 0) + 1
      if (count > hub.limits.checksPerChildPerDay) return false
      used.set(nameOf(childId), count)
      return true
    },
    puts: () => keys.map((key, index) => hub.shelf.put('meter', key, { used: used.get(names[index]?.[0] ?? '') ?? 0 })),
  }
}

/** A refused row leaves nothing but its hash, without which the accepted ones could not be proved. */
export function leafRow(submission: Submission, hash: Uint8Array, row: number, accepted: boolean): StoredLeaf {
  const { salt, bytes } = submission.rows[row] as SaltedRow
  return accepted ? { row, hash, salt, bytes } : { row, hash, salt: new Uint8Array(0), bytes: new Uint8Array(0) }
}

function outcomeOf(
  candidate: Candidate,
  position: ReferenceRow['position'],
  at: number,
  children: ChildTable,
  before: Map<string, ReferenceRow | undefined>,
  counts: { take(childId: ChildId): boolean },
): Outcome {
  const child = children.get(candidate.childId)
  if (child === undefined) {
    return {
      kind: 'refused',
      refusal: {
        code: 'ERR_CHILD_ID_UNKNOWN',
        field: 'agencyChildId',
        message: 'this agency has no such child id: identify the child anew',
      },
    }
  }
  const earlier = before.get(candidate.check.reference)
  if (earlier !== undefined) {
    if (equalBytes(earlier.content, candidate.content)) return { kind: 'again', reference: earlier }
    return {
      kind: 'refused',
      refusal: {
        code: 'ERR_REFERENCE_CONFLICT',
        field: 'reference',
        message: 'another check has this reference: use a new one, or send a correction',
      },
    }
  }
  if (!counts.take(candidate.childId)) return TOO_MANY
  const reference = referenceRow(candidate, position, at, child)
  before.set(candidate.check.reference, reference)
  return { kind: 'new', reference }
}

function referenceRow(
  { leaf, check, content, childId }: Candidate,
  position: ReferenceRow['position'],
  recordedAt: number,
  child: Parameters<typeof knownAs>[0],
): ReferenceRow {
  return {
    checkId: checkIdOf(leaf),
    content,
    receiptContent: receiptContent(check),
    childId,
    known: knownAs(child),
    position,
    recordedAt,
  }
}

/** Receipts of the rows that stand, under one signature, and the refusals of the others, row by row. */
export function receipts(hub: HubContext, agency: Agency, outcomes: readonly Outcome[]): ReceiptsReply {
  const statements = outcomes.flatMap((outcome) => {
    if (outcome.kind === 'refused') return []
    const { checkId, receiptContent: content, known, position, recordedAt } = outcome.reference
    return [
      encodeReceipt({
        hub: hub.id,
        agency: agency.id,
        check: fromHex(checkId),
        content,
        known,
        position,
        recordedAt,
      }),
    ]
  })
  const refusals = outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.refusal : null))
  if (statements.length === 0) return { refusals, receipts: [] }
  const signed = signBatch('receipt-batch/v1', hub.id, agency.id, statements, hub.keys.signing, hub.random)
  return { refusals, receipts: signed.rows, signature: signed.batch.signature }
}
