import { IndexError, isIndexError } from '../../errors.js'
import type { Port, SendOptions } from '../../port.js'

/** Parties of which a few may be down or hang, while the others suffice. */
export interface Reach {
  readonly ids: readonly string[]
  /** Bytes to one of them and its answer. @throws {IndexError} `ERR_CUSTODIAN_UNAVAILABLE` after 15 seconds without one */
  send(id: string, message: Uint8Array, options?: SendOptions): Promise<Uint8Array>
  /**
   * Asks all at once and goes on when enough have answered well: the others are given half a second more. One that had to
   * be left behind is asked again each time, and not waited for until it answers.
   */
  several<T>(ask: (id: string) => Promise<T>, patience: Patience<T>): Promise<Heard<T>>
  /** The first good answer; the next one is asked when the one before fails, or takes longer than half a second. */
  first<T>(ask: (id: string) => Promise<T>): Promise<T>
  /** Gives up whatever is under way. */
  close(): void
}

export interface Patience<T> {
  /** How many answers suffice to go on. */
  readonly enough: number
  /** Whether an answer is one of those; every one is where absent. */
  readonly counts?: (answer: T) => boolean
  /** Gets an answer that comes after that. */
  readonly onLate?: (answer: T) => void
}

export interface Heard<T> {
  readonly answers: readonly T[]
  /** Who failed, or has not answered yet. */
  readonly missing: readonly string[]
  /** Why the first of them failed. */
  readonly failure: IndexError | undefined
}

/** How long one may take while the others do not suffice, and while it is known to be late. */
const ANSWER_MS_MAX = 15_000
const LATE_MS_MAX = 3_000
/** How long the others are waited for once enough have answered. */
const GRACE_MS = 500

export function reachOf(ports: ReadonlyMap<string, Port>): Reach {
  const ids = [...ports.keys()]
  const late = new Set<string>()
  const underWay = new Set<AbortController>()

  const send = async (id: string, message: Uint8Array, options?: SendOptions): Promise<Uint8Array> => {
    const port = ports.get(id)
    if (port === undefined) throw unavailable(`there is no way to reach ${id}`)
    options?.signal?.throwIfAborted()
    const call = new AbortController()
    const giveUp = (): void => call.abort(options?.signal?.reason)
    const timer = setTimeout(() => call.abort(unavailable(`${id} did not answer in time`)), ANSWER_MS_MAX)
    options?.signal?.addEventListener('abort', giveUp, { once: true })
    underWay.add(call)
    try {
      // A port need not heed the signal: one that hangs is left behind all the same.
      const answer = await Promise.race([aborted(call.signal), port.send(message, { signal: call.signal })])
      late.delete(id)
      return answer
    } finally {
      clearTimeout(timer)
      options?.signal?.removeEventListener('abort', giveUp)
      underWay.delete(call)
    }
  }

  function several<T>(
    ask: (id: string) => Promise<T>,
    { enough, counts = () => true, onLate = () => undefined }: Patience<T>,
  ): Promise<Heard<T>> {
    const waiting = new Set(ids)
    const answered = new Map<string, T>()
    let counted = 0
    let failure: IndexError | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        isOver = true
        for (const id of waiting) late.add(id)
        const answers = ids.filter((id) => answered.has(id)).map((id) => answered.get(id) as T)
        resolve({ answers, missing: ids.filter((id) => !answered.has(id)), failure })
      }
      const look = (): void => {
        if (isOver) return
        const areAllLate = [...waiting].every((id) => late.has(id))
        if (waiting.size === 0 || (counted >= enough && areAllLate)) end()
        else if (counted >= enough) timer ??= setTimeout(end, GRACE_MS)
        else if (areAllLate) timer ??= setTimeout(end, LATE_MS_MAX)
      }
      const hear = async (id: string): Promise<void> => {
        try {
          const answer = await ask(id)
          if (isOver) return onLate(answer)
          answered.set(id, answer)
          if (counts(answer)) counted += 1
        } catch (error) {
          if (isIndexError(error)) failure ??= error
        }
        waiting.delete(id)
        look()
      }
      for (const id of ids) void hear(id)
      look()
    })
  }

  function first<T>(ask: (id: string) => Promise<T>): Promise<T> {
    const next = [...ids].sort((a, b) => Number(late.has(a)) - Number(late.has(b)))
    let waiting = 0
    let isOver = false
    return new Promise((resolve, reject) => {
      const end = (say: () => void): void => {
        isOver = true
        say()
      }
      const tryNext = (before: unknown): void => {
        const id = next.shift()
        if (isOver) return
        if (id === undefined) {
          if (waiting === 0) end(() => reject(before))
          return
        }
        waiting += 1
        const timer = setTimeout(() => {
          late.add(id)
          tryNext(undefined)
        }, GRACE_MS)
        const settle = (then: () => void): void => {
          clearTimeout(timer)
          waiting -= 1
          then()
        }
        ask(id).then(
          (answer) => settle(() => end(() => resolve(answer))),
          (error) => settle(() => tryNext(error)),
        )
      }
      tryNext(unavailable('there is no custodian to ask'))
    })
  }

  return {
    ids,
    send,
    several,
    first,
    close() {
      for (const call of underWay) call.abort(new IndexError('ERR_CLOSED', 'the hub is closed'))
    },
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function unavailable(message: string): IndexError {
  return new IndexError('ERR_CUSTODIAN_UNAVAILABLE', message)
}
