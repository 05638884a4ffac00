import { randomFillSync } from 'node:crypto'
import type { Clock, Random } from './bytes.js'

/** The clock of the machine. The only place, with `systemRandom`, where the outside world gets in by default. */
export const systemClock: Clock = () => Date.now()

/** The random bytes of the platform's generator. */
export const systemRandom: Random = (length) => randomFillSync(new Uint8Array(length))
