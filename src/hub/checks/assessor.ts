import type { HubContext } from '../context.js'
import { assessNews } from './catch-up.js'
import type { CaseNews } from './raise.js'
import { reassess } from './reassess.js'
import { keepWatermark } from './watermark.js'

type Listener = (news: CaseNews) => void

/** Steps 6 and 7, after the answer: assess, and raise cases. What is not done when the process dies is done next time. */
export interface Assessor {
  /**
   * Resolves once everything that stood in the journal when it was called has been assessed, and every child anew where
   * the policy has changed; and the store says so.
   */
  assess(signal?: AbortSignal): Promise<void>
  /** Begins the same soon, and says nothing: what fails now is done with the next message. */
  assessSoon(): void
  onCase(listener: Listener): () => void
  /** Checks that the policy could not read when the last step ended. */
  unassessed(): number
  /** Resolves when nothing is under way, however it ended. */
  settled(): Promise<void>
}

export function openAssessor(hub: HubContext): Assessor {
  const listeners = new Set<Listener>()
  let queue: Promise<void> = Promise.resolve()
  let unassessed = 0
  const settled = (): Promise<void> => queue.catch(() => undefined)
  // Listeners hear of a step once it is durable: what comes after it may fail.
  const tellOf = (step: { readonly news: readonly CaseNews[]; readonly unassessed: number }): void => {
    unassessed = step.unassessed
    for (const news of step.news) for (const listener of listeners) tell(listener, news)
  }
  /** News and the pass over all children take turns: neither waits for the end of the other. */
  const catchUp = async (signal?: AbortSignal): Promise<void> => {
    for (let more = true; more; ) {
      signal?.throwIfAborted()
      const step = await assessNews(hub)
      tellOf(step)
      more = step.more
      if (!step.isPassDue) continue
      signal?.throwIfAborted()
      const pass = await reassess(hub)
      tellOf(pass)
      more ||= pass.more
    }
    await hub.checks.tidy()
  }
  let isWaiting = false
  return {
    assess(signal) {
      queue = settled()
        .then(() => catchUp(signal))
        .then(() => keepWatermark(hub))
      return queue
    },
    assessSoon() {
      // One that has not begun takes in what comes meanwhile.
      if (isWaiting) return
      isWaiting = true
      queue = settled().then(() => {
        isWaiting = false
        return catchUp()
      })
      queue.catch(() => undefined)
    },
    unassessed: () => unassessed,
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
