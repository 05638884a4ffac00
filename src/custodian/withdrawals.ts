import { z } from 'zod'
import { keptStatement, parseWithdrawal, withdrawalIsSignedBy } from '../check/withdrawal.js'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { agencyOf } from '../roster/roster.js'
import { sign } from '../signature.js'
import type { Desk } from './desk.js'
import { withdrawnName } from './state.js'

const withdrawBody = z.strictObject({ withdrawal: z.unknown() })

/** Keeps an agency's withdrawal, and signs that it does, so that the hub cannot hide it later. */
export async function withdraw(desk: Desk, message: Message): Promise<Uint8Array> {
  // The agency's own signature counts, whoever brings it.
  const body = parse(withdrawBody, fromJsonBytes(message.body), 'ERR_MESSAGE_MALFORMED', 'withdraw')
  const withdrawal = parseWithdrawal(body.withdrawal)
  const agency = agencyOf(desk.roster(), withdrawal.agency)
  if (agency === undefined || !withdrawalIsSignedBy(desk.keys.hub.id, withdrawal, agency.keys.signing)) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the withdrawal is not signed by its agency')
  }
  if (!desk.memory().withdrawn.has(withdrawnName(withdrawal))) await desk.remember({ kind: 'withdrawn', withdrawal })
  return toJsonBytes({
    signature: sign(desk.keys.signing, keptStatement(desk.keys.hub.id, desk.keys.id, withdrawal.checkId)),
  })
}
