import { isIndexError } from '../errors.js'
import type { SendOptions } from '../port.js'
import { type CheckOutcome, NO_ANSWER } from './outcome.js'

/** Checks that go together at most. */
const GATHERED_MAX = 1000

type Submit = (inputs: readonly unknown[], options?: SendOptions) => Promise<readonly CheckOutcome[]>

/** A check that waits to go, or for its answer. */
interface Waiting {
  readonly input: unknown
  readonly signal: AbortSignal | undefined
  readonly settle: (outcome: CheckOutcome | Promise<never>) => void
  hasGivenUp: boolean
  /** Told when its caller gives up. */
  whenGivenUp(): void
}

/**
 * One check at a time, as its caller sees it. Those that are asked for in one turn of the event loop go together, and so do those that
 * come while others are under way: one signature and one commit for all of them. A check alone waits for nobody.
 */
export function gathering(submit: Submit): (input: unknown, options?: SendOptions) => Promise<CheckOutcome> {
  const waiting = new Set<Waiting>()
  let isUnderWay = false

  async function sendAll(): Promise<void> {
    isUnderWay = true
    while (waiting.size > 0) {
      // Whoever was answered together asks again in one turn: without it the first would go alone, at the price of all the others.
      await endOfTurn()
      const together = [...waiting].slice(0, GATHERED_MAX)
      for (const each of together) waiting.delete(each)
      await settled(submit, together)
    }
    isUnderWay = false
  }

  return async (input, { signal } = {}) => {
    signal?.throwIfAborted()
    let giveUp = (): void => undefined
    const outcome = new Promise<CheckOutcome>((settle, reject) => {
      const one: Waiting = { input, signal, settle, hasGivenUp: false, whenGivenUp: () => undefined }
      giveUp = () => {
        // What has not gone by now never goes.
        waiting.delete(one)
        one.hasGivenUp = true
        one.whenGivenUp()
        reject(signal?.reason)
      }
      waiting.add(one)
    })
    signal?.addEventListener('abort', giveUp)
    if (!isUnderWay) void sendAll()
    return outcome.finally(() => signal?.removeEventListener('abort', giveUp))
  }
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

async function settled(submit: Submit, together: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await submit(
      together.map(({ input }) => input),
      { signal: whenAllGiveUp(together) },
    )
    together.forEach(({ settle }, index) => {
      settle(outcomes[index] ?? NO_ANSWER)
    })
  } catch (error) {
    // A message is refused as a whole where one of its rows asks for too much: alone, each has the answer that is its own.
    if (together.length > 1 && isIndexError(error)) {
      for (const each of together) if (!each.hasGivenUp) await settled(submit, [each])
    } else for (const { settle } of together) settle(Promise.reject(error))
  }
}

/** Of one check, its caller's own signal; of several, one that says that nobody waits any more. */
function whenAllGiveUp(together: readonly Waiting[]): AbortSignal | undefined {
  const [first, ...more] = together
  if (more.length === 0) return first?.signal
  const all = new AbortController()
  for (const one of together)
    one.whenGivenUp = () => {
      if (together.every(({ hasGivenUp }) => hasGivenUp)) all.abort(one.signal?.reason)
    }
  return all.signal
}
