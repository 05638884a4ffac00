import { describe, expect, test } from 'vitest'
import { DEADLINE_KINDS, type Deadline, type DeadlineKind } from '../../src/case/agenda.js'
import { assigned, deadlineOf, deadlinesFrom, done, due, type From } from '../../src/hub/cases/agenda.js'
import type { HubContext } from '../../src/hub/context.js'
import { HOUR, house, NOW } from '../support/house.js'
import { all } from '../support/lists.js'

const deadline = (number: number, inHours: number, more: Partial<Deadline> = {}): Deadline => ({
  kind: 'decision',
  number,
  startedAt: NOW,
  dueAt: NOW + inHours * HOUR,
  ...more,
})

async function write(hub: HubContext, puts: readonly Awaited<ReturnType<typeof due>>[number][]): Promise<void> {
  await hub.ledger.write(async () => ({ puts }))
}

async function names(hub: HubContext, from?: From, officer?: string): Promise<readonly string[]> {
  return (await all(deadlinesFrom(hub, from, officer))).map(({ kind, number }) => `${kind} ${number}`)
}

describe('the agenda', () => {
  test('lists deadlines in the order in which they are due, from any place on', async () => {
    await using it = await house()
    const hub = await it.context()
    for (const [number, hours] of [
      [1, 9],
      [2, 3],
      [3, 5],
    ] as const)
      await write(hub, await due(hub, deadline(number, hours)))
    expect(await names(hub)).toEqual(['decision 2', 'decision 3', 'decision 1'])
    expect(await names(hub, { at: NOW + 5 * HOUR })).toEqual(['decision 3', 'decision 1'])
    expect(await names(hub, { behind: deadline(3, 5) })).toEqual(['decision 1'])
  })

  test('holds one deadline of a kind and number: a later one takes its place, and one that is done is gone', async () => {
    await using it = await house()
    const hub = await it.context()
    await write(hub, await due(hub, deadline(1, 3, { officer: 'first' })))
    await write(hub, await due(hub, deadline(1, 8, { officer: 'second', kind: 'decision' })))
    await write(hub, await due(hub, deadline(1, 8, { kind: 'assessment' })))
    expect(await names(hub)).toEqual(['decision 1', 'assessment 1'])
    expect(await names(hub, undefined, 'first')).toEqual([])
    expect(await deadlineOf(hub, 'decision', 1)).toMatchObject({ dueAt: NOW + 8 * HOUR })
    await write(hub, await done(hub, 'decision', 1))
    await write(hub, await done(hub, 'decision', 1))
    expect(await names(hub)).toEqual(['assessment 1'])
    expect(await names(hub, undefined, 'second')).toEqual([])
    expect(await done(hub, 'conference', 9)).toEqual([])
  })

  test('is read by officer, and a deadline goes from one to another', async () => {
    await using it = await house()
    const hub = await it.context()
    await write(hub, await due(hub, deadline(1, 3, { officer: 'first' })))
    await write(hub, await due(hub, deadline(2, 4, { officer: 'second' })))
    await write(hub, await due(hub, deadline(3, 5)))
    expect(await names(hub, undefined, 'first')).toEqual(['decision 1'])
    await write(hub, await assigned(hub, 'decision', 1, 'second'))
    expect(await names(hub, undefined, 'first')).toEqual([])
    expect(await names(hub, undefined, 'second')).toEqual(['decision 1', 'decision 2'])
    expect(await names(hub, { behind: deadline(1, 3) }, 'second')).toEqual(['decision 2'])
    expect(await names(hub)).toHaveLength(3)
    expect(await assigned(hub, 'review', 1, 'second')).toEqual([])
  })

  test('every kind has a place of its own, and more than a page is read through', async () => {
    await using it = await house()
    const hub = await it.context()
    const rows = DEADLINE_KINDS.flatMap((kind: DeadlineKind) =>
      Array.from({ length: 40 }, (_, n) =>
        deadline(n + 1, 1 + (n % 3), { kind, officer: n % 2 === 0 ? 'first' : 'second' }),
      ),
    )
    for (const row of rows) await write(hub, await due(hub, row))
    expect(new Set(await names(hub)).size).toBe(rows.length)
    expect(await names(hub, undefined, 'first')).toHaveLength(rows.length / 2)
    for (const kind of DEADLINE_KINDS) await write(hub, await done(hub, kind, 1))
    expect(await names(hub)).toHaveLength(rows.length - DEADLINE_KINDS.length)
  })
})
