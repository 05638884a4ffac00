import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.js'
import { approve, memoryCustodianStore, reportOf } from '../../src/custodian.js'
import { createAgency, newPartyKey, policyHash } from '../../src/index.js'
import { defaultPolicy } from '../../src/policy.js'
import { ASK, type HouseOfCustodians, houseOfCustodians } from '../support/custodians.js'
import { childDetails, HOUR, nhsNumber } from '../support/house.js'

const IDS = ['custodian-1', 'custodian-2', 'custodian-3'] as const

/** A house whose custodians sign for nothing that their controllers have not approved. */
async function judging(): Promise<HouseOfCustodians> {
  const made = await houseOfCustodians()
  for (const id of IDS) await made.restart(id, { approve: 'controller' })
  return made
}

async function approveAt({ stores, it }: HouseOfCustodians, id: string, hash: string) {
  return approve(stores.get(id) ?? memoryCustodianStore(), hash, it.clock.now)
}

const report = ({ stores }: HouseOfCustodians, id: string) => reportOf(stores.get(id) ?? memoryCustodianStore())

describe('a roster version', () => {
  test('an agency enrolled by the hub alone: no custodian signs before its controller approved', async () => {
    const made = await judging()
    const { it } = made
    const front = createAgency({ id: 'front', kind: 'police', key: await newPartyKey(), hub: it.line })
    const enrol = () => it.hub.enrol(front.enrolment())
    await expect(enrol()).rejects.toMatchObject({ code: 'ERR_APPROVAL_MISSING' })
    expect(it.hub.roster().parties.has('front')).toBe(false)
    const { waiting, rosterVersion } = await report(made, 'custodian-1')
    expect(waiting).toMatchObject([
      { version: rosterVersion + 1, changes: [expect.stringMatching(/agency front \(police\)/)] },
    ])
    const hash = waiting[0]?.hash ?? ''
    // One controller alone is no quorum, and what they approve is this version and no other.
    expect(await approveAt(made, 'custodian-1', hash)).toEqual(waiting[0]?.changes)
    await expect(enrol()).rejects.toMatchObject({ code: 'ERR_APPROVAL_MISSING' })
    await approveAt(made, 'custodian-3', hash)
    const other = createAgency({ id: 'other', kind: 'police', key: await newPartyKey(), hub: it.line })
    await expect(it.hub.enrol(other.enrolment())).rejects.toMatchObject({ code: 'ERR_APPROVAL_MISSING' })
    await enrol()
    expect(it.hub.roster().parties.has('front')).toBe(true)
    // What waited was for a version that can no longer be.
    expect((await report(made, 'custodian-1')).waiting).toEqual([])
    await it[Symbol.asyncDispose]()
  })

  test('is approved while the custodian runs, survives its restart, and is asked about once', async () => {
    const made = await judging()
    const { it, stores } = made
    const front = createAgency({ id: 'front', kind: 'police', key: await newPartyKey(), hub: it.line })
    for (let tries = 0; tries < 3; tries += 1)
      await expect(it.hub.enrol(front.enrolment())).rejects.toMatchObject({ code: 'ERR_APPROVAL_MISSING' })
    const events = (await stores.get('custodian-2')?.load(0)) ?? []
    expect(events.filter(({ kind }) => kind === 'proposal').length).toBe(1)
    for (const id of IDS) {
      const { waiting } = await report(made, id)
      await approveAt(made, id, waiting[0]?.hash ?? '')
      await made.restart(id, { approve: 'controller' })
    }
    await it.hub.enrol(front.enrolment())
    await it[Symbol.asyncDispose]()
  })

  test('a hub cannot fill a custodian with proposals, and nobody approves of what nobody proposed', async () => {
    const made = await judging()
    const { it } = made
    for (let n = 0; n < 20; n += 1) {
      const front = createAgency({ id: `front-${n}`, kind: 'police', key: KEY, hub: it.line })
      await expect(it.hub.enrol(front.enrolment())).rejects.toMatchObject({ code: 'ERR_APPROVAL_MISSING' })
    }
    expect((await report(made, 'custodian-1')).waiting.length).toBe(16)
    const events = (await made.stores.get('custodian-1')?.load(0)) ?? []
    expect(events.filter(({ kind }) => kind === 'proposal').length).toBe(16)
    await expect(approveAt(made, 'custodian-1', '00'.repeat(32))).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    await it[Symbol.asyncDispose]()
  })

  test('a suspension waits for nobody', async () => {
    const made = await judging()
    await made.it.hub.suspend('met-police')
    expect((await report(made, 'custodian-1')).rosterVersion).toBe(made.it.hub.roster().version)
    await made.it[Symbol.asyncDispose]()
  })
})

const KEY = await newPartyKey()

describe('a policy', () => {
  test('that others approved opens nothing at a custodian whose controller did not', async () => {
    const made = await houseOfCustodians()
    const { it } = made
    await it.register(childDetails(1))
    const check = { incident: 'police-protection', occurredAt: it.clock.now, practitioner: 'PC 42' }
    await it.police.check({ child: { nhsNumber: nhsNumber(1) }, reference: 'a', ...check })
    // The first custodian's controller is never asked: the other two are a quorum.
    await made.restart('custodian-1', { approve: 'controller' })
    const next = { ...defaultPolicy(), version: '2' }
    it.clock.now += HOUR
    await it.hub.adoptPolicy(next)
    const opening = await it.first.open(ASK)
    expect(opening.released).toEqual(['custodian-2', 'custodian-3'])
    expect(opening.refused).toMatchObject([{ custodian: 'custodian-1', reason: 'policy-not-approved' }])
    const hash = toHex(policyHash(next))
    const founding = toHex(policyHash(defaultPolicy()))
    expect((await report(made, 'custodian-1')).policies.map((each) => [each.hash, each.approved])).toEqual([
      [founding, true],
      [hash, false],
    ])
    // Approving of a later version approves of nothing that came before it.
    await approveAt(made, 'custodian-1', hash)
    expect((await it.second.open(ASK)).released).toContain('custodian-1')
    await it[Symbol.asyncDispose]()
  })

  test('comes with the roster version that brings it, and with no later one', async () => {
    const made = await houseOfCustodians()
    const { it } = made
    await made.restart('custodian-1', { approve: 'controller' })
    const next = { ...defaultPolicy(), version: '2' }
    const hash = toHex(policyHash(next))
    const approvedIn = async () =>
      (await report(made, 'custodian-1')).policies.find((each) => each.hash === hash)?.approved
    await it.hub.adoptPolicy(next)
    await made.restart('custodian-2', { approve: 'controller' })
    const late = createAgency({ id: 'late', kind: 'police', key: await newPartyKey(), hub: it.line })
    await expect(it.hub.enrol(late.enrolment())).rejects.toMatchObject({ code: 'ERR_APPROVAL_MISSING' })
    for (const id of ['custodian-1', 'custodian-2']) {
      const [waits] = (await report(made, id)).waiting
      await approveAt(made, id, waits?.hash ?? '')
    }
    await it.hub.enrol(late.enrolment())
    await it.hub.journal.head()
    expect(await approvedIn()).toBe(false)
    await it[Symbol.asyncDispose]()
  })
})
