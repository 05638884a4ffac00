import { describe, expect, test } from 'vitest'
import {
  type CustodianKeys,
  handOver,
  lockRestored,
  memoryCustodianStore,
  reportOf,
  type Seat,
  type Successor,
  takeOver,
} from '../../src/custodian.js'
import { newPartyKey } from '../../src/index.js'
import { replacement } from '../../src/roster/enrolment.js'
import { seededRandom } from '../../src/testing.js'
import { ASK, type HouseOfCustodians, houseOfCustodians } from '../support/custodians.js'
import { childDetails, HOUR, nhsNumber } from '../support/house.js'

const random = seededRandom(9).bytes
const SEAT = 'custodian-2'

async function drawn(): Promise<Successor> {
  const { signing, hpke } = await newPartyKey(random)
  return { signing, hpke, root: random(32) }
}

/** A house whose second seat goes to somebody else, with a child to open. */
async function replaced() {
  const made = await houseOfCustodians()
  const { it } = made
  await it.register(childDetails(1))
  const check = { incident: 'police-protection', occurredAt: it.clock.now, practitioner: 'PC 42' }
  await it.police.check({ child: { nhsNumber: nhsNumber(1) }, reference: 'a', ...check })
  const successor = await drawn()
  await seatGoesTo(made, successor)
  const former = made.keys(SEAT)
  const seat: Seat = { hub: former.hub, custodian: SEAT, predecessor: former.signing.publicKey }
  return { ...made, successor, former, seat, store: made.stores.get(SEAT) ?? memoryCustodianStore() }
}

async function seatGoesTo({ it, keys }: HouseOfCustodians, { signing, hpke }: Successor): Promise<void> {
  const present = it.hub.roster().parties.get(SEAT)
  if (present?.party !== 'custodian') throw new Error('no seat')
  const next = { ...present, keys: { signing: signing.publicKey, hpke: hpke.publicKey }, controller: 'NHS Anytown' }
  await it.hub.replace(replacement(it.hub.id, present, next, { next: signing, present: keys(SEAT).signing }))
}

test('a custodian is replaced: its successor opens what was sealed before, and in the end without the roots that were handed over', async () => {
  const made = await replaced()
  const { it, successor, former, seat, store } = made
  const keys = await takeOver(successor, seat, await handOver(former, store))
  expect(keys.roots.map(({ generation }) => generation)).toEqual([1, 2])
  expect(keys.roots[1]?.key).toEqual(successor.root)
  expect(keys.signing).toEqual(successor.signing)
  // It knows nothing of what the former holder answered, until its peers have told it.
  const own = memoryCustodianStore()
  await lockRestored(own, it.clock.now, random)
  await made.restart(SEAT, { keys, store: own })
  expect((await it.first.open(ASK)).released).not.toContain(SEAT)
  await it.hub.unlock(SEAT)
  const first = await it.first.open(ASK)
  expect(first.released).toContain(SEAT)
  expect((await it.first.read(first.opening)).details).toMatchObject({ nhsNumber: nhsNumber(1) })
  it.clock.now += HOUR
  expect(await it.hub.rewrap({ custodian: SEAT })).toMatchObject([{ generation: 2, rewrapped: 2, failed: 0 }])
  expect((await reportOf(made.stores.get(SEAT) ?? memoryCustodianStore())).left?.left).toEqual([
    { generation: 2, records: 2 },
  ])
  const alone: CustodianKeys = { ...keys, roots: [{ generation: 2, key: successor.root }] }
  await made.restart(SEAT, { keys: alone })
  expect((await it.second.open(ASK)).released).toContain(SEAT)
  // The former holder counts for nothing, whatever it keeps.
  await made.restart(SEAT, { keys: former, store })
  const late = await it.first.open(ASK)
  expect(late.released).toEqual(['custodian-1', 'custodian-3'])
  await it[Symbol.asyncDispose]()
})

describe('roots are handed over', () => {
  test('to nobody whom the roster does not name', async () => {
    const made = await houseOfCustodians()
    const store = made.stores.get(SEAT) ?? memoryCustodianStore()
    await expect(handOver(made.keys(SEAT), store)).rejects.toMatchObject({ code: 'ERR_ROSTER_INVALID' })
    await expect(handOver(made.keys(SEAT), memoryCustodianStore())).rejects.toMatchObject({
      code: 'ERR_ROSTER_INVALID',
    })
    await seatGoesTo(made, await drawn())
    await made.it.hub.suspend(SEAT)
    await expect(handOver(made.keys(SEAT), store)).rejects.toMatchObject({ code: 'ERR_ROSTER_INVALID' })
    await made.it[Symbol.asyncDispose]()
  })

  test('for the eyes of the successor, for this seat of this hub, and by the former holder', async () => {
    const { it, successor, former, seat, store } = await replaced()
    const given = await handOver(former, store)
    const text = Buffer.from(given.sealed).toString('hex')
    for (const { key } of [...former.roots, ...former.lookupKeys])
      expect(text).not.toContain(Buffer.from(key).toString('hex'))
    const other = await drawn()
    const stranger = (await newPartyKey(random)).signing
    const forged = await handOver({ ...former, signing: stranger }, store)
    const lies: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['ERR_SIGNATURE_INVALID', () => takeOver(other, seat, given)],
      ['ERR_SIGNATURE_INVALID', () => takeOver({ ...successor, hpke: other.hpke }, seat, given)],
      ['ERR_SIGNATURE_INVALID', () => takeOver(successor, { ...seat, predecessor: stranger.publicKey }, given)],
      [
        'ERR_SIGNATURE_INVALID',
        () => takeOver(successor, seat, { ...given, sealed: given.sealed.map((byte) => byte ^ 1) }),
      ],
      ['ERR_SIGNATURE_INVALID', () => takeOver(successor, seat, forged)],
      ['ERR_KEY_WRONG', () => takeOver(successor, { ...seat, custodian: 'custodian-3' }, given)],
      ['ERR_KEY_WRONG', () => takeOver(successor, seat, { ...given, hub: new Uint8Array(32) })],
    ]
    for (const [code, lie] of lies) await expect(lie()).rejects.toMatchObject({ code })
    await it[Symbol.asyncDispose]()
  })
})
