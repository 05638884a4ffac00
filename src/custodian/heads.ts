import { z } from 'zod'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { cosign as cosigned } from '../journal/checkpoint.js'
import { verifyConsistency } from '../journal/proof.js'
import { consistencyShape, noteShape } from '../journal/shapes.js'
import { toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { type Desk, fromHub } from './desk.js'
import { cosignerName, verifiedHead } from './knowledge.js'
import { lockIfForgetful, requireUnlocked } from './lock.js'

const cosignBody = z.strictObject({
  note: noteShape,
  proof: consistencyShape,
  latest: noteShape.optional(),
})

/** Cosigns a checkpoint that continues the last one it saw, and says how much of the roster it knows. */
export async function cosign(desk: Desk, message: Message): Promise<Uint8Array> {
  const { note, proof, latest } = parse(cosignBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'cosign')
  await lockIfForgetful(desk, latest)
  requireUnlocked(desk)
  const head = verifiedHead(desk.roster(), note, 'or-not')
  if (head === undefined) throw new IndexError('ERR_SIGNATURE_INVALID', 'the checkpoint is not signed by the hub')
  const { lastSeen } = desk.memory()
  if (proof.from !== lastSeen.size) return toJsonBytes({ behind: lastSeen.size })
  if (!verifyConsistency(lastSeen, head, proof))
    throw new IndexError('ERR_JOURNAL_ROLLED_BACK', 'the checkpoint does not continue the last one seen')
  const signed = cosigned(note, cosignerName(desk.keys.hub.id, desk.keys.id), desk.keys.signing, desk.clock())
  if (head.size > lastSeen.size || lastSeen.note === undefined)
    await desk.remember({ kind: 'seen', note, size: head.size, root: head.root })
  const { followed, proven } = desk.memory()
  return toJsonBytes({ line: signed.slice(note.length), followed, proven })
}

/** The last checkpoint it saw: a head of the journal that is kept outside the hub's database. */
export async function lastSeen(desk: Desk, message: Message): Promise<Uint8Array> {
  fromHub(desk, message)
  const { lastSeen: seen, proven, locked } = desk.memory()
  return toJsonBytes({ note: seen.note, proven, ...(locked === undefined ? {} : { locked: locked.challenge }) })
}
