import type { MessagePort, TransferListItem } from 'node:worker_threads'

/** What a thread or a process hears and says things by. */
export interface Wire {
  post(message: unknown, transfer?: readonly TransferListItem[]): void
  onMessage(listener: (message: unknown) => void): void
}

export function portWire(port: MessagePort): Wire {
  return {
    post: (message, transfer = []) => port.postMessage(message, [...transfer]),
    onMessage: (listener) => port.on('message', listener),
  }
}

type Ask = { readonly ask: number; readonly what: string; readonly args: readonly unknown[] }
type Answer = { readonly answer: number; readonly value?: unknown; readonly failure?: string }

/** Questions over a wire and their answers, whichever comes first. */
export class Caller {
  private next = 0
  private readonly waiting = new Map<number, { done: (value: unknown) => void; failed: (error: Error) => void }>()

  constructor(private readonly wire: Wire) {
    wire.onMessage((message) => {
      if (!isAnswer(message)) return
      const asked = this.waiting.get(message.answer)
      this.waiting.delete(message.answer)
      if (message.failure === undefined) asked?.done(message.value)
      else asked?.failed(new Error(message.failure))
    })
  }

  call(what: string, args: readonly unknown[], transfer: readonly TransferListItem[] = []): Promise<unknown> {
    const ask = this.next
    this.next += 1
    return new Promise((done, failed) => {
      this.waiting.set(ask, { done, failed })
      this.wire.post({ ask, what, args } satisfies Ask, transfer)
    })
  }

  /** Nobody will answer any more. */
  end(reason: string): void {
    for (const { failed } of this.waiting.values()) failed(new Error(reason))
    this.waiting.clear()
  }
}

/** Answers whatever is asked over a wire. A value that is bytes of its own goes over without a copy. */
export function answerOver(wire: Wire, answer: (what: string, args: readonly unknown[]) => Promise<unknown>): void {
  wire.onMessage((message) => {
    if (!isAsk(message)) return
    const { ask, what, args } = message
    answer(what, args).then(
      (value) => wire.post({ answer: ask, value } satisfies Answer, ownBytes(value)),
      (error: unknown) => {
        const failure = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)
        wire.post({ answer: ask, failure } satisfies Answer)
      },
    )
  })
}

/** The memory of bytes that fill it: small ones lie in memory that others share, and must be copied. */
function ownBytes(value: unknown): readonly ArrayBuffer[] {
  if (!(value instanceof Uint8Array) || !(value.buffer instanceof ArrayBuffer)) return []
  const isWhole = value.byteLength === value.buffer.byteLength && value.byteLength >= 65_536
  return isWhole ? [value.buffer] : []
}

function isAsk(message: unknown): message is Ask {
  return typeof message === 'object' && message !== null && 'ask' in message
}

function isAnswer(message: unknown): message is Answer {
  return typeof message === 'object' && message !== null && 'answer' in message
}

/** The wire between a process and the one that forked it, with `serialization: 'advanced'`. */
export function processWire(other: ForkedEnd): Wire {
  return {
    post: (message) => void other.send?.(message as object),
    onMessage: (listener) => void other.on('message', listener),
  }
}

interface ForkedEnd {
  readonly send?: ((message: object) => unknown) | undefined
  on(event: 'message', listener: (message: unknown) => void): unknown
}
