import { describe, expect, test } from 'vitest'
import type { CheckInput, Receipt } from '../../src/agency.js'
import { toHex } from '../../src/bytes.js'
import { parsePart } from '../../src/case/figures/part.js'
import { numberKey } from '../../src/hub/shelf.js'
import { type Figures, figuresCsv, figuresPage } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { searchBytes } from '../../src/testing.js'
import { childDetails, DAY, type House, house, MINUTE, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

const MARCH = { period: '2026-03' }
const APRIL = Date.UTC(2026, 3, 2, 9)

function check(
  it: House,
  n: number,
  reference: string,
  incident = 'police-protection',
  by = it.police,
): Promise<Receipt> {
  const input = {
    child: { nhsNumber: nhsNumber(n) },
    incident,
    occurredAt: it.clock.now,
    reference,
    practitioner: 'PC 42',
  }
  return by.check(input as CheckInput)
}

function tableOf({ tables }: Figures, id: string): Figures['tables'][number] {
  const table = tables.find((each) => each.id === id)
  if (table === undefined) throw new Error(`no table ${id}`)
  return table
}

/** What stands in a table, without what is 0. */
function shownIn(figures: Figures, id: string): Record<string, unknown> {
  const { rows, columns, cells } = tableOf(figures, id)
  return Object.fromEntries(
    rows.flatMap((row, r) =>
      columns.flatMap((column, c) => {
        const { count } = cells[r]?.[c] ?? { count: 0 }
        return count === 0 ? [] : [[`${row} ${column}`, count]]
      }),
    ),
  )
}

/** Cases that the journal and the table know, of nobody. */
async function raise(
  it: House,
  numbers: readonly number[],
  level = 'review',
  { reReferral = false, threshold = '' } = {},
): Promise<void> {
  const { ledger, shelf, clock } = await it.context()
  const again = reReferral ? { reReferral } : {}
  await ledger.write(async () => ({
    drafts: numbers.map((number) => ({
      type: 'case' as const,
      body: toJsonBytes({ event: 'raised', case: number, childId: new Uint8Array(16), level, ...again }),
    })),
    puts:
      threshold === ''
        ? []
        : numbers.map((number) =>
            shelf.put('case', numberKey(number), { number, threshold, raisedAt: clock() } as never),
          ),
  }))
}

const upTo = (last: number, first = 1): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at)

describe('figures of a period', () => {
  test('are refused where it has not ended, is none, or ended before the founding; groups belong to a year', async () => {
    await using it = await house()
    const refusal = (why: string) =>
      expect.objectContaining({ code: 'ERR_REQUEST_INVALID', field: 'period', message: why })
    await expect(it.hub.figures(MARCH)).rejects.toEqual(refusal('has not ended yet'))
    it.clock.now = Date.UTC(2026, 2, 31, 23) - 1
    await expect(it.hub.figures(MARCH)).rejects.toEqual(refusal('has not ended yet'))
    it.clock.now += 1
    expect((await it.hub.figures(MARCH)).period).toEqual({
      name: '2026-03',
      kind: 'month',
      firstDay: '2026-03-01',
      lastDay: '2026-03-31',
    })
    await expect(it.hub.figures({ period: '2026-02' })).rejects.toEqual(refusal('ended before this index was founded'))
    for (const period of ['', '2026-13', '2026-Q5', '2026-3', '26', '2026-03-01', '2026-00', ' 2026', '../2026'])
      await expect(it.hub.figures({ period })).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID', field: 'period' })
    const groups = { kind: 'k', codes: new Map(), population: [{ code: 'a', children: 2_000, isReference: true }] }
    await expect(it.hub.figures({ ...MARCH, groups })).rejects.toEqual(refusal('must be a year where groups are given'))
  })

  test('of an index with nothing in it are zeros', async () => {
    await using it = await house()
    it.clock.now = Date.UTC(2027, 0, 1, 9)
    const year = await it.hub.figures({ period: '2026' })
    expect(year.tables.map(({ id, total }) => [id, total.count])).toEqual(year.tables.map(({ id }) => [id, 0]))
    expect(year.tables).toHaveLength(10)
    expect(year.open).toEqual({ count: 0, atLeast: 0, atMost: 0 })
    expect(year.agencies.map(({ state }) => state)).toEqual(['never-sent', 'never-sent', 'never-sent'])
  })

  test('of one child say that there was somebody and nothing else', async () => {
    await using it = await house()
    const { clock } = it
    const details = childDetails(1)
    await it.register(details)
    const seen = await check(it, 1, 'REF-PLANTED-1')
    await it.hub.caughtUp()
    await it.first.take(1)
    const { opening } = await it.first.open({
      case: 1,
      purpose: 'referral',
      lawfulBasis: 'public-task',
      group: 'identity',
    })
    const [file] = await all(it.hub.cases())
    clock.now = Date.UTC(2026, 3, 2, 9)
    const figures = await Promise.all(['2026-03', '2026-Q1'].map((period) => it.hub.figures({ period })))
    const [month, quarter] = figures as [Figures, Figures]
    expect(shownIn(month, 'raised')).toEqual({ 'child-protection first': 'suppressed' })
    expect(shownIn(month, 'checks')).toEqual({ 'police all': 'suppressed' })
    expect(shownIn(quarter, 'openings')).toEqual({ 'referral public-task': 'suppressed' })
    const { shelf } = await it.context()
    const childId = (await shelf.one('case', numberKey(file?.number ?? 0)))?.childId
    const planted = [
      details.familyName,
      nhsNumber(1),
      'REF-PLANTED-1',
      seen.checkId,
      opening,
      toHex(childId ?? new Uint8Array(0)),
      'NX2 1AA',
      'person-first',
    ]
    const outputs = figures.map((each) => JSON.stringify(each) + figuresCsv(each) + figuresPage(each)).join()
    const entries = await it.hub.journal.size()
    const { ledger } = await it.context()
    const kept = (await ledger.read(0, entries)).flatMap(({ entry }) => (entry?.type === 'figures' ? [entry.body] : []))
    expect(kept).toHaveLength(2)
    const { found, termsSearched } = await searchBytes([Buffer.from(outputs), ...kept], planted)
    expect([found, termsSearched]).toEqual([[], planted.length])
  })
})

describe('what was published', () => {
  test('stays to the byte, whatever is recorded, closed or erased later', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const seen = await check(it, 1, 'a')
    await raise(it, upTo(40, 101))
    it.clock.now = APRIL
    const before = JSON.stringify(await it.hub.figures(MARCH))
    const size = await it.hub.journal.size()
    expect(JSON.stringify(await it.hub.figures(MARCH))).toBe(before)
    expect(await it.hub.journal.size()).toBe(size)
    await check(it, 1, 'b')
    await it.hub.caughtUp()
    await it.first.take(1)
    await it.first.close(1, 'no-further-action', 'unfounded')
    await it.second.close(1, 'no-further-action', 'unfounded')
    await it.hub.eraseCheck(seen.position, 'erasure-request')
    await it.hub.eraseChildOfCase(1, 'erasure-request')
    expect(JSON.stringify(await it.hub.figures(MARCH))).toBe(before)
    await it.reopen({ crash: true })
    expect(JSON.stringify(await it.hub.figures(MARCH))).toBe(before)
    expect((await it.hub.journal.verify()).verified).toBe(true)
  })

  test('is the same for two processes that are asked at once, and journalled once', async () => {
    await using it = await house()
    await raise(it, upTo(25))
    const other = await it.another()
    it.clock.now = APRIL
    const both = await Promise.all([it.hub.figures({ period: '2026-Q1' }), other.figures({ period: '2026-Q1' })])
    expect(both[0]).toEqual(both[1])
    const { ledger } = await it.context()
    const kept = (await ledger.read(0, 1_000)).flatMap(({ entry }) =>
      entry?.type === 'figures' ? [parsePart(fromJsonBytes(entry.body)).period] : [],
    )
    expect(kept.sort()).toEqual(['2026-03', '2026-Q1'])
  })

  test('does not change when the clock goes back: what comes after counts in the next month', async () => {
    await using it = await house()
    await raise(it, upTo(20))
    it.clock.now = APRIL
    const march = await it.hub.figures(MARCH)
    it.clock.now = Date.UTC(2026, 2, 20)
    await raise(it, upTo(60, 21))
    await expect(it.hub.figures(MARCH)).rejects.toMatchObject({ message: 'has not ended yet' })
    it.clock.now = Date.UTC(2026, 4, 1, 9)
    expect(await it.hub.figures(MARCH)).toEqual(march)
    expect(shownIn(await it.hub.figures({ period: '2026-04' }), 'raised')).toEqual({ 'review first': 40 })
    it.clock.now = Date.UTC(2026, 6, 1, 9)
    expect(tableOf(await it.hub.figures({ period: '2026-Q2' }), 'raised').total.count).toBe(40)
  })

  test('goes by London: half past midnight on the first of April is April, though it is March by UTC', async () => {
    await using it = await house()
    it.clock.now = Date.UTC(2026, 2, 31, 22, 59)
    await raise(it, upTo(20))
    it.clock.now = Date.UTC(2026, 2, 31, 23, 30)
    await raise(it, upTo(60, 21))
    // In winter London and UTC agree.
    it.clock.now = Date.UTC(2026, 9, 31, 23, 59)
    await raise(it, upTo(75, 61))
    it.clock.now = Date.UTC(2026, 10, 1, 0, 0)
    await raise(it, upTo(105, 76))
    it.clock.now = Date.UTC(2026, 11, 1, 9)
    const months = await Promise.all(
      ['2026-03', '2026-04', '2026-10', '2026-11'].map((period) => it.hub.figures({ period })),
    )
    expect(months.map((month) => tableOf(month, 'raised').total.count)).toEqual([20, 40, 15, 30])
  })

  test('is made of what was shown: a quarter is the sum of its months, and says between which numbers it lies', async () => {
    await using it = await house()
    await raise(it, upTo(22), 'review')
    it.clock.now = Date.UTC(2026, 3, 10)
    await raise(it, upTo(26, 23), 'review')
    it.clock.now = Date.UTC(2026, 4, 10)
    await raise(it, upTo(60, 27), 'review')
    it.clock.now = Date.UTC(2026, 6, 1, 9)
    const quarter = tableOf(await it.hub.figures({ period: '2026-Q2' }), 'raised')
    expect(quarter.course.map(({ period, rowTotals }) => [period, rowTotals[0]?.count])).toEqual([
      ['2026-04', 'suppressed'],
      ['2026-05', 35],
      ['2026-06', 0],
    ])
    expect(quarter.cells[0]?.[0]).toEqual({ count: 40, atLeast: 34, atMost: 46 })
  })
})

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
