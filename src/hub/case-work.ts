import { z } from 'zod'
import type { CaseFile } from '../case/case.js'
import { type Need, needsToKnow, OFFICER_NEEDS } from '../case/need.js'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { encodeSigned, type Message } from '../port.js'
import { requireCase } from './cases.js'
import type { HubContext } from './context.js'
import { CASE_ROLES, requireOfficer } from './officers.js'
import { numberKey } from './shelf.js'

const number = z.number().int().min(1)
const takeRequest = z.strictObject({ case: number })
const joinRequest = z.strictObject({ case: number, because: z.enum(OFFICER_NEEDS).exclude(['owner']) })

/** An officer takes a case on: it is under review from now on, and that they need to know is on record. */
export async function takeCase(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const { case: wanted } = parse(takeRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'case')
  return onRecord(hub, message, wanted, { event: 'taken', officer: officer.id }, (file, at) => {
    if (file.owner === officer.id && needsToKnow(file, officer.id)) return undefined
    if (file.owner !== undefined && file.owner !== officer.id)
      throw new IndexError('ERR_CASE_STATUS', 'another officer has taken this case')
    const need: Need = { party: officer.id, because: 'owner', by: officer.id, at }
    const status = file.status === 'new' ? 'under-review' : file.status
    return { ...file, status, owner: officer.id, needs: [...file.needs, need] }
  })
}

/** An officer who does not own a case puts on record why they need to know of it. */
export async function joinCase(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const { case: wanted, because } = parse(joinRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'case')
  return onRecord(hub, message, wanted, { event: 'needed', officer: officer.id, because }, (file, at) => {
    if (needsToKnow(file, officer.id)) return undefined
    return { ...file, needs: [...file.needs, { party: officer.id, because, by: officer.id, at }] }
  })
}

/** What an officer said of a case, journalled in their own signed words; undefined where it stands so already. */
async function onRecord(
  hub: HubContext,
  message: Message,
  wanted: number,
  said: { readonly event: string; readonly officer: string; readonly because?: string },
  next: (file: CaseFile, at: number) => CaseFile | undefined,
): Promise<Uint8Array> {
  await hub.ledger.write(async (_, at) => {
    const file = await requireCase(hub, wanted)
    if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
    const after = next(file, at)
    if (after === undefined) return undefined
    const event = { ...said, case: wanted, childId: file.childId, asked: encodeSigned(message) }
    return {
      drafts: [{ type: 'case', body: toJsonBytes(event) }],
      puts: [hub.shelf.put('case', numberKey(wanted), { ...after, updatedAt: at })],
    }
  })
  return toJsonBytes({ case: wanted })
}
