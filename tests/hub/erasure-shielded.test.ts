import { describe, expect, test } from 'vitest'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'

const forTests = { neverIssuedNumbers: true }
const number = { nhsNumber: nhsNumber(1) }

function check(it: House, reference: string, incident: 'first-known' | 'police-protection' = 'first-known') {
  return it.police.check({
    child: number,
    incident,
    occurredAt: it.clock.now,
    reference,
    practitioner: 'PC 42',
  })
}

/** What agencies know a shielded child by is a row of its own, made of what they asked. */
describe('erasing a shielded child', () => {
  test('waits while the enquiry about it is open', async () => {
    await using it = await house()
    await it.register({ ...childDetails(1), shielded: true })
    await check(it, 'a')
    await it.sealer.erase(childDetails(1), 'erasure-request', forTests)
    expect(await it.hub.eraseNoted()).toEqual({ erased: 0, waiting: 1 })
  })

  test('takes the face along: no row is left, and whoever asks again meets somebody new', async () => {
    await using it = await house()
    await it.register({ ...childDetails(1), shielded: true })
    const before = await it.police.identify(number, 'PC 42')
    await it.sealer.erase(childDetails(1), 'erasure-request', forTests)
    const { store } = await it.context()
    expect(await store.list('child', undefined, 10)).toEqual([])
    const after = await it.police.identify(number, 'PC 42')
    expect(after.known).toBe('unknown')
    expect(after.agencyChildId).not.toBe(before.agencyChildId)
    expect(await check(it, 'b')).toMatchObject({ known: 'unknown' })
  })

  test('leaves no word of an officer that its shielding should end', async () => {
    await using it = await house()
    await it.register({ ...childDetails(1), shielded: true })
    await check(it, 'a', 'police-protection')
    await it.hub.caughtUp()
    await it.first.unshield({ case: 1 }, 'danger-has-passed')
    const { shelf } = await it.context()
    const words = async () =>
      (await shelf.list('meta', undefined, 100)).filter(({ value }) => value.kind === 'unshield').length
    expect(await words()).toBe(1)
    for (const officer of [it.first, it.second]) await officer.close(1, 'no-further-action', 'no-further-action')
    for (const { number } of await it.shielding.enquiries()) await it.shielding.endEnquiry(number, 'moved-away')
    await it.hub.eraseChildOfCase(1, 'court-order')
    expect(await words()).toBe(0)
  })
})
