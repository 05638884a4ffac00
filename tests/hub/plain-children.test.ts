import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChildId } from '../../src/child/identifiers.js'
import { PlainChildren } from '../../src/hub/children/plain-children.js'
import { idHash } from '../../src/hub/id-hash.js'
import type { ChildRow } from '../../src/hub/rows.js'
import { createSealer, type Hub, memoryStore, type PartyKey, type Sealer, type Store } from '../../src/index.js'
import type { Table } from '../../src/store/port.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'
import { childOf, merge, queuePair, seen } from '../support/pairs.js'

const KEYS = { lookupKeys: [{ generation: 1, key: new Uint8Array(32) }] } as const

const PLAIN: Omit<ChildRow, 'childId'> = {
  status: 'registered',
  shielded: false,
  numbers: [],
  marks: new Uint8Array(0),
  details: new Uint8Array(0),
  traits: 0,
  recordVersion: 1,
  fingerprints: [],
  isHoney: 0,
  createdAt: 0,
}

const HASH = idHash(new Uint8Array(16).fill(3))

function id(...bytes: readonly number[]): ChildId {
  const out = new Uint8Array(16)
  out.set(bytes)
  return out as ChildId
}

describe('plain children', () => {
  test('are those that were remembered and not forgotten, whatever the order and however their places meet', () => {
    // Places go by a byte of few values, so that many ids begin at the same one.
    const ids = fc
      .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 255 }))
      .map(([first, last]) => id(1, 0, 0, first, 0, 0, 0, 0, 1, 0, 0, first ^ last, last))
    const acts = fc.array(fc.tuple(fc.constantFrom('remember', 'forget'), ids), { maxLength: 300 })
    fc.assert(
      fc.property(acts, (all) => {
        const plain = new PlainChildren(KEYS, (each) => each[3] ?? 0)
        const model = new Map<string, ChildId>()
        for (const [act, childId] of all) {
          if (act === 'remember') plain.remember({ ...PLAIN, childId })
          else plain.forget(childId)
          if (act === 'remember') model.set(childId.join(), childId)
          else model.delete(childId.join())
        }
        expect(plain.size).toBe(model.size)
        for (const [, childId] of all) expect(plain.has(childId)).toBe(model.has(childId.join()))
      }),
      { numRuns: 60 },
    )
  })

  test('are as many as there are, and none after all were forgotten', () => {
    const plain = new PlainChildren(KEYS, HASH)
    const all = Array.from({ length: 5000 }, (_, i) => id(i >> 8, i & 255, 7, 7, i & 15))
    for (const childId of all) plain.remember({ ...PLAIN, childId })
    expect(all.filter((each) => plain.has(each))).toHaveLength(5000)
    plain.clear()
    expect(all.filter((each) => plain.has(each))).toHaveLength(0)
  })

  test('have places that only the hub can tell: ids that meet under one secret do not under another', () => {
    const other = idHash(new Uint8Array(16).fill(4))
    const ids = Array.from({ length: 20_000 }, (_, i) => id(i >> 8, i & 255))
    const place = (hash: number): number => hash & 1023
    const meeting = ids.filter((each) => place(HASH(each)) === 5)
    expect(meeting.length).toBeGreaterThan(5)
    expect(new Set(meeting.map((each) => place(other(each)))).size).toBeGreaterThan(meeting.length / 2)
    expect(HASH(Uint8Array.from([9, 9, ...id(1, 2, 3)]), 2)).toBe(HASH(id(1, 2, 3)))
  })

  const PARTICULAR: Record<string, Partial<ChildRow>> = {
    shielded: { shielded: true },
    provisional: { status: 'provisional' },
    unresolved: { status: 'unresolved' },
    linked: { linkedTo: id(9) },
    'a honey record': { isHoney: 1 },
    'a face': { answeredAs: id(9) },
    'under other lookup keys': { lookups: 2 },
  }
  for (const [what, particular] of Object.entries(PARTICULAR))
    test(`one that is ${what} is none of them`, () => {
      const plain = new PlainChildren(KEYS, HASH)
      plain.remember({ ...PLAIN, ...particular, childId: id(1) })
      expect(plain.has(id(1))).toBe(false)
    })
})

/** A store that counts the rows it is asked for. */
function counting(): { readonly store: Store; readonly asked: Map<Table, number> } {
  const asked = new Map<Table, number>()
  const store = new Proxy(memoryStore(), {
    get(target, name) {
      if (name === 'get')
        return (table: Table, keys: readonly Uint8Array[]) => {
          asked.set(table, (asked.get(table) ?? 0) + keys.length)
          return target.get(table, keys)
        }
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  return { store, asked }
}

const number = (n: number) => ({ nhsNumber: nhsNumber(n) })

describe('a look-up by number', () => {
  test('of a child that was found before reads no row of a child, and whom its number points at', async () => {
    const { store, asked } = counting()
    await using it = await house({ store })
    await it.register(childDetails(1))
    const first = await it.police.identify(number(1), 'PC 42')
    asked.clear()
    const second = await it.police.identify(number(1), 'PC 42')
    expect(asked.get('child')).toBeUndefined()
    // That the number has a first child, and no second.
    expect(asked.get('posting')).toBe(2)
    expect([second.agencyChildId, second.known, second.outcome]).toEqual([
      first.agencyChildId,
      'known',
      { kind: 'match' },
    ])
  })

  test('reads rows of a shielded child as of one whom nobody registered, however often', async () => {
    const { store, asked } = counting()
    await using it = await house({ store })
    await it.sealer.register(childDetails(1, { shielded: true }), { neverIssuedNumbers: true })
    for (const each of [1, 2]) {
      await it.police.identify(number(each), 'PC 42')
      asked.clear()
      expect((await it.police.identify(number(each), 'PC 42')).known).toBe('unknown')
      expect(asked.get('child')).toBeGreaterThan(0)
    }
  })
})

describe('what happens to a child counts for the next look-up', () => {
  /** The sealer of the house, at another hub. */
  const sealerAt = (it: House, hub: Hub): Sealer =>
    createSealer({ id: 'births', key: it.keys.get('births') as PartyKey, hub, clock: it.clock.read })
  const known = async (it: House): Promise<string> => (await it.police.identify(number(1), 'PC 42')).known

  for (const where of ['here', 'in another process'] as const) {
    test(`it is shielded ${where}`, async () => {
      await using it = await house()
      await it.register(childDetails(1))
      for (let twice = 0; twice < 2; twice += 1) expect(await known(it)).toBe('known')
      const births = sealerAt(it, where === 'here' ? it.hub : await it.another())
      await births.register(childDetails(1, { shielded: true }), { neverIssuedNumbers: true })
      expect(await known(it)).toBe('unknown')
    })

    test(`it is erased ${where}`, async () => {
      await using it = await house()
      await it.register(childDetails(1))
      const before = await it.police.identify(number(1), 'PC 42')
      const births = sealerAt(it, where === 'here' ? it.hub : await it.another())
      await births.erase(childDetails(1), 'erasure-request', { neverIssuedNumbers: true })
      const after = await it.police.identify(number(1), 'PC 42')
      expect([before.known, after.known]).toEqual(['known', 'unknown'])
      expect(after.agencyChildId).not.toBe(before.agencyChildId)
    })
  }

  test('it is linked to another', async () => {
    await using it = await house({ seed: 3 })
    await it.register(childDetails(1))
    await it.register(childDetails(2))
    await seen(it, 1, 'one')
    await seen(it, 2, 'two')
    const hub = await it.context()
    await queuePair(hub, await childOf(hub, 'one'), await childOf(hub, 'two'))
    const [one, two] = [await it.police.identify(number(1), 'PC 42'), await it.police.identify(number(2), 'PC 42')]
    expect(one.agencyChildId).not.toBe(two.agencyChildId)
    await merge(1, it.first, it.second)
    const ids = [await it.police.identify(number(1), 'PC 42'), await it.police.identify(number(2), 'PC 42')]
    expect(new Set(ids.map(({ agencyChildId }) => agencyChildId)).size).toBe(1)
  })
})
