import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import {
  type CustodianKeys,
  type KeyPlace,
  memoryCustodianStore,
  reportOf,
  retireRoot,
  rotateRoot,
} from '../../src/custodian.js'
import { fileCustodianStore, fileKeyPlace, hubFolder } from '../../src/embedded/files.js'
import { createAgency, createOfficer, createSealer, initHub, newPartyKey, openHub } from '../../src/index.js'
import { decodeRecord } from '../../src/seal/record.js'
import { seededRandom } from '../../src/testing.js'
import { ASK, type HouseOfCustodians, houseOfCustodians } from '../support/custodians.js'
import { childDetails, HOUR, nhsNumber, takingCases } from '../support/house.js'

const IDS = ['custodian-1', 'custodian-2', 'custodian-3'] as const
const random = seededRandom(4).bytes

/** A house whose custodians' keys can be changed while they run. */
async function rotating() {
  const places = new Map<string, KeyPlace>()
  const made = await houseOfCustodians()
  for (const id of IDS) {
    let kept: CustodianKeys = made.keys(id)
    const place: KeyPlace = {
      read: async () => kept,
      write: async (keys) => {
        kept = keys
      },
    }
    places.set(id, place)
    await made.restart(id, { reloadKeys: place.read })
  }
  const of = (id: string) => ({
    place: places.get(id) as KeyPlace,
    store: made.stores.get(id) ?? memoryCustodianStore(),
  })
  return {
    ...made,
    place: (id: string) => of(id).place,
    report: (id: string) => reportOf(of(id).store),
    rotate: (id: string) => rotateRoot(of(id).place, of(id).store, { clock: made.it.clock.read, random }),
    retire: (id: string, generation: number, anyway = false) =>
      retireRoot(of(id).place, of(id).store, generation, { clock: made.it.clock.read, anyway }),
  }
}

async function registered({ it }: HouseOfCustodians, n: number): Promise<void> {
  await it.register(childDetails(n))
  await it.police.check({
    child: { nhsNumber: nhsNumber(n) },
    incident: 'police-protection',
    occurredAt: it.clock.now,
    reference: `check/${n}`,
    practitioner: 'PC 42',
  })
  await it.hub.caughtUp()
}

async function readable({ it }: HouseOfCustodians, cases: readonly number[]): Promise<void> {
  for (const number of cases) {
    const { opening, released } = await it.first.open({ ...ASK, case: number })
    expect(released).toEqual(IDS)
    expect((await it.first.read(opening)).details).toMatchObject({ nhsNumber: expect.any(String) })
  }
}

test('records in any mixture of generations open, and open still when the old roots are gone', async () => {
  const made = await rotating()
  const { it } = made
  await registered(made, 1)
  expect(await made.rotate('custodian-1')).toBe(2)
  await registered(made, 2)
  for (const id of IDS) await made.rotate(id)
  await registered(made, 3)
  const counts = await it.hub.shareCounts()
  expect(counts.filter(({ custodian }) => custodian === 'custodian-1').map(({ records }) => records)).toEqual([2, 2, 2])
  await readable(made, [1, 2, 3])
  const hub = await it.context()
  const before = (await hub.shelf.list('record', undefined, 100)).map(({ value }) => decodeRecord(value.bytes))

  it.clock.now += HOUR
  // Stopped after the first custodian, and walked again.
  const stopping = new AbortController()
  const stopped = it.hub.rewrap({ signal: stopping.signal, onProgress: () => stopping.abort() })
  await expect(stopped).rejects.toThrow()
  await readable(made, [1, 2, 3])
  const walked = await it.hub.rewrap()
  expect(walked.map(({ generation, rewrapped, failed }) => [generation, rewrapped, failed])).toEqual([
    [3, 0, 0],
    [2, 4, 0],
    [2, 4, 0],
  ])
  expect((await it.hub.rewrap()).every(({ rewrapped }) => rewrapped === 0)).toBe(true)
  const after = (await hub.shelf.list('record', undefined, 100)).map(({ value }) => decodeRecord(value.bytes))
  for (const [index, record] of after.entries()) {
    expect(record.body).toEqual(before[index]?.body)
    expect(record.shares.map(({ shareHash }) => shareHash)).toEqual(
      before[index]?.shares.map(({ shareHash }) => shareHash),
    )
    for (const [at, share] of record.shares.entries()) {
      const old = before[index]?.shares[at]
      if (old?.generation !== share.generation) expect(share.handle).not.toEqual(old?.handle)
    }
  }
  await made.retire('custodian-1', 1)
  await made.retire('custodian-1', 2)
  await made.retire('custodian-2', 1)
  await made.retire('custodian-3', 1)
  expect((await made.place('custodian-1').read()).roots.map(({ generation }) => generation)).toEqual([3])
  await readable(made, [1, 2, 3])
  await registered(made, 4)
  await readable(made, [4])
  expect((await it.hub.journal.verify()).verified).toBe(true)
  await it[Symbol.asyncDispose]()
})

describe('an old root', () => {
  test('is not deleted while records may need it, unless one says so', async () => {
    const made = await rotating()
    const { it } = made
    await registered(made, 1)
    await made.rotate('custodian-1')
    await expect(made.retire('custodian-1', 2)).rejects.toThrow(/present root/)
    await expect(made.retire('custodian-1', 7)).rejects.toThrow(/no root/)
    await expect(made.retire('custodian-1', 1)).rejects.toThrow(/may still need/)
    // A walk right after the rotation says nothing of what sealers hold at that moment.
    await it.hub.rewrap({ custodian: 'custodian-1' })
    await expect(made.retire('custodian-1', 1)).rejects.toThrow(/may still need/)
    it.clock.now += HOUR
    await made.rotate('custodian-1')
    it.clock.now += HOUR
    const [walked] = await it.hub.rewrap({ custodian: 'custodian-1' })
    expect(walked).toMatchObject({ generation: 3, rewrapped: 2 })
    expect((await made.report('custodian-1')).left).toMatchObject({ root: 3, left: [{ generation: 3, records: 2 }] })
    await made.retire('custodian-1', 1)
    await made.rotate('custodian-2')
    await made.retire('custodian-2', 1, true)
    // What was lost is that custodian's share and no other's.
    const { released, refused } = await it.first.open(ASK)
    expect([released, refused.length]).toEqual([['custodian-1', 'custodian-3'], 0])
    await it[Symbol.asyncDispose]()
  })

  test('that failed to open a share counts as needed', async () => {
    const made = await rotating()
    const { it } = made
    await registered(made, 1)
    const keys = await made.place('custodian-1').read()
    await made.rotate('custodian-1')
    await made.place('custodian-1').write({
      ...keys,
      roots: [
        { generation: 1, key: random(32) },
        { generation: 2, key: random(32) },
      ],
    })
    await made.restart('custodian-1', { keys: await made.place('custodian-1').read() })
    it.clock.now += HOUR
    expect(await it.hub.rewrap({ custodian: 'custodian-1' })).toMatchObject([{ rewrapped: 0, failed: 2 }])
    await expect(made.retire('custodian-1', 1)).rejects.toThrow(/2 records still need/)
    await it[Symbol.asyncDispose]()
  })
})

test('a custodian that was started before the rotation seals nothing more', async () => {
  const made = await rotating()
  await made.restart('custodian-1')
  await made.rotate('custodian-1')
  await expect(made.it.register(childDetails(1))).rejects.toMatchObject({ code: 'ERR_KEY_WRONG' })
  await made.restart('custodian-1', { keys: await made.place('custodian-1').read() })
  await registered(made, 1)
  await readable(made, [1])
  await made.it[Symbol.asyncDispose]()
})

describe('wrapping anew', () => {
  test('takes no share of another record or custodian, and tells nobody anything', async () => {
    const made = await rotating()
    const { it } = made
    await registered(made, 1)
    await made.rotate('custodian-1')
    const hub = await it.context()
    const [one, two] = (await hub.shelf.list('record', undefined, 2)).map(({ value }) => decodeRecord(value.bytes))
    const asked = (label: Uint8Array | undefined, share: object | undefined) => {
      const { custodian: _, ...wrapped } = { custodian: 0, ...share }
      return { label, ...wrapped }
    }
    const shares = [
      asked(two?.label, one?.shares[0]),
      asked(one?.label, one?.shares[1]),
      asked(one?.label, { ...one?.shares[0], shareHash: new Uint8Array(32) }),
      asked(one?.label, { ...one?.shares[0], generation: 9 }),
    ]
    const { answer } = (await made.ask('custodian-1', 'rewrap', { shares })) as { answer: Uint8Array }
    expect(JSON.parse(Buffer.from(answer).toString())).toEqual({ generation: 2, shares: [null, null, null, null] })
    await it[Symbol.asyncDispose]()
  })

  test('an answer that the custodian did not sign is not written', async () => {
    const made = await rotating()
    await registered(made, 1)
    for (const id of IDS) await made.rotate(id)
    made.replace('custodian-1', made.port('custodian-2'))
    await expect(made.it.hub.rewrap({ custodian: 'custodian-1' })).rejects.toMatchObject({
      code: 'ERR_SIGNATURE_INVALID',
    })
    await made.it[Symbol.asyncDispose]()
  })
})

const CHILDREN = 130

test('a hub killed in the middle of the walk: the rest is wrapped by the next, and all open without the old roots', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'child-index-rewrap-'))
  try {
    const path = join(folder, 'hub')
    const places = hubFolder(path)
    const of = (number: number) => ({
      place: fileKeyPlace(places.custodianKey(number)),
      store: fileCustodianStore(places.custodianLog(`custodian-${number}`)),
    })
    const founded = await initHub({ path, name: 'Anytown' })
    const sealer = createSealer({ id: 'births', key: await newPartyKey(), hub: founded })
    await founded.enrol(sealer.enrolment())
    const rows = Array.from({ length: CHILDREN }, (_, n) => ({
      ...childDetails(n),
      familyName: `Surname${letters(n)}`,
    }))
    await sealer.registerAll(rows, { neverIssuedNumbers: true })
    await founded.close()
    for (const number of [1, 2, 3]) {
      const { place, store } = of(number)
      await rotateRoot(place, store, { clock: () => Date.now() - HOUR, random })
    }
    await rewrapUntilKilled(path)
    await using hub = await openHub({ path })
    const mixed = await hub.shareCounts()
    expect(mixed.some(({ generation }) => generation === 1)).toBe(true)
    expect(mixed.some(({ generation }) => generation === 2)).toBe(true)
    await hub.rewrap()
    expect(
      (await hub.shareCounts()).every(({ generation, records }) => generation === 2 && records === 2 * CHILDREN),
    ).toBe(true)
    for (const number of [1, 2, 3]) {
      const { place, store } = of(number)
      await retireRoot(place, store, 1, { clock: Date.now })
    }
    await hub.close()
    await using again = await openHub({ path })
    const police = createAgency({
      id: 'police',
      kind: 'police',
      key: await newPartyKey(),
      hub: again,
      neverIssuedNumbers: true,
    })
    await again.enrol(police.enrolment())
    const officer = takingCases(
      createOfficer({
        id: 'first',
        person: 'one',
        key: await newPartyKey(),
        hub: again,
        undertakingAt: 0,
        trainingUntil: Date.now() + HOUR,
        vettingUntil: Date.now() + HOUR,
      }),
    )
    await again.enrol(officer.enrolment())
    for (const [index, n] of [0, Math.floor(CHILDREN / 2), CHILDREN - 1].entries()) {
      const check = { incident: 'police-protection', occurredAt: Date.now(), practitioner: '1', reference: `${n}` }
      await police.check({ child: { nhsNumber: nhsNumber(n) }, ...check })
      await again.caughtUp()
      const { opening, released } = await officer.open({ ...ASK, case: index + 1 })
      expect(released).toHaveLength(3)
      expect((await officer.read(opening)).details).toMatchObject({ nhsNumber: nhsNumber(n) })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 60_000)

const letters = (n: number): string => String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26), 97 + (n % 7))

/** Walks in a process of its own, which dies after its first batches. */
async function rewrapUntilKilled(path: string): Promise<void> {
  const script = fileURLToPath(new URL('./rewrapper.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let batches = 0
  for await (const _line of createInterface({ input: child.stdout })) {
    batches += 1
    if (batches === 4) child.kill('SIGKILL')
  }
  await ended
  expect(batches).toBeGreaterThanOrEqual(4)
}
