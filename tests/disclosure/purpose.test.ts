import { describe, expect, test } from 'vitest'
import {
  isPurposeAllowed,
  LAWFUL_BASES,
  type LawfulBasis,
  PURPOSES,
  type Purpose,
} from '../../src/disclosure/purpose.js'

type Threshold = Parameters<typeof isPurposeAllowed>[0]

/** What is allowed, written out: threshold, purposes, lawful bases. */
const TABLE: readonly (readonly [Threshold, readonly Purpose[], readonly LawfulBasis[]])[] = [
  ['none', [], []],
  ['child-in-need', ['referral', 'assessment'], ['legal-obligation', 'public-task', 'recognised-legitimate-interest']],
  [
    'child-protection',
    ['referral', 'assessment', 'strategy-discussion', 'immediate-protection'],
    ['legal-obligation', 'vital-interests', 'public-task', 'recognised-legitimate-interest'],
  ],
]

describe('a purpose goes with', () => {
  for (const [threshold, purposes, bases] of TABLE) {
    test(`the threshold ${threshold} as the table says`, () => {
      for (const purpose of PURPOSES)
        for (const basis of LAWFUL_BASES)
          expect(isPurposeAllowed(threshold, purpose, basis), `${purpose} on ${basis}`).toBe(
            purposes.includes(purpose) && bases.includes(basis),
          )
    })
  }

  test('every higher threshold as well', () => {
    for (const purpose of PURPOSES)
      for (const basis of LAWFUL_BASES)
        if (isPurposeAllowed('child-in-need', purpose, basis))
          expect(isPurposeAllowed('child-protection', purpose, basis)).toBe(true)
  })
})
