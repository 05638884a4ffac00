import { z } from 'zod'
import { outerToken } from '../child/tokens.js'
import { bytesOf, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { type Desk, fromHub } from './desk.js'

const DAY_MS = 86_400_000
const BLINDS_PER_DAY = 2_000_000
const blindBody = z.strictObject({ inner: z.array(bytesOf(32)).min(1).max(1_000_000) })

/** Look-ups of the day, counted for as long as the process lives. */
export interface Meter {
  day: number
  used: number
  readonly perDay?: number | undefined
}

/** Completes lookup tokens, of which it sees only the hub's half. */
export async function blind(desk: Desk, meter: Meter, message: Message): Promise<Uint8Array> {
  const { inner } = parse(blindBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'blind')
  requireWithin(meter, inner.length, Math.floor(desk.clock() / DAY_MS))
  return toJsonBytes({ tokens: inner.map((half) => outerToken(desk.keys.lookupKey, desk.keys.hub.id, half)) })
}

function requireWithin(meter: Meter, asked: number, day: number): void {
  if (meter.day !== day) Object.assign(meter, { day, used: 0 })
  if (meter.used + asked > (meter.perDay ?? BLINDS_PER_DAY)) {
    throw new IndexError('ERR_RATE_LIMITED', 'the look-ups of today are used up at this custodian')
  }
  meter.used += asked
}
