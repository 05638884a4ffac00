import { afterEach, describe, expect, test } from 'vitest'
import { type CustodianStore, memoryCustodianStore, openCustodian, reportOf } from '../../src/custodian.js'
import { isIndexError, type Port } from '../../src/index.js'
import { enrol, replacement } from '../../src/roster/enrolment.js'
import { childDetails, HOUR, type House, house, NOW, nhsNumber, spareCustodian } from '../support/house.js'

/** Custodians that are down, by their id. */
const down = new Set<string>()
/** Who holds a seat by now. */
const moved = new Map<string, Port>()
afterEach(() => {
  down.clear()
  moved.clear()
})

function start(more: Parameters<typeof house>[0] = {}): Promise<House> {
  return house({
    ...more,
    custodianPort: (id, port) => ({
      async send(message, options) {
        if (down.has(id)) throw new Error('down')
        return (moved.get(id) ?? port).send(message, options)
      },
    }),
  })
}

const ask = { group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

async function opened(it: House, number: number) {
  const opening = await it.first.open({ ...ask, case: number })
  return { opening, details: opening.opened ? (await it.first.read(opening.opening)).details : undefined }
}

/** A check that raises a case by itself. */
async function raise(it: House, child: number, reference: string): Promise<void> {
  const input = { incident: 'police-protection', indicators: [], occurredAt: NOW - HOUR, practitioner: 'PC 1' }
  await it.police.check({ child: { nhsNumber: nhsNumber(child) }, ...input, reference })
  await it.hub.caughtUp()
}

function enrolments(it: House) {
  return it.spares.map(({ id, hub, signing, hpke }, at) => {
    const keys = { signing: signing.publicKey, hpke: hpke.publicKey }
    const seat = { party: 'custodian' as const, id, keys, suspended: false, index: 4 + at, controller: `Body ${id}` }
    return enrol(hub.id, seat, signing)
  })
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error) => (isIndexError(error) ? error.code : error),
  )

describe('from 2 of 3 to 3 of 5', () => {
  test('records of before open as before, until the same feed seals them anew', async () => {
    await using it = await start({ spares: 2 })
    const feed = [1, 2, 3].map((n) => childDetails(n))
    await it.sealer.registerAll(feed, { neverIssuedNumbers: true })
    await raise(it, 1, 'a')
    const members = ['custodian-5', 'custodian-1', 'custodian-2', 'custodian-3', 'custodian-4']
    expect(await it.hub.makeKeyset({ members, quorum: 3, enrolments: enrolments(it) })).toBe('in-force')
    expect(it.hub.roster().keyset).toEqual({ id: 'keyset-2', members: members.toSorted(), quorum: 3 })
    expect(await it.hub.formerKeysetRecords()).toEqual([{ keyset: 'keyset-1', records: 6 }])
    // Two of the former three are enough for a record of theirs, though the present quorum is three.
    down.add('custodian-3')
    const before = await opened(it, 1)
    expect(before.opening.released).toEqual(['custodian-1', 'custodian-2'])
    expect(before.details).toMatchObject({ familyName: childDetails(1).familyName })
    down.clear()
    // The feed is cut short after its first child, and run again from its beginning.
    const options = { neverIssuedNumbers: true }
    expect(await it.sealer.registerAll(feed.slice(0, 1), options)).toEqual([{ kind: 'changed' }])
    await it.reopen({ crash: true })
    const kinds = (await it.sealer.registerAll(feed, options)).map(({ kind }) => kind)
    expect(kinds).toEqual(['unchanged', 'changed', 'changed'])
    expect(await it.hub.formerKeysetRecords()).toEqual([{ keyset: 'keyset-1', records: 0 }])
    const after = await opened(it, 1)
    expect(after.opening.released.length).toBeGreaterThanOrEqual(3)
    expect(after.details).toMatchObject({ familyName: childDetails(1).familyName })
    // Two are a quorum no more.
    for (const id of ['custodian-3', 'custodian-4', 'custodian-5']) down.add(id)
    await expect(it.first.open({ ...ask, case: 1 })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(QUORUM|CUSTODIAN)/),
    })
  })
})

describe('a dead custodian', () => {
  test('is suspended, registrations wait, and another keyset takes its place', async () => {
    await using it = await start({ spares: 1 })
    await it.register(childDetails(1))
    await raise(it, 1, 'a')
    down.add('custodian-3')
    await it.hub.suspend('custodian-3')
    expect(await codeOf(it.register(childDetails(2)))).toBe('ERR_QUORUM_MISSING')
    const members = ['custodian-1', 'custodian-2', 'custodian-4']
    await it.hub.makeKeyset({ members, quorum: 2, enrolments: enrolments(it) })
    expect(await it.register(childDetails(2))).toEqual({ kind: 'registered' })
    expect((await opened(it, 1)).opening.released).toEqual(['custodian-1', 'custodian-2'])
    await it.register(childDetails(1))
    const { opening, details } = await opened(it, 1)
    expect(opening.released).toContain('custodian-4')
    expect(details).toMatchObject({ familyName: childDetails(1).familyName })
    const record = it.hub.roster().keyset
    expect(record.members).toEqual(members)
  })
})

describe('a suspended custodian', () => {
  test('gets nothing to seal, gives nothing out and counts for nothing, by its own refusal too', async () => {
    await using it = await start()
    await it.register(childDetails(1))
    await raise(it, 1, 'a')
    await it.hub.suspend('custodian-2')
    const { opening, details } = await opened(it, 1)
    expect(opening.released).toEqual(['custodian-1', 'custodian-3'])
    expect(details).toBeDefined()
    expect(await codeOf(it.hub.suspend('custodian-1'))).toBe('ERR_QUORUM_MISSING')
    expect(await it.hub.journal.head()).not.toContain('/custodian-2 ')
    const context = await it.context()
    const note = await context.ledger.signedHead()
    const refusals: unknown[] = []
    await context.custodians.cosign(
      note,
      await context.ledger.size(),
      async (from) => context.ledger.consistency(from, await context.ledger.size()),
      (id) => {
        refusals.push(id)
        return true
      },
    )
    expect(refusals).not.toContain('custodian-2')
    expect(await it.hub.reinstate('custodian-2')).toBe('in-force')
    expect(await it.register(childDetails(2))).toEqual({ kind: 'registered' })
    // What agencies told its peers meanwhile it does not know yet.
    down.add('custodian-3')
    await expect(it.first.open({ ...ask, case: 1 })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(QUORUM|CUSTODIAN)/),
    })
    down.clear()
    expect(await it.hub.unlock('custodian-2')).toMatchObject({ outcome: 'unlocked' })
    down.add('custodian-3')
    expect((await opened(it, 1)).opening.released).toEqual(['custodian-1', 'custodian-2'])
  })

  test('hears from its peers, once reinstated, of what agencies took back meanwhile', async () => {
    const stores = new Map<string, CustodianStore>()
    const custodianStore = (id: string): CustodianStore => {
      const store = stores.get(id) ?? memoryCustodianStore()
      stores.set(id, store)
      return store
    }
    await using it = await start({ custodianStore })
    const knows = async () => {
      const store = stores.get('custodian-2')
      if (store === undefined) throw new Error('no store')
      return reportOf(store)
    }
    await it.register(childDetails(1))
    await raise(it, 1, 'a')
    await it.hub.suspend('custodian-2')
    down.add('custodian-2')
    await it.police.withdraw('a', 'wrong-child')
    down.clear()
    await it.hub.reinstate('custodian-2')
    expect(await knows()).toMatchObject({ withdrawals: 0, lockedAt: it.clock.now })
    await it.hub.unlock('custodian-2')
    const after = await knows()
    expect(after).toMatchObject({ withdrawals: 1 })
    expect(after.lockedAt).toBeUndefined()
  })

  test('and one that is enrolled but of no keyset signs for nothing', async () => {
    await using it = await start({ spares: 1 })
    const [enrolment] = enrolments(it)
    if (enrolment === undefined) throw new Error('no spare')
    await it.hub.enrol(enrolment)
    expect(await it.hub.journal.head()).not.toContain('custodian-4')
    await it.register(childDetails(1))
  })
})

describe('a custodian whose seat goes to another body', () => {
  test('what it released can be read, records open by its successor, and its former key counts for nothing', async () => {
    await using it = await start()
    await it.register(childDetails(1))
    await raise(it, 1, 'a')
    const { opening } = await it.first.open({ ...ask, case: 1 })
    const old = it.founding?.custodians[1]
    const present = it.hub.roster().parties.get('custodian-2')
    if (old === undefined || present?.party !== 'custodian' || it.founding === undefined) throw new Error('no seat')
    const drawn = await spareCustodian(it.founding, 2, () => crypto.getRandomValues(new Uint8Array(32)))
    // Its roots come from the former holder.
    const successor = { ...drawn, roots: old.roots }
    const keys = { signing: successor.signing.publicKey, hpke: successor.hpke.publicKey }
    const next = { ...present, keys, controller: 'NHS Anytown' }
    const given = replacement(it.hub.id, present, next, { next: successor.signing, present: old.signing })
    expect(await it.hub.replace(given)).toBe('in-force')
    // While nobody holds the seat yet, the other two go on.
    expect((await opened(it, 1)).opening.released).toEqual(['custodian-1', 'custodian-3'])
    moved.set(
      'custodian-2',
      await openCustodian({ keys: successor, store: memoryCustodianStore(), clock: it.clock.read }),
    )
    down.add('custodian-3')
    const after = await opened(it, 1)
    expect(after.opening.released).toEqual(['custodian-1', 'custodian-2'])
    expect(after.details).toMatchObject({ familyName: childDetails(1).familyName })
    // What was released under the key of before.
    expect((await it.first.read(opening)).details).toMatchObject({ familyName: childDetails(1).familyName })
    down.delete('custodian-3')
    expect(await it.register(childDetails(2))).toEqual({ kind: 'registered' })
    expect(await it.hub.formerKeysetRecords()).toEqual([])
  })
})
