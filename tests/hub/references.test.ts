import { describe, expect, test } from 'vitest'
import { referencesOf } from '../../src/hub/checks/references.js'
import type { CheckInput } from '../../src/index.js'
import type { Commit } from '../../src/store/port.js'
import { childDetails, DAY, type House, type HouseOptions, house, NOW, nhsNumber } from '../support/house.js'
import { watched } from './watched-store.js'

function seen(reference: string, change: Partial<CheckInput> = {}): CheckInput {
  const child = { nhsNumber: nhsNumber(1) }
  return { child, incident: 'police-notice', occurredAt: NOW, reference, practitioner: 'PC 42', ...change }
}

async function withChild(options: HouseOptions = {}): Promise<House> {
  const it = await house(options)
  await it.register(childDetails(1))
  return it
}

const CONFLICT = { code: 'ERR_REFERENCE_CONFLICT' }

describe('a reference', () => {
  test('that is new costs neither a read nor a row', async () => {
    const gate = watched()
    await using it = await withChild({ store: gate.store })
    const commits: Commit[] = []
    gate.afterCommit = async (commit) => {
      commits.push(commit)
    }
    await it.police.checkAll(Array.from({ length: 20 }, (_, i) => seen(`a/${i}`)))
    const written = commits.flatMap(({ inserts = [], puts = [] }) => [...inserts, ...puts])
    expect(written.filter(({ table }) => table === 'reference')).toEqual([])
    expect(written.filter(({ table }) => table === 'check')).toHaveLength(1)
    const hub = await it.context()
    expect(await referencesOf(hub, 'met-police', ['b', 'c'])).toEqual(new Map())
  })

  test('stands for its check after a restart, and for another process of the same store', async () => {
    await using it = await withChild()
    const { checkId, position } = await it.police.check(seen('a'))
    const other = await it.another()
    await it.reopen({ crash: true })
    for (let round = 0; round < 2; round += 1) {
      expect(await it.police.check(seen('a'))).toMatchObject({ checkId, position })
      await expect(it.police.check(seen('a', { occurredAt: NOW - 1 }))).rejects.toMatchObject(CONFLICT)
    }
    const { checkId: late } = await it.police.check(seen('b'))
    const hub = await it.context()
    expect((await referencesOf(hub, 'met-police', ['a', 'b'])).get('b')).toMatchObject({ checkId: late })
    await other.close()
  })

  test('says that its check was withdrawn, or is a correction, after a restart too', async () => {
    await using it = await withChild()
    await it.police.check(seen('a'))
    await it.police.withdraw('a', 'entered-in-error')
    await it.police.check(seen('b'))
    await it.police.correct(seen('b', { occurredAt: NOW - 5 }), 'wrong-time')
    await it.reopen()
    const found = await referencesOf(await it.context(), 'met-police', ['a', 'b', 'c'])
    expect([...found.keys()]).toEqual(['a', 'b'])
    expect(found.get('a')?.withdrawn?.reason).toBe('entered-in-error')
    expect(found.get('b')?.correction?.reason).toBe('wrong-time')
    await expect(it.police.check(seen('b'))).rejects.toMatchObject(CONFLICT)
  })

  test('that shares its fingerprint with another is new: the leaf says whose it is', async () => {
    await using it = await withChild()
    await it.police.check(seen('a'))
    const hub = await it.context()
    const [check] = hub.checks.candidates('met-police', 'a')
    if (check === undefined) throw new Error('the index has no such check')
    const alike = { ...hub, checks: { candidates: () => [check], isForgotten: () => true } }
    expect((await referencesOf(alike, 'met-police', ['a'])).size).toBe(1)
    expect((await referencesOf(alike, 'met-police', ['b'])).size).toBe(0)
    expect((await referencesOf(alike, 'st-marys', ['a'])).size).toBe(0)
  })

  test('stays taken when its check is erased, after a restart too', async () => {
    await using it = await withChild()
    const { position } = await it.police.check(seen('a'))
    await it.hub.eraseCheck(position, 'retention-ended')
    for (let round = 0; round < 2; round += 1) {
      await expect(it.police.check(seen('a'))).rejects.toMatchObject(CONFLICT)
      await it.reopen({ crash: true })
    }
    const found = await referencesOf(await it.context(), 'met-police', ['a'])
    expect(found.get('a')).toMatchObject({ childId: new Uint8Array(16), content: new Uint8Array(32) })
  })
})

test('checks of a child in a day are counted from the index: over a restart, and anew the next day', async () => {
  await using it = await withChild({ limits: { checksPerChildPerDay: 3 } })
  const kinds = async (...references: string[]): Promise<readonly string[]> =>
    (await it.police.checkAll(references.map((each) => seen(each)))).map((outcome) =>
      outcome.kind === 'refused' ? outcome.code : outcome.kind,
    )
  expect(await kinds('a', 'b')).toEqual(['recorded', 'recorded'])
  await it.reopen()
  expect(await kinds('c', 'a', 'd')).toEqual(['recorded', 'recorded', 'ERR_RATE_LIMITED'])
  await expect(it.police.correct(seen('a', { occurredAt: NOW - 5 }), 'wrong-time')).rejects.toMatchObject({
    code: 'ERR_RATE_LIMITED',
  })
  it.clock.now += DAY
  expect(await kinds('d')).toEqual(['recorded'])
})
