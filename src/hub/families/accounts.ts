import { z } from 'zod'
import { concat, equalBytes } from '../../bytes.js'
import { ACCOUNT_FOR, type AccountRequest, accountDueAt, type Understanding } from '../../case/account.js'
import { REFERENCE } from '../../check/canonical.js'
import { bytesOf, parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { due } from '../cases/agenda.js'
import { requireNamed, unknownChild } from '../children/conference.js'
import { loadStanding, standing } from '../children/standing.js'
import { type HubContext, requireSender } from '../context.js'
import { loadCounter } from '../counters.js'
import type { Draft } from '../ledger.js'
import { numberKey, type Put } from '../shelf.js'

const askRequest = z.strictObject({
  agencyChildId: z.string().max(200),
  reference: z.string().regex(REFERENCE),
  for: z.enum(ACCOUNT_FOR),
  understanding: z.strictObject({ understands: z.boolean(), assessedBy: bytesOf(16) }).optional(),
})
type Asked = z.infer<typeof askRequest>

/**
 * Takes in somebody's request to be told what is held, passed on by an agency that has made sure who asks. The agency learns
 * the number of the request and nothing else, whether the child is known, unknown or shielded.
 * @throws {IndexError} `ERR_CHILD_ID_UNKNOWN`, `ERR_EPOCH_CLOSED`, `ERR_DISCLOSURE_DENIED`, `ERR_REFERENCE_CONFLICT`
 */
export async function askAccount(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const asked = parse(askRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'account')
  const understanding = requireUnderstood(asked)
  const named = requireNamed(hub, agency, asked.agencyChildId)
  let number = 0
  await hub.ledger.write(async (_, at) => {
    const childId = standing(await loadStanding(hub, [named]), named)?.childId
    if (childId === undefined) throw unknownChild()
    const pointer = pointerKey(hub, agency.id, asked.reference)
    const before = await hub.shelf.one('account', pointer)
    if (before !== undefined && 'askedAs' in before) {
      number = before.askedAs
      requireSame(await requireAccount(hub, number), { childId, for: asked.for, understanding })
      return undefined
    }
    const counter = await loadCounter(hub, 'account')
    number = counter.next()
    const account: AccountRequest = {
      number,
      childId,
      for: asked.for,
      agency: agency.id,
      reference: asked.reference,
      understanding,
      askedAt: at,
      dueAt: accountDueAt(at),
      withholdings: [],
    }
    const said = { account: number, childId, agency: agency.id, asked: encodeSigned(message) }
    return {
      drafts: [accountDraft('asked', said)],
      inserts: [hub.shelf.insert('account', pointer, { askedAs: number })],
      puts: [
        ...counter.puts(),
        accountPut(hub, account),
        ...(await due(hub, { kind: 'account', number, startedAt: at, dueAt: account.dueAt })),
      ],
    }
  })
  return toJsonBytes({ account: number })
}

/** A child's own account is for a child who understands what it is; anybody else is given a carer's. */
function requireUnderstood({ for: whom, understanding }: Asked): Understanding | undefined {
  if (whom === 'carer') {
    if (understanding === undefined) return undefined
    throw new IndexError('ERR_REQUEST_INVALID', 'of a carer nobody judges what a child understands', {
      field: 'understanding',
    })
  }
  if (understanding === undefined)
    throw new IndexError('ERR_REQUEST_INVALID', 'somebody judges, for this request, whether the child understands it', {
      field: 'understanding',
    })
  if (!understanding.understands)
    throw new IndexError('ERR_DISCLOSURE_DENIED', 'a child’s own account is for a child who understands what it is')
  return { assessedBy: understanding.assessedBy }
}

function requireSame(before: AccountRequest, now: Pick<AccountRequest, 'childId' | 'for' | 'understanding'>): void {
  const assessors = [before, now].map(({ understanding }) => understanding?.assessedBy ?? new Uint8Array(0))
  const isSame =
    before.for === now.for &&
    equalBytes(before.childId, now.childId) &&
    equalBytes(assessors[0] as Uint8Array, assessors[1] as Uint8Array)
  if (!isSame)
    throw new IndexError('ERR_REFERENCE_CONFLICT', 'another request has this reference', { field: 'reference' })
}

/** @throws {IndexError} `ERR_ACCOUNT_UNKNOWN` */
export async function requireAccount(hub: HubContext, number: number): Promise<AccountRequest> {
  const row = await hub.shelf.one('account', numberKey(number))
  if (row === undefined || !('number' in row))
    throw new IndexError('ERR_ACCOUNT_UNKNOWN', 'there is no request with this number', { field: 'account' })
  return row
}

export function accountDraft(event: string, said: object): Draft {
  return { type: 'account', body: toJsonBytes({ event, ...said }) }
}

export function accountPut({ shelf }: Pick<HubContext, 'shelf'>, account: AccountRequest): Put {
  return shelf.put('account', numberKey(account.number), account)
}

/** The same for corrections. */
export function correctionPointerKey({ shelf }: HubContext, agency: string, reference: string): Uint8Array {
  return concat(Uint8Array.of(0xff), shelf.key('account', 'correction', agency, reference))
}

/** Behind the numbers. */
function pointerKey({ shelf }: HubContext, agency: string, reference: string): Uint8Array {
  return concat(Uint8Array.of(0xff), shelf.key('account', agency, reference))
}
