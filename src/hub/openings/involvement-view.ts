import { z } from 'zod'
import type { Viewing } from '../../disclosure/fields.js'
import { isPurposeAllowed, LAWFUL_BASES, PURPOSES } from '../../disclosure/purpose.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Threshold } from '../../policy/policy.js'
import { encodeSigned, type Message } from '../../port.js'
import { GROUPS } from '../../seal/label.js'
import { requireCase } from '../cases/cases.js'
import { journalDecision, officersView, purposeNotAllowed } from '../cases/disclosures.js'
import { recordKey } from '../children/register.js'
import type { HubContext } from '../context.js'
import type { Draft } from '../ledger.js'
import { requireNotLinkedBy } from '../links/involved.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { involvementOf } from './involvement.js'
import { reachedFor } from './reached.js'

const involvementRequest = z.strictObject({
  case: z.number().int().min(1),
  purpose: z.enum(PURPOSES),
  lawfulBasis: z.enum(LAWFUL_BASES),
})

/**
 * Which agencies know a child whom nobody registered, each by its own references, once a threshold is reached: there is nothing to
 * open, and whoever acts for the child must ask them. A journalled view; of a registered child it is told after an opening alone.
 * @throws {IndexError} `ERR_CASE_STATUS`, `ERR_DISCLOSURE_DENIED`, `ERR_THRESHOLD_NOT_REACHED`, `ERR_PURPOSE_NOT_ALLOWED`
 */
export async function seeInvolvement(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const asked = parse(involvementRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'involvement')
  const { purpose, lawfulBasis } = asked
  const file = await requireCase(hub, asked.case)
  if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
  await requireNotLinkedBy(hub, officer.id, file.childId)
  const records = await hub.shelf.get(
    'record',
    GROUPS.map((group) => recordKey(hub, file.childId, group)),
  )
  if (records.some((record) => record !== undefined))
    throw new IndexError('ERR_CASE_STATUS', 'this child is registered: open the case')
  const { history, threshold } = await reachedFor(hub, file, officer.id)
  const context = { case: file.number, officer: officer.id, purpose, lawfulBasis }
  const view = await officersView(hub, file, officer.id, threshold)
  const { involvement, decided } = await involvementOf(hub, history, view, context)
  const refusal = refusalOf(view, threshold, asked)
  if (refusal !== undefined) {
    await journalDecision(hub, decided.draft)
    throw refusal
  }
  const seen: Draft = {
    type: 'view',
    body: toJsonBytes({ officer: officer.id, ...asked, asked: encodeSigned(message) }),
  }
  await hub.ledger.write(async () => ({ drafts: [decided.draft, seen] }))
  return toJsonBytes({ involvement })
}

function refusalOf(
  { needToKnow }: Viewing,
  threshold: Threshold,
  { purpose, lawfulBasis }: z.infer<typeof involvementRequest>,
): IndexError | undefined {
  if (!needToKnow)
    return new IndexError(
      'ERR_DISCLOSURE_DENIED',
      'who does not need to know is told of no agency; the denial is recorded',
    )
  if (threshold === 'none')
    return new IndexError('ERR_THRESHOLD_NOT_REACHED', 'the level that the checks reach names no agency')
  if (isPurposeAllowed(threshold, purpose, lawfulBasis)) return undefined
  return purposeNotAllowed()
}
