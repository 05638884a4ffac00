import { describe, expect, test } from 'vitest'
import { moreProtective } from '../../src/case/shielding.js'
import type { Agency, Alert, CheckInput, ChildQuery, RegistrationDetails } from '../../src/index.js'
import { childDetails, DAY, type House, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

const number = (n: number) => ({ nhsNumber: nhsNumber(n) })
const described = (n: number): ChildQuery => {
  const { givenNames, familyName, dateOfBirth, addresses = [] } = childDetails(n)
  return { details: { givenNames, familyName, dateOfBirth, postcode: addresses[0]?.postcode ?? '' } }
}

async function check(it: House, agency: Agency, reference: string, child: unknown, incident = 'first-known') {
  const input = { child, incident, occurredAt: it.clock.now, reference, practitioner: 'somebody' }
  const receipt = await agency.check(input as CheckInput)
  await it.hub.caughtUp()
  return receipt
}

const known = async (it: House, child: ChildQuery) => (await it.police.identify(child, 'PC 42')).known

/** A house with a case about child 1, which is registered. */
async function withCase(details: Partial<RegistrationDetails> = {}): Promise<House> {
  const it = await house()
  await it.register(childDetails(1, details))
  await check(it, it.police, 'a', number(1), 'police-protection')
  return it
}

test('the more protective of two', () => {
  const [shielded, open] = [{ shielded: true }, { shielded: false }]
  expect([
    moreProtective(shielded, open),
    moreProtective(open, shielded),
    moreProtective(shielded, shielded),
    moreProtective(open, open),
  ]).toEqual([shielded, shielded, shielded, open])
  expect(moreProtective({ shielded: false, kept: 1 }, shielded)).toEqual({ shielded: true, kept: 1 })
})

describe('shielding survives', () => {
  test.each<[string, (details: RegistrationDetails) => RegistrationDetails]>([
    ['the same feed once more, without the flag', (details) => details],
    ['the flag taken back', (details) => ({ ...details, shielded: false })],
    ['a feed with other details', (details) => ({ ...details, sex: 'female' })],
    ['a feed with the number and another name', (details) => ({ ...details, familyName: 'Otherwise' })],
    [
      'a feed with the number and another address',
      (details) => ({ ...details, addresses: [{ lines: ['1 New Road'], postcode: 'NX9 9ZZ' }] }),
    ],
    ['a feed without the number', ({ nhsNumber: _, ...details }) => details],
    ['a feed with another number beside it', (details) => ({ ...details, upn: 'A123456789012' })],
  ])('%s', async (_, feed) => {
    await using it = await house()
    await it.register(childDetails(1, { shielded: true }))
    const { shielded: __, ...plain } = childDetails(1)
    // A feed that names two children is refused; whatever is taken leaves the child shielded.
    for (let again = 0; again < 2; again += 1)
      await it.register(feed(plain)).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'ERR_REGISTRATION_AMBIGUOUS' })
      })
    expect(await known(it, number(1))).toBe('unknown')
    expect(await known(it, described(1))).toBe('unknown')
  })

  test('registration of a child whom a shielding officer shielded while it was unknown', async () => {
    await using it = await house()
    await check(it, it.police, 'a', number(1))
    await it.shielding.shield({ enquiry: 1 }, 'witness-protection')
    expect(await it.register(childDetails(1))).toEqual({ kind: 'registered' })
    expect(await known(it, number(1))).toBe('unknown')
    await it.register(childDetails(1, { sex: 'male' }))
    expect(await known(it, number(1))).toBe('unknown')
  })
})

describe('an officer shields a child', () => {
  test('of a case: from then on it is answered as unknown, by number and by name', async () => {
    await using it = await withCase()
    expect(await known(it, number(1))).toBe('known')
    expect(await known(it, described(1))).toBe('known')
    await it.shielding.shield({ case: 1 }, 'domestic-abuse')
    await it.shielding.shield({ case: 1 }, 'domestic-abuse')
    expect(await known(it, number(1))).toBe('unknown')
    expect(await known(it, described(1))).toBe('unknown')
    const { outcome } = await it.police.identify(described(1), 'PC 42')
    expect(outcome).toEqual({ kind: 'none' })
    expect(await entries(it)).toMatchObject([{ shielded: true, officers: ['shielding'], reason: 'domestic-abuse' }])
  })

  test('only a shielding officer, for a reason of the list, in a case or enquiry that there is', async () => {
    await using it = await withCase()
    await expect(it.first.shield({ case: 1 }, 'adoption')).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    await expect(it.shielding.shield({ case: 2 }, 'adoption')).rejects.toMatchObject({ code: 'ERR_CASE_UNKNOWN' })
    await expect(it.shielding.shield({ enquiry: 2 }, 'adoption')).rejects.toMatchObject({ code: 'ERR_ENQUIRY_UNKNOWN' })
    await expect(it.shielding.shield({ case: 1 }, 'because' as never)).rejects.toMatchObject({
      code: 'ERR_REQUEST_INVALID',
      field: 'reason',
    })
    await expect(it.shielding.shield({} as never, 'adoption')).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    expect(await known(it, number(1))).toBe('known')
  })
})

describe('shielding is lifted', () => {
  test('by two persons for one reason, a shielding officer among them; both words alert shielding officers', async () => {
    await using it = await withCase({ shielded: true })
    const told: Alert[] = []
    it.hub.onAlert((alert) => told.push(alert))
    expect(await it.shielding.unshield({ case: 1 }, 'danger-has-passed')).toBe('waiting')
    expect(await known(it, number(1))).toBe('unknown')
    expect(await it.first.unshield({ case: 1 }, 'danger-has-passed')).toBe('recorded')
    expect(await known(it, number(1))).toBe('known')
    expect(told.map(({ kind, audience, officer }) => [kind, audience, officer])).toEqual([
      ['shield-lifting', 'shielding', 'shielding'],
      ['shield-lifted', 'shielding', 'first'],
    ])
    expect(await it.first.alerts()).toEqual([])
    expect(await entries(it)).toMatchObject([
      { shielded: true },
      { event: 'lifting', officers: ['shielding'] },
      { shielded: false, officers: ['shielding', 'first'], reason: 'danger-has-passed' },
    ])
  })

  test('not by one person, under whatever key, nor by two who are no shielding officers', async () => {
    await using it = await withCase({ shielded: true })
    const twin = await it.officer('shielding-2', { roles: ['caseworker', 'shielding'], person: 'person-shielding' })
    expect(await it.shielding.unshield({ case: 1 }, 'court-order')).toBe('waiting')
    expect(await it.shielding.unshield({ case: 1 }, 'court-order')).toBe('waiting')
    expect(await twin.unshield({ case: 1 }, 'court-order')).toBe('waiting')
    expect(await it.first.unshield({ case: 1 }, 'asked-by-family')).toBe('recorded')
    expect(await it.second.unshield({ case: 1 }, 'asked-by-family')).toBe('recorded')
    expect(await known(it, number(1))).toBe('unknown')
  })

  test('not for two reasons, nor when the first word is two weeks old, nor once who gave it is suspended', async () => {
    await using it = await withCase({ shielded: true })
    await it.first.unshield({ case: 1 }, 'asked-by-family')
    expect(await it.shielding.unshield({ case: 1 }, 'danger-has-passed')).toBe('waiting')
    it.clock.now += 14 * DAY
    await it.first.unshield({ case: 1 }, 'danger-has-passed')
    await it.hub.suspend('first')
    expect(await it.shielding.unshield({ case: 1 }, 'danger-has-passed')).toBe('waiting')
    expect(await known(it, number(1))).toBe('unknown')
    // The last word waits: one more within two weeks lifts it.
    it.clock.now += 14 * DAY - 1
    await it.second.unshield({ case: 1 }, 'danger-has-passed')
    expect(await known(it, number(1))).toBe('known')
  })

  test('and nobody learns by the asking whether the child is shielded', async () => {
    const told: unknown[] = []
    for (const shielded of [true, false]) {
      await using it = await withCase({ shielded })
      const from = it.exchanges.length
      for (const officer of [it.first, it.second]) {
        expect(await officer.unshield({ case: 1 }, 'danger-has-passed')).toBe('recorded')
      }
      told.push([it.exchanges.slice(from).map(({ reply }) => reply), await it.first.alerts(), await it.first.cases()])
    }
    expect(told[0]).toEqual(told[1])
  })

  test('a shielding officer is told that there is nothing to lift', async () => {
    await using it = await withCase()
    await expect(it.shielding.unshield({ case: 1 }, 'court-order')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
  })
})

describe('shielding is overridden', () => {
  test.each([true, false])('by an officer with a reason, in a case (shielded: %s)', async (shielded) => {
    await using it = await withCase({ shielded })
    const told: Alert[] = []
    it.hub.onAlert((alert) => told.push(alert))
    const answer = await it.first.overrideShield({ case: 1 }, 'immediate-danger')
    expect(answer).toEqual({ registered: true, shielded })
    // Whatever the answer is, shielding officers hear of the asking, and nobody else.
    expect(told).toMatchObject([
      { kind: 'shield-overridden', audience: 'shielding', officer: 'first', case: 1, reason: 'immediate-danger' },
    ])
    expect(await it.shielding.alerts()).toEqual(told)
    expect(await it.first.alerts()).toEqual([])
    expect(await all(it.hub.alerts())).toEqual([])
    expect((await entries(it)).at(-1)).toMatchObject({
      event: 'overridden',
      officers: ['first'],
      reason: 'immediate-danger',
      case: 1,
    })
    // Again: journalled and told again.
    await it.first.overrideShield({ case: 1 }, 'immediate-danger')
    expect(told.map(({ number: n, times }) => [n, times])).toEqual([
      [1_000_000_001, 1],
      [1_000_000_001, 2],
    ])
    await it.second.overrideShield({ case: 1 }, 'missing-child')
    expect(told.at(-1)).toMatchObject({ number: 1_000_000_002, officer: 'second' })
    // Agencies are answered as before.
    expect(await known(it, number(1))).toBe(shielded ? 'unknown' : 'known')
  })

  test('in an enquiry that the officer may see', async () => {
    await using it = await house()
    await check(it, it.police, 'a', number(1))
    expect(await it.first.overrideShield({ enquiry: 1 }, 'section-47-enquiry')).toEqual({
      registered: false,
      shielded: false,
    })
    await it.register(childDetails(1, { shielded: true }))
    expect(await it.first.overrideShield({ enquiry: 1 }, 'section-47-enquiry')).toEqual({
      registered: true,
      shielded: true,
    })
    await it.first.endEnquiry(1, 'error')
    await check(it, it.police, 'b', number(1))
    const [ours] = (await it.shielding.enquiries()).slice(-1)
    expect(ours).toMatchObject({ sources: [{ reference: 'b' }], desk: 'shielding' })
    const asked = it.first.overrideShield({ enquiry: ours?.number ?? 0 }, 'court-order')
    await expect(asked).rejects.toMatchObject({ code: 'ERR_ENQUIRY_UNKNOWN' })
  })

  test('ends with the case or the enquiry, and takes a reason of the list', async () => {
    await using it = await withCase({ shielded: true })
    await expect(it.first.overrideShield({ case: 1 }, 'curious' as never)).rejects.toMatchObject({
      code: 'ERR_REQUEST_INVALID',
      field: 'reason',
    })
    await it.first.close(1, 'no-further-action', 'no-further-action')
    await it.second.close(1, 'no-further-action', 'no-further-action')
    await expect(it.first.overrideShield({ case: 1 }, 'court-order')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    await check(it, it.health, 'b', number(2))
    await it.first.endEnquiry(1, 'visitor')
    const asked = it.first.overrideShield({ enquiry: 1 }, 'court-order')
    await expect(asked).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    expect(await it.shielding.alerts()).toEqual([])
  })

  test('and its alert is ended by another person, a shielding officer', async () => {
    await using it = await withCase({ shielded: true })
    await it.shielding.overrideShield({ case: 1 }, 'court-order')
    const { number: alert = 0 } = (await it.shielding.alerts())[0] ?? {}
    const other = await it.officer('shielding-2', { roles: ['caseworker', 'shielding'] })
    const twin = await it.officer('shielding-3', { roles: ['caseworker', 'shielding'], person: 'person-shielding' })
    for (const own of [it.shielding, twin])
      await expect(own.endAlert(alert, 'explained')).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    await expect(it.first.endAlert(alert, 'explained')).rejects.toMatchObject({ code: 'ERR_ALERT_UNKNOWN' })
    await other.endAlert(alert, 'explained')
    // Overriding once more raises another.
    await it.shielding.overrideShield({ case: 1 }, 'court-order')
    expect(await it.shielding.alerts({ status: 'open' })).toMatchObject([{ number: alert + 1 }])
  })

  test('an opening tells shielding officers at once', async () => {
    await using it = await withCase({ shielded: true })
    const told: Alert[] = []
    it.hub.onAlert((alert) => told.push(alert))
    const ask = { case: 1, purpose: 'referral', lawfulBasis: 'public-task' } as const
    expect((await it.first.open({ ...ask, group: 'identity' })).opened).toBe(true)
    expect(told).toMatchObject([{ kind: 'shielded-opened', audience: 'shielding', officer: 'first', case: 1 }])
  })

  test('an opening of another child tells nobody', async () => {
    await using it = await withCase()
    const ask = { case: 1, purpose: 'referral', lawfulBasis: 'public-task' } as const
    expect((await it.first.open({ ...ask, group: 'identity' })).opened).toBe(true)
    expect(await it.shielding.alerts()).toEqual([])
  })
})

/** What the journal says about shielding. */
async function entries(it: House): Promise<readonly unknown[]> {
  const { ledger } = await it.context()
  const read = await ledger.read(0, 1000)
  return read.flatMap(({ entry }) => {
    if (entry?.type !== 'shield') return []
    const { childId, ...said } = JSON.parse(Buffer.from(entry.body).toString()) as Record<string, unknown>
    expect(childId).toBeDefined()
    return [said]
  })
}
