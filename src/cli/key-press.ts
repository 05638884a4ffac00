/** What a key press needs of a terminal. */
interface Terminal extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean
  setRawMode?(isRaw: boolean): unknown
}

const INTERRUPT = '\u0003'

/** Keys as they are pressed, one at a time, until an interrupt. What the terminal was like before, it is again afterwards. */
export async function* keyPresses(terminal: Terminal): AsyncGenerator<string> {
  terminal.setRawMode?.(true)
  try {
    for await (const chunk of terminal) {
      for (const key of chunk.toString()) {
        if (key === INTERRUPT) return
        yield key
      }
    }
  } finally {
    terminal.setRawMode?.(false)
  }
}
