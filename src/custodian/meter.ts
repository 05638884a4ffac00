import type { TokenSort } from '../child/tokens.js'
import { IndexError } from '../errors.js'
import type { Desk } from './desk.js'

const DAY_MS = 86_400_000

/**
 * A hundred thousand look-ups by details, each of which takes about 180 tokens. At this rate all NHS numbers take over a year to guess, and
 * 150 given names with 20,000 family names and every birthday nearly three.
 */
const BLINDS_PER_DAY: Readonly<Record<TokenSort, number>> = { number: 2_000_000, description: 20_000_000 }

/** The most that is set aside at once: what a restart loses at worst. */
const STEP_SHARE = 100

/** Tokens of the day. */
export interface Meter {
  readonly perDay: Readonly<Record<TokenSort, number>>
  day: number
  /** Of what this process set aside, how much it has used, and how much is left. */
  readonly used: Record<TokenSort, number>
  readonly left: Record<TokenSort, number>
}

export function newMeter(perDay: Partial<Readonly<Record<TokenSort, number | undefined>>> = {}): Meter {
  const { number = BLINDS_PER_DAY.number, description = BLINDS_PER_DAY.description } = perDay
  return { perDay: { number, description }, day: -1, used: none(), left: none() }
}

/**
 * Counts tokens against the day, durably, so that a restart gives none back: they are set aside in the store before they are made,
 * in steps that grow with what this process uses. So a short life sets little aside that it does not use, and a long one
 * seldom writes.
 * @throws {IndexError} `ERR_RATE_LIMITED`
 */
export async function meter(desk: Desk, meter: Meter, sort: TokenSort, asked: number): Promise<void> {
  const day = Math.floor(desk.clock() / DAY_MS)
  if (meter.day !== day) Object.assign(meter, { day, used: none(), left: none() })
  const missing = asked - meter.left[sort]
  if (missing > 0) {
    const { metered } = desk.memory()
    const free = meter.perDay[sort] - (metered.day === day ? metered[sort] : 0)
    if (missing > free) throw new IndexError('ERR_RATE_LIMITED', 'the look-ups of today are used up at this custodian')
    const step = Math.min(meter.used[sort], Math.floor(meter.perDay[sort] / STEP_SHARE))
    const tokens = Math.min(free, Math.max(missing, step))
    await desk.remember({ kind: 'metered', day, sort, tokens })
    meter.left[sort] += tokens
  }
  meter.left[sort] -= asked
  meter.used[sort] += asked
}

function none(): Record<TokenSort, number> {
  return { number: 0, description: 0 }
}
