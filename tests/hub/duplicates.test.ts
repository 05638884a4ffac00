import { describe, expect, test } from 'vitest'
import type { DuplicateReason } from '../../src/case/duplicate.js'
import type { ChildId } from '../../src/child/identifiers.js'
import type { HubContext } from '../../src/hub/context.js'
import { queueDuplicate, queueDuplicates } from '../../src/hub/links/duplicates.js'
import type { DuplicateRow } from '../../src/hub/rows.js'
import { numberKey } from '../../src/hub/shelf.js'
import { fromJsonBytes } from '../../src/json.js'
import { childDetails, house } from '../support/house.js'

const id = (byte: number): ChildId => new Uint8Array(16).fill(byte) as ChildId
const pair = (first: number, second: number, reason: DuplicateReason = 'registered-twice') => ({
  first: id(first),
  second: id(second),
  reason,
})

async function queue(hub: HubContext, ...pairs: readonly ReturnType<typeof pair>[]): Promise<void> {
  await hub.ledger.write((_, at) => queueDuplicates(hub, pairs, at))
}

async function queued(hub: HubContext): Promise<readonly DuplicateRow[]> {
  const rows = await hub.shelf.list('duplicate', undefined, 100)
  return rows.flatMap(({ value }) => ('number' in value ? [value] : []))
}

describe('the queue of suspected duplicates', () => {
  test('holds a pair once, in either order, also after it was found to be two children', async () => {
    await using it = await house()
    const hub = await it.context()
    await queue(hub, pair(1, 2), pair(3, 1, 'provisional'), pair(2, 1))
    await hub.ledger.write((_, at) => queueDuplicate(hub, { ...pair(1, 2), at }))
    expect(await queued(hub)).toMatchObject([
      { number: 1, first: id(1), second: id(2), reason: 'registered-twice', status: 'open', at: it.clock.now },
      { number: 2, first: id(3), second: id(1), reason: 'provisional', status: 'open' },
    ])
    const [first] = await queued(hub)
    await hub.ledger.write(async () => ({
      puts: [hub.shelf.put('duplicate', numberKey(1), { ...(first as DuplicateRow), status: 'distinct' })],
    }))
    await queue(hub, pair(2, 1, 'confirmed-later'), pair(2, 3))
    expect((await queued(hub)).map(({ number, status }) => [number, status])).toEqual([
      [1, 'distinct'],
      [2, 'open'],
      [3, 'open'],
    ])
  })

  test('is journalled, in a box that only the hub opens', async () => {
    await using it = await house()
    const hub = await it.context()
    const position = await hub.ledger.size()
    await queue(hub, pair(1, 2))
    const [stored] = await hub.store.entries(position, 1)
    expect(stored).toMatchObject({ sealed: true })
    expect(Buffer.from(stored?.body ?? []).includes(Buffer.from(id(1)))).toBe(false)
    const { entry } = await hub.ledger.readOne(position)
    expect(entry?.type).toBe('duplicate')
    expect(fromJsonBytes(entry?.body ?? new Uint8Array(0))).toEqual({ event: 'queued', duplicate: 1, ...pair(1, 2) })
  })

  test('holds no child twice: an id is no duplicate of itself', async () => {
    await using it = await house()
    const hub = await it.context()
    const size = await hub.ledger.size()
    await queue(hub, pair(1, 1))
    await queue(hub)
    expect(await hub.ledger.size()).toBe(size)
  })

  test('numbers pairs with a shielded child apart, so that no number is missing among the others', async () => {
    await using it = await house()
    await it.register(childDetails(1, { shielded: true }))
    await it.register(childDetails(2))
    const hub = await it.context()
    const rows = (await hub.shelf.list('child', undefined, 10)).map(({ value }) => value)
    const [shielded, known] = [true, false].map((is) => rows.find((row) => row.shielded === is)?.childId as ChildId)
    if (shielded === undefined || known === undefined) throw new Error('no such child')
    const suspected = (first: ChildId, second: ChildId) => ({ first, second, reason: 'registered-twice' as const })
    // One is registered by the very write that queues it.
    const row = rows.find(({ childId }) => childId === shielded)
    await hub.ledger.write((_, at) => queueDuplicates(hub, [suspected(known, id(3)), suspected(shielded, known)], at))
    await hub.ledger.write((_, at) => queueDuplicates(hub, [suspected(known, id(4))], at))
    const registering = {
      get: (each: ChildId) => (each[0] === 9 && row !== undefined ? { ...row, childId: id(9) } : undefined),
    }
    await hub.ledger.write((_, at) => queueDuplicates(hub, [suspected(id(9), known)], at, registering))
    expect((await queued(hub)).map(({ number }) => number)).toEqual([1, 2, 1_000_000_001, 1_000_000_002])
    expect((await it.first.duplicates()).map(({ number }) => number)).toEqual([1, 2])
    expect((await it.shielding.duplicates()).map(({ number }) => number)).toEqual([1, 2, 1_000_000_001, 1_000_000_002])
  })

  test('holds no honey record: what seems to be one is nobody', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const hub = await it.context()
    const [row] = (await hub.shelf.list('child', undefined, 1)).map(({ value }) => value)
    if (row === undefined) throw new Error('no child')
    const key = hub.shelf.key('child', row.childId)
    await hub.ledger.write(async () => ({ puts: [hub.shelf.put('child', key, { ...row, isHoney: 1 })] }))
    await hub.ledger.write((_, at) =>
      queueDuplicate(hub, { first: row.childId, second: id(2), reason: 'registered-twice', at }),
    )
    expect(await queued(hub)).toEqual([])
  })
})
