import { SingleBar } from 'cli-progress'

/** How far something has come, on standard error. Shown once it lasts over a second, and only on a terminal. */
export interface Progress {
  /** `done` of `total`; `count` is what the rate is told in (rows, entries). */
  update(done: number, count: number): void
  stop(): void
}

const AFTER_MS = 1_000

/** @param total absent where it is not known: the count and its rate are shown then */
export function startProgress(
  what: string,
  total?: number,
  stream: NodeJS.WriteStream = process.stderr,
  clock: () => number = Date.now,
): Progress {
  const startedAt = clock()
  let bar: SingleBar | undefined
  return {
    update(done, count) {
      const elapsed = clock() - startedAt
      if (stream.isTTY !== true || elapsed < AFTER_MS) return
      const payload = { what, count, rate: Math.round((count * 1_000) / elapsed), left: timeLeft(elapsed, done, total) }
      if (bar === undefined) {
        bar = new SingleBar({ stream, format: total === undefined ? WITHOUT_END : WITH_END, clearOnComplete: true })
        bar.start(Math.max(1, total ?? 1), done, payload)
      }
      bar.update(total === undefined ? 0 : done, payload)
    },
    stop() {
      bar?.stop()
    },
  }
}

const WITH_END = '{what} {bar} {percentage}% | {count} | {rate}/s | {left} left'
const WITHOUT_END = '{what} | {count} | {rate}/s'

function timeLeft(elapsed: number, done: number, total: number | undefined): string {
  if (total === undefined || done <= 0) return '?'
  const seconds = Math.ceil((elapsed * Math.max(0, total - done)) / done / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
