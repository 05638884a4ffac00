import { describe, expect, test } from 'vitest'
import type { ChildQuery, Identified } from '../../src/agency.js'
import { decodeIdentifyRequest } from '../../src/check/messages/identify-request.js'
import type { Agency, CheckInput, Receipt } from '../../src/index.js'
import { decodeMessage } from '../../src/port.js'
import { childDetails, HOUR, type House, house, MINUTE, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

function check(
  it: House,
  agency: Agency,
  reference: string,
  child: unknown,
  incident = 'first-known',
): Promise<Receipt> {
  const input = { child, incident, occurredAt: it.clock.now, reference, practitioner: 'somebody' }
  return agency.check(input as CheckInput)
}

const lookup = (n: number) => {
  const { givenNames, familyName, dateOfBirth, addresses = [] } = childDetails(n)
  return { details: { givenNames, familyName, dateOfBirth, postcode: addresses[0]?.postcode ?? '' } }
}
const number = (n: number) => ({ nhsNumber: nhsNumber(n) })

/** What an agency is told, without the proof of it, which is another each time. */
async function answer(agency: Agency, child: ChildQuery): Promise<Pick<Identified, 'agencyChildId' | 'known'>> {
  const { agencyChildId, known } = await agency.identify(child, 'PC 42')
  return { agencyChildId, known }
}

describe('an unknown child', () => {
  test('is one child to two agencies, with one enquiry that counts their checks', async () => {
    await using it = await house()
    expect((await check(it, it.police, 'a', number(1))).known).toBe('unknown')
    expect((await check(it, it.health, 'b', number(1))).known).toBe('unknown')
    expect((await check(it, it.health, 'c', number(2))).known).toBe('unknown')
    const enquiries = await all(it.hub.enquiries())
    expect(enquiries).toMatchObject([
      {
        number: 1,
        sources: [
          { to: 1, agency: 'met-police', reference: 'a' },
          { to: 2, agency: 'st-marys', reference: 'b' },
        ],
        desk: 'management',
        status: 'open',
        checks: 2,
      },
      { number: 2, sources: [{ agency: 'st-marys', reference: 'c' }], status: 'open', checks: 1 },
    ])
    expect(JSON.stringify(enquiries)).not.toContain('childId')
    // Five working days from a Wednesday.
    expect(enquiries[0]?.dueAt).toBe(it.clock.now + 7 * 24 * HOUR)
  })

  test('keeps its agency child id when a sealer registers it, and its enquiry ends', async () => {
    await using it = await house()
    const before = await answer(it.police, number(1))
    await check(it, it.police, 'a', number(1), 'police-protection')
    await it.hub.caughtUp()
    expect(await it.register(childDetails(1))).toEqual({ kind: 'registered' })
    const after = await answer(it.police, number(1))
    expect(after).toEqual({ agencyChildId: before.agencyChildId, known: 'known' })
    expect(await all(it.hub.enquiries())).toMatchObject([{ status: 'ended', outcome: 'registered' }])
    // The check of before is a check on the registered child, and can be opened.
    const ask = {
      case: 1,
      group: 'identity',
      purpose: 'referral',
      lawfulBasis: 'public-task',
    } as const
    const { opening } = await it.first.open(ask)
    expect((await it.first.read(opening)).details).toMatchObject({ nhsNumber: nhsNumber(1) })
    expect((await check(it, it.health, 'b', number(1))).known).toBe('known')
    expect(await all(it.hub.enquiries())).toHaveLength(1)
  })

  test('registered before its check was assessed needs no enquiry', async () => {
    await using it = await house()
    await it.police.identify(number(1), 'PC 42')
    await it.register(childDetails(1))
    await check(it, it.police, 'a', number(1))
    expect(await all(it.hub.enquiries())).toEqual([])
  })

  test('an officer ends its enquiry, and a later check opens another', async () => {
    await using it = await house()
    await check(it, it.police, 'a', number(1))
    await it.hub.caughtUp()
    await it.first.endEnquiry(1, 'lives-in-another-authority')
    expect(await all(it.hub.enquiries())).toMatchObject([{ status: 'ended', outcome: 'lives-in-another-authority' }])
    await expect(it.first.endEnquiry(9, 'error')).rejects.toMatchObject({ code: 'ERR_ENQUIRY_UNKNOWN' })
    await expect(it.first.endEnquiry(1, 'registered')).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    await check(it, it.police, 'b', number(1))
    expect((await all(it.hub.enquiries({ status: 'open' }))).map(({ number: n }) => n)).toEqual([2])
  })

  test('reaches levels like any other child', async () => {
    await using it = await house()
    await check(it, it.police, 'a', lookup(1), 'police-protection')
    expect(await all(it.hub.cases())).toMatchObject([{ number: 1, level: 'child-protection' }])
    expect(await all(it.hub.enquiries())).toMatchObject([{ number: 1 }])
  })

  test('by names and birth alone is the same child when the very same is asked again, and nobody else', async () => {
    await using it = await house()
    const { givenNames, familyName, dateOfBirth } = lookup(1).details
    const first = await answer(it.police, { details: { givenNames, familyName, dateOfBirth } })
    expect(first.known).toBe('unknown')
    expect(await answer(it.police, { details: { givenNames, familyName, dateOfBirth } })).toEqual(first)
    const other = { details: { givenNames, familyName, dateOfBirth: '2019-01-30' } }
    expect(await answer(it.police, other)).not.toEqual(first)
  })

  test('known by a number alone is known by the details too once an agency gives both', async () => {
    await using it = await house()
    const first = await answer(it.police, number(1))
    expect(await answer(it.police, lookup(1))).not.toEqual(first)
    await using other = await house()
    const byNumber = await answer(other.police, number(1))
    expect(await answer(other.police, { details: { ...lookup(1).details, nhsNumber: nhsNumber(1) } })).toEqual(byNumber)
    expect(await answer(other.police, lookup(1))).toEqual(byNumber)
    // A number is not learnt so: whoever mistypes one must not give one child another's.
    expect(await answer(other.police, { details: { ...lookup(1).details, nhsNumber: nhsNumber(3) } })).not.toEqual(
      byNumber,
    )
    expect(await answer(other.police, number(3))).not.toEqual(byNumber)
  })

  test('by a family name alone cannot be told from others', async () => {
    await using it = await house()
    const child = { details: { givenNames: '', familyName: lookup(1).details.familyName } }
    await expect(check(it, it.police, 'a', child)).rejects.toMatchObject({ code: 'ERR_DETAILS_INVALID' })
  })
})

describe('a registered child', () => {
  test('is found by number and by name, birth and postcode; every agency has an id of its own', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const ids = new Set<string>()
    for (const agency of [it.police, it.health, it.school]) {
      const byNumber = await answer(agency, number(1))
      const byName = await answer(agency, lookup(1))
      expect(byName).toEqual(byNumber)
      expect(byNumber.known).toBe('known')
      ids.add(byNumber.agencyChildId)
    }
    expect(ids.size).toBe(3)
  })

  test('an unchanged feed changes nothing; a change is sealed anew', async () => {
    await using it = await house()
    expect(await it.register(childDetails(1))).toEqual({ kind: 'registered' })
    const size = await it.hub.journal.size()
    expect(await it.register(childDetails(1))).toEqual({ kind: 'unchanged' })
    expect(await it.hub.journal.size()).toBe(size)
    const carers = [{ name: 'Kofi Okafor', relationship: 'father' }]
    expect(await it.register(childDetails(1, { carers }))).toEqual({ kind: 'changed' })
    await check(it, it.police, 'a', number(1), 'police-protection')
    const ask = { case: 1, purpose: 'referral', lawfulBasis: 'public-task' } as const
    const { opening } = await it.first.open({ ...ask, group: 'carers' })
    expect((await it.first.read(opening)).details).toEqual(carers)
  })

  test('the same child twice in one feed is one child', async () => {
    await using it = await house()
    const feed = [childDetails(1), childDetails(2), childDetails(1), childDetails(1, { sex: 'female' })]
    const outcomes = await it.sealer.registerAll(feed, { neverIssuedNumbers: true })
    expect(outcomes.map(({ kind }) => kind)).toEqual(['registered', 'registered', 'unchanged', 'changed'])
  })

  test('with the number of one and the name of another is unresolved, and asking again finds the same', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.register(childDetails(2))
    const mixed = { details: { ...lookup(1).details, nhsNumber: nhsNumber(2) } }
    const first = await answer(it.police, mixed)
    expect(first.known).toBe('unresolved')
    expect(await answer(it.police, mixed)).toEqual(first)
    const receipt = await check(it, it.police, 'a', mixed, 'police-protection')
    expect(receipt.known).toBe('unresolved')
    // Neither of the two gets the check.
    expect(await all(it.hub.cases())).toMatchObject([{ number: 1 }])
    for (const n of [1, 2]) {
      const { agencyChildId } = await it.police.identify(number(n), 'PC 42')
      expect(agencyChildId).not.toBe(first.agencyChildId)
    }
    expect(await all(it.hub.enquiries())).toMatchObject([{ sources: [{ reference: 'a' }], status: 'open' }])
  })

  test('a registration that points at two children is for a person to look at', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.register(childDetails(2))
    const mixed = childDetails(1, { nhsNumber: nhsNumber(2) })
    await expect(it.register(mixed)).rejects.toMatchObject({ code: 'ERR_REGISTRATION_AMBIGUOUS' })
  })
})

describe('a shielded child', () => {
  /** Two houses that differ in one thing: in the first, the child is registered and shielded. */
  async function both(): Promise<readonly [House, House]> {
    const [shielded, without] = [await house(), await house()]
    await shielded.register(childDetails(1, { shielded: true }))
    for (const it of [shielded, without]) await it.register(childDetails(2))
    return [shielded, without]
  }

  test.each<[string, unknown]>([
    ['number', number(1)],
    ['name, birth and postcode', lookup(1)],
    ['both', { details: { ...lookup(1).details, nhsNumber: nhsNumber(1) } }],
    ['its name and a number that nobody has', { details: { ...lookup(1).details, nhsNumber: nhsNumber(9) } }],
    ['its number and a name that nobody has', { details: { ...lookup(8).details, nhsNumber: nhsNumber(1) } }],
    ['its name and another child’s number', { details: { ...lookup(1).details, nhsNumber: nhsNumber(2) } }],
    ['its number and another child’s name', { details: { ...lookup(2).details, nhsNumber: nhsNumber(1) } }],
  ])('asked for by %s, is answered exactly as a child whom nobody registered', async (_, child) => {
    const answers: unknown[] = []
    for (const it of await both()) {
      const before = it.exchanges.length
      const { known } = await it.police.identify(child as never, 'PC 42')
      const again = await it.police.identify(child as never, 'PC 42')
      const receipt = await check(it, it.police, 'a', child)
      const shapes = it.exchanges.slice(before).flatMap(({ message, reply }) => {
        const { verb } = decodeMessage(message)
        return verb === 'roster' ? [] : [{ verb, length: reply.length }]
      })
      answers.push({ known, again: again.known, receipt: [receipt.known, receipt.proof.bytes.length], shapes })
      await it[Symbol.asyncDispose]()
    }
    expect(answers[0]).toEqual(answers[1])
  })

  test('has its enquiry with the shielding officer, and its checks are assessed', async () => {
    await using it = await house()
    await it.register(childDetails(1, { shielded: true }))
    await check(it, it.police, 'a', number(1), 'police-protection')
    expect(await all(it.hub.enquiries())).toEqual([])
    expect(await it.first.enquiries()).toEqual([])
    expect(await it.shielding.enquiries()).toMatchObject([{ number: 1_000_000_001, desk: 'shielding' }])
    await expect(it.first.endEnquiry(1, 'error')).rejects.toMatchObject({ code: 'ERR_ENQUIRY_UNKNOWN' })
    await it.shielding.endEnquiry(1_000_000_001, 'error')
    expect(await all(it.hub.cases())).toMatchObject([{ number: 1, level: 'child-protection' }])
    const ask = {
      case: 1,
      group: 'identity',
      purpose: 'referral',
      lawfulBasis: 'public-task',
    } as const
    expect((await it.first.open(ask)).opened).toBe(true)
  })

  test('is shielded from the moment a registration says so, even if nothing else changed', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    expect((await it.police.identify(number(1), 'PC 42')).known).toBe('known')
    expect(await it.register(childDetails(1, { shielded: true }))).toEqual({ kind: 'changed' })
    expect((await it.police.identify(number(1), 'PC 42')).known).toBe('unknown')
    // A feed that knows nothing of it does not undo it.
    await it.register(childDetails(1, { sex: 'female' }))
    expect((await it.police.identify(number(1), 'PC 42')).known).toBe('unknown')
  })
})

describe('look-ups are metered', () => {
  test('per agency and per practitioner, by the day; what is refused is not answered at all', async () => {
    await using it = await house({ limits: { identifyPerAgencyPerDay: 5, identifyPerPractitionerPerDay: 3 } })
    for (let n = 0; n < 3; n += 1) await it.police.identify(number(n), 'PC 42')
    const size = await it.hub.journal.size()
    await expect(it.police.identify(number(3), 'PC 42')).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED' })
    expect(await it.hub.journal.size()).toBe(size)
    await it.police.identify(number(3), 'PC 43')
    await it.police.identify(number(4), 'PC 44')
    await expect(it.police.identify(number(5), 'PC 45')).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED' })
    await it.health.identify(number(5), 'Dr Who')
    it.clock.now += 24 * HOUR
    await it.police.identify(number(5), 'PC 42')
    const rows = [0, 1, 2, 3].map((n) => ({
      child: number(n),
      incident: 'police-notice',
      occurredAt: it.clock.now,
      reference: `r${n}`,
      practitioner: 'PC 46',
    }))
    await expect(it.police.checkAll(rows)).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED' })
  })

  test('survives a restart', async () => {
    await using it = await house({ limits: { identifyPerAgencyPerDay: 1 } })
    await it.police.identify(number(1), 'PC 42')
    await it.reopen()
    it.clock.now += MINUTE
    await expect(it.police.identify(number(1), 'PC 42')).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED' })
  })
})

describe('what the hub signs when it identifies', () => {
  test('is checked by the agency: an answer to another question is refused', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.police.identify(number(1), 'PC 42')
    const before = it.exchanges.findLast(({ message }) => decodeMessage(message).verb === 'identify')
    if (before === undefined) throw new Error('nothing was asked')
    expect(decodeIdentifyRequest(decodeMessage(before.message).body)).toMatchObject({ rows: [{ query: number(1) }] })
    const replaying = await it.agency('met-police', 'police', {
      enrol: false,
      hub: {
        pin: it.line.pin,
        send: async (message, options) =>
          decodeMessage(message).verb === 'identify' ? before.reply : it.line.send(message, options),
      },
    })
    await expect(replaying.identify(number(1), 'PC 42')).rejects.toMatchObject({ code: 'ERR_SIGNATURE_INVALID' })
  })
})
