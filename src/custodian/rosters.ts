import { z } from 'zod'
import { equalBytes } from '../bytes.js'
import { instant, isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { applyChanges } from '../roster/change.js'
import type { Roster } from '../roster/roster.js'
import { signActivation } from '../roster/signatures.js'
import { type Desk, fromHub, requirePinned } from './desk.js'
import { after, type CustodianEvent } from './state.js'

const followBody = z.strictObject({
  entries: z
    .array(z.strictObject({ position: instant, type: z.enum(['roster', 'activation']), at: instant, body: isBytes }))
    .max(100_000),
})
const activateBody = z.strictObject({ version: instant, body: isBytes })

/** Asked before a new roster version is signed for. */
export type Approve = (next: Roster) => Promise<boolean>

/** Takes in roster versions, each checked against the one before. */
export async function follow(desk: Desk, message: Message): Promise<Uint8Array> {
  const { entries } = parse(followBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'follow')
  for (const { type, ...entry } of entries) {
    const event: CustodianEvent = { kind: type, ...entry, seenAt: desk.clock() }
    if (entry.position <= desk.memory().followed) continue
    requirePinned(desk, after(desk.memory(), event))
    await desk.remember(event)
  }
  return toJsonBytes({ followed: desk.memory().followed })
}

/** Signs that a roster version may take effect: at once where the roster knows no delay, else when it has waited. */
export async function activate(desk: Desk, approve: Approve | undefined, message: Message): Promise<Uint8Array> {
  const { version, body } = parse(activateBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'activate')
  const next = applyChanges(desk.roster(), body)
  if (next.version !== version) throw new IndexError('ERR_ROSTER_INVALID', 'these changes make another version')
  const proposedAt = requireWaited(desk, body)
  if (approve !== undefined && !(await approve(next))) {
    throw new IndexError('ERR_ROSTER_INVALID', 'this custodian does not approve of the change')
  }
  return toJsonBytes({ signature: signActivation(next, desk.keys.signing, proposedAt) })
}

/** The delay runs by this custodian's own clock, from when it first heard of the proposal. Gives where that was journalled. */
function requireWaited(desk: Desk, body: Uint8Array): number | undefined {
  const { activationDelayMs } = desk.roster()
  if (activationDelayMs === 0) return undefined
  const { rosters, proposalSeenAt } = desk.memory()
  if (rosters.proposed === undefined || !equalBytes(rosters.proposed.body, body)) {
    throw new IndexError('ERR_ROSTER_INVALID', 'this custodian knows no such proposal')
  }
  if (desk.clock() < proposalSeenAt + activationDelayMs)
    throw new IndexError('ERR_ROSTER_INVALID', 'the delay has not passed')
  return rosters.proposed.position
}
