import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { birthForms } from '../../../src/child/normal/birth.js'

const share = (a: string, b: string): boolean => birthForms(a).near.some((form) => birthForms(b).near.includes(form))

const day = fc
  .date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2030-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const monthOf = (date: string): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1
const half = (date: string): number => Math.floor(monthOf(date) / 6)
const differing = (a: string, b: string): number => [...a].filter((digit, i) => digit !== b[i]).length
const isSwapped = (a: string, b: string): boolean =>
  a.slice(0, 4) === b.slice(0, 4) && a.slice(5, 7) === b.slice(8) && a.slice(8) === b.slice(5, 7)

describe('forms of a date of birth', () => {
  test.each([
    ['2015-02-28', '2015-08-28', 'six months later'],
    ['2015-01-01', '2015-12-31', 'within a year, when both lie in it'],
    ['2015-12-31', '2016-01-01', 'the next day'],
    ['2015-03-09', '2015-09-03', 'day and month swapped'],
    ['2005-03-09', '2015-03-09', 'one digit'],
    ['2015-03-09', '2015-03-19', 'one digit of the day'],
  ])('%s and %s share one: %s', (a, b) => {
    expect(share(a, b)).toBe(true)
  })

  test.each([
    ['2015-03-09', '2016-03-10', 'a year and a day'],
    ['2015-06-30', '2016-01-01', 'halves that are no neighbours, if only six months and a day apart by days'],
    ['2005-03-09', '2016-03-09', 'two digits'],
    ['2015-03-09', '2017-09-03', 'swapped, and of another year'],
  ])('%s and %s share none: %s', (a, b) => {
    expect(share(a, b)).toBe(false)
  })

  test('are eleven, and two dates share one exactly as described', () => {
    const other = (date: string) =>
      fc.oneof(
        day,
        fc.constant(`${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}`),
        fc
          .tuple(fc.nat(9), fc.nat(9))
          .map(([at, digit]) => (date[at] === '-' ? date : date.slice(0, at) + digit + date.slice(at + 1))),
      )
    fc.assert(
      fc.property(
        day.chain((date) => fc.tuple(fc.constant(date), other(date))),
        ([a, b]) => {
          expect(new Set(birthForms(a).near).size).toBe(11)
          expect(birthForms(a).exact).toBe(a)
          const expected = Math.abs(half(a) - half(b)) <= 1 || isSwapped(a, b) || differing(a, b) <= 1
          expect(share(a, b)).toBe(expected)
          const months = Math.abs(monthOf(a) - monthOf(b))
          if (months <= 6) expect(share(a, b)).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
