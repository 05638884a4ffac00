import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ACCOUNT_PARTS,
  type AccountPart,
  accountDueAt,
  monthsLater,
  nextLookAt,
  saysTheSame,
  WITHHOLDING_REASONS,
  WITHHOLDING_SOURCES,
  WITHHOLDING_WORD_DAYS,
  waits,
  withheldAt,
} from '../../src/case/account.js'
import { carerAccount, childAccount, type Held, NOTHING_HELD } from '../../src/case/account-document.js'
import { defaultPolicy } from '../../src/index.js'
import { toJsonBytes } from '../../src/json.js'

const policy = defaultPolicy()
const asked = { number: 3, reference: 'R/1', askedAt: Date.UTC(2026, 2, 4) }
const DAY = 86_400_000

const code = fc.constantFrom('a', 'b').map((each) => ({ code: each, label: each }))
const at = fc.integer({ min: 0, max: 2 ** 41 })
const held: fc.Arbitrary<Held> = fc.record({
  details: fc.array(fc.record({ group: fc.constantFrom('identity', 'carers'), version: fc.nat(), sealedAt: at })),
  checks: fc.array(
    fc.record({
      check: fc.constant('0123456789'),
      occurredAt: at,
      agencyKind: fc.constantFrom('police', 'not named'),
      agency: fc.constantFrom('met-police', undefined),
      incident: code,
      indicators: fc.array(code),
      withdrawn: fc.boolean(),
      disputed: fc.boolean(),
    }),
  ),
  enquiries: fc.array(fc.record({ openedAt: at })),
  cases: fc.array(
    fc.record({
      level: fc.constant('child-protection'),
      threshold: fc.constant('child-protection' as const),
      raisedAt: at,
      determinedBy: fc.nat(3),
    }),
  ),
  openings: fc.array(
    fc.record({
      group: fc.constant('identity' as const),
      purpose: fc.constant('referral' as const),
      lawfulBasis: fc.constant('public-task' as const),
      openedAt: at,
      by: fc.constant('caseworker' as const),
      readAt: fc.array(at),
    }),
  ),
  referrals: fc.array(
    fc.record({
      agencyKind: fc.constant('social-care'),
      sentAt: at,
      purpose: fc.constant('referral'),
      lawfulBasis: fc.constant('public-task' as const),
    }),
  ),
  consents: fc.array(
    fc.record({
      by: fc.constantFrom('child' as const, 'carer' as const),
      kind: fc.constant('service'),
      information: fc.constant('identity'),
      to: fc.constant('management' as const),
      given: fc.boolean(),
      at,
    }),
  ),
  corrections: fc.array(
    fc.record({
      askedAt: at,
      about: fc.constant({ check: '0123456789' }),
      reason: fc.constant('misspelt' as const),
    }),
  ),
})
const parts: fc.Arbitrary<readonly AccountPart[]> = fc.subarray([...ACCOUNT_PARTS])

const bytes = (document: unknown): string => Buffer.from(toJsonBytes(document)).toString()

describe('a child’s own account', () => {
  test('is the same bytes where a part is withheld and where there is nothing in it', () => {
    fc.assert(
      fc.property(held, parts, (all, some) => {
        const emptied: Held = { ...all, ...Object.fromEntries(some.map((part) => [part, NOTHING_HELD[part]])) }
        const withheld = childAccount('Anytown', policy, asked, all, new Set(some))
        expect(bytes(withheld)).toBe(bytes(childAccount('Anytown', policy, asked, emptied, new Set())))
      }),
    )
  })

  test('says to everybody, in the same words, that parts may be withheld, and by which law', () => {
    const { held: _, for: _child, ...ofAny } = childAccount('Anytown', policy, asked, NOTHING_HELD, new Set())
    const { for: _carer, ...carers } = carerAccount('Anytown', policy, asked)
    expect(ofAny).toEqual(carers)
    expect(carers.mayBeWithheld.map(({ reason }) => reason)).toEqual(WITHHOLDING_REASONS)
    expect(Object.keys(WITHHOLDING_SOURCES)).toEqual(WITHHOLDING_REASONS)
  })
})

describe('withholding', () => {
  const word = { parts: ['checks', 'cases'], reason: 'crime', until: 50 } as const
  const agreed = (until: number, ...of: readonly AccountPart[]) =>
    ({ parts: of, reason: 'crime', until, by: ['a', 'b'], at: 0 }) as const

  test('two words are the same whatever the order of their parts', () => {
    expect(saysTheSame(word, { ...word, parts: ['cases', 'checks'] })).toBe(true)
    for (const other of [{ parts: ['cases'] as const }, { reason: 'court' as const }, { until: 51 }])
      expect(saysTheSame(word, { ...word, ...other })).toBe(false)
  })

  test('ends at its instant, and must then be looked at again', () => {
    const withholdings = [agreed(100, 'checks'), agreed(60, 'cases', 'checks')]
    expect([...withheldAt({ withholdings }, 59)].sort()).toEqual(['cases', 'checks'])
    expect([...withheldAt({ withholdings }, 60)]).toEqual(['checks'])
    expect([...withheldAt({ withholdings }, 100)]).toEqual([])
    expect([59, 60, 100].map((now) => nextLookAt({ withholdings }, now))).toEqual([60, 100, undefined])
  })

  test('a first word waits two weeks', () => {
    const waiting = { ...word, by: 'a', at: 1000 }
    expect(waits({ waiting }, 1000 + WITHHOLDING_WORD_DAYS * DAY - 1)).toBe(true)
    expect(waits({ waiting }, 1000 + WITHHOLDING_WORD_DAYS * DAY)).toBe(false)
    expect(waits({ waiting: undefined }, 0)).toBe(false)
  })
})

describe('the clock', () => {
  test.each([
    [[2026, 0, 31], 1, [2026, 1, 28]],
    [[2028, 0, 31], 1, [2028, 1, 29]],
    [[2026, 10, 30], 3, [2027, 1, 28]],
    [[2026, 11, 4], 1, [2027, 0, 4]],
    [[2026, 2, 4], 3, [2026, 5, 4]],
  ] as const)('%s and %i months is %s', (from, months, to) => {
    const at = ([year, month, day]: readonly [number, number, number]) => Date.UTC(year, month, day, 10, 0, 0, 1)
    expect(monthsLater(at(from), months)).toBe(at(to))
  })

  test('an account is due in a month, and at the latest in three', () => {
    const from = Date.UTC(2026, 2, 4)
    expect([accountDueAt(from), accountDueAt(from, 1), accountDueAt(from, 2)]).toEqual([
      Date.UTC(2026, 3, 4),
      Date.UTC(2026, 4, 4),
      Date.UTC(2026, 5, 4),
    ])
  })

  test('more months are never earlier', () => {
    fc.assert(
      fc.property(at, fc.nat(24), (from, months) => {
        expect(monthsLater(from, months + 1)).toBeGreaterThan(monthsLater(from, months))
        const days = (monthsLater(from, months + 1) - monthsLater(from, months)) / DAY
        expect(days).toBeGreaterThanOrEqual(28)
        expect(days).toBeLessThanOrEqual(31)
      }),
    )
  })
})
