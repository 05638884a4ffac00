import fc from 'fast-check'
import { expect, test } from 'vitest'
import { silenceOf } from '../../../src/case/figures/silence.js'
import type { PublishedCount } from '../../../src/policy.js'

test.each([
  [[0, 0, 0], 'never-sent', 3],
  [[0], 'never-sent', 1],
  [['suppressed'], 'no-usual', 0],
  [[40, 40, 0], 'silent', 1],
  [[40, 40, 40, 40, 0, 0], 'silent', 2],
  [[40, 40, 40, 15], 'far-less', 0],
  [[40, 40, 40, 'suppressed'], 'far-less', 0],
  [[40, 40, 40, 20], 'as-usual', 0],
  // One month of back-filling is no usual, and neither is one holiday.
  [[40, 4_000, 40, 45, 30], 'as-usual', 0],
  [[40, 0, 40, 45, 30], 'as-usual', 0],
  [['suppressed', 'suppressed', 10, 'suppressed'], 'no-usual', 0],
  [['suppressed', 'suppressed', 10, 0], 'silent', 1],
] as const)('%j is %s', (months, state, silentMonths) => {
  expect(silenceOf(months, false)).toMatchObject({ state, silentMonths })
})

test('goes by the last six months before, and by no usual where they are fewer than three', () => {
  expect(silenceOf([900, 900, 900, 40, 40, 40, 40, 40, 40, 35], false)).toMatchObject({ state: 'as-usual', usual: 40 })
  expect(silenceOf([40, 40, 15], false)).toEqual({ state: 'no-usual', silentMonths: 0 })
})

test('says nothing of a sensitive service that has few checks, not even that it sent none', () => {
  for (const months of [
    ['suppressed'],
    ['suppressed', 'suppressed', 'suppressed', 'suppressed'],
    [10, 10, 10, 'suppressed'],
  ] as const)
    expect(silenceOf(months, true).state).toBe('not-shown')
  // A large one that falls silent can be asked after: its hidden month is few or none.
  expect(silenceOf([40, 40, 40, 'suppressed'], true).state).toBe('far-less')
})

test('shows no usual of one to nine', () => {
  const month = fc.oneof(
    fc.constant<PublishedCount>('suppressed'),
    fc.constant<PublishedCount>(0),
    fc.integer({ min: 2, max: 90 }).map((n) => n * 5),
  )
  fc.assert(
    fc.property(fc.array(month, { minLength: 1, maxLength: 12 }), fc.boolean(), (months, sensitive) => {
      const { usual } = silenceOf(months, sensitive)
      expect(usual === undefined || usual === 'suppressed' || usual === 0 || usual >= 10).toBe(true)
    }),
  )
})
