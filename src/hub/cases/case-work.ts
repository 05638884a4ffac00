import { z } from 'zod'
import type { CaseFile } from '../../case/case.js'
import type { Assigned, Left, Needed, Taken } from '../../case/event.js'
import { OFFICER_NEEDS } from '../../case/need.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { hasRole, officerOf } from '../../roster/roster.js'
import { type HubContext, requireParty, roster } from '../context.js'
import { CASE_ROLES, requireOfficer, worksCases } from '../officers.js'
import { referralsOf } from '../referrals/referrals.js'
import { requireCase } from './cases.js'
import { happened } from './put-case.js'

const number = z.number().int().min(1)
const caseRequest = z.strictObject({ case: number })
const joinRequest = z.strictObject({ case: number, because: z.enum(OFFICER_NEEDS).exclude(['owner']) })
const assignRequest = z.strictObject({ case: number, to: z.string().min(1).max(64) })

/**
 * An officer takes a case on: it is under review from now on, and that they need to know is on record. One whose owner cannot work
 * any longer can be taken over.
 */
export async function takeCase(hub: HubContext, message: Message): Promise<Uint8Array> {
  const { id } = requireOfficer(hub, message, ...CASE_ROLES)
  const { case: wanted } = parse(caseRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'case')
  return onRecord(hub, message, wanted, (file, said, at): Taken => {
    const from =
      file.owner !== undefined && file.owner !== id && isAway(hub, file.owner, at) ? { from: file.owner } : {}
    return { event: 'taken', ...said, officer: id, ...from }
  })
}

function isAway(hub: HubContext, id: string, at: number): boolean {
  const owner = officerOf(roster(hub), id)
  return owner === undefined || !worksCases(owner, at)
}

/** An officer who does not own a case puts on record why they need to know of it. */
export async function joinCase(hub: HubContext, message: Message): Promise<Uint8Array> {
  const { id } = requireOfficer(hub, message, ...CASE_ROLES)
  const { case: wanted, because } = parse(joinRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'case')
  return onRecord(hub, message, wanted, (_, said): Needed => ({ event: 'needed', ...said, officer: id, because }))
}

/** A manager, or its owner, hands a case to an officer. */
export async function assignCase(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const { case: wanted, to } = parse(assignRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'case')
  return onRecord(hub, message, wanted, (file, said, at): Assigned => {
    if (!worksCases(requireParty(hub, to, 'officer'), at))
      throw new IndexError('ERR_PARTY_NOT_IN_STANDING', 'whoever is to have the case cannot work cases now')
    const as = file.owner === officer.id ? 'owner' : 'manager'
    if (as === 'manager' && !hasRole(officer, 'manager'))
      throw new IndexError('ERR_ROLE_MISSING', 'a case is assigned by its owner, or by a manager')
    return { event: 'assigned', ...said, officer: officer.id, to, as }
  })
}

/** An officer needs to know of a case no longer; one that they owned is nobody's now, and comes to whoever asks for the next. */
export async function leaveCase(hub: HubContext, message: Message): Promise<Uint8Array> {
  const { id } = requireOfficer(hub, message)
  const { case: wanted } = parse(caseRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'case')
  return onRecord(hub, message, wanted, (_, said): Left => ({ event: 'left', ...said, officer: id }))
}

/** What an officer said of a case, journalled in their own signed words; nothing is written where it stands so already. */
async function onRecord(
  hub: HubContext,
  message: Message,
  wanted: number,
  eventOn: (
    file: CaseFile,
    said: Pick<Taken, 'case' | 'childId' | 'asked'>,
    at: number,
  ) => Taken | Needed | Assigned | Left,
): Promise<Uint8Array> {
  let owner: string | undefined
  await hub.ledger.write(async (_, at) => {
    const file = await requireCase(hub, wanted)
    const said = { case: wanted, childId: file.childId, asked: encodeSigned(message) }
    const { file: next, drafts, puts } = await happened(hub, file, eventOn(file, said, at), at)
    const after = next.owner
    owner = after
    if (drafts.length === 0) return undefined
    if (after === undefined || after === file.owner) return { drafts, puts }
    return { drafts, puts: [...puts, ...(await referralsOf(hub, file.referrals, after))] }
  })
  return toJsonBytes({ case: wanted, ...(owner === undefined ? {} : { owner }) })
}
