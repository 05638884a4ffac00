import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.js'
import { parsePart } from '../../src/case/figures/part.js'
import { numberKey } from '../../src/hub/shelf.js'
import { type Figures, figuresCsv, figuresPage, memoryStore, type Store } from '../../src/index.js'
import { fromJsonBytes } from '../../src/json.js'
import type { Commit } from '../../src/store/port.js'
import { searchBytes } from '../../src/testing.js'
import { childDetails, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

import { APRIL, check, MARCH, raise, shownIn, tableOf, upTo } from './figures-house.js'

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

  test('loses nothing that another process, whose clock is behind, records between the counting and the writing', async () => {
    const inner = memoryStore()
    let meanwhile: (() => Promise<void>) | undefined
    const store: Store = new Proxy(inner, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (name !== 'commit') return typeof member === 'function' ? member.bind(target) : member
        return async (commit: Commit) => {
          const isFigures = commit.entries?.some(({ body }) => Buffer.from(body).includes('"tables"')) === true
          const once = isFigures ? meanwhile : undefined
          if (once !== undefined) meanwhile = undefined
          await once?.()
          return target.commit(commit)
        }
      },
    })
    await using it = await house({ store })
    it.clock.now = Date.UTC(2026, 4, 1, 9)
    meanwhile = async () => {
      it.clock.now = Date.UTC(2026, 3, 30, 22, 59)
      await raise(it, upTo(40))
      it.clock.now = Date.UTC(2026, 4, 1, 9)
    }
    expect(tableOf(await it.hub.figures({ period: '2026-04' }), 'raised').total.count).toBe(0)
    expect(meanwhile).toBeUndefined()
    it.clock.now = Date.UTC(2026, 6, 1, 9)
    const { course } = tableOf(await it.hub.figures({ period: '2026-Q2' }), 'raised')
    expect(course.map(({ rowTotals }) => rowTotals[0]?.count)).toEqual([0, 40, 0])
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
