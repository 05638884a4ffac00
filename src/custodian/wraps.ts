import { z } from 'zod'
import { bytesOf, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { type Message, requireSignedBy } from '../port.js'
import { hpkeOpen, hpkeSeal } from '../seal/hpke.js'
import { issueInfo, issueStatement } from '../seal/issue.js'
import { drawHandle, issueWrap, presentKey } from '../seal/wrap.js'
import { sign } from '../signature.js'
import { type Desk, selfOf } from './desk.js'
import { requireNewestRoot } from './roots.js'

const EMPTY = new Uint8Array(0)
const issueBody = z.strictObject({ labels: z.array(bytesOf(32)).min(1).max(8192) })

/** Gives a sealer one wrap for each label. Nothing of it is kept. */
export async function issue(desk: Desk, message: Message): Promise<Uint8Array> {
  const sealer = desk.roster().parties.get(message.party)
  if (sealer?.party !== 'sealer') throw new IndexError('ERR_PARTY_UNKNOWN', 'no sealer is on the roster under this id')
  if (sealer.suspended) throw new IndexError('ERR_PARTY_NOT_IN_STANDING', 'the sealer is suspended')
  requireSignedBy(message, desk.keys.hub.id, sealer.keys.signing, desk.clock())
  const info = issueInfo(desk.keys.hub.id, desk.keys.id, sealer.id)
  const asked = parse(
    issueBody,
    fromJsonBytes(await hpkeOpen(desk.keys.hpke, info, EMPTY, message.body)),
    'ERR_MESSAGE_MALFORMED',
    'issue',
  )
  requireNewestRoot(desk.keys, desk.memory())
  const root = presentKey(desk.keys.roots)
  const wraps = asked.labels.map((label) => {
    const handle = drawHandle(desk.random)
    return { handle, wrap: issueWrap(root.key, handle, label) }
  })
  const answer = toJsonBytes({ custodian: selfOf(desk).index, generation: root.generation, wraps })
  const signature = sign(
    desk.keys.signing,
    issueStatement(desk.keys.hub.id, desk.keys.id, sealer.id, message.body, answer),
  )
  return hpkeSeal(sealer.keys.hpke, info, EMPTY, toJsonBytes({ answer, signature }))
}
