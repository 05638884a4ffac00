import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isUpn } from '../../src/child/upn.js'
import { generatePopulation } from '../../src/testing/population.js'

describe('a unique pupil number', () => {
  test.each(['A123456789012', 'C000000000011', 'A00000000000A'])('%s is one', (text) => {
    expect(isUpn(text)).toBe(true)
  })

  test.each([
    '',
    'A12345678901',
    'A1234567890123',
    'a123456789012',
    'B123456789012',
    'A12345678901I',
    'A51000000000I',
    'A123456789O12',
    '1123456789012',
    'A１23456789012',
    ' A123456789012',
    'A123456789012\n',
  ])('%j is none', (text) => {
    expect(isUpn(text)).toBe(false)
  })

  test('of the generated population is one, and with one digit or two neighbours wrong is none', () => {
    const numbers = generatePopulation({ seed: 1, children: 300, now: Date.UTC(2026, 10, 22) }).flatMap(
      ({ details }) => details.upn ?? [],
    )
    expect(numbers.length).toBeGreaterThan(100)
    fc.assert(
      fc.property(fc.constantFrom(...numbers), fc.integer({ min: 1, max: 12 }), fc.nat(9), (number, at, digit) => {
        expect(isUpn(number)).toBe(true)
        const wrong = number.slice(0, at) + digit + number.slice(at + 1)
        expect(isUpn(wrong)).toBe(wrong === number)
        const swapped = number.slice(0, at) + number.slice(at + 1, at + 2) + number.charAt(at) + number.slice(at + 2)
        expect(isUpn(swapped)).toBe(swapped === number)
      }),
    )
  })
})
