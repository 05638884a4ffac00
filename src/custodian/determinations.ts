import { z } from 'zod'
import {
  type DeterminationWithdrawal,
  determinationWithdrawalIsSignedBy,
  determinationWithdrawalKeptStatement,
  parseDeterminationWithdrawal,
  WITHDRAWAL_AHEAD_MS,
} from '../case/determination.js'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { officerOf } from '../roster/roster.js'
import { sign } from '../signature.js'
import type { Desk } from './desk.js'
import type { CustodianMemory } from './state.js'

const withdrawBody = z.strictObject({ withdrawal: z.unknown() })

/** Keeps an officer's word that they take back what they determined, and signs that it does, so that the hub cannot revive it. */
export async function withdrawDetermination(desk: Desk, message: Message): Promise<Uint8Array> {
  // The officer's own signature counts, whoever brings it, and whatever their standing: it only takes power away.
  const body = parse(withdrawBody, fromJsonBytes(message.body), 'ERR_MESSAGE_MALFORMED', 'withdrawal')
  const withdrawal = parseDeterminationWithdrawal(body.withdrawal)
  const officer = officerOf(desk.roster(), withdrawal.officer)
  const hub = desk.keys.hub.id
  if (officer === undefined || !determinationWithdrawalIsSignedBy(hub, withdrawal, officer.keys.signing))
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the withdrawal is not signed by its officer')
  if (withdrawal.at > desk.clock() + WITHDRAWAL_AHEAD_MS)
    throw new IndexError('ERR_REQUEST_INVALID', 'a withdrawal is not of a time to come')
  if (isLater(desk.memory(), withdrawal)) await desk.remember({ kind: 'determination-withdrawn', withdrawal })
  return toJsonBytes({
    signature: sign(desk.keys.signing, determinationWithdrawalKeptStatement(hub, desk.keys.id, withdrawal)),
  })
}

/** Whether it takes back more than what is remembered of this officer and case. */
export function isLater(
  { undetermined }: CustodianMemory,
  { case: of, officer, at }: DeterminationWithdrawal,
): boolean {
  return at > (undetermined.get(of)?.get(officer) ?? -1)
}
