import { z } from 'zod'
import { equalBytes } from '../bytes.js'
import { bytesOf, instant, isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { entryLeaf } from '../journal/entry.js'
import { verifyInclusion } from '../journal/proof.js'
import { consistencyShape, noteShape, proofPath } from '../journal/shapes.js'
import { toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { applyChanges } from '../roster/change.js'
import { signActivation } from '../roster/signatures.js'
import { requireApproved } from './approvals.js'
import { type Desk, fromHub, requirePinned } from './desk.js'
import { areConsistent, verifiedHead } from './knowledge.js'
import { lockIfReinstated, requireUnlocked } from './lock.js'
import { after, type CustodianEvent } from './state.js'

/** Roster entries that are proven at a time. */
export const PROVE_MAX = 1_000

const followBody = z.strictObject({
  after: z.number().int().min(-1),
  entries: z
    .array(z.strictObject({ position: instant, type: z.enum(['roster', 'activation']), at: instant, body: isBytes }))
    .max(100_000),
})
const proveBody = z.strictObject({
  note: noteShape,
  consistency: consistencyShape,
  entries: z.array(z.strictObject({ position: instant, salt: bytesOf(32), path: proofPath })).max(PROVE_MAX),
})
const activateBody = z.strictObject({ version: instant, body: isBytes })

/** Takes in roster versions, each checked against the one before. */
export async function follow(desk: Desk, message: Message): Promise<Uint8Array> {
  const { after: base, entries } = parse(followBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'follow')
  // What comes after entries that this custodian does not know (any more) would make another roster of them.
  if (base > desk.memory().followed) return toJsonBytes({ followed: desk.memory().followed })
  for (const { type, ...entry } of entries) {
    const event: CustodianEvent = { kind: type, ...entry, seenAt: desk.clock() }
    if (entry.position <= desk.memory().followed) continue
    const next = after(desk.memory(), event)
    requirePinned(desk, next)
    await lockIfReinstated(desk, next)
    await desk.remember(event)
  }
  return toJsonBytes({ followed: desk.memory().followed })
}

/**
 * Takes in proof that the roster entries it followed stand in the journal under a cosigned head that continues what it saw. A
 * hub that tells two custodians two rosters cannot prove both.
 */
export async function prove(desk: Desk, message: Message): Promise<Uint8Array> {
  const { note, consistency, entries } = parse(
    proveBody,
    fromHub(desk, message),
    'ERR_MESSAGE_MALFORMED',
    'proof of the roster',
  )
  const { lastSeen, unproven, proven, locked } = desk.memory()
  // What it saw last is not to be relied on; it refuses the release that follows by itself.
  if (locked !== undefined) return toJsonBytes({ proven })
  const head = verifiedHead(desk.roster(), note, 'by-a-quorum')
  if (head === undefined) throw new IndexError('ERR_QUORUM_MISSING', 'the checkpoint is not cosigned by a quorum')
  if (!areConsistent(lastSeen, head, consistency))
    throw new IndexError('ERR_JOURNAL_ROLLED_BACK', 'the checkpoint does not continue the last one seen')
  const fresh = entries.filter(({ position }) => position > proven)
  for (const [index, { position, salt, path }] of fresh.entries()) {
    const followed = unproven[index]
    const isIt = followed?.position === position && position < head.size
    const leaf = isIt ? entryLeaf(salt, followed.bytes) : undefined
    if (leaf === undefined || !verifyInclusion(leaf, { index: position, size: head.size, path }, head))
      throw new IndexError('ERR_JOURNAL_INVALID', 'an entry of the roster does not stand in the journal as it was told')
  }
  const last = fresh.at(-1)
  if (last !== undefined) await desk.remember({ kind: 'proven', position: last.position })
  if (head.size > lastSeen.size) await desk.remember({ kind: 'seen', note, size: head.size, root: head.root })
  return toJsonBytes({ proven: desk.memory().proven })
}

/** Signs that a roster version may take effect: at once where the roster knows no delay, else when it has waited. */
export async function activate(desk: Desk, message: Message): Promise<Uint8Array> {
  const { version, body } = parse(activateBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'activate')
  requireUnlocked(desk)
  const next = applyChanges(desk.roster(), body)
  if (next.version !== version) throw new IndexError('ERR_ROSTER_INVALID', 'these changes make another version')
  const proposedAt = requireWaited(desk, body)
  await requireApproved(desk, next, body)
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
