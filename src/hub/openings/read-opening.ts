import { z } from 'zod'
import { parseSignedRequest } from '../../case/messages.js'
import { bytesOf, parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { requireKeyset } from '../../roster/keyset.js'
import { requireCase } from '../cases/cases.js'
import { journalDecision, officersView } from '../cases/disclosures.js'
import { type HubContext, roster } from '../context.js'
import type { Draft } from '../ledger.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { involvementOf } from './involvement.js'
import { openingKey } from './prepare-opening.js'
import { reachedFor } from './reached.js'

const readRequest = z.strictObject({ opening: bytesOf(16) })

/**
 * Hands an officer the sealed record and the shares of their own opening, and says which agencies know the child, as far
 * as the disclosure rules let it now: who has left the case since, or whose case was closed, reads no more. Every call is a
 * journalled view, or a journalled denial.
 * @throws {IndexError} `ERR_OPENING_UNKNOWN`, `ERR_OPENING_EXPIRED`, `ERR_SHARES_INSUFFICIENT`, `ERR_DISCLOSURE_DENIED`
 */
export async function readOpening(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const { opening } = parse(readRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'opening')
  const row = await hub.shelf.one('opening', openingKey(hub, opening))
  if (row === undefined || row.officer !== officer.id)
    throw new IndexError('ERR_OPENING_UNKNOWN', 'this officer has no such opening')
  if (row.expiry <= hub.clock())
    throw new IndexError('ERR_OPENING_EXPIRED', 'the opening has expired: a second look needs a new one')
  const { request } = parseSignedRequest(fromJsonBytes(row.request))
  const { purpose, lawfulBasis, group } = request
  if (row.releases.length < requireKeyset(roster(hub), request.keyset).quorum)
    throw new IndexError('ERR_SHARES_INSUFFICIENT', 'too few custodians released their share of this opening')
  const file = await requireCase(hub, row.case)
  const { history, threshold } = await reachedFor(hub, file, officer.id)
  const context = { case: file.number, officer: officer.id, purpose, lawfulBasis }
  const viewing = await officersView(hub, file, officer.id, threshold)
  const details = { information: group }
  const { involvement, decided } = await involvementOf(hub, history, viewing, context, [details])
  if (!decided.shows(details)) {
    await journalDecision(hub, decided.draft)
    throw new IndexError(
      'ERR_DISCLOSURE_DENIED',
      'the disclosure rules do not permit this reading any more; the denial is recorded',
    )
  }
  const view: Draft = {
    type: 'view',
    body: toJsonBytes({ opening, officer: officer.id, case: row.case, asked: encodeSigned(message) }),
  }
  await hub.ledger.write(async () => ({ drafts: [view, decided.draft] }))
  return toJsonBytes({ record: row.record, releases: row.releases, request: row.request, involvement })
}
