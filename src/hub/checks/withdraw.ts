import { z } from 'zod'
import { equalBytes } from '../../bytes.js'
import { batchIsSignedBy, decodeSubmission, encodeBatchEntry } from '../../check/batch.js'
import { checkIdOf, contentHash, REFERENCE } from '../../check/canonical.js'
import { parseWithdrawal, type Withdrawal, withdrawalIsSignedBy } from '../../check/withdrawal.js'
import { isBytes, parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message } from '../../port.js'
import type { Agency } from '../../roster/roster.js'
import { type Refusal, readRows, requireAgencyOf, requireStillSigned } from '../children/read-rows.js'
import { type HubContext, requireAgencySender, requireSender } from '../context.js'
import type { ReferenceRow } from '../rows.js'
import { watchChecks } from '../watch/watch.js'
import { checkCounts } from './check-counts.js'
import { childrenUnder, knownNow } from './desk.js'
import { leafRow, newCheck, type Recorded, receipts } from './record-checks.js'
import { referenceKey, referenceRow, referencesOf } from './references.js'

const withdrawRequest = z.strictObject({ reference: z.string().regex(REFERENCE), withdrawal: z.unknown() })
const correctRequest = z.strictObject({
  reference: z.string().regex(REFERENCE),
  withdrawal: z.unknown(),
  submission: isBytes,
})
const lookUpRequest = z.strictObject({ reference: z.string().regex(REFERENCE) })

/** The id of the agency's own check with a reference, so that it can be taken back by reference. */
export async function findCheck(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireAgencySender(hub, message)
  const { reference } = parse(lookUpRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'check')
  const { row } = await requireOwnCheck(hub, agency, reference)
  return toJsonBytes({ checkId: row.checkId })
}

/** Records that an agency takes a check back. The check stays in the journal, the case stays open, officers review it. */
export async function withdrawCheck(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireAgencySender(hub, message)
  const body = parse(withdrawRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'withdrawal')
  const request = { ...body, withdrawal: parseWithdrawal(body.withdrawal) }
  requireOwnSignature(hub, agency, request.withdrawal)
  await hub.ledger.write(async () => {
    const { row, key } = await requireOwnCheck(hub, agency, request.reference)
    requireThisCheck(row, request.withdrawal)
    if (row.withdrawn !== undefined) return undefined
    const { reason, at } = request.withdrawal
    return {
      drafts: [{ type: 'withdrawal', body: toJsonBytes({ withdrawal: request.withdrawal, position: row.position }) }],
      puts: [hub.shelf.put('reference', key, { ...row, withdrawn: { reason, at } })],
    }
  })
  return toJsonBytes({ withdrawn: request.withdrawal.checkId })
}

/** Records a check that takes another's place under the same reference: withdrawal and new check are one step. */
export async function correctCheck(hub: HubContext, message: Message): Promise<Uint8Array> {
  const sender = requireSender(hub, message, 'agency')
  const body = parse(correctRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'correction')
  const request = { ...body, withdrawal: parseWithdrawal(body.withdrawal) }
  const submission = decodeSubmission('check-batch/v1', request.submission)
  const agency = requireAgencyOf(hub, submission.batch)
  requireOwnSignature(hub, sender, request.withdrawal)
  const [candidate, ...more] = readRows(hub, agency, submission)
  if (
    agency.id !== sender.id ||
    candidate === undefined ||
    more.length > 0 ||
    !batchIsSignedBy(submission.batch, sender.keys.signing)
  ) {
    throw new IndexError('ERR_REQUEST_INVALID', 'a correction is one check of the agency that sends it')
  }
  if (!('check' in candidate)) throw refused(candidate)
  if (candidate.check.reference !== request.reference || checkIdOf(candidate.leaf) !== request.withdrawal.replacedBy) {
    throw new IndexError('ERR_REQUEST_INVALID', 'the correction does not name the check that it brings')
  }
  let reference: ReferenceRow | undefined
  await hub.ledger.write(async (position, at) => {
    requireStillSigned(hub, agency)
    const { row, key } = await requireOwnCheck(hub, agency, request.reference)
    // The same correction once more, because the first answer was lost or a custodian had not confirmed it.
    if (row.correction !== undefined && equalBytes(row.content, contentHash(candidate.check, candidate.childId))) {
      reference = row
      return undefined
    }
    if (candidate.refusal !== undefined) throw refused(candidate.refusal)
    requireThisCheck(row, request.withdrawal)
    if (!checkCounts(hub, agency.id, at).take(candidate.childId)) {
      throw new IndexError(
        'ERR_RATE_LIMITED',
        'this agency has submitted too many checks about this child today: look for a fault in the feed',
      )
    }
    const known = knownNow(hub, await childrenUnder(hub, [candidate.childId]), candidate.childId)
    if (known === undefined)
      throw new IndexError('ERR_CHILD_ID_UNKNOWN', 'this agency has no such child id: identify the child anew')
    const here = { entry: position + 1, row: 0 }
    const recorded: Recorded = { kind: 'new', candidate, known, position: here, recordedAt: at }
    reference = {
      ...referenceRow(candidate.check, { ...recorded, ...candidate }),
      correction: request.withdrawal,
    }
    const { practitioner } = candidate.check
    const indexed = hub.checks.draft(position + 1, at, [newCheck(recorded)])
    const watched = await watchChecks(hub, agency.id, [{ practitioner, childId: candidate.childId }], at)
    return {
      drafts: [
        { type: 'correction', body: toJsonBytes({ withdrawal: request.withdrawal, position: row.position }) },
        {
          type: 'check-batch',
          body: encodeBatchEntry(submission.batch, [true]),
          leaves: [leafRow(submission, candidate.leaf, 0, true)],
        },
      ],
      puts: [hub.shelf.put('reference', key, reference), ...indexed.puts, ...watched],
      done: indexed.done,
    }
  })
  if (reference === undefined) throw new IndexError('ERR_STORE_FAILED', 'the correction was not recorded')
  return toJsonBytes({
    receipts: receipts(hub, agency, [{ kind: 'again', reference }]),
    withdrawal: reference.correction,
  })
}

function refused({ code, message, field }: Refusal): IndexError {
  return new IndexError(code, message, { field })
}

async function requireOwnCheck(
  hub: HubContext,
  agency: Agency,
  reference: string,
): Promise<{ readonly row: ReferenceRow; readonly key: Uint8Array }> {
  const row = (await referencesOf(hub, agency.id, [reference])).get(reference)
  if (row === undefined)
    throw new IndexError('ERR_CHECK_UNKNOWN', 'this agency has no check with this reference', { field: 'reference' })
  return { row, key: referenceKey(hub, agency.id, reference) }
}

function requireThisCheck(row: ReferenceRow, { checkId: named }: Withdrawal): void {
  if (row.checkId !== named)
    throw new IndexError('ERR_REFERENCE_CONFLICT', 'the reference now stands for another check', { field: 'reference' })
}

function requireOwnSignature(hub: HubContext, agency: Agency, claimed: Withdrawal): void {
  if (claimed.agency !== agency.id || !withdrawalIsSignedBy(hub.id, claimed, agency.keys.signing)) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the withdrawal is not signed by the agency whose check it is')
  }
}
