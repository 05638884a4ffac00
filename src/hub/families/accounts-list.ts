import { z } from 'zod'
import { type AccountPart, type AccountRequest, type WithholdingWord, waits, withheldAt } from '../../case/account.js'
import { parse } from '../../door.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { NOT_NAMED } from '../../policy/explain/redact.js'
import type { Message } from '../../port.js'
import { agencyOf, hasRole, type Officer } from '../../roster/roster.js'
import { type HubContext, roster } from '../context.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { numberKey, pages } from '../shelf.js'

const PAGE = 100

export interface AccountFilter {
  readonly status?: 'open' | 'ended' | undefined
  readonly after?: number | undefined
}

/** A request for an account as officers see it: by number, without a child id. */
export interface PublicAccount
  extends Omit<AccountRequest, 'childId' | 'agency' | 'reference' | 'understanding' | 'withholdings' | 'waiting'> {
  readonly agencyKind: string
  /** To whom the answer goes, and by which reference: for records officers. */
  readonly agency?: string | undefined
  readonly reference?: string | undefined
  /** What is withheld now. */
  readonly withheld: readonly AccountPart[]
  readonly waiting?: WithholdingWord | undefined
}

/** Requests in order of their number. */
async function* listAccounts(
  hub: HubContext,
  officer: Officer,
  { status, after }: AccountFilter,
): AsyncGenerator<PublicAccount> {
  const from = after === undefined ? undefined : numberKey(after)
  const now = hub.clock()
  for await (const rows of pages(hub.shelf, 'account', PAGE, from)) {
    for (const { value } of rows) {
      // Behind the numbers stand the references.
      if (!('number' in value)) return
      const isEnded = value.outcome !== undefined
      if (status === undefined || isEnded === (status === 'ended')) yield seenBy(hub, officer, value, now)
    }
  }
}

function seenBy(hub: HubContext, officer: Officer, account: AccountRequest, now: number): PublicAccount {
  const { childId: _, agency, reference, understanding: _judged, withholdings: _all, waiting, ...rest } = account
  const party = agencyOf(roster(hub), agency)
  return {
    ...rest,
    agencyKind: party === undefined || party.sensitive ? NOT_NAMED : party.agencyKind,
    ...(hasRole(officer, 'records') ? { agency, reference } : {}),
    withheld: [...withheldAt(account, now)],
    ...(waits(account, now) ? { waiting } : {}),
  }
}

const listRequest = z.strictObject({
  status: z.enum(['open', 'ended']).optional(),
  after: z.number().int().min(1).optional(),
})

/** A page of requests for an officer. */
export async function accountsForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, 'records', ...CASE_ROLES)
  const filter = parse(listRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'accounts')
  const accounts: PublicAccount[] = []
  for await (const each of listAccounts(hub, officer, filter)) {
    accounts.push(each)
    if (accounts.length === PAGE) break
  }
  return toJsonBytes({ accounts })
}
