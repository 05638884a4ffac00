import { describe, expect, test } from 'vitest'
import { type Agency, type CheckInput, createAgency, type HubPort, type Officer } from '../../src/index.js'
import { fromJsonBytes } from '../../src/json.js'
import { decodeMessage } from '../../src/port.js'
import { keyOf } from '../support/forge.js'
import { childDetails, DAY, type House, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

const number = (n: number) => ({ nhsNumber: nhsNumber(n) })

async function check(it: House, agency: Agency, reference: string, n: number, incident = 'first-known') {
  const input = { child: number(n), incident, occurredAt: it.clock.now, reference, practitioner: 'somebody' }
  const receipt = await agency.check(input as CheckInput)
  await it.hub.caughtUp()
  return receipt
}

/** Two agencies met a child whom nobody registered. */
async function withEnquiry(): Promise<House & { readonly manager: Officer }> {
  const it = await house()
  await check(it, it.police, 'P/1', 7)
  await check(it, it.health, 'H/1', 7)
  const manager = await it.officer('boss', { roles: ['manager'] })
  return Object.assign(Object.create(it) as House, {
    manager,
    [Symbol.asyncDispose]: () => it[Symbol.asyncDispose](),
  })
}

async function entries(it: House): Promise<readonly Record<string, unknown>[]> {
  const { ledger } = await it.context()
  return (await ledger.read(0, await ledger.size())).flatMap(({ entry }) =>
    entry?.type === 'enquiry' ? [fromJsonBytes(entry.body) as Record<string, unknown>] : [],
  )
}

const open = async (it: House) => (await it.first.enquiries({ status: 'open' }))[0]

describe('an enquiry is an officer’s', () => {
  test('who takes it; another cannot, work on it or end it, and a manager can', async () => {
    await using it = await withEnquiry()
    expect(await open(it)).toMatchObject({ number: 1, desk: 'management', checks: 2 })
    expect((await open(it))?.owner).toBeUndefined()
    await it.first.takeEnquiry(1)
    await it.first.takeEnquiry(1)
    expect(await open(it)).toMatchObject({ owner: 'first' })
    for (const step of [
      it.second.takeEnquiry(1),
      it.second.askAgency(1, 'who-is-this-child'),
      it.second.endEnquiry(1, 'visitor'),
    ])
      await expect(step).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    await expect(it.first.assignEnquiry(1, 'second')).rejects.toMatchObject({ code: 'ERR_ROLE_MISSING' })
    await it.manager.assignEnquiry(1, 'second')
    expect(await open(it)).toMatchObject({ owner: 'second' })
    await it.manager.askAgency(1, 'who-is-this-child')
    expect(await open(it)).toMatchObject({ owner: 'second', questions: [{ by: 'boss' }] })
    await it.second.endEnquiry(1, 'visitor')
    await it.second.endEnquiry(1, 'visitor')
    expect(await it.first.enquiries()).toMatchObject([{ status: 'ended', outcome: 'visitor', endedBy: 'second' }])
    await expect(it.second.endEnquiry(1, 'error')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    await expect(it.first.takeEnquiry(1)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
  })

  test('who works on it first takes it; one who is no longer in good standing holds nothing up', async () => {
    await using it = await withEnquiry()
    await it.first.askAgency(1, 'who-is-this-child')
    expect(await open(it)).toMatchObject({ owner: 'first' })
    await it.hub.suspend('first')
    await it.second.takeEnquiry(1)
    expect((await it.second.enquiries())[0]).toMatchObject({ owner: 'second' })
  })

  test('goes to nobody who is suspended, unknown or without a role for it', async () => {
    await using it = await withEnquiry()
    await it.officer('clerk', { roles: ['records'] })
    await it.hub.suspend('third')
    for (const [to, code] of [
      ['nobody', 'ERR_PARTY_UNKNOWN'],
      ['third', 'ERR_PARTY_NOT_IN_STANDING'],
      ['clerk', 'ERR_ROLE_MISSING'],
    ] as const)
      await expect(it.manager.assignEnquiry(1, to)).rejects.toMatchObject({ code, field: 'to' })
    await expect(it.manager.assignEnquiry(2, 'first')).rejects.toMatchObject({ code: 'ERR_ENQUIRY_UNKNOWN' })
  })
})

describe('agencies are asked by their own references', () => {
  test('each by its own, and each answers for itself', async () => {
    await using it = await withEnquiry()
    expect(await open(it)).toMatchObject({
      sources: [
        { to: 1, agency: 'met-police', reference: 'P/1' },
        { to: 2, agency: 'st-marys', reference: 'H/1' },
      ],
    })
    await it.first.askAgency(1, 'where-do-they-live', 2)
    await it.first.askAgency(1, 'where-do-they-live', 2)
    expect(await all(it.police.enquiries())).toEqual([{ reference: 'P/1', since: it.clock.now, questions: [] }])
    expect(await all(it.school.enquiries())).toEqual([])
    const [seen] = await all(it.health.enquiries())
    expect(seen).toEqual({
      reference: 'H/1',
      since: it.clock.now,
      questions: [{ question: 'where-do-they-live', askedAt: it.clock.now }],
    })
    const elsewhere = { answer: 'lives-elsewhere', authority: 'E06000001' } as const
    await it.health.answerEnquiry('H/1', 'where-do-they-live', elsewhere)
    await it.health.answerEnquiry('H/1', 'where-do-they-live', elsewhere)
    expect(await open(it)).toMatchObject({
      questions: [{ to: 2, by: 'first', ...elsewhere, answeredAt: it.clock.now }],
    })
    expect((await entries(it)).filter(({ event }) => event === 'answered' || event === 'asked')).toHaveLength(2)
  })

  test('also where several met the child before anybody looked', async () => {
    await using it = await house()
    await it.police.identify(number(7), 'p')
    // Nothing is assessed between the two: they reach the hub at once.
    const held: (() => void)[] = []
    const both = new Promise<void>((resolve) => held.push(resolve))
    const waiting = { met: 0 }
    const line: HubPort = {
      pin: it.hub.pin,
      async send(message, options) {
        if (decodeMessage(message).verb === 'check-batch') {
          waiting.met += 1
          if (waiting.met === 2) for (const go of held) go()
          await both
        }
        return it.hub.send(message, options)
      },
    }
    const said = { child: number(7), incident: 'first-known', occurredAt: it.clock.now, practitioner: 'p' }
    const agency = (id: string, kind: string) =>
      createAgency({ id, kind, key: keyOf(it, id), hub: line, clock: it.clock.read, neverIssuedNumbers: true })
    await Promise.all([
      agency('met-police', 'police').check({ ...said, reference: 'P/1' }),
      agency('st-marys', 'health').check({ ...said, reference: 'H/1' }),
    ])
    await it.hub.caughtUp()
    const [enquiry] = await it.first.enquiries()
    expect(enquiry?.checks).toBe(2)
    expect(enquiry?.sources.map(({ reference }) => reference).sort()).toEqual(['H/1', 'P/1'])
  })

  test('not about what it was not asked, nor about another’s check, nor once it has ended', async () => {
    await using it = await withEnquiry()
    await it.first.askAgency(1, 'please-register', 2)
    const yes = { answer: 'registering' } as const
    for (const said of [
      it.health.answerEnquiry('H/1', 'who-is-this-child', yes),
      it.health.answerEnquiry('H/2', 'please-register', yes),
      it.police.answerEnquiry('P/1', 'please-register', yes),
      it.police.answerEnquiry('H/1', 'please-register', yes),
    ])
      await expect(said).rejects.toMatchObject({ code: 'ERR_ENQUIRY_UNKNOWN', field: 'reference' })
    await it.health.answerEnquiry('H/1', 'please-register', yes)
    await it.first.endEnquiry(1, 'moved-away')
    // The answer that stands is answered again, and no other one is taken.
    await it.health.answerEnquiry('H/1', 'please-register', yes)
    await expect(it.health.answerEnquiry('H/1', 'please-register', { answer: 'visitor' })).rejects.toMatchObject({
      code: 'ERR_ENQUIRY_UNKNOWN',
    })
    expect(await all(it.health.enquiries())).toEqual([])
  })

  test.each<[string, object]>([
    ['free text', { answer: 'she lives with her aunt' }],
    ['an authority that is no code', { answer: 'lives-elsewhere', authority: 'Nextshire' }],
    ['an authority with another answer', { answer: 'visitor', authority: 'E06000001' }],
    ['nothing', {}],
  ])('refused: %s', async (_, answered) => {
    await using it = await withEnquiry()
    await it.first.askAgency(1, 'where-do-they-live')
    await expect(it.police.answerEnquiry('P/1', 'where-do-they-live', answered as never)).rejects.toMatchObject({
      code: 'ERR_REQUEST_INVALID',
    })
    expect((await open(it))?.questions[0]?.answer).toBeUndefined()
  })

  test('a sexual health service is asked without being named', async () => {
    await using it = await house()
    const clinic = await it.agency('blue-door', 'health', { sensitive: true })
    await check(it, clinic, 'BLUE/1', 7)
    const [seen] = await it.first.enquiries()
    expect(seen?.sources).toEqual([{ to: 1, agencyKind: 'not named', since: it.clock.now }])
    expect(JSON.stringify([seen, await all(it.hub.enquiries())])).not.toMatch(/blue|BLUE/)
    await it.first.askAgency(1, 'who-is-this-child')
    await clinic.answerEnquiry('BLUE/1', 'who-is-this-child', { answer: 'cannot-say' })
    expect(await it.first.enquiries()).toMatchObject([{ questions: [{ to: 1, answer: 'cannot-say' }] }])
  })

  test('what an agency sees of it is the same whether another met the child before', async () => {
    const lists: unknown[] = []
    for (const isFirst of [true, false]) {
      await using it = await house()
      if (!isFirst) {
        await check(it, it.police, 'P/1', 7)
        await it.first.askAgency(1, 'who-is-this-child')
        await it.police.answerEnquiry('P/1', 'who-is-this-child', { answer: 'cannot-say' })
      }
      it.clock.now += DAY
      await check(it, it.health, 'H/1', 7)
      lists.push(await all(it.health.enquiries()))
    }
    expect(lists[0]).toEqual(lists[1])
  })
})

describe('ending', () => {
  test('what obliges the authority is not said without a word on the referral', async () => {
    await using it = await withEnquiry()
    for (const [outcome, more] of [
      ['trafficking-concern', {}],
      ['trafficking-concern', { referralMade: 'made-before' }],
      ['private-fostering', {}],
      ['visitor', { referralMade: 'made-now' }],
    ] as const)
      await expect(it.first.endEnquiry(1, outcome, more)).rejects.toMatchObject({
        code: 'ERR_REQUEST_INVALID',
        field: 'referralMade',
      })
    for (const outcome of ['registered', 'linked'] as const)
      await expect(it.first.endEnquiry(1, outcome)).rejects.toMatchObject({ field: 'outcome' })
    await it.first.endEnquiry(1, 'trafficking-concern', { referralMade: 'made-now' })
    expect(await it.first.enquiries()).toMatchObject([{ outcome: 'trafficking-concern', referralMade: 'made-now' }])
  })

  test('a check that comes later opens another, which names the one before', async () => {
    await using it = await withEnquiry()
    await it.first.endEnquiry(1, 'visitor')
    it.clock.now += 30 * DAY
    await check(it, it.health, 'H/2', 7)
    expect(await open(it)).toMatchObject({ number: 2, earlier: 1, checks: 1, sources: [{ reference: 'H/2' }] })
    expect(await all(it.health.enquiries())).toMatchObject([{ reference: 'H/2' }])
  })
})

describe('an enquiry about a shielded child', () => {
  test('is worked by shielding officers alone, and its agencies see what they see of any', async () => {
    const seen: unknown[] = []
    for (const shielded of [true, false]) {
      await using it = await house()
      if (shielded) await it.register(childDetails(7, { shielded: true }))
      await check(it, it.police, 'P/1', 7)
      const desk = shielded ? it.shielding : it.first
      const [enquiry] = (await desk.enquiries()).slice(-1)
      const own = enquiry?.number ?? 0
      if (shielded) {
        const manager = await it.officer('boss', { roles: ['manager'] })
        for (const step of [
          it.first.takeEnquiry(own),
          it.first.askAgency(own, 'please-register'),
          it.first.endEnquiry(own, 'visitor'),
          manager.assignEnquiry(own, 'second'),
        ])
          await expect(step).rejects.toMatchObject({ code: 'ERR_ENQUIRY_UNKNOWN' })
        await expect(it.shielding.assignEnquiry(own, 'second')).rejects.toMatchObject({ code: 'ERR_ROLE_MISSING' })
      }
      const before = await all(it.police.enquiries())
      await desk.takeEnquiry(own)
      await desk.askAgency(own, 'please-register')
      const asked = await all(it.police.enquiries())
      await it.police.answerEnquiry('P/1', 'please-register', { answer: 'registering' })
      seen.push([before, asked, await all(it.police.enquiries())])
      await desk.endEnquiry(own, 'visitor')
      seen.push(await all(it.police.enquiries()))
    }
    expect(seen.slice(0, 2)).toEqual(seen.slice(2))
  })
})
