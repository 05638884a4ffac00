import assert from 'node:assert/strict'
import fc from 'fast-check'
import { memoryStore } from '../../store/memory.js'
import { type Commit, type Store, TABLES, type Table } from '../../store/port.js'
import type { OpenedStore } from './fixtures.js'

/**
 * Random sequences of commits, each made on the store and on the memory store, which must answer alike and hold the same
 * afterwards. Few keys and small commits, so that `moved`, `taken`, replacing and erasing all come up often.
 */
export async function compareWithModel(open: () => Promise<OpenedStore>, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const opened = await open()
      const model = memoryStore()
      let { store } = opened
      try {
        for (const one of steps) {
          const commit = await commitOf(one, model)
          assert.equal(await store.commit(commit), await model.commit(commit))
          if (one.reopen && opened.reopen !== undefined) store = await opened.reopen()
        }
        assert.deepEqual(await contents(store), await contents(model))
      } finally {
        await opened.dispose()
      }
    }),
    { numRuns: runs },
  )
}

/** Everything that a store of a few rows holds, for a comparison. */
export async function contents(store: Store): Promise<unknown> {
  const size = await store.size()
  const positions = Array.from({ length: size }, (_, position) => position)
  const places = positions.flatMap((index) => [0, 1, 2, 3].map((level) => ({ level, index })))
  return {
    size,
    entries: await store.entries(0, 1000),
    nodes: await store.nodes(places),
    leaves: await Promise.all(positions.map((position) => store.leaves(position, 0, 1000))),
    tables: await Promise.all(TABLES.map((table) => store.list(table, undefined, 1000))),
  }
}

const table = fc.constantFrom<Table>('child', 'case', TABLES[TABLES.length - 1] ?? 'meta')
const key = fc.constantFrom([0], [0, 0], [1], [127], [128], [255], [255, 255]).map((bytes) => Uint8Array.from(bytes))
const bytes = fc.uint8Array({ maxLength: 20 })
const row = fc.record({ table, key, value: bytes })
const removable = fc.record({ table, key, value: fc.option(bytes, { nil: undefined, freq: 3 }) })

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
const step = fc.record({
  /** How far the expected size is off; mostly not at all. */
  drift: fc.constantFrom(0, 0, 0, 0, 0, 1, -1),
  entries: fc.array(
    fc.record({ body: bytes, sealed: fc.boolean(), rows: fc.uniqueArray(fc.nat(5), { maxLength: 3 }) }),
    {
      maxLength: 3,
    },
  ),
  /** Whether what is expected is what the store holds, or whatever came up. */
  expects: fc.array(fc.record({ row: removable, honest: fc.constantFrom(true, true, true, false) }), { maxLength: 2 }),
  inserts: fc.array(row, { maxLength: 2 }),
  puts: fc.array(removable, { maxLength: 3 }),
  erase: fc.array(fc.record({ at: fc.nat(20), row: fc.option(fc.nat(5), { nil: undefined }) }), { maxLength: 2 }),
  reopen: fc.constantFrom(false, false, false, false, true),
})

async function commitOf(one: Step, model: Store): Promise<Commit> {
  const size = Math.max(0, (await model.size()) + one.drift)
  const end = size + one.entries.length
  const expects = one.expects.map(async ({ row, honest }) =>
    honest ? { ...row, value: (await model.get(row.table, [row.key]))[0] } : row,
  )
  return {
    expectedSize: size,
    entries: one.entries.map(({ body, sealed }, at) => ({
      position: size + at,
      salt: new Uint8Array(32).fill(size + at),
      body,
      sealed,
    })),
    nodes: [0, 1, 2].flatMap((level) => completed(level, size, end)),
    leaves: one.entries.flatMap(({ rows, body }, at) =>
      rows.map((row) => ({
        position: size + at,
        row,
        hash: new Uint8Array(32).fill(row),
        salt: body.slice(0, 16),
        bytes: body,
      })),
    ),
    expects: await Promise.all(expects),
    inserts: one.inserts,
    puts: one.puts,
    erase: one.erase
      .filter(({ at }) => at < end)
      .map(({ at, row }) => (row === undefined ? { position: at } : { position: at, row })),
  }
}

function completed(level: number, from: number, to: number): { level: number; index: number; hash: Uint8Array }[] {
  const first = Math.floor(from / 2 ** level)
  const count = Math.floor(to / 2 ** level) - first
  return Array.from({ length: count }, (_, at) => ({
    level,
    index: first + at,
    hash: new Uint8Array(32).fill(16 * level + first + at),
  }))
}
