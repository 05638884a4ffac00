import { memoryStore, type Store } from '../../src/index.js'
import type { Commit } from '../../src/store/port.js'

interface Watched {
  readonly store: Store
  /** What happens before a write, and after it is durable; what it throws, the writer gets. */
  beforeCommit: ((commit: Commit) => Promise<void>) | undefined
  afterCommit: ((commit: Commit) => Promise<void>) | undefined
}

/** A store in memory at whose writes something can happen. */
export function watched(): Watched {
  const gate: Watched = {
    beforeCommit: undefined,
    afterCommit: undefined,
    store: new Proxy(memoryStore(), {
      get(target, name) {
        if (name === 'commit') {
          return async (commit: Commit) => {
            await gate.beforeCommit?.(commit)
            const outcome = await target.commit(commit)
            await gate.afterCommit?.(commit)
            return outcome
          }
        }
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    }),
  }
  return gate
}
