import { describe, expect, test } from 'vitest'
import { correctionKey } from '../../src/hub/families/accounts-corrections.js'
import { numberKey } from '../../src/hub/shelf.js'
import { toJsonBytes } from '../../src/json.js'
import { searchBytes } from '../../src/testing.js'
import { childDetails, DAY, type House, house, MINUTE, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

import { APRIL, check, MARCH, raise, shownIn, upTo } from './figures-house.js'

describe('what is counted', () => {
  test('enquiries by outcome and by whether they ended in time, or not yet', async () => {
    await using it = await house()
    for (const n of upTo(36)) await check(it, 200 + n, `unknown-${n}`, 'first-known')
    const enquiries = await all(it.hub.enquiries({ status: 'open' }))
    expect(enquiries).toHaveLength(36)
    const numbers = enquiries.map(({ number }) => number)
    for (const number of numbers.slice(0, 12)) await it.first.endEnquiry(number, 'visitor')
    it.clock.now += 20 * DAY
    for (const number of numbers.slice(12, 24)) await it.first.endEnquiry(number, 'error')
    it.clock.now = APRIL
    // One that was due in March and ends in April had not ended then.
    await it.first.endEnquiry(numbers[24] ?? 0, 'moved-away')
    const first = await it.hub.figures({ period: '2026-Q1' })
    expect(shownIn(first, 'enquiries')).toMatchObject({ 'visitor in-time': 10, 'error late': 10 })
    expect(shownIn(first, 'enquiries')).toHaveProperty('not-ended late')
    expect(shownIn(first, 'enquiries')).not.toHaveProperty('moved-away late')
    it.clock.now = Date.UTC(2026, 6, 1, 9)
    expect(shownIn(await it.hub.figures({ period: '2026-Q2' }), 'enquiries')).toEqual({
      'moved-away late': 'suppressed',
    })
  })

  test('the life of a case, each step in one table and once', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await check(it, 1, 'a')
    await it.hub.caughtUp()
    await it.first.take(1)
    const why = { case: 1, purpose: 'strategy-discussion', lawfulBasis: 'public-task', group: 'identity' } as const
    const { opening } = await it.first.open(why)
    const refer = async (to: string): Promise<number> =>
      (await it.first.refer({ case: 1, because: 'acts-on-referral', to, openings: [opening] })).referral
    const [health, school] = [await refer('st-marys'), await refer('hill-school')]
    await it.health.decide(health, 'assessment')
    // Six days are more than one working day.
    it.clock.now += 6 * DAY
    await it.school.decline(school, 'not-ours')
    await it.health.report(health, 'strategy-discussion-held', '2026-03-09')
    await check(it, 1, 'b', 'first-known')
    await it.police.withdraw('b', 'wrong-time')
    // The conference would be due on 30 March, the assessment in May.
    it.clock.now = APRIL
    await it.health.report(health, 'conference-held', '2026-04-01')
    await it.first.close(1, 'assessed', 'child-in-need-plan')
    await check(it, 1, 'c')
    await it.hub.caughtUp()
    const first = await it.hub.figures({ period: '2026-Q1' })
    const few = 'suppressed'
    expect(shownIn(first, 'raised')).toEqual({ 'child-protection first': few })
    expect(shownIn(first, 'openings')).toEqual({ 'strategy-discussion public-task': few })
    expect(shownIn(first, 'referrals')).toEqual({ 'assessment in-time': few, 'declined late': few })
    expect(shownIn(first, 'deadlines')).toEqual({ 'conference not-yet': few })
    expect(shownIn(first, 'taken-back')).toEqual({ 'wrong-time withdrawn': few })
    expect(shownIn(first, 'checks')).toEqual({ 'police all': few })
    expect([shownIn(first, 'closed'), shownIn(first, 'enquiries'), shownIn(first, 'determinations')]).toEqual([
      {},
      {},
      {},
    ])
    it.clock.now = Date.UTC(2026, 6, 1, 9)
    const second = await it.hub.figures({ period: '2026-Q2' })
    expect(shownIn(second, 'raised')).toEqual({ 'child-protection re-referral': few })
    expect(shownIn(second, 'closed')).toEqual({ 'assessed child-in-need-plan': few })
    expect(shownIn(second, 'deadlines')).toEqual({ 'conference late': few })
  })

  test('officers’ words on cases: made, disagreed, withdrawn', async () => {
    await using it = await house()
    const { ledger } = await it.context()
    const words = [
      ...upTo(14).map(() => ({ event: 'determined', determination: { finding: 'met' } })),
      ...upTo(20).map(() => ({ event: 'determined', determination: { finding: 'not-met' } })),
      ...upTo(7).map(() => ({ event: 'withdrawn' })),
    ]
    await ledger.write(async () => ({
      drafts: words.map((word) => ({ type: 'determination', body: toJsonBytes(word) })),
    }))
    it.clock.now = APRIL
    expect(shownIn(await it.hub.figures({ period: '2026-Q1' }), 'determinations')).toEqual({
      'made all': 15,
      'disagreed all': 20,
      'withdrawn all': 'suppressed',
    })
  })

  test('what families asked for, by whether it was answered in time', async () => {
    await using it = await house()
    const { ledger, shelf } = await it.context()
    const dueAt = it.clock.now
    it.clock.now += DAY
    await ledger.write(async () => ({
      drafts: [
        ...upTo(12).map((account) => ({ event: 'ended', account })),
        ...upTo(23).map((correction) => ({ event: 'correction-decided', correction })),
        { event: 'delayed', account: 1 },
      ].map((said) => ({ type: 'account', body: toJsonBytes(said) })),
      puts: [
        ...upTo(12).map((number) => shelf.put('account', numberKey(number), { number, dueAt } as never)),
        ...upTo(23).map((correction) =>
          shelf.put('account', correctionKey(correction), { correction, dueAt: dueAt + 9 * DAY } as never),
        ),
      ],
    }))
    it.clock.now = Date.UTC(2027, 0, 1, 9)
    expect(shownIn(await it.hub.figures({ period: '2026' }), 'families')).toEqual({
      'account late': 10,
      'correction in-time': 25,
    })
  })

  test('no enquiry about a shielded child', async () => {
    await using it = await house()
    for (const n of [1, 2]) {
      await it.register(childDetails(n))
      await check(it, n, `a${n}`)
      await it.hub.caughtUp()
      await it.shielding.shield({ case: n }, 'domestic-abuse')
      await check(it, n, `b${n}`, 'first-known', it.school)
    }
    const [enquiry, other] = await it.shielding.enquiries({ status: 'open' })
    expect([enquiry?.number, other?.number]).toEqual([1_000_000_001, 1_000_000_002])
    it.clock.now += 20 * DAY
    await it.shielding.endEnquiry(enquiry?.number ?? 0, 'error')
    it.clock.now = APRIL
    expect(shownIn(await it.hub.figures({ period: '2026-Q1' }), 'enquiries')).toEqual({})
  })

  test('agencies that send nothing, or far less than they used to', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const clinic = await it.agency('brook-clinic', 'health', { sensitive: true })
    const send = async (by: House['police'], times: number): Promise<void> => {
      const child = { nhsNumber: nhsNumber(1) }
      const at = it.clock.now
      const one = { child, incident: 'first-known', occurredAt: at, practitioner: 'a' }
      if (times > 0) await by.checkAll(upTo(times).map((n) => ({ ...one, reference: `${at}-${n}` })))
    }
    for (const month of [2, 3, 4, 5]) {
      it.clock.now = Date.UTC(2026, month, 10)
      await send(it.police, 24)
      await send(it.health, month === 5 ? 0 : 24)
      await send(clinic, month === 5 ? 0 : 2)
    }
    it.clock.now = Date.UTC(2026, 6, 10)
    await send(it.police, 6)
    it.clock.now = Date.UTC(2026, 7, 1, 9)
    const july = await it.hub.figures({ period: '2026-07' })
    expect(
      july.agencies.map(({ agency, state, silentMonths, checks }) => [agency, state, silentMonths, checks]),
    ).toEqual([
      ['brook-clinic', 'not-shown', 0, { count: 'suppressed', atLeast: 0, atMost: 9 }],
      ['hill-school', 'never-sent', 5, { count: 0, atLeast: 0, atMost: 0 }],
      ['met-police', 'far-less', 0, { count: 'suppressed', atLeast: 1, atMost: 9 }],
      ['st-marys', 'silent', 2, { count: 0, atLeast: 0, atMost: 0 }],
    ])
  })

  test('ten thousand cases, read a page at a time', async () => {
    await using it = await house()
    for (const thousand of upTo(10, 0).slice(0, 10)) {
      it.clock.now += 10 * MINUTE
      await raise(
        it,
        upTo(thousand * 1_000 + 1_000, thousand * 1_000 + 1),
        thousand % 2 === 0 ? 'review' : 'child-in-need',
        { reReferral: thousand > 6 },
      )
    }
    it.clock.now = APRIL
    expect(shownIn(await it.hub.figures(MARCH), 'raised')).toEqual({
      'review first': 4_000,
      'review re-referral': 1_000,
      'child-in-need first': 3_000,
      'child-in-need re-referral': 2_000,
    })
  })

  test('groups of a year, of which nothing is kept', async () => {
    await using it = await house()
    await raise(it, upTo(100), 'child-in-need', { threshold: 'child-in-need' })
    const { ledger } = await it.context()
    it.clock.now = Date.UTC(2027, 0, 1, 9)
    const codes = new Map(upTo(100).map((number) => [number, number <= 60 ? 'GROUP-A' : 'GROUP-B']))
    codes.set(7_777, 'GROUP-B')
    const population = [
      { code: 'GROUP-A', children: 10_000, isReference: true },
      { code: 'GROUP-B', children: 5_000, isReference: false },
    ]
    const { groups } = await it.hub.figures({ period: '2026', groups: { kind: 'ethnicity', codes, population } })
    expect(
      groups?.groups.map(({ code, rates }) => [code, rates[0]?.cases.count, rates[0]?.rate, rates[0]?.ratio?.value]),
    ).toEqual([
      ['GROUP-A', 60, 6, undefined],
      ['GROUP-B', 40, 8, 1.33],
    ])
    expect((await it.hub.figures({ period: '2026' })).groups).toBeUndefined()
    const bodies = (await ledger.read(0, 1_000)).map(({ entry }) => entry?.body ?? new Uint8Array(0))
    expect((await searchBytes(bodies, ['GROUP-A', 'ethnicity'])).found).toEqual([])
  })
})
