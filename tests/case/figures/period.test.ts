import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  firstDayOf,
  lastDayOf,
  nextPeriod,
  PERIOD_KINDS,
  parsePeriod,
  partsOf,
  periodAt,
} from '../../../src/case/figures/period.js'

const instants = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2060, 0, 1) })

/** The day in London as the platform knows it, another way. */
function dayInLondon(instant: number): string {
  const said = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', dateStyle: 'short' }).format(instant)
  return said.split('/').reverse().join('-')
}

test('begins and ends at midnight in London, summer or winter', () => {
  const bounds = (name: string): readonly string[] => {
    const { from, until } = parsePeriod(name)
    return [from, until].map((instant) => new Date(instant).toISOString().slice(0, 16))
  }
  expect(bounds('2026-03')).toEqual(['2026-03-01T00:00', '2026-03-31T23:00'])
  expect(bounds('2026-04')).toEqual(['2026-03-31T23:00', '2026-04-30T23:00'])
  expect(bounds('2026-10')).toEqual(['2026-09-30T23:00', '2026-11-01T00:00'])
  expect(bounds('2026-Q2')).toEqual(['2026-03-31T23:00', '2026-06-30T23:00'])
  expect(bounds('2026')).toEqual(['2026-01-01T00:00', '2027-01-01T00:00'])
  expect([firstDayOf(parsePeriod('2026-Q1')), lastDayOf(parsePeriod('2026-Q1'))]).toEqual(['2026-01-01', '2026-03-31'])
  expect(lastDayOf(parsePeriod('2028-02'))).toBe('2028-02-29')
})

test('holds every instant of its days and no other, and its name gives it back', () => {
  fc.assert(
    fc.property(instants, fc.constantFrom(...PERIOD_KINDS), (instant, kind) => {
      const period = periodAt(instant, kind)
      expect(period.from <= instant && instant < period.until).toBe(true)
      expect(parsePeriod(period.name)).toEqual(period)
      expect(dayInLondon(period.from)).toBe(firstDayOf(period))
      expect(dayInLondon(period.until - 1)).toBe(lastDayOf(period))
      expect(nextPeriod(period).from).toBe(period.until)
    }),
  )
})

test('is made of its parts, in order and without a gap', () => {
  fc.assert(
    fc.property(instants, fc.constantFrom(...PERIOD_KINDS), fc.constantFrom(...PERIOD_KINDS), (instant, kind, into) => {
      const period = periodAt(instant, kind)
      const parts = partsOf(period, into)
      if (PERIOD_KINDS.indexOf(into) > PERIOD_KINDS.indexOf(kind)) expect(parts).toEqual([])
      else {
        expect(parts[0]?.from).toBe(period.from)
        expect(parts.at(-1)?.until).toBe(period.until)
        for (const [at, part] of parts.slice(1).entries()) expect(part.from).toBe(parts[at]?.until)
      }
    }),
  )
})

test.each([
  '',
  '2026-13',
  '2026-00',
  '2026-Q0',
  '2026-Q5',
  '26-03',
  '2026-3',
  '1999',
  '2026-03 ',
  '2026-03-01',
  '２０２６',
])('refuses %j', (name) => {
  expect(() => parsePeriod(name)).toThrow(expect.objectContaining({ code: 'ERR_REQUEST_INVALID', field: 'period' }))
})
