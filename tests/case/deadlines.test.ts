import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayInLondon, englishCalendar, WORKING_DAYS, workingCalendar } from '../../src/case/deadlines.js'

const DAY = 86_400_000
const calendar = await englishCalendar()
const due = (from: string, days: number): string =>
  new Date(calendar.addWorkingDays(Date.parse(from), days)).toISOString().slice(0, 16)

/**
 * Bank holidays of England and Wales, put down by hand on 25 November 2026 and not from the library: by proclamation (2022,
 * 2023) and by the Banking and Financial Dealings Act 1971 with its substitute days. To compare with gov.uk/bank-holidays.
 */
const HOLIDAYS: Readonly<Record<number, readonly string[]>> = {
  2022: ['01-03', '04-15', '04-18', '05-02', '06-02', '06-03', '08-29', '09-19', '12-26', '12-27'],
  2023: ['01-02', '04-07', '04-10', '05-01', '05-08', '05-29', '08-28', '12-25', '12-26'],
  2024: ['01-01', '03-29', '04-01', '05-06', '05-27', '08-26', '12-25', '12-26'],
  2025: ['01-01', '04-18', '04-21', '05-05', '05-26', '08-25', '12-25', '12-26'],
  2026: ['01-01', '04-03', '04-06', '05-04', '05-25', '08-31', '12-25', '12-28'],
  2027: ['01-01', '03-26', '03-29', '05-03', '05-31', '08-30', '12-27', '12-28'],
  2028: ['01-03', '04-14', '04-17', '05-01', '05-29', '08-28', '12-25', '12-26'],
}

describe('England’s working days', () => {
  test.each(Object.entries(HOLIDAYS))('of %s are all but weekends and the bank holidays', (year, holidays) => {
    const from = Date.UTC(Number(year), 0, 1, 12)
    const days = Array.from({ length: (Date.UTC(Number(year) + 1, 0, 1, 12) - from) / DAY }, (_, n) => from + n * DAY)
    const resting = days
      .filter((at) => ![0, 6].includes(new Date(at).getUTCDay()) && !calendar.isWorkingDay(at))
      .map((at) => new Date(at).toISOString().slice(5, 10))
    expect(resting).toEqual(holidays)
    const weekends = days.filter((at) => [0, 6].includes(new Date(at).getUTCDay()))
    expect(weekends.filter((at) => calendar.isWorkingDay(at))).toEqual([])
  })

  test.each([
    ['one working day in a week', '2026-03-04T10:00Z', 1, '2026-03-05T10:00'],
    ['none at all', '2026-03-04T10:00Z', 0, '2026-03-04T10:00'],
    ['half past eleven on a Friday night', '2026-03-06T23:30Z', 1, '2026-03-09T23:30'],
    ['half past eleven on a summer Friday night', '2026-07-03T22:30Z', 1, '2026-07-06T22:30'],
    ['half past eleven by Greenwich, already Saturday in London', '2026-07-03T23:30Z', 1, '2026-07-06T23:00'],
    ['a Saturday counts as Monday’s beginning', '2026-03-07T09:00Z', 1, '2026-03-10T00:00'],
    ['a Saturday, no day later', '2026-03-07T09:00Z', 0, '2026-03-09T00:00'],
    ['Maundy Thursday', '2026-04-02T15:00Z', 1, '2026-04-07T15:00'],
    ['Good Friday', '2026-04-03T15:00Z', 1, '2026-04-07T23:00'],
    ['Christmas Eve, with a substitute day', '2026-12-24T16:00Z', 1, '2026-12-29T16:00'],
    ['Christmas Eve 2027, two substitute days', '2027-12-24T16:00Z', 1, '2027-12-29T16:00'],
    ['New Year’s Eve 2027', '2027-12-31T16:00Z', 1, '2028-01-04T16:00'],
    ['the spring change keeps the time of day', '2026-03-27T10:00Z', 1, '2026-03-30T09:00'],
    ['the autumn change keeps the time of day', '2026-10-23T09:00Z', 1, '2026-10-26T10:00'],
    ['in the hour that happens twice', '2026-10-25T01:30Z', 1, '2026-10-27T00:00'],
    ['an assessment across three bank holidays', '2026-03-16T10:00Z', WORKING_DAYS.assessment, '2026-05-21T09:00'],
    ['an assessment across Christmas', '2026-11-25T10:00Z', WORKING_DAYS.assessment, '2027-02-01T10:00'],
    ['a conference across Easter', '2026-03-25T10:00Z', WORKING_DAYS.conference, '2026-04-17T09:00'],
  ])('%s', (_, from, days, expected) => {
    expect(due(from, days)).toBe(expected)
  })
})

describe('from a day on', () => {
  const fromDay = (day: string, days: number) => {
    const { startedAt, dueAt } = calendar.fromDay(day, days)
    return [startedAt, dueAt].map((at) => new Date(at).toISOString().slice(0, 16))
  }

  test.each([
    ['2026-03-02', 1, '2026-03-02T00:00', '2026-03-04T00:00'],
    ['2026-03-06', 0, '2026-03-06T00:00', '2026-03-07T00:00'],
    ['2026-03-07', 1, '2026-03-07T00:00', '2026-03-11T00:00'],
    ['2026-03-25', 15, '2026-03-25T00:00', '2026-04-17T23:00'],
    ['2026-03-27', 1, '2026-03-27T00:00', '2026-03-30T23:00'],
    ['2026-03-29', 0, '2026-03-29T00:00', '2026-03-30T23:00'],
    ['2026-10-25', 0, '2026-10-24T23:00', '2026-10-27T00:00'],
    ['2026-10-23', 0, '2026-10-22T23:00', '2026-10-23T23:00'],
    ['2026-12-21', 15, '2026-12-21T00:00', '2027-01-15T00:00'],
  ])('%s, %i working days', (day, days, startedAt, dueAt) => {
    expect(fromDay(day, days)).toEqual([startedAt, dueAt])
  })

  test('a day in London begins at its midnight', () => {
    expect(dayInLondon(Date.parse('2026-07-03T23:30Z'))).toBe('2026-07-04')
    expect(dayInLondon(Date.parse('2026-01-03T23:30Z'))).toBe('2026-01-03')
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) }), (at) => {
        const { startedAt } = calendar.fromDay(dayInLondon(at), 0)
        expect(startedAt).toBeLessThanOrEqual(at)
        expect(dayInLondon(startedAt)).toBe(dayInLondon(at))
        expect(dayInLondon(startedAt - 1)).not.toBe(dayInLondon(at))
      }),
    )
  })
})

describe('working-day arithmetic', () => {
  const instant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) })
  const days = fc.integer({ min: 0, max: 60 })

  test('whoever starts later is never due earlier', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 5 * DAY }), days, (from, later, k) => {
        expect(calendar.addWorkingDays(from + later, k)).toBeGreaterThanOrEqual(calendar.addWorkingDays(from, k))
      }),
    )
  })

  test('k days and then m are k + m', () => {
    fc.assert(
      fc.property(instant, days, days, (from, k, m) => {
        expect(calendar.addWorkingDays(calendar.addWorkingDays(from, k), m)).toBe(calendar.addWorkingDays(from, k + m))
      }),
    )
  })

  test('the day it ends on is worked, and each day more is later', () => {
    fc.assert(
      fc.property(instant, days, (from, k) => {
        const at = calendar.addWorkingDays(from, k)
        expect(calendar.isWorkingDay(at)).toBe(true)
        expect(calendar.addWorkingDays(from, k + 1)).toBeGreaterThan(at)
        expect(at).toBeGreaterThanOrEqual(from)
      }),
    )
  })

  test('at least k whole working days lie between', () => {
    fc.assert(
      fc.property(instant, days, (from, k) => {
        const at = calendar.addWorkingDays(from, k)
        let worked = 0
        for (let day = from; day < at; day += DAY) if (calendar.isWorkingDay(day)) worked += 1
        expect(worked).toBeGreaterThanOrEqual(k - 1)
        expect(worked).toBeLessThanOrEqual(k + 1)
      }),
    )
  })

  test('holidays are whatever the calendar is given', () => {
    const own = workingCalendar((date) => date === '2026-03-05')
    expect(own.addWorkingDays(Date.UTC(2026, 2, 4, 10), 1)).toBe(Date.UTC(2026, 2, 6, 10))
  })
})
