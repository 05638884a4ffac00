import { describe, expect, test } from 'vitest'
import { unpack } from '../../src/bytes.js'
import { fromAgencyChildId } from '../../src/child/identifiers.js'
import { readAgencyChildId } from '../../src/child/written-form.js'
import { ChildTable } from '../../src/hub/children/children.js'
import { identifierKeyOf } from '../../src/hub/context.js'
import type { Agency, AgencyReferral, CheckInput } from '../../src/index.js'
import { fromJsonBytes } from '../../src/json.js'
import { decodeMessage } from '../../src/port.js'
import { childDetails, DAY, type House, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

const child = { nhsNumber: nhsNumber(1) }

async function referred(it: House, to: string): Promise<void> {
  const ask = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const
  const { opening } = await it.first.open(ask)
  await it.first.refer({ case: 1, because: 'acts-on-referral', to, openings: [opening] })
}

async function withCase(): Promise<House> {
  const it = await house()
  await it.register(childDetails(1))
  const incident = 'police-protection'
  await it.police.check({ child, incident, occurredAt: it.clock.now, reference: 'a', practitioner: 'PC 42' })
  await it.hub.caughtUp()
  return it
}

async function only(agency: Agency): Promise<AgencyReferral> {
  const [referral] = await all(agency.referrals())
  if (referral?.kind !== 'referral') throw new Error('no referral that can be read')
  return referral
}

/** Everything that the hub answered to officers, as text. */
function toldToOfficers(it: House): string {
  const verbs = ['prepare-referral', 'refer', 'open', 'prepare-opening', 'read-opening', 'review', 'cases']
  return it.exchanges
    .filter(({ message }) => verbs.includes(decodeMessage(message).verb))
    .map(({ reply }) => Buffer.from(reply).toString('latin1'))
    .join('\n')
}

describe('a referral names the child to the agency that gets it', () => {
  test('by its own id, with which it checks at once', async () => {
    await using it = await withCase()
    const care = await it.agency('childrens-care', 'social-care')
    await referred(it, 'childrens-care')
    const { agencyChildId = '' } = await only(care)
    const check: CheckInput = {
      child: { agencyChildId },
      incident: 'first-known',
      occurredAt: it.clock.now,
      reference: 'care/1',
      practitioner: 'social worker',
    }
    expect((await care.check(check)).known).toBe('known')
    await it.hub.caughtUp()
    expect((await it.hub.case(1)).timeline).toHaveLength(2)
    expect((await care.identify(child, 'social worker')).agencyChildId).toBe(agencyChildId)
  })

  test('in the present epoch; during the window it is taken after a rotation too', async () => {
    await using it = await withCase()
    await it.hub.rotateEpoch()
    await referred(it, 'st-marys')
    const { agencyChildId = '' } = await only(it.health)
    expect(readAgencyChildId(agencyChildId).epochMod4).toBe(2)
    it.clock.now += 90 * DAY
    await it.hub.rotateEpoch()
    expect((await it.health.identify({ agencyChildId }, 'Dr Who')).known).toBe('known')
  })

  test('and the officer learns no other agency’s id', async () => {
    await using it = await withCase()
    const ids = await Promise.all(
      [it.police, it.health, it.school].map(async (agency) => (await agency.identify(child, 'x')).agencyChildId),
    )
    await referred(it, 'st-marys')
    const told = toldToOfficers(it)
    expect(ids.map((id) => told.includes(id))).toEqual([false, true, false])
    const prepared = it.exchanges.findLast(({ message }) => decodeMessage(message).verb === 'prepare-referral')
    const [body] = unpack('reply/v1', prepared?.reply ?? new Uint8Array(0), 1) as [Uint8Array]
    expect(fromJsonBytes(body)).toMatchObject({ prepared: { agencyChildId: ids[1] } })
  })

  test('by the id of the child to whom officers linked the one of the case', async () => {
    await using it = await withCase()
    const other = await it.health.identify({ nhsNumber: nhsNumber(2) }, 'Dr Who')
    const hub = await it.context()
    const idsOf = [(await it.health.identify(child, 'Dr Who')).agencyChildId, other.agencyChildId]
    const [linked, into] = idsOf.map((written) =>
      fromAgencyChildId(identifierKeyOf(hub, 'st-marys', 1), readAgencyChildId(written).agencyChildId),
    )
    if (linked === undefined || into === undefined) throw new Error('two ids')
    const children = await ChildTable.load(hub, [linked])
    const row = children.get(linked)
    if (row === undefined) throw new Error('no such child')
    children.set({ ...row, linkedTo: into })
    await hub.ledger.write(async () => ({ puts: children.puts(hub) }))
    await referred(it, 'st-marys')
    expect((await only(it.health)).agencyChildId).toBe(other.agencyChildId)
  })

  test('not in the journal, and nowhere in the store in plain', async () => {
    await using it = await withCase()
    await referred(it, 'st-marys')
    const { agencyChildId = '' } = await only(it.health)
    const { ledger } = await it.context()
    for (const { bytes } of await ledger.read(0, 1000)) expect(Buffer.from(bytes).includes(agencyChildId)).toBe(false)
  })
})
