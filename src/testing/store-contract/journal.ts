import assert from 'node:assert/strict'
import { done, entry, filled, leaf, type On } from './fixtures.js'

/** Entries, nodes and rows come back as written, and erasing takes away no more than it should. */
export function journalContract(on: On): void {
  on('a new store has no entries', async (store) => {
    assert.equal(await store.size(), 0)
    assert.deepEqual(await store.entries(0, 10), [])
    assert.deepEqual(await store.leaves(0, 0, 10), [])
    assert.deepEqual(await store.nodes([{ level: 0, index: 0 }]), [undefined])
  })
  on('entries come back as they were written, in order and by page', async (store) => {
    const all = [0, 1, 2, 3, 4].map(entry)
    await done(store, { expectedSize: 0, entries: all.slice(0, 2) })
    await done(store, { expectedSize: 2, entries: all.slice(2) })
    assert.equal(await store.size(), 5)
    assert.deepEqual(await store.entries(0, 10), all)
    assert.deepEqual(await store.entries(1, 3), all.slice(1, 4))
    assert.deepEqual(await store.entries(5, 10), [])
  })
  on('nodes come back in the order asked for', async (store) => {
    const nodes = [
      { level: 0, index: 0, hash: filled(32, 1) },
      { level: 0, index: 1, hash: filled(32, 2) },
      { level: 1, index: 0, hash: filled(32, 3) },
    ]
    await done(store, { expectedSize: 0, entries: [0, 1].map(entry), nodes })
    const places = [
      { level: 1, index: 0 },
      { level: 1, index: 1 },
      { level: 0, index: 1 },
      { level: 0, index: 0 },
      { level: 0, index: 1 },
    ]
    assert.deepEqual(await store.nodes(places), [filled(32, 3), undefined, filled(32, 2), filled(32, 1), filled(32, 2)])
  })
  on('rows beside an entry come back by ascending row and by page', async (store) => {
    const rows = [65_535, 3, 0, 7].map((row) => ({ position: 0, ...leaf(row) }))
    await done(store, { expectedSize: 0, entries: [0, 1].map(entry), leaves: [...rows, { position: 1, ...leaf(1) }] })
    assert.deepEqual(await store.leaves(0, 0, 100), [0, 3, 7, 65_535].map(leaf))
    assert.deepEqual(await store.leaves(0, 1, 2), [3, 7].map(leaf))
    assert.deepEqual(await store.leaves(1, 0, 100), [leaf(1)])
    assert.deepEqual(await store.leaves(2, 0, 100), [])
  })
}

/** Rows beside an entry are found and erased one by one, however a store keeps them together. */
export function leafContract(on: On): void {
  on('rows with gaps are read from any row on, as many as asked for', async (store) => {
    const rows = Array.from({ length: 300 }, (_, at) => at * 3)
    await done(store, {
      expectedSize: 0,
      entries: [entry(0)],
      leaves: rows.map((row) => ({ position: 0, ...leaf(row) })),
    })
    for (const from of [0, 1, 95, 96, 189, 190, 191, 192, 193, 767, 768, 897, 898, 65_535]) {
      for (const limit of [1, 2, 63, 64, 65, 128, 129, 299, 300, 65_536]) {
        const expected = rows.filter((row) => row >= from).slice(0, limit)
        assert.deepEqual(await store.leaves(0, from, limit), expected.map(leaf), `${limit} from ${from}`)
      }
    }
    const asked = [897, 3, 4, 0, 189, 898, 65_535, 3]
    const found = asked.map((row) => (rows.includes(row) ? leaf(row).hash : undefined))
    assert.deepEqual(await store.hashes(asked.map((row) => ({ position: 0, row }))), found)
    assert.deepEqual(await store.hashes([1, 9, Number.MAX_SAFE_INTEGER].map((position) => ({ position, row: 0 }))), [
      undefined,
      undefined,
      undefined,
    ])
  })
  on('rows of many bytes, of none, and refused ones come back as they were written', async (store) => {
    const leaves = Array.from({ length: 40 }, (_, row) => ({
      ...leaf(row),
      salt: filled(row % 5 === 4 ? 0 : 32, row),
      bytes: filled(row % 5 === 4 || row % 7 === 0 ? 0 : row * 1000, row),
    }))
    await done(store, { expectedSize: 0, entries: [entry(0)], leaves: leaves.map((one) => ({ position: 0, ...one })) })
    assert.deepEqual(await store.leaves(0, 0, 65_536), leaves)
    for (const one of leaves) assert.deepEqual(await store.leaves(0, one.row, 1), [one])
    assert.deepEqual(await store.leaves(0, 3, 20), leaves.slice(3, 23))
  })
  on('any row is erased alone, and once is enough', async (store) => {
    const rows = Array.from({ length: 200 }, (_, row) => row)
    const leaves = [0, 1].flatMap((position) => rows.map((row) => ({ position, ...leaf(row) })))
    await done(store, { expectedSize: 0, entries: [0, 1].map(entry), leaves })
    const gone = new Set<number>()
    for (const some of [[0], [199], [64], [63, 65], [1, 100, 1], [64, 127], [31, 32, 128, 191, 192]]) {
      await done(store, { expectedSize: 2, erase: some.map((row) => ({ position: 1, row })) })
      for (const row of some) gone.add(row)
      const expected = rows.map((row) =>
        gone.has(row) ? { ...leaf(row), salt: filled(0, 0), bytes: filled(0, 0) } : leaf(row),
      )
      assert.deepEqual(await store.leaves(1, 0, 200), expected)
    }
    assert.deepEqual(await store.leaves(0, 0, 200), rows.map(leaf))
    assert.deepEqual((await store.leaves(1, 64, 1))[0]?.bytes, filled(0, 0))
    assert.deepEqual(
      await store.hashes(rows.map((row) => ({ position: 1, row }))),
      rows.map((row) => leaf(row).hash),
    )
  })
}

export function erasureContract(on: On): void {
  on('an erased entry keeps its place and nothing else', async (store) => {
    await done(store, {
      expectedSize: 0,
      entries: [0, 1, 2].map(entry),
      leaves: [{ position: 1, ...leaf(0) }],
      nodes: [{ level: 0, index: 1, hash: filled(32, 5) }],
    })
    const erased = { ...entry(1), salt: filled(0, 0), body: filled(0, 0) }
    for (const _ of ['once', 'twice']) {
      await done(store, { expectedSize: 3, erase: [{ position: 1 }] })
      assert.deepEqual(await store.entries(0, 10), [entry(0), erased, entry(2)])
    }
    assert.deepEqual(await store.leaves(1, 0, 10), [leaf(0)])
    assert.deepEqual(await store.nodes([{ level: 0, index: 1 }]), [filled(32, 5)])
  })
  on('an erased row keeps its hash', async (store) => {
    const leaves = [0, 1].flatMap((position) => [0, 1].map((row) => ({ position, ...leaf(row) })))
    await done(store, { expectedSize: 0, entries: [0, 1].map(entry), leaves })
    await done(store, {
      expectedSize: 2,
      erase: [
        { position: 1, row: 0 },
        { position: 1, row: 77 },
      ],
    })
    const erased = { ...leaf(0), salt: filled(0, 0), bytes: filled(0, 0) }
    assert.deepEqual(await store.leaves(0, 0, 10), [0, 1].map(leaf))
    assert.deepEqual(await store.leaves(1, 0, 10), [erased, leaf(1)])
    assert.deepEqual(await store.entries(0, 10), [0, 1].map(entry))
  })
  on('what a commit appends it can erase', async (store) => {
    const leaves = [{ position: 0, ...leaf(4) }]
    await done(store, {
      expectedSize: 0,
      entries: [entry(0)],
      leaves,
      erase: [{ position: 0 }, { position: 0, row: 4 }],
    })
    assert.equal((await store.entries(0, 1))[0]?.body.length, 0)
    assert.equal((await store.leaves(0, 0, 1))[0]?.bytes.length, 0)
  })
}
