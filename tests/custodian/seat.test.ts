import { expect, test } from 'vitest'
import {
  type CustodianKeys,
  drawNextLookupKey,
  handOver,
  type KeyPlace,
  memoryCustodianStore,
  reportOf,
  retireRoot,
  type Successor,
  takeNextLookupKey,
  takeOver,
  takeSeat,
} from '../../src/custodian.js'
import { newPartyKey } from '../../src/index.js'
import { replacement } from '../../src/roster/enrolment.js'
import { decodeRecord } from '../../src/seal/record.js'
import { rewrapShare } from '../../src/seal/rewrap.js'
import { seededRandom } from '../../src/testing.js'
import { ASK, type HouseOfCustodians, houseOfCustodians } from '../support/custodians.js'
import { childDetails, HOUR, nhsNumber } from '../support/house.js'

const random = seededRandom(12).bytes
const SEAT = 'custodian-2'
const OTHERS = ['custodian-1', 'custodian-3']

function placeOf(keys: CustodianKeys): KeyPlace {
  let kept = keys
  return {
    read: async () => kept,
    write: async (next) => {
      kept = next
    },
  }
}

/** A record that is sealed, and custodians with two generations of lookup keys, who answer from their places. */
async function lived() {
  const made = await houseOfCustodians()
  const { it } = made
  const places = new Map(['custodian-1', SEAT, 'custodian-3'].map((id) => [id, placeOf(made.keys(id))]))
  const place = (id: string): KeyPlace => places.get(id) ?? expect.fail('no such custodian')
  const store = (id: string) => made.stores.get(id) ?? expect.fail('no such custodian')
  for (const id of places.keys()) await made.restart(id, { reloadKeys: place(id).read })
  const clock = it.clock.read
  for (const letter of await drawNextLookupKey(place('custodian-1'), store('custodian-1'), 2, { clock, random }))
    await takeNextLookupKey(place(letter.to), store(letter.to), letter, clock)
  await it.register(childDetails(1))
  await it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'police-protection',
    occurredAt: it.clock.now,
    reference: 'a',
    practitioner: 'PC 42',
  })
  await it.hub.caughtUp()
  return { ...made, place, store }
}

/** Opens the record, and says who took part. */
async function opened({ it }: HouseOfCustodians): Promise<readonly string[]> {
  const { opening, released } = await it.first.open(ASK)
  expect((await it.first.read(opening)).details).toMatchObject({ nhsNumber: nhsNumber(1) })
  return released
}

/** How many shares of the seat, as they lie in the store now, open under any of these roots. */
async function opensUnder({ it }: HouseOfCustodians, { roots }: CustodianKeys): Promise<number> {
  const { shelf } = await it.context()
  const records = (await shelf.list('record', undefined, 100)).map(({ value }) => decodeRecord(value.bytes))
  const present = { generation: 99, key: random(32) }
  const opens = records.flatMap(({ label, shares }) => {
    const share = shares.find(({ custodian }) => custodian === 2) ?? expect.fail('no share')
    return roots.filter(({ key }) => {
      try {
        rewrapShare(share, label, key, present, random)
        return true
      } catch {
        return false
      }
    })
  })
  return opens.length
}

test('a live seat goes to another body while openings go on, and its former holder is left with nothing', async () => {
  const made = await lived()
  const { it, place, store } = made
  const former = await place(SEAT).read()
  const formerStore = store(SEAT)
  expect(await opened(made)).toContain(SEAT)
  expect(await opensUnder(made, former)).toBe(2)

  // The successor draws its own keys, and the roster names it.
  const { signing, hpke } = await newPartyKey(random)
  const successor: Successor = { signing, hpke, root: random(32) }
  const present = it.hub.roster().parties.get(SEAT)
  if (present?.party !== 'custodian') throw new Error('no seat')
  const next = { ...present, keys: { signing: signing.publicKey, hpke: hpke.publicKey }, controller: 'NHS Anytown' }
  const replaced = replacement(it.hub.id, present, next, { next: signing, present: former.signing })
  expect(await it.hub.replace(replaced)).toBe('in-force')
  expect(await opened(made)).toEqual(OTHERS)

  // Roots and lookup keys go over, for its eyes only.
  const seat = { hub: former.hub, custodian: SEAT, predecessor: former.signing.publicKey }
  const keys = await takeOver(successor, seat, await handOver(former, formerStore))
  expect(keys.roots.map(({ generation }) => generation)).toEqual([1, 2])
  expect(keys.lookupKeys.map(({ generation }) => generation)).toEqual([1, 2])
  expect(keys.lookupKeys).toEqual((await place('custodian-1').read()).lookupKeys)
  expect(await opened(made)).toEqual(OTHERS)

  // It begins with an empty store, locked, and its peers tell it what it must know.
  const own = memoryCustodianStore()
  await takeSeat(place(SEAT), own, keys, { clock: it.clock.read, random })
  await made.restart(SEAT, { keys, store: own, reloadKeys: place(SEAT).read })
  expect(await opened(made)).toEqual(OTHERS)
  expect(await it.hub.unlock(SEAT)).toMatchObject({ outcome: 'unlocked', peers: OTHERS, missing: [] })
  const report = await reportOf(own)
  expect(report.lockedAt).toBeUndefined()
  expect(report.openings).toBeGreaterThanOrEqual(4)
  // A record that was sealed before it was there.
  expect(await opened(made)).toContain(SEAT)
  expect(await it.register(childDetails(2))).toEqual({ kind: 'registered' })

  // The shares are wrapped under its own root, and the one that was handed over ends.
  const retire = () => retireRoot(place(SEAT), own, 1, { clock: it.clock.read })
  await expect(retire()).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
  it.clock.now += HOUR
  expect(await it.hub.rewrap({ custodian: SEAT })).toMatchObject([{ generation: 2, rewrapped: 2, failed: 0 }])
  expect(await opened(made)).toContain(SEAT)
  await retire()
  const alone = await place(SEAT).read()
  expect(alone.roots).toEqual([{ generation: 2, key: successor.root }])
  expect(await opened(made)).toContain(SEAT)

  // What the former holder kept opens none of it, and what it signs counts for nothing.
  expect(await opensUnder(made, former)).toBe(0)
  expect(await opensUnder(made, alone)).toBe(4)
  await made.restart(SEAT, { keys: former, store: formerStore })
  expect(await opened(made)).toEqual(OTHERS)
  made.replace('custodian-3', { send: () => Promise.reject(new Error('down')) })
  await expect(it.first.open(ASK)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_(QUORUM|CUSTODIAN)/) })
  await made.restart('custodian-3', { reloadKeys: place('custodian-3').read })
  await it.hub.caughtUp()
  expect((await it.hub.journal.verify()).verified).toBe(true)
  await it[Symbol.asyncDispose]()
})
