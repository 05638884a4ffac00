import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeChild } from '../../src/child/keys.js'
import { postingPlace } from '../../src/child/postings.js'
import { innerToken, outerToken } from '../../src/child/tokens.js'
import {
  drawNextLookupKey,
  dropLookupKeys,
  type KeyPlace,
  memoryCustodianStore,
  openCustodian,
  takeNextLookupKey,
} from '../../src/custodian.js'
import { fileCustodianStore, fileKeyPlace, hubFolder, readKeyFile } from '../../src/embedded/files.js'
import { retireLookupKeys, rotateLookupKeys } from '../../src/embedded/lookup-keys.js'
import { readWiring, writeWiring } from '../../src/embedded/wiring.js'
import { openHub } from '../../src/embedded.js'
import { openShelf } from '../../src/hub/shelf.js'
import type { Hub } from '../../src/hub.js'
import { openSqliteStore } from '../../src/store/sqlite.js'
import { temporaryFolder } from '../store/folder.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'

const number = (n: number) => ({ nhsNumber: nhsNumber(n) })
const described = (n: number) => {
  const { givenNames, familyName, dateOfBirth, addresses = [] } = childDetails(n)
  return { details: { givenNames, familyName, dateOfBirth, postcode: addresses[0]?.postcode ?? '' } }
}
const told = async (it: House, child: unknown) => {
  const { agencyChildId, known, outcome } = await it.police.identify(child as never, 'PC 42')
  return { agencyChildId, known, kind: outcome.kind }
}

interface Rotating {
  readonly it: House
  readonly folder: string
  rotate(): ReturnType<typeof rotateLookupKeys>
  retire(options?: { readonly anyway?: boolean }): ReturnType<typeof retireLookupKeys>
  reopen(): Promise<Hub>
}

async function inFolder(work: (rotating: Rotating) => Promise<void>): Promise<void> {
  const { folder, remove } = temporaryFolder()
  try {
    await using it = await house({ path: folder })
    const open = () => openHub({ path: folder, clock: it.clock.read })
    const keyed = async <T>(change: () => Promise<T>): Promise<T> => {
      await it.hub.close()
      const changed = await change().catch((error: unknown) => error)
      await it.reopen({ crash: true })
      if (changed instanceof Error) throw changed
      return changed as T
    }
    await work({
      it,
      folder,
      rotate: () => keyed(() => rotateLookupKeys(folder, open)),
      retire: (options = {}) => keyed(() => retireLookupKeys(folder, open, options)),
      reopen: () => it.reopen(),
    })
  } finally {
    remove()
  }
}

describe('while a former generation is open', () => {
  test('children are found as before, and a feed brings them over', async () => {
    await inFolder(async ({ it, rotate, retire }) => {
      await it.register(childDetails(1))
      await it.register(childDetails(2))
      const before = [await told(it, number(1)), await told(it, described(2)), await told(it, number(7))]
      expect(await rotate()).toEqual({ generation: 2, missing: [], letters: [] })
      expect([await told(it, number(1)), await told(it, described(2))]).toEqual(before.slice(0, 2))
      expect(await it.hub.lookups()).toEqual({ present: 2, former: 1, registered: 2, provisional: 1 })
      // The same feed as before: unchanged under the former keys, so it is sealed and indexed anew.
      expect(await it.register(childDetails(1))).toEqual({ kind: 'changed' })
      expect(await it.register(childDetails(1))).toEqual({ kind: 'unchanged' })
      expect(await it.register(childDetails(3))).toEqual({ kind: 'registered' })
      expect(await it.hub.lookups()).toMatchObject({ registered: 1, provisional: 1 })
      // Whom nobody registered comes over when it is asked for again, and stays the same.
      expect(await told(it, number(7))).toEqual(before[2])
      expect(await it.hub.lookups()).toMatchObject({ registered: 1, provisional: 0 })
      await expect(retire()).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
      await it.register(childDetails(2))
      expect(await retire()).toEqual({ registered: 0, provisional: 0 })
      expect(await it.hub.lookups()).toEqual({ present: 2, registered: 0, provisional: 0 })
      const after = [await told(it, number(1)), await told(it, described(2)), await told(it, number(7))]
      expect(after).toEqual(before)
    })
  })

  test('custodians are given theirs wherever the hub’s folder says that they are', async () => {
    await inFolder(async ({ it, folder, rotate }) => {
      await it.hub.close()
      const { custodianKey } = hubFolder(folder)
      renameSync(custodianKey(2), join(folder, 'second.key.json'))
      const places = await readWiring(folder)
      const moved = places.map((place) =>
        place.custodian === 'custodian-2' ? { ...place, key: 'second.key.json' } : place,
      )
      await writeWiring(folder, moved)
      await it.reopen({ crash: true })
      expect(await rotate()).toEqual({ generation: 2, missing: [], letters: [] })
    })
  })

  test('the next rotation waits until it is retired', async () => {
    await inFolder(async ({ rotate }) => {
      await rotate()
      await expect(rotate()).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    })
  })

  test('whoever is left behind anyway is found again once it is fed', async () => {
    await inFolder(async ({ it, rotate, retire }) => {
      await it.register(childDetails(1))
      const check = { child: number(1), incident: 'first-known', reference: 'a', practitioner: 'PC 42' } as const
      await it.police.check({ ...check, occurredAt: it.clock.now })
      await rotate()
      expect(await retire({ anyway: true })).toEqual({ registered: 1, provisional: 0 })
      expect(await told(it, number(1))).toMatchObject({ known: 'unknown' })
      await it.register(childDetails(1))
      expect(await told(it, number(1))).toMatchObject({ known: 'known' })
    })
  })

  test('a shielded child is answered as nobody, before and after', async () => {
    await inFolder(async ({ it, rotate }) => {
      await it.register({ ...childDetails(1), shielded: true })
      const before = await told(it, number(1))
      await rotate()
      expect(await told(it, number(1))).toEqual(before)
      expect(await told(it, number(2))).toMatchObject({ known: before.known, kind: before.kind })
    })
  })
})

test('with the former keys, nothing is found of a child that was brought over', async () => {
  await inFolder(async ({ it, folder, rotate, retire, reopen }) => {
    await it.register(childDetails(1))
    const former = (await readKeyFile(hubFolder(folder).hubKey, 'hub')).keys.lookupKeys[0].key
    const kc = (await readKeyFile(hubFolder(folder).custodianKey(1), 'custodian')).keys.lookupKeys[0].key
    const [key] = describeChild(childDetails(1) as never).numbers
    const token = outerToken(kc, it.hub.id, 'number', innerToken(former, it.hub.id, key as never))
    const isThere = async (): Promise<boolean> => {
      await using store = await openSqliteStore(hubFolder(folder).database)
      const { storageKey } = (await readKeyFile(hubFolder(folder).hubKey, 'hub')).keys
      const { placeKey } = openShelf(store, it.hub.id, storageKey, (n) => new Uint8Array(n))
      return (await store.get('posting', [postingPlace(placeKey, token, 0).key]))[0] !== undefined
    }
    expect(await isThere()).toBe(true)
    await rotate()
    expect(await isThere()).toBe(true)
    await it.register(childDetails(1))
    await retire()
    expect(await isThere()).toBe(false)
    for (const number of [1, 2, 3]) {
      const { keys } = await readKeyFile(hubFolder(folder).custodianKey(number), 'custodian')
      expect(keys.lookupKeys.map(({ generation }) => generation)).toEqual([2])
    }
    await reopen()
  })
})

describe('cut short', () => {
  test('after the custodians and before the hub: run again, it ends, and nothing was lost meanwhile', async () => {
    await inFolder(async ({ it, folder, rotate }) => {
      await it.register(childDetails(1))
      const place = (n: number): KeyPlace => ({
        read: async () => (await readKeyFile(hubFolder(folder).custodianKey(n), 'custodian')).keys,
        write: () => Promise.reject(new Error('the disk is gone')),
      })
      const store = fileCustodianStore(hubFolder(folder).custodianLog('custodian-2'))
      const first = fileKeyPlace(hubFolder(folder).custodianKey(1))
      const firstStore = fileCustodianStore(hubFolder(folder).custodianLog('custodian-1'))
      const options = { clock: it.clock.read, random: (n: number) => new Uint8Array(n).fill(9) }
      const letters = await drawNextLookupKey(first, firstStore, 2, options)
      const mine = letters.find(({ to }) => to === 'custodian-2')
      await expect(takeNextLookupKey(place(2), store, mine as never, it.clock.read)).rejects.toThrow('disk')
      await it.reopen()
      expect(await told(it, number(1))).toMatchObject({ known: 'known' })
      expect(await rotate()).toMatchObject({ generation: 2, missing: [] })
      expect(await told(it, number(1))).toMatchObject({ known: 'known' })
    })
  })

  test('in the middle of retiring: run again, it ends', async () => {
    await inFolder(async ({ it, rotate, retire, folder }) => {
      await it.register(childDetails(1))
      await rotate()
      await it.register(childDetails(1))
      // The hub has forgotten, its key files have not.
      await it.hub.retireLookups()
      await it.reopen({ crash: true })
      expect(await told(it, number(1))).toMatchObject({ known: 'known' })
      expect(await retire()).toEqual({ registered: 0, provisional: 0 })
      expect((await readKeyFile(hubFolder(folder).hubKey, 'hub')).keys.lookupKeys).toHaveLength(1)
    })
  })
})

describe('the custodians’ half', () => {
  test('is drawn by the first, taken once, and never replaced', async () => {
    await inFolder(async ({ it, folder }) => {
      const of = (n: number) =>
        [
          fileKeyPlace(hubFolder(folder).custodianKey(n)),
          fileCustodianStore(hubFolder(folder).custodianLog(`custodian-${n}`)),
        ] as const
      const options = { clock: it.clock.read, random: (n: number) => new Uint8Array(n).fill(9) }
      await expect(drawNextLookupKey(...of(2), 2, options)).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
      await expect(drawNextLookupKey(...of(1), 3, options)).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
      const letters = await drawNextLookupKey(...of(1), 2, options)
      const letter = letters.find(({ to }) => to === 'custodian-2')
      if (letter === undefined) throw new Error('no letter')
      const other = letters.find(({ to }) => to === 'custodian-3') ?? letter
      await expect(takeNextLookupKey(...of(3), letter, it.clock.read)).rejects.toMatchObject({
        code: 'ERR_SIGNATURE_INVALID',
      })
      for (const forged of [
        { ...letter, generation: 3 },
        { ...letter, from: 'custodian-3' },
        { ...letter, sealed: other.sealed },
        { ...letter, to: 'custodian-3' },
      ])
        await expect(takeNextLookupKey(...of(2), forged, it.clock.read)).rejects.toMatchObject({
          code: 'ERR_SIGNATURE_INVALID',
        })
      await takeNextLookupKey(...of(2), letter, it.clock.read)
      await takeNextLookupKey(...of(2), letter, it.clock.read)
      const again = await drawNextLookupKey(...of(1), 2, { ...options, random: (n) => new Uint8Array(n).fill(8) })
      await takeNextLookupKey(...of(3), again.find(({ to }) => to === 'custodian-3') ?? letter, it.clock.read)
      const keys = await Promise.all([1, 2, 3].map((n) => of(n)[0].read()))
      expect(
        new Set(keys.map(({ lookupKeys }) => Buffer.from(lookupKeys.at(-1)?.key ?? []).toString('hex'))).size,
      ).toBe(1)
      expect(await dropLookupKeys(...of(2), it.clock.read)).toEqual([1])
      expect(await dropLookupKeys(...of(2), it.clock.read)).toEqual([])
    })
  })

  test('may not be a root: a custodian with such keys does not start', async () => {
    await inFolder(async ({ folder, it }) => {
      const { keys } = await readKeyFile(hubFolder(folder).custodianKey(1), 'custodian')
      const same = { ...keys, lookupKeys: [{ generation: 1, key: keys.roots[0].key }] as const }
      await expect(
        openCustodian({ keys: same, store: memoryCustodianStore(), clock: it.clock.read }),
      ).rejects.toMatchObject({ code: 'ERR_KEY_INVALID' })
    })
  })
})
