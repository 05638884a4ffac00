import { z } from 'zod'
import { bytesOf, instant, parse } from '../door.js'
import { isIndexError } from '../errors.js'
import { toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { WRAPPED_LENGTH } from '../seal/record.js'
import { rewrapShare, rewrapStatement, type Wrapping } from '../seal/rewrap.js'
import { HANDLE_LENGTH, keyOf, presentKey } from '../seal/wrap.js'
import { sign } from '../signature.js'
import { type Desk, fromHub, selfOf } from './desk.js'
import { requireNewestRoot } from './roots.js'

/** Shares that are wrapped anew at a time. */
export const REWRAP_MAX = 128

const generation = z.number().int().min(1)
const rewrapBody = z.strictObject({
  shares: z
    .array(
      z.strictObject({
        label: bytesOf(32),
        handle: bytesOf(HANDLE_LENGTH),
        generation,
        wrapped: bytesOf(WRAPPED_LENGTH),
        shareHash: bytesOf(32),
      }),
    )
    .max(REWRAP_MAX),
  /** At the end of a walk: how many records still lie under which of its roots. */
  left: z
    .array(z.strictObject({ generation, records: instant }))
    .max(1024)
    .optional(),
})

/**
 * Wraps its own shares anew under its present root. Neither share nor root leaves: who asks learns nothing that they did not have.
 * A share that does not open is left as it is.
 */
export async function rewrap(desk: Desk, message: Message): Promise<Uint8Array> {
  const { shares, left } = parse(rewrapBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'rewrap')
  requireNewestRoot(desk.keys, desk.memory())
  const { keys, random } = desk
  const { index } = selfOf(desk)
  const present = presentKey(keys.roots)
  const wrapped = shares.map(({ label, ...sealed }): Wrapping | null => {
    try {
      return rewrapShare({ custodian: index, ...sealed }, label, keyOf(keys.roots, sealed.generation), present, random)
    } catch (error) {
      if (!isIndexError(error)) throw error
      return null
    }
  })
  if (left !== undefined) await desk.remember({ kind: 'left', at: desk.clock(), root: present.generation, left })
  const answer = toJsonBytes({ generation: present.generation, shares: wrapped })
  const signature = sign(keys.signing, rewrapStatement(keys.hub.id, keys.id, message.body, answer))
  return toJsonBytes({ answer, signature })
}
