import assert from 'node:assert/strict'
import type { Commit, Store } from '../../store/port.js'
import { done, entry, filled, leaf, type On } from './fixtures.js'
import { contents } from './model.js'

/** All of a commit happens or none of it: not when what it was computed from has moved. */
export function movedContract(on: On): void {
  for (const size of [0, 1, 3]) {
    on(
      `a commit that expects size ${size} of a journal of size 2 is moved and leaves nothing behind`,
      async (store) => {
        const before = await begun(store)
        assert.equal(await store.commit(whole(size)), 'moved')
        assert.deepEqual(await contents(store), before)
      },
    )
  }
  for (const [what, key, value] of [
    ['has another value', filled(16, 1), filled(5, 2)],
    ['has a longer value', filled(16, 1), filled(4, 1)],
    ['exists though none was expected', filled(16, 1), undefined],
    ['does not exist', filled(16, 2), filled(5, 1)],
  ] as const) {
    on(`a commit whose expected row ${what} is moved and leaves nothing behind`, async (store) => {
      const before = await begun(store)
      const expects = [{ table: 'child', key, value }] as const
      assert.equal(await store.commit({ ...whole(2), expects }), 'moved')
      assert.deepEqual(await contents(store), before)
    })
  }
  on('a commit whose expected rows are as expected is done', async (store) => {
    await begun(store)
    await done(store, {
      ...whole(2),
      expects: [
        { table: 'child', key: filled(16, 1), value: filled(5, 1) },
        { table: 'child', key: filled(16, 2), value: undefined },
      ],
    })
    assert.deepEqual(await store.get('child', [filled(16, 1)]), [filled(5, 99)])
  })
}

/** Nor when a key that it inserts is taken, or another commit was faster. */
export function takenContract(on: On): void {
  on('an insert on a key that has a value is taken and leaves nothing behind', async (store) => {
    const before = await begun(store)
    const inserts = [{ table: 'child', key: filled(16, 1), value: filled(5, 2) }] as const
    assert.equal(await store.commit({ ...whole(2), inserts }), 'taken')
    assert.deepEqual(await contents(store), before)
  })
  on('two inserts on one key are taken and leave nothing behind', async (store) => {
    const before = await begun(store)
    const twice = { table: 'posting', key: filled(16, 7), value: filled(5, 2) } as const
    assert.equal(await store.commit({ ...whole(2), inserts: [twice, twice] }), 'taken')
    assert.deepEqual(await contents(store), before)
    await done(store, { ...whole(2), inserts: [twice, { ...twice, table: 'reference' }] })
  })
  on('inserts look at what was there before the puts', async (store) => {
    await begun(store)
    const row = { table: 'child', key: filled(16, 1) } as const
    const removedAndInserted = { inserts: [{ ...row, value: filled(1, 1) }], puts: [{ ...row, value: undefined }] }
    assert.equal(await store.commit({ expectedSize: 2, ...removedAndInserted }), 'taken')
    await done(store, { expectedSize: 2, puts: [{ ...row, value: undefined }] })
    await done(store, { expectedSize: 2, inserts: [{ ...row, value: filled(1, 2) }] })
    assert.deepEqual(await store.get('child', [row.key]), [filled(1, 2)])
  })
  on('of many commits at once on one size exactly one is done', async (store) => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => store.commit(whole(0))))
    assert.deepEqual(outcomes.toSorted(), ['done', ...Array.from({ length: 9 }, () => 'moved')])
    assert.equal(await store.size(), 1)
  })
}

function whole(expectedSize: number): Commit {
  return {
    expectedSize,
    entries: [entry(expectedSize)],
    nodes: [{ level: 0, index: expectedSize, hash: filled(32, 9) }],
    leaves: [{ position: expectedSize, ...leaf(0) }],
    inserts: [{ table: 'posting', key: filled(16, 200 + expectedSize), value: filled(5, 1) }],
    puts: [
      { table: 'child', key: filled(16, 1), value: filled(5, 99) },
      { table: 'meta', key: filled(1, 1), value: undefined },
    ],
    erase: [{ position: 0 }],
  }
}

async function begun(store: Store): Promise<unknown> {
  await done(store, {
    expectedSize: 0,
    entries: [0, 1].map(entry),
    puts: [
      { table: 'child', key: filled(16, 1), value: filled(5, 1) },
      { table: 'meta', key: filled(1, 1), value: filled(5, 1) },
    ],
  })
  return contents(store)
}
