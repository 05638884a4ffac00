import { expect, test } from 'vitest'
import type { CaseSummary, Policy } from '../../src/index.js'
import { all } from '../support/lists.js'
import { calls, counting, countingHouse } from './policies.js'
import { watched } from './watched-store.js'

test.each(['before', 'after'] as const)(
  'a process that dies %s any write of the change leaves what the next one makes whole',
  async (when) => {
    const whole = await changed(undefined)
    expect(whole.writes).toBeGreaterThanOrEqual(3)
    expect(whole.cases).toHaveLength(70)
    for (let write = 1; write <= whole.writes; write += 1) {
      const crashed = await changed({ write, when })
      expect(crashed.cases, `${when} write ${write}`).toEqual(whole.cases)
      expect(crashed.policies).toEqual(whole.policies)
      expect(crashed.verified).toBe(true)
    }
  },
  60_000,
)

interface Crash {
  /** The how-manieth write after the adoption begins. */
  readonly write: number
  readonly when: 'before' | 'after'
}

/** What a change of policy comes to, in a hub whose process dies at a write and is opened again. */
async function changed(crash: Crash | undefined): Promise<{
  readonly writes: number
  readonly cases: readonly (Omit<CaseSummary, 'number'> & { readonly checks: number })[]
  readonly policies: readonly unknown[]
  readonly verified: boolean
}> {
  const gate = watched()
  await using it = await countingHouse({ review: 2, need: 4 }, { store: gate.store })
  await calls(it, [2, 2, ...Array.from({ length: 68 }, () => 1)])
  const next: Policy = counting(2, { review: 1, need: 2 })
  let writes = 0
  const failure = new Error('the process dies here')
  let dead = false
  const at = (when: Crash['when']): void => {
    dead ||= crash?.when === when && crash.write === writes
    if (dead) throw failure
  }
  gate.beforeCommit = async () => {
    writes += 1
    at('before')
  }
  gate.afterCommit = async () => at('after')
  await it.hub.adoptPolicy(next).catch(() => undefined)
  await it.hub.caughtUp().catch(() => undefined)
  gate.beforeCommit = undefined
  gate.afterCommit = undefined
  const counted = writes
  const hub = await it.reopen({ crash: true })
  await hub.adoptPolicy(next)
  await hub.caughtUp()
  const cases = await all(hub.cases())
  const verified = (await hub.journal.verify()).verified
  const dossiers = await Promise.all(cases.map(({ number }) => hub.case(number)))
  const children = new Set(dossiers.map(({ timeline }) => timeline[0]?.checkId))
  expect(children.size, 'one case for each child').toBe(cases.length)
  // Which child came first, and so got which number, is a matter of chance.
  const sorted = cases
    .map(({ number: _, ...rest }, index) => ({ ...rest, checks: dossiers[index]?.timeline.length ?? 0 }))
    .sort((a, b) => a.checks - b.checks)
  return { writes: counted, cases: sorted, policies: hub.policies(), verified }
}
