import assert from 'node:assert/strict'
import { isIndexError } from '../../errors.js'
import { done, entry, filled, leaf, type On } from './fixtures.js'
import { contents } from './model.js'

/** Rows are found by key and listed in order. */
export function tableContract(on: On): void {
  on('values come back in the order of the keys', async (store) => {
    const rows = [1, 2, 3].map((at) => ({ table: 'record' as const, key: filled(at, at), value: filled(at, 10 + at) }))
    await done(store, { expectedSize: 0, inserts: rows })
    const keys = [filled(3, 3), filled(9, 9), filled(1, 1), filled(3, 3)]
    assert.deepEqual(await store.get('record', keys), [filled(3, 13), undefined, filled(1, 11), filled(3, 13)])
    assert.deepEqual(await store.get('record', []), [])
    assert.deepEqual(
      await store.get('child', keys),
      keys.map(() => undefined),
    )
  })
  on('the last put on a key stands; an empty value is a value', async (store) => {
    const put = (value: Uint8Array | undefined) => ({ table: 'case' as const, key: filled(2, 1), value })
    await done(store, { expectedSize: 0, puts: [put(filled(3, 1)), put(undefined), put(filled(4, 2))] })
    assert.deepEqual(await store.get('case', [filled(2, 1)]), [filled(4, 2)])
    await done(store, { expectedSize: 0, puts: [put(filled(0, 0))] })
    assert.deepEqual(await store.get('case', [filled(2, 1)]), [filled(0, 0)])
    await done(store, { expectedSize: 0, puts: [put(undefined)] })
    assert.deepEqual(await store.get('case', [filled(2, 1)]), [undefined])
    assert.deepEqual(await store.list('case', undefined, 10), [])
  })
  on('rows are listed by unsigned bytes, a prefix first, by page', async (store) => {
    const keys = [[0], [0, 0], [0, 255], [1], [127], [127, 200], [128], [128, 0], [255], [255, 0], [255, 255]]
    const rows = keys.map((key) => ({ key: Uint8Array.from(key), value: Uint8Array.from(key) }))
    const inserts = rows.toReversed().map((row) => ({ table: 'enquiry' as const, ...row }))
    await done(store, { expectedSize: 0, inserts })
    assert.deepEqual(await store.list('enquiry', undefined, 100), rows)
    assert.deepEqual(await store.list('enquiry', undefined, 3), rows.slice(0, 3))
    assert.deepEqual(await store.list('enquiry', Uint8Array.of(127), 3), rows.slice(5, 8))
    assert.deepEqual(await store.list('enquiry', Uint8Array.of(127, 201), 3), rows.slice(6, 9))
    assert.deepEqual(await store.list('enquiry', Uint8Array.of(255, 255), 3), [])
    assert.deepEqual(await store.list('opening', undefined, 3), [])
  })
}

/** What holds for the store as a whole: it shares no memory, outlives a closing, and is silent after it. */
export function lifeContract(on: On): void {
  on('neither what went in nor what came out shares memory with the store', async (store) => {
    const given = { ...entry(0), ...leaf(0), position: 0, key: filled(4, 4), value: filled(4, 5) }
    const row = { table: 'child', key: given.key, value: given.value } as const
    const node = { level: 0, index: 0, hash: filled(32, 6) }
    await done(store, { expectedSize: 0, entries: [given], leaves: [given], inserts: [row], nodes: [node] })
    const before = await contents(store)
    for (const bytes of [given.salt, given.body, given.hash, given.bytes, given.key, given.value, node.hash])
      bytes.fill(0)
    assert.deepEqual(await contents(store), before)
    for (const one of await store.entries(0, 1)) one.body.fill(0)
    for (const one of await store.leaves(0, 0, 1)) one.bytes.fill(0)
    for (const one of await store.hashes([{ position: 0, row: 0 }])) one?.fill(0)
    for (const one of await store.nodes([node])) one?.fill(0)
    for (const one of await store.list('child', undefined, 1)) one.value.fill(0)
    for (const one of await store.get('child', [filled(4, 4)])) one?.fill(0)
    assert.deepEqual(await contents(store), before)
  })
  on('everything is there after closing and opening again', async (store, { reopen }) => {
    if (reopen === undefined) return
    await done(store, {
      expectedSize: 0,
      entries: [0, 1].map(entry),
      nodes: [{ level: 1, index: 0, hash: filled(32, 1) }],
      leaves: [{ position: 1, ...leaf(3) }],
      inserts: [{ table: 'posting', key: filled(16, 1), value: filled(16, 2) }],
      erase: [{ position: 0 }],
    })
    const before = await contents(store)
    const again = await reopen()
    assert.deepEqual(await contents(again), before)
    assert.equal(await again.commit({ expectedSize: 0 }), 'moved')
  })
  on('a closed store answers nothing; closing twice is harmless', async (store) => {
    await store.close()
    await store.close()
    const closed = (error: unknown): boolean => isIndexError(error, 'ERR_CLOSED')
    await assert.rejects(store.size(), closed)
    await assert.rejects(store.commit({ expectedSize: 0 }), closed)
    await assert.rejects(store.entries(0, 1), closed)
    await assert.rejects(store.leaves(0, 0, 1), closed)
    await assert.rejects(store.hashes([]), closed)
    await assert.rejects(store.nodes([]), closed)
    await assert.rejects(store.get('meta', []), closed)
    await assert.rejects(store.list('meta', undefined, 1), closed)
    await store[Symbol.asyncDispose]()
  })
}
