import { z } from 'zod'
import { bytesUpTo, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { MESSAGE_BYTES_MAX, type Message, type SendOptions } from '../port.js'
import { custodiansOf } from '../roster/roster.js'
import { type HubContext, roster } from './context.js'
import { rosterNews } from './roster/enrolment.js'

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
