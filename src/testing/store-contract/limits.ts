import assert from 'node:assert/strict'
import type { Commit, Store, Table } from '../../store/port.js'
import { done, entry, filled, leaf, type On } from './fixtures.js'
import { contents } from './model.js'

/** The largest of everything is kept; one more is a `RangeError` and writes nothing. */
export function limitsContract(on: On): void {
  on('the largest entry, row, key and value are kept whole', async (store) => {
    const body = patterned(1024 * 1024)
    const value = patterned(16 * 1024 * 1024)
    const key = filled(64, 255)
    await done(store, {
      expectedSize: 0,
      entries: [{ ...entry(0), body }],
      leaves: [{ ...leaf(0), position: 0, bytes: body }],
      inserts: [{ table: 'record', key, value }],
    })
    // Compared by Buffer: a deep comparison of this many bytes takes seconds.
    const same = (a: Uint8Array | undefined, b: Uint8Array): void =>
      assert.ok(a !== undefined && Buffer.compare(a, b) === 0)
    same((await store.entries(0, 1))[0]?.body, body)
    same((await store.leaves(0, 0, 1))[0]?.bytes, body)
    same((await store.get('record', [key]))[0], value)
    same((await store.list('record', undefined, 1))[0]?.value, value)
  })
  on('a full batch of rows is kept', async (store) => {
    const leaves = Array.from({ length: 65_536 }, (_, row) => ({ ...leaf(row), position: 0 }))
    await done(store, { expectedSize: 0, entries: [entry(0)], leaves })
    assert.equal((await store.leaves(0, 0, 65_536)).length, 65_536)
    await done(store, { expectedSize: 1, erase: [{ position: 0, row: 65_534 }] })
    const erased = { ...leaf(65_534), salt: filled(0, 0), bytes: filled(0, 0) }
    assert.deepEqual(await store.leaves(0, 65_533, 65_536), [leaf(65_533), erased, leaf(65_535)])
  })
  for (const [what, commit] of BAD_COMMITS) {
    on(`a commit with ${what} is a RangeError and writes nothing`, async (store) => {
      await done(store, { expectedSize: 0, entries: [entry(0)] })
      const before = await contents(store)
      const marked = {
        ...commit,
        puts: [...(commit.puts ?? []), { table: 'meta', key: filled(1, 1), value: filled(1, 1) }],
      }
      await assert.rejects(store.commit(marked as Commit), RangeError)
      assert.deepEqual(await contents(store), before)
    })
  }
  for (const [what, read] of BAD_READS) {
    on(`reading with ${what} is a RangeError`, async (store) => {
      await assert.rejects(read(store), RangeError)
    })
  }
}

const KEY = filled(1, 1)
const NO_TABLE = 'sqlite_schema' as Table
const row = (key: Uint8Array, valueLength = 1, table: Table = 'child') => ({
  table,
  key,
  value: filled(valueLength, 1),
})

const BAD_COMMITS: readonly (readonly [what: string, commit: Commit])[] = [
  ['a fractional size', { expectedSize: 0.5 }],
  ['a negative size', { expectedSize: -1 }],
  ['an entry at another position', { expectedSize: 1, entries: [entry(2)] }],
  ['a gap between its entries', { expectedSize: 1, entries: [entry(1), entry(3)] }],
  ['a short salt', { expectedSize: 1, entries: [{ ...entry(1), salt: filled(31, 1) }] }],
  ['an erased entry', { expectedSize: 1, entries: [{ ...entry(1), salt: filled(0, 1) }] }],
  ['a body beyond 1 MiB', { expectedSize: 1, entries: [{ ...entry(1), body: filled(1024 * 1024 + 1, 1) }] }],
  [
    'a node of 31 bytes',
    { expectedSize: 1, entries: [entry(1)], nodes: [{ level: 0, index: 1, hash: filled(31, 1) }] },
  ],
  ['a node that was complete before', { expectedSize: 1, nodes: [{ level: 0, index: 0, hash: filled(32, 1) }] }],
  [
    'a node not yet complete',
    { expectedSize: 1, entries: [entry(1)], nodes: [{ level: 1, index: 1, hash: filled(32, 1) }] },
  ],
  [
    'a node twice',
    {
      expectedSize: 1,
      entries: [entry(1)],
      nodes: [0, 1].map((byte) => ({ level: 1, index: 0, hash: filled(32, byte) })),
    },
  ],
  ['a row beside an old entry', { expectedSize: 1, leaves: [{ ...leaf(0), position: 0 }] }],
  ['a row beside no entry', { expectedSize: 1, entries: [entry(1)], leaves: [{ ...leaf(0), position: 2 }] }],
  ['row 65,536', { expectedSize: 1, entries: [entry(1)], leaves: [{ ...leaf(65_536), position: 1 }] }],
  [
    'a row twice',
    { expectedSize: 1, entries: [entry(1)], leaves: [0, 0].map((one) => ({ ...leaf(one), position: 1 })) },
  ],
  [
    'a row without hash',
    { expectedSize: 1, entries: [entry(1)], leaves: [{ ...leaf(0), position: 1, hash: filled(0, 0) }] },
  ],
  [
    'a row with a salt of 33 bytes',
    { expectedSize: 1, entries: [entry(1)], leaves: [{ ...leaf(0), position: 1, salt: filled(33, 0) }] },
  ],
  [
    'a row beyond 1 MiB',
    { expectedSize: 1, entries: [entry(1)], leaves: [{ ...leaf(0), position: 1, bytes: filled(1024 * 1024 + 1, 0) }] },
  ],
  ['an empty key to insert', { expectedSize: 1, inserts: [row(filled(0, 1))] }],
  ['a key of 65 bytes to put', { expectedSize: 1, puts: [row(filled(65, 1))] }],
  ['a key of 65 bytes to expect', { expectedSize: 1, expects: [row(filled(65, 1))] }],
  ['a value beyond 16 MiB', { expectedSize: 1, inserts: [row(KEY, 16 * 1024 * 1024 + 1)] }],
  ['a table that does not exist', { expectedSize: 1, puts: [row(KEY, 1, NO_TABLE)] }],
  ['an erasure beyond the journal', { expectedSize: 1, entries: [entry(1)], erase: [{ position: 2 }] }],
  ['an erasure of row 65,536', { expectedSize: 1, erase: [{ position: 0, row: 65_536 }] }],
]

const BAD_READS: readonly (readonly [what: string, read: (store: Store) => Promise<unknown>])[] = [
  ['a negative position', (store) => store.entries(-1, 1)],
  ['a limit of 0 entries', (store) => store.entries(0, 0)],
  ['a limit of 10,001 entries', (store) => store.entries(0, 10_001)],
  ['a fractional limit', (store) => store.entries(0, 1.5)],
  ['a limit of 65,537 rows', (store) => store.leaves(0, 0, 65_537)],
  ['a negative row', (store) => store.leaves(0, -1, 1)],
  ['the hash of row 65,536', (store) => store.hashes([{ position: 0, row: 65_536 }])],
  ['the hash beside a negative position', (store) => store.hashes([{ position: -1, row: 0 }])],
  ['a level of 53', (store) => store.nodes([{ level: 53, index: 0 }])],
  ['a negative index', (store) => store.nodes([{ level: 0, index: -1 }])],
  ['an empty key', (store) => store.get('child', [filled(0, 0)])],
  ['a key of 65 bytes', (store) => store.get('child', [filled(65, 0)])],
  ['a table that does not exist', (store) => store.get(NO_TABLE, [KEY])],
  ['a table that does not exist to list', (store) => store.list(NO_TABLE, undefined, 1)],
  ['a limit of 10,001 listed rows', (store) => store.list('child', undefined, 10_001)],
  ['an empty key to list after', (store) => store.list('child', filled(0, 0), 1)],
]

function patterned(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >>> 8)) & 255)
}
