import { expect, test } from 'vitest'
import { memoryCustodianStore } from '../../src/custodian.js'
import { found, openCustodians } from '../../src/founding.js'
import { foundHub } from '../../src/hub/open-context.js'
import {
  createAgency,
  createSealer,
  defaultPolicy,
  type Enrolment,
  type Hub,
  memoryStore,
  newPartyKey,
  openHub,
} from '../../src/index.js'
import { seededRandom } from '../../src/testing.js'
import { DAY, NOW } from '../support/house.js'

/** A hub whose changes wait two days, and another process on the same store. */
async function delayed() {
  const clock = { now: NOW, read: () => clock.now }
  const random = seededRandom(11).bytes
  const policy = defaultPolicy()
  const founding = await found({ name: 'Anytown', policy, random, activationDelayMs: 2 * DAY })
  const custodians = await openCustodians(founding.custodians, () => memoryCustodianStore(), clock.read, random)
  const { id, keys, genesis } = founding
  const wired = { id, store: memoryStore(), keys, custodians, clock: clock.read, random }
  await foundHub(wired, genesis, policy)
  const agency = async (hub: Hub, name: string): Promise<Enrolment> =>
    createAgency({ id: name, kind: 'police', key: await newPartyKey(random), hub }).enrolment()
  return { clock, agency, hub: await openHub(wired), another: () => openHub(wired) }
}

test('a change asked for while another waits is refused, by every way to ask, and says what waits and until when', async () => {
  const { clock, agency, hub } = await delayed()
  await using _ = hub
  const first = await agency(hub, 'first')
  expect(await hub.enrol(first)).toBe('proposed')
  const second = await agency(hub, 'second')
  const size = await hub.journal.size()
  const waits = { code: 'ERR_CHANGE_WAITS', message: expect.stringMatching(/until 2026-03-06T10.*enrol agency first/) }
  await expect(hub.enrol(second)).rejects.toMatchObject(waits)
  await expect(hub.rotateEpoch()).rejects.toMatchObject(waits)
  await expect(hub.adoptPolicy({ ...defaultPolicy(), version: 77 })).rejects.toMatchObject(waits)
  const members = ['custodian-1', 'custodian-2', 'custodian-3']
  await expect(hub.makeKeyset({ members, quorum: 3 })).rejects.toMatchObject(waits)
  await hub.suspend('custodian-3')
  await expect(hub.reinstate('custodian-3')).rejects.toMatchObject(waits)
  // Asked for once more, the change that waits goes on waiting as it does.
  clock.now += DAY
  expect(await hub.enrol(first)).toBe('proposed')
  expect(hub.rosters().proposed?.at).toBe(NOW)
  // The suspension was written, and nothing else.
  expect(await hub.journal.size()).toBe(size + 1)
  clock.now += DAY
  await hub.activate()
  expect(hub.roster().parties.get('first')).toMatchObject({ suspended: false })
  expect(hub.roster().parties.get('custodian-3')).toMatchObject({ suspended: true })
  expect(await hub.enrol(second)).toBe('proposed')
})

test('one that is to take its place does, and waits anew', async () => {
  const { clock, agency, hub } = await delayed()
  await using _ = hub
  await hub.enrol(await agency(hub, 'first'))
  clock.now += DAY
  expect(await hub.enrol(await agency(hub, 'second'), { supersede: true })).toBe('proposed')
  clock.now += DAY
  await expect(hub.activate()).rejects.toMatchObject({ code: 'ERR_ROSTER_INVALID' })
  clock.now += DAY
  await hub.activate()
  expect([...hub.roster().parties.keys()]).not.toContain('first')
  expect(hub.roster().parties.has('second')).toBe(true)
})

test('what can never take effect holds nothing up', async () => {
  const { clock, agency, hub } = await delayed()
  await using _ = hub
  await hub.makeKeyset({ members: ['custodian-1', 'custodian-2', 'custodian-3'], quorum: 3 })
  // A keyset of three with one of them suspended is none.
  await hub.suspend('custodian-3')
  expect(await hub.enrol(await agency(hub, 'first'))).toBe('proposed')
  clock.now += 2 * DAY
  await hub.activate()
  expect(hub.roster().parties.has('first')).toBe(true)
})

test('of two processes that propose at once one is told of the other', async () => {
  const { agency, hub, another } = await delayed()
  await using _ = hub
  await using other = await another()
  const [one, two] = [await agency(hub, 'one'), await agency(other, 'two')]
  const ended = await Promise.allSettled([hub.enrol(one), other.enrol(two)])
  expect(ended.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(ended.find((each) => each.status === 'rejected')?.reason).toMatchObject({ code: 'ERR_CHANGE_WAITS' })
})

test('a hub with a delay begins with all of its agencies in one change', async () => {
  const { clock, agency, hub } = await delayed()
  await using _ = hub
  const random = seededRandom(12).bytes
  const sealer = createSealer({ id: 'births', key: await newPartyKey(random), hub }).enrolment()
  const all = [sealer, await agency(hub, 'first'), await agency(hub, 'second')]
  const [, first] = all
  if (first === undefined) throw new Error('none')
  await expect(hub.enrol([])).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
  await expect(hub.enrol([...all, first])).rejects.toMatchObject({ code: 'ERR_PARTY_EXISTS' })
  const forged = { ...first, proof: new Uint8Array(64) }
  await expect(hub.enrol([sealer, forged])).rejects.toMatchObject({ code: 'ERR_SIGNATURE_INVALID' })
  await expect(hub.enrol(all, { supersede: 'yes' } as never)).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
  expect(hub.rosters().proposed).toBeUndefined()
  expect(await hub.enrol(all)).toBe('proposed')
  clock.now += 2 * DAY
  await hub.activate()
  expect(hub.roster()).toMatchObject({ version: 2 })
  for (const id of ['births', 'first', 'second']) expect(hub.roster().parties.has(id)).toBe(true)
  // Each agency has keys of the open epochs.
  expect(hub.roster().parties.get('second')).toMatchObject({ identifierKeys: [{ epoch: 1 }] })
})
