import { z } from 'zod'
import { type Clock, equalBytes, toHex } from '../../bytes.js'
import { type Evidence, evidenceHash, OPENING_HOURS, type OpeningRequest } from '../../case/opening.js'
import { isPurposeAllowed, LAWFUL_BASES, PURPOSES } from '../../disclosure/purpose.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message } from '../../port.js'
import { GROUPS } from '../../seal/label.js'
import { decodeRecord, recordHash } from '../../seal/record.js'
import { requireCase } from '../cases/cases.js'
import { decide, journalDecision, officersView, purposeNotAllowed } from '../cases/disclosures.js'
import { recordKey } from '../children/register.js'
import type { HubContext } from '../context.js'
import { requireNotLinkedBy } from '../links/involved.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { gatherEvidence } from './evidence.js'
import { reachedFor } from './reached.js'

const HOUR_MS = 3_600_000
const prepareRequest = z.strictObject({
  case: z.number().int().min(1),
  group: z.enum(GROUPS),
  purpose: z.enum(PURPOSES),
  lawfulBasis: z.enum(LAWFUL_BASES),
})

/** What an officer needs to sign a request: everything about the record and the evidence but the evidence itself. */
export interface Offer {
  readonly label: Uint8Array
  readonly keyset: string
  readonly recordHash: Uint8Array
  readonly at: number
  readonly policyHash: string
  readonly evidenceHash: Uint8Array
  readonly expiry: number
}

/** What an officer was permitted to ask for: the whole request, but for what the officer draws. */
export type Permitted = Omit<OpeningRequest, 'opening' | 'oneUseKey'>

export interface Ready {
  readonly permitted: Permitted
  readonly evidence: Evidence
  readonly salt: Uint8Array
}

/** Evidence that waits for its request. Kept in memory only, and not for long. */
export interface Prepared {
  keep(ready: Ready): void
  find(evidenceHash: Uint8Array): Ready | undefined
}

const PREPARED_MS = 10 * 60_000

export function preparedEvidence(clock: Clock): Prepared {
  const kept = new Map<string, Ready & { readonly until: number }>()
  const forgetOld = (): void => {
    for (const [name, { until }] of kept) if (until < clock()) kept.delete(name)
  }
  return {
    keep(ready) {
      forgetOld()
      kept.set(toHex(ready.permitted.evidenceHash), { ...ready, until: clock() + PREPARED_MS })
    },
    find(hash) {
      forgetOld()
      return kept.get(toHex(hash))
    },
  }
}

/**
 * Decides whether the details may be asked for, journals the decision, and prepares the evidence.
 * @throws {IndexError} `ERR_CASE_UNKNOWN`, `ERR_CASE_STATUS`, `ERR_THRESHOLD_NOT_REACHED`, `ERR_DISCLOSURE_DENIED`, `ERR_PURPOSE_NOT_ALLOWED`,
 * `ERR_OPENING_UNKNOWN`, `ERR_OFFICER_INVOLVED`
 */
export async function prepareOpening(hub: HubContext, prepared: Prepared, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const asked = parse(prepareRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'opening')
  const file = await requireCase(hub, asked.case)
  if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
  await requireNotLinkedBy(hub, officer.id, file.childId)
  const { history, verdict, policyHash, level, threshold } = await reachedFor(hub, file, officer.id)
  const { purpose, lawfulBasis, group } = asked
  const context = { case: file.number, officer: officer.id, purpose, lawfulBasis }
  const decided = decide(await officersView(hub, file, officer.id, threshold), context, [{ information: group }])
  await journalDecision(hub, decided.draft)
  if (!decided.shows({ information: group }))
    throw new IndexError(
      'ERR_DISCLOSURE_DENIED',
      'the disclosure rules do not permit this opening; the denial is recorded',
    )
  if (level === undefined || !level.opens.includes(group)) {
    throw new IndexError('ERR_THRESHOLD_NOT_REACHED', 'the level that the checks reach does not open these details')
  }
  if (!isPurposeAllowed(threshold, purpose, lawfulBasis)) throw purposeNotAllowed()
  const record = await hub.shelf.one('record', recordKey(hub, file.childId, group))
  if (record === undefined)
    throw new IndexError('ERR_OPENING_UNKNOWN', 'nobody has registered this child: follow its enquiry')
  const evidence = await gatherEvidence(hub, file, history, record, verdict)
  const salt = hub.random(32)
  const sealed = decodeRecord(record.bytes)
  const offer: Offer = {
    label: sealed.label,
    keyset: sealed.keyset,
    recordHash: recordHash(sealed),
    at: verdict.asOf,
    policyHash,
    evidenceHash: evidenceHash(salt, evidence),
    expiry: verdict.asOf + OPENING_HOURS * HOUR_MS,
  }
  const permitted = { ...offer, case: file.number, group, officer: officer.id, purpose, lawfulBasis }
  prepared.keep({ permitted, evidence, salt })
  return toJsonBytes(offer)
}

/** The decision was on this case, group, purpose and basis: a request for anything else had none. */
export function requireAsPermitted(
  { opening: _, oneUseKey: _key, ...said }: OpeningRequest,
  permitted: Permitted,
): void {
  if (!equalBytes(toJsonBytes(said), toJsonBytes(permitted)))
    throw new IndexError('ERR_REQUEST_INVALID', 'the request is not the one that was prepared', { field: 'request' })
}

/** Key of an opening's row. */
export function openingKey(hub: HubContext, opening: Uint8Array): Uint8Array {
  return hub.shelf.key('opening', opening)
}
