import { z } from 'zod'
import { BLIND_MAX, outerToken } from '../child/tokens.js'
import { bytesUpTo, parse } from '../door.js'
import { toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { keyOf } from '../seal/wrap.js'
import { type Desk, fromHub } from './desk.js'
import { type Meter, meter } from './meter.js'

const INNER_LENGTH = 32
const TOKEN_LENGTH = 16
const blindBody = z.strictObject({
  generation: z.number().int().min(1),
  sort: z.enum(['number', 'description']),
  inner: bytesUpTo(INNER_LENGTH * BLIND_MAX).refine(
    (bytes) => bytes.length > 0 && bytes.length % INNER_LENGTH === 0,
    'must be halves of 32 bytes each',
  ),
})

/** Completes lookup tokens, of which it sees only the hub's half. */
export async function blind(desk: Desk, counted: Meter, message: Message): Promise<Uint8Array> {
  const { generation, sort, inner } = parse(blindBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'blind')
  const key = keyOf(desk.keys.lookupKeys, generation)
  const count = inner.length / INNER_LENGTH
  await meter(desk, counted, sort, count)
  const tokens = new Uint8Array(TOKEN_LENGTH * count)
  for (let i = 0; i < count; i += 1) {
    const half = inner.subarray(INNER_LENGTH * i, INNER_LENGTH * (i + 1))
    tokens.set(outerToken(key, desk.keys.hub.id, sort, half), TOKEN_LENGTH * i)
  }
  return toJsonBytes({ tokens })
}
