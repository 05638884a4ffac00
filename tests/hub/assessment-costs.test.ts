import { expect, test, vi } from 'vitest'
import type { CheckIndex } from '../../src/hub/check-index/check-index.js'
import { assessNews } from '../../src/hub/checks/catch-up.js'
import type { HubContext } from '../../src/hub/context.js'
import { memoryStore, type Store } from '../../src/index.js'
import type { Commit, Table } from '../../src/store/port.js'
import { plantedCheck } from '../support/forge.js'
import { childDetails, type House, house } from '../support/house.js'
import { all } from '../support/lists.js'
import { call, counting } from './policies.js'
import { watched } from './watched-store.js'

interface Counted {
  readonly store: Store
  /** Reads of rows by table, and of what lies beside the journal. */
  readonly reads: Map<Table | 'leaves', number>
  readonly commits: Commit[]
  clear(): void
}

/** A store in memory that counts what is asked of it. */
function counted(): Counted {
  const reads = new Map<Table | 'leaves', number>()
  const commits: Commit[] = []
  const count = (what: Table | 'leaves', by: number): void => {
    reads.set(what, (reads.get(what) ?? 0) + by)
  }
  const store = memoryStore()
  const { get, leaves, commit } = { get: store.get, leaves: store.leaves, commit: store.commit }
  return {
    reads,
    commits,
    clear() {
      reads.clear()
      commits.length = 0
    },
    store: Object.assign(store, {
      get(table: Table, keys: readonly Uint8Array[]) {
        count(table, keys.length)
        return get.call(store, table, keys)
      },
      leaves(...asked: Parameters<Store['leaves']>) {
        count('leaves', 1)
        return leaves.apply(store, asked)
      },
      commit(each: Commit) {
        commits.push(each)
        return commit.call(store, each)
      },
    }),
  }
}

const tablesPut = (commits: readonly Commit[]): readonly string[] =>
  commits.flatMap(({ puts = [] }) => puts.map(({ table }) => table))

test('checks of children that reach nothing are assessed without a read or a write but of the watermark', async () => {
  const children = 24
  const { store, reads, commits, clear } = counted()
  await using it = await house({ store, policy: counting(1, { review: 2 }) })
  await it.sealer.registerAll(
    Array.from({ length: children }, (_, n) => childDetails(n)),
    { neverIssuedNumbers: true },
  )
  // With the first check of an agency comes what it has to ask of the hub.
  await it.police.check(call(it, 0))
  await it.hub.caughtUp()
  clear()
  const outcomes = await it.police.checkAll(Array.from({ length: children - 1 }, (_, n) => call(it, n + 1)))
  expect(outcomes.every(({ kind }) => kind === 'recorded')).toBe(true)
  await it.hub.caughtUp()
  expect(reads.get('history')).toBeUndefined()
  expect(reads.get('leaves')).toBeUndefined()
  const assessing = commits.filter(({ entries = [] }) => entries.length === 0)
  expect(tablesPut(assessing)).toEqual(['meta'])
  expect(tablesPut(commits)).not.toContain('history')
  // Nothing new, nothing written; and who reaches a level has a row, alone.
  clear()
  await it.hub.caughtUp()
  expect(commits).toEqual([])
  await it.police.check(call(it, 5))
  expect(await all(it.hub.cases())).toHaveLength(1)
  expect(tablesPut(commits).filter((table) => table === 'history')).toHaveLength(1)
})

test('a check more about a child of many costs what one about a child of few does, with a case and without', async () => {
  const { store, reads, commits, clear } = counted()
  await using it = await house({ store, policy: counting(1, { review: 90, need: 1_000 }) })
  await it.register(childDetails(1))
  await it.police.check(call(it, 1))
  await it.hub.caughtUp()
  const hub = await it.context()
  await hub.ledger.notice()
  const [childId] = hub.checks.children()
  if (childId === undefined) throw new Error('the check names a child')
  const ofChild = vi.spyOn(hub.checks as { -readonly [Verb in keyof CheckIndex]: CheckIndex[Verb] }, 'ofChild')
  const oneMore = async () => {
    clear()
    ofChild.mockClear()
    await planted(it, hub, childId)
    const before = commits.length
    await assessNews(hub)
    return {
      reads: Object.fromEntries(reads),
      puts: tablesPut(commits.slice(before)),
      ofChild: ofChild.mock.calls.length,
    }
  }
  const few = await oneMore()
  expect(few).toEqual({ reads: { meta: 2 }, puts: [], ofChild: 1 })
  for (let more = 0; more < 70; more += 1) await planted(it, hub, childId)
  await assessNews(hub)
  expect(await oneMore()).toEqual({ ...few, reads: { meta: 1 }, ofChild: 0 })
  for (let more = 0; more < 20; more += 1) await planted(it, hub, childId)
  await assessNews(hub)
  expect(await all(it.hub.cases())).toMatchObject([{ level: 'review' }])
  // The first after the case takes the row in; from then on it is the row and the case, however many checks there are.
  await oneMore()
  const withCase = await oneMore()
  expect(withCase).toMatchObject({ reads: { history: 1, case: 1 }, puts: [], ofChild: 0 })
  expect(withCase.reads).not.toHaveProperty('leaves')
})

async function planted(it: House, hub: HubContext, childId: Uint8Array): Promise<void> {
  await plantedCheck(it, hub, { agency: 'met-police', childId, check: { incident: 'called' } }).journal()
}

test('what a process found nothing in and did not write down, the next one assesses again: nothing is doubled or lost', async () => {
  const { store, commits, clear } = counted()
  await using it = await house({ store, policy: counting(1, { review: 3 }) })
  await it.register(childDetails(1))
  await it.hub.caughtUp()
  await it.police.check(call(it, 1))
  // Somebody nobody registered: an enquiry, which is written.
  await it.police.check(call(it, 2))
  await it.police.check(call(it, 1))
  clear()
  const other = await it.another()
  await other.caughtUp()
  const hub = await it.reopen({ crash: true })
  await it.police.check(call(it, 1))
  expect(await all(hub.cases())).toMatchObject([{ number: 1, level: 'review' }])
  expect((await hub.case(1)).timeline).toHaveLength(3)
  expect(await all(hub.enquiries())).toMatchObject([{ checks: 1 }])
  expect(await all(other.cases())).toHaveLength(1)
  expect(commits.flatMap(({ entries = [] }) => entries).length).toBeGreaterThan(0)
  expect((await hub.journal.verify()).verified).toBe(true)
})

test('a check that one process found nothing in while another closed the case is assessed again, against the closing', async () => {
  const gate = watched()
  await using it = await house({ store: gate.store, policy: counting(1, { review: 1 }) })
  await it.register(childDetails(1))
  await it.police.check(call(it, 1))
  await it.hub.caughtUp()
  const hub = await it.context()
  const [childId] = hub.checks.children()
  if (childId === undefined) throw new Error('the check names a child')
  gate.beforeCommit = async ({ entries = [] }) => {
    if (entries.length === 0) return
    gate.beforeCommit = undefined
    await planted(it, hub, childId)
    await assessNews(hub)
    expect(hub.assessed.lead).toBeDefined()
  }
  await it.first.close(1, 'no-further-action', 'no-further-action')
  await assessNews(hub)
  expect((await hub.shelf.list('case', undefined, 10)).map(({ value }) => value.status)).toEqual(['closed', 'new'])
})
