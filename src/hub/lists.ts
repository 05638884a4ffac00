import { z } from 'zod'
import type { Referral } from '../case/referral.js'
import { bytesUpTo, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { MESSAGE_BYTES_MAX, type Message, type SendOptions } from '../port.js'
import { custodiansOf } from '../roster/roster.js'
import type { Table } from '../store/port.js'
import { type HubContext, roster } from './context.js'
import { rosterNews } from './enrolment.js'
import type { Rows } from './rows.js'
import { numberKey, pages } from './shelf.js'

const PAGE = 100

/** A referral without its package, which only the receiving agency can read. */
export type PublicReferral = Omit<Referral, 'sealed'>

export async function* listReferrals(
  hub: HubContext,
  filter: { readonly after?: number | undefined } = {},
): AsyncGenerator<PublicReferral> {
  for await (const { sealed: _, ...referral } of numbered(hub, 'referral', filter.after)) {
    if (referral.status !== 'prepared') yield referral
  }
}

/** Rows of a numbered table in order, read a page at a time. */
async function* numbered<T extends Table>(
  hub: HubContext,
  table: T,
  afterNumber: number | undefined,
): AsyncGenerator<Rows[T]> {
  const after = afterNumber === undefined ? undefined : numberKey(afterNumber)
  for await (const rows of pages(hub.shelf, table, PAGE, after)) for (const { value } of rows) yield value
}

/** What a check must carry besides its own content. */
export function facts(hub: HubContext): Uint8Array {
  const { vocabulary, hash } = hub.policy()
  return toJsonBytes({ epoch: roster(hub).epoch, vocabulary, policyHash: hash })
}

const sinceRequest = z.strictObject({ after: z.number().int().min(-1) })

/** Roster and activation entries after a position, for whoever follows the roster from its pinned first version. */
export async function rosterSince(hub: HubContext, message: Message): Promise<Uint8Array> {
  const { after } = parse(sinceRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'roster')
  return toJsonBytes({ entries: await rosterNews(hub, after) })
}

const relayRequest = z.strictObject({
  to: z.string().max(64),
  message: bytesUpTo(MESSAGE_BYTES_MAX),
})

/** Passes a sealer's message on to a custodian, which checks its signature; it is sealed: nothing in it is for the hub. */
export async function relay(hub: HubContext, message: Message, options?: SendOptions): Promise<Uint8Array> {
  const { to, message: inner } = parse(relayRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'relay')
  // Whoever asks may be anybody: what they call a custodian is not repeated to them, nor to a log.
  if (!custodiansOf(roster(hub)).some(({ id }) => id === to))
    throw new IndexError('ERR_PARTY_UNKNOWN', 'no custodian is on the roster under this id', { field: 'to' })
  return toJsonBytes({ reply: await hub.custodians.relay(to, inner, options) })
}
