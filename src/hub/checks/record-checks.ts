import { equalBytes, fromHex } from '../../bytes.js'
import { decodeSubmission, encodeBatchEntry, type SaltedRow, type Submission, signBatch } from '../../check/batch.js'
import { checkIdOf, contentHash, receiptContent } from '../../check/canonical.js'
import { encodeReceiptsReply } from '../../check/messages/receipts-reply.js'
import { encodeReceipt } from '../../check/receipt.js'
import type { Message } from '../../port.js'
import type { Agency } from '../../roster/roster.js'
import type { StoredLeaf } from '../../store/port.js'
import { type ChildTable, knownAs } from '../children/children.js'
import { faceOf, includeFaces } from '../children/face.js'
import { checkCounts, type DayCounts } from '../children/meter.js'
import { type Candidate, type Refusal, readRows, requireAgencyOf } from '../children/read-rows.js'
import { loadStanding, standing } from '../children/standing.js'
import type { HubContext } from '../context.js'
import type { ReferenceRow } from '../rows.js'
import { type WatchedCheck, watchChecks } from '../watch/watch.js'
import type { NewCheck } from './check-index.js'

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
  return receipts(hub, agency, outcomes)
}

async function record(
  hub: HubContext,
  submission: Submission,
  rows: readonly (Candidate | Refusal)[],
): Promise<readonly Outcome[]> {
  let outcomes: readonly Outcome[] = []
  const candidates = rows.filter((row): row is Candidate => 'check' in row)
  await hub.ledger.write(async (position, at) => {
    // Custodians go by the roster at this position: a suspension or another key may have come in between.
    requireAgencyOf(hub, submission.batch)
    const stored = await hub.shelf.get(
      'reference',
      candidates.map(({ referenceKey }) => referenceKey),
    )
    const children = await loadStanding(hub, [
      ...candidates.map(({ childId }) => childId),
      ...stored.flatMap((row) => row?.childId ?? []),
    ])
    await includeFaces(
      hub,
      children,
      candidates.map(({ childId }) => childId),
    )
    const before = new Map(candidates.map(({ check }, index) => [check.reference, stored[index]]))
    const counts = await checkCounts(
      hub,
      submission.batch.agency,
      candidates.map(({ childId }) => childId),
    )
    outcomes = rows.map((row, index) =>
      'check' in row
        ? outcomeOf(hub, row, { entry: position, row: index }, at, children, before, counts)
        : { kind: 'refused', refusal: row },
    )
    if (!outcomes.some(({ kind }) => kind === 'new')) return undefined
    const accepted = outcomes.map(({ kind }) => kind === 'new')
    const indexed = hub.checks.draft(position, at, newChecks(rows, outcomes))
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
      puts: [
        ...indexed.puts,
        ...counts.puts(),
        ...(await watchChecks(hub, submission.batch.agency, recorded(rows, outcomes), at)),
      ],
      done: indexed.done,
    }
  })
  return outcomes
}

/** The checks that are new, as the index keeps them. */
function newChecks(rows: readonly (Candidate | Refusal)[], outcomes: readonly Outcome[]): readonly NewCheck[] {
  return rows.flatMap((row, index): readonly NewCheck[] => {
    const outcome = outcomes[index]
    return 'check' in row && outcome?.kind === 'new' ? [newCheck(row, index, outcome.reference)] : []
  })
}

export function newCheck(
  { check: { agency, reference, incident, indicators, occurredAt }, childId }: Candidate,
  row: number,
  { known }: ReferenceRow,
): NewCheck {
  return { agency, childId, reference, incident, indicators, occurredAt, known, row }
}

/** The checks that are new, for the watch over look-ups. */
function recorded(rows: readonly (Candidate | Refusal)[], outcomes: readonly Outcome[]): readonly WatchedCheck[] {
  return rows.flatMap((row, index) =>
    'check' in row && outcomes[index]?.kind === 'new'
      ? [{ practitioner: row.check.practitioner, childId: row.childId }]
      : [],
  )
}

const TOO_MANY: Outcome = {
  kind: 'refused',
  refusal: {
    code: 'ERR_RATE_LIMITED',
    field: undefined,
    message: 'this agency has submitted too many checks about this child today: look for a fault in the feed',
  },
}

/** A refused row leaves nothing but its hash, without which the accepted ones could not be proved. */
export function leafRow(submission: Submission, hash: Uint8Array, row: number, accepted: boolean): StoredLeaf {
  const { salt, bytes } = submission.rows[row] as SaltedRow
  return accepted ? { row, hash, salt, bytes } : { row, hash, salt: new Uint8Array(0), bytes: new Uint8Array(0) }
}

function outcomeOf(
  hub: HubContext,
  candidate: Candidate,
  position: ReferenceRow['position'],
  at: number,
  children: ChildTable,
  before: Map<string, ReferenceRow | undefined>,
  counts: DayCounts,
): Outcome {
  const earlier = before.get(candidate.check.reference)
  if (earlier !== undefined && isSame(earlier, candidate, children)) return { kind: 'again', reference: earlier }
  if (candidate.refusal !== undefined) return { kind: 'refused', refusal: candidate.refusal }
  const child = standing(children, candidate.childId)
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
  if (earlier !== undefined) {
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
  const reference = referenceRow(candidate, position, at, faceOf(hub, children, child))
  before.set(candidate.check.reference, reference)
  return { kind: 'new', reference }
}

/** The same content about the same child, also where it has another id by now. */
function isSame(earlier: ReferenceRow, { check, childId, content }: Candidate, children: ChildTable): boolean {
  if (equalBytes(earlier.content, content)) return true
  const [then, now] = [earlier.childId, childId].map((id) => standing(children, id)?.childId)
  return (
    then !== undefined &&
    now !== undefined &&
    equalBytes(then, now) &&
    equalBytes(earlier.content, contentHash(check, earlier.childId))
  )
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
export function receipts(hub: HubContext, agency: Agency, outcomes: readonly Outcome[]): Uint8Array {
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
  const signed =
    statements.length === 0
      ? { rows: [], batch: { signature: new Uint8Array(0) } }
      : signBatch('receipt-batch/v1', hub.id, agency.id, statements, hub.keys.signing, hub.random)
  let next = 0
  const rows = outcomes.map((outcome) =>
    outcome.kind === 'refused' ? outcome.refusal : (signed.rows[next++] as SaltedRow),
  )
  return encodeReceiptsReply({ rows, signature: signed.batch.signature })
}
