import { z } from 'zod'
import { BLIND_MAX, outerToken, type TokenSort } from '../child/tokens.js'
import { bytesUpTo, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { presentKey } from '../seal/wrap.js'
import { type Desk, fromHub } from './desk.js'

const DAY_MS = 86_400_000

/**
 * A hundred thousand look-ups by details, each of which takes about 180 tokens. At this rate all NHS numbers take over a year to guess, and
 * 150 given names with 20,000 family names and every birthday nearly three.
 */
export const BLINDS_PER_DAY: Readonly<Record<TokenSort, number>> = { number: 2_000_000, description: 20_000_000 }

const INNER_LENGTH = 32
const TOKEN_LENGTH = 16
const blindBody = z.strictObject({
  sort: z.enum(['number', 'description']),
  inner: bytesUpTo(INNER_LENGTH * BLIND_MAX).refine(
    (bytes) => bytes.length > 0 && bytes.length % INNER_LENGTH === 0,
    'must be halves of 32 bytes each',
  ),
})

/** Look-ups of the day, counted for as long as the process lives. */
export interface Meter {
  day: number
  readonly used: Record<TokenSort, number>
  readonly perDay: Readonly<Record<TokenSort, number>>
}

/** Completes lookup tokens, of which it sees only the hub's half. */
export async function blind(desk: Desk, meter: Meter, message: Message): Promise<Uint8Array> {
  const { sort, inner } = parse(blindBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'blind')
  const count = inner.length / INNER_LENGTH
  requireWithin(meter, sort, count, Math.floor(desk.clock() / DAY_MS))
  const tokens = new Uint8Array(TOKEN_LENGTH * count)
  for (let i = 0; i < count; i += 1) {
    const half = inner.subarray(INNER_LENGTH * i, INNER_LENGTH * (i + 1))
    tokens.set(outerToken(presentKey(desk.keys.lookupKeys).key, desk.keys.hub.id, sort, half), TOKEN_LENGTH * i)
  }
  return toJsonBytes({ tokens })
}

function requireWithin(meter: Meter, sort: TokenSort, asked: number, day: number): void {
  if (meter.day !== day) Object.assign(meter, { day, used: { number: 0, description: 0 } })
  if (meter.used[sort] + asked > meter.perDay[sort]) {
    throw new IndexError('ERR_RATE_LIMITED', 'the look-ups of today are used up at this custodian')
  }
  meter.used[sort] += asked
}
