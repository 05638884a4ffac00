import { fromHex } from '../../bytes.js'
import { decodeSubmission, encodeBatchEntry, type SaltedRow, type Submission, signBatch } from '../../check/batch.js'
import { receiptContent } from '../../check/canonical.js'
import { encodeReceiptsReply } from '../../check/messages/receipts-reply.js'
import { encodeReceipt, type JournalPosition, type Known } from '../../check/receipt.js'
import type { Message } from '../../port.js'
import type { Agency } from '../../roster/roster.js'
import type { StoredLeaf } from '../../store/port.js'
import type { NewCheck } from '../check-index/check-index.js'
import { type Candidate, type Refusal, readRows, requireAgencyOf, requireStillSigned } from '../children/read-rows.js'
import type { HubContext } from '../context.js'
import { type Gathered, gathering } from '../gather.js'
import type { Draft } from '../ledger.js'
import type { ReferenceRow } from '../rows.js'
import type { Put } from '../shelf.js'
import { watchChecks } from '../watch/watch.js'
import { type Desk, openDesks } from './desk.js'

/** A check that is recorded with the others of its commit. */
export interface Recorded {
  readonly kind: 'new'
  readonly candidate: Candidate
  readonly known: Known
  readonly position: JournalPosition
  readonly recordedAt: number
}

/** What became of a row: a check that is new, one that was recorded before, or a refusal. */
export type Outcome =
  | Recorded
  | { readonly kind: 'again'; readonly reference: ReferenceRow }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** A submission whose signature was verified, and its rows as they were read. */
interface Sent {
  readonly agency: Agency
  readonly submission: Submission
  readonly rows: readonly (Candidate | Refusal)[]
}

/** Rows in one commit, unless one submission has more. */
const ROWS_PER_COMMIT = 4_096

/**
 * Takes signed batches of checks: every row that can stand is durable in the journal before the receipts are signed. Batches that come
 * while the ledger is busy are recorded together, each as an entry of its own.
 */
export function checkRecorder(hub: HubContext): (message: Message) => Promise<Uint8Array> {
  const record = gathering<Sent, readonly Outcome[]>(
    hub.ledger,
    ({ rows }) => rows.length,
    ROWS_PER_COMMIT,
    (sent, position, at) => recordTogether(hub, sent, position, at),
  )
  return async (message) => {
    const submission = decodeSubmission('check-batch/v1', message.body)
    const agency = requireAgencyOf(hub, submission.batch)
    const outcomes = await record({ agency, submission, rows: readRows(hub, agency, submission) })
    return receipts(hub, agency, outcomes)
  }
}

// No key guards the uniqueness of a reference in the store. The ledger does: the index holds every check up to the size that a commit
// expects, a new check makes the journal longer, and so of two commits that know nothing of each other one finds that it has moved.
async function recordTogether(
  hub: HubContext,
  all: readonly Sent[],
  position: number,
  at: number,
): Promise<Gathered<readonly Outcome[]>> {
  for (const { agency } of all) requireStillSigned(hub, agency)
  const desks = await openDesks(hub, all, at)
  const drafts: Draft[] = []
  const puts: Put[] = []
  const done: (() => void)[] = []
  const results = all.map(({ agency, submission, rows }) => {
    const entry = position + drafts.length
    const outcomes = rows.map((row, index) => outcomeOf(desks.of(agency.id), row, { entry, row: index }, at))
    const added = newChecks(outcomes)
    if (added.length > 0) {
      drafts.push(draftOf(submission, outcomes))
      const indexed = hub.checks.draft(entry, at, added)
      puts.push(...indexed.puts)
      done.push(indexed.done)
    }
    return outcomes
  })
  if (drafts.length === 0) return { writes: undefined, results }
  for (const { agency, watched } of desks.all()) puts.push(...(await watchChecks(hub, agency, watched, at)))
  return {
    writes: {
      drafts,
      puts,
      done() {
        for (const each of done) each()
      },
    },
    results,
  }
}

function draftOf(submission: Submission, outcomes: readonly Outcome[]): Draft {
  const accepted = outcomes.map(({ kind }) => kind === 'new')
  return {
    type: 'check-batch',
    body: encodeBatchEntry(submission.batch, accepted),
    leaves: submission.leaves.map((hash, row) => leafRow(submission, hash, row, accepted[row] === true)),
  }
}

/** The checks that are new, as the index keeps them. */
function newChecks(outcomes: readonly Outcome[]): readonly NewCheck[] {
  const added: NewCheck[] = []
  for (const outcome of outcomes) if (outcome.kind === 'new') added.push(newCheck(outcome))
  return added
}

export function newCheck({ candidate, known, position }: Recorded): NewCheck {
  const { agency, reference, incident, indicators, occurredAt } = candidate.check
  return { agency, childId: candidate.childId, reference, incident, indicators, occurredAt, known, row: position.row }
}

const TOO_MANY: Outcome = {
  kind: 'refused',
  refusal: {
    code: 'ERR_RATE_LIMITED',
    field: undefined,
    message: 'this agency has submitted too many checks about this child today: look for a fault in the feed',
  },
}

const NO_SUCH_CHILD: Outcome = {
  kind: 'refused',
  refusal: {
    code: 'ERR_CHILD_ID_UNKNOWN',
    field: 'agencyChildId',
    message: 'this agency has no such child id: identify the child anew',
  },
}

const CONFLICT: Outcome = {
  kind: 'refused',
  refusal: {
    code: 'ERR_REFERENCE_CONFLICT',
    field: 'reference',
    message: 'another check has this reference: use a new one, or send a correction',
  },
}

const NO_BYTES = new Uint8Array(0)

/** A refused row leaves nothing but its hash, without which the accepted ones could not be proved. */
export function leafRow(submission: Submission, hash: Uint8Array, row: number, accepted: boolean): StoredLeaf {
  const { salt, bytes } = submission.rows[row] as SaltedRow
  return accepted ? { row, hash, salt, bytes } : { row, hash, salt: NO_BYTES, bytes: NO_BYTES }
}

function outcomeOf(desk: Desk, row: Candidate | Refusal, position: JournalPosition, at: number): Outcome {
  if (!('check' in row)) return { kind: 'refused', refusal: row }
  const earlier = desk.earlier(row.check.reference)
  if (earlier !== undefined && desk.isSame(earlier, row)) return { kind: 'again', reference: earlier }
  if (row.refusal !== undefined) return { kind: 'refused', refusal: row.refusal }
  const known = desk.known(row.childId)
  if (known === undefined) return NO_SUCH_CHILD
  if (earlier !== undefined) return CONFLICT
  if (!desk.counts.take(row.childId)) return TOO_MANY
  const recorded: Recorded = { kind: 'new', candidate: row, known, position, recordedAt: at }
  desk.add(recorded)
  return recorded
}

/** Receipts of the rows that stand, under one signature, and the refusals of the others, row by row. */
export function receipts(hub: HubContext, agency: Agency, outcomes: readonly Outcome[]): Uint8Array {
  const statements: Uint8Array[] = []
  for (const outcome of outcomes) if (outcome.kind !== 'refused') statements.push(receiptOf(hub, agency, outcome))
  const signed =
    statements.length === 0
      ? { rows: [], batch: { signature: NO_BYTES } }
      : signBatch('receipt-batch/v1', hub.id, agency.id, statements, hub.keys.signing, hub.random)
  let next = 0
  const rows = outcomes.map((outcome) =>
    outcome.kind === 'refused' ? outcome.refusal : (signed.rows[next++] as SaltedRow),
  )
  return encodeReceiptsReply({ rows, signature: signed.batch.signature })
}

function receiptOf(hub: HubContext, agency: Agency, outcome: Exclude<Outcome, { kind: 'refused' }>): Uint8Array {
  const said = outcome.kind === 'again' ? outcome.reference : outcome
  return encodeReceipt({
    hub: hub.id,
    agency: agency.id,
    check: outcome.kind === 'again' ? fromHex(outcome.reference.checkId) : outcome.candidate.leaf,
    content: outcome.kind === 'again' ? outcome.reference.receiptContent : receiptContent(outcome.candidate.check),
    known: said.known,
    position: said.position,
    recordedAt: said.recordedAt,
  })
}
