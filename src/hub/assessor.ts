import { type CaseNews, catchUp } from './catch-up.js'
import type { HubContext } from './context.js'

type Listener = (news: CaseNews) => void

/** Steps 6 and 7, after the answer: assess, and raise cases. What is not done when the process dies is done next time. */
export interface Assessor {
  /** Resolves once everything that stood in the journal when it was called has been assessed. */
  assess(signal?: AbortSignal): Promise<void>
  onCase(listener: Listener): () => void
  /** Resolves when nothing is under way, however it ended. */
  settled(): Promise<void>
}

export function openAssessor(hub: HubContext): Assessor {
  const listeners = new Set<Listener>()
  let queue: Promise<void> = Promise.resolve()
  const settled = (): Promise<void> => queue.catch(() => undefined)
  return {
    assess(signal) {
      queue = settled().then(async () => {
        for (const news of await catchUp(hub, signal)) for (const listener of listeners) tell(listener, news)
      })
      return queue
    },
    onCase(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    settled,
  }
}

/** A listener that fails must not keep the others, or the assessment, from going on. */
function tell(listener: Listener, news: CaseNews): void {
  try {
    listener(news)
  } catch {
    // the listener's own affair
  }
}
