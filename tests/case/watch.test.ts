import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AGENCY_LIMITS,
  countsOf,
  decodeLookups,
  encodeLookups,
  moved,
  NO_COUNTS,
  type OpenLookup,
  PRACTITIONER_LIMITS,
  rulesPassed,
  rulesPassedByAgency,
  WATCH_RULES,
} from '../../src/case/watch.js'
import { watchedQuery } from '../../src/case/watched-query.js'
import { neighboursOf } from '../../src/child/nhs-number.js'

const PLAIN: OpenLookup = {
  child: 1,
  household: 0,
  number: 0,
  description: 0,
  slot: 60,
  answer: 'match',
  isNext: false,
  isAlone: false,
}

function many(count: number, each: (i: number) => Partial<OpenLookup>): readonly OpenLookup[] {
  return Array.from({ length: count }, (_, i) => ({ ...PLAIN, child: i + 1, ...each(i) }))
}

const tag = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const lookup: fc.Arbitrary<OpenLookup> = fc.record({
  child: tag,
  household: tag,
  number: tag,
  description: tag,
  slot: fc.integer({ min: 0, max: 143 }),
  answer: fc.constantFrom('match', 'candidates', 'many', 'none'),
  isNext: fc.boolean(),
  isAlone: fc.boolean(),
})

describe('open look-ups', () => {
  test('are read back as they were written, 18 bytes each', () => {
    fc.assert(
      fc.property(fc.array(lookup, { maxLength: 40 }), (lookups) => {
        const bytes = encodeLookups(lookups)
        expect(bytes).toHaveLength(18 * lookups.length)
        expect(decodeLookups(bytes)).toEqual(lookups)
        // Also where the bytes are a view on others.
        expect(decodeLookups(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3))).toEqual(lookups)
      }),
    )
  })

  test('that leave lower no count of a rule, and raise none', () => {
    fc.assert(
      fc.property(fc.array(lookup, { maxLength: 40 }), fc.nat(40), (lookups, gone) => {
        const [all, left] = [countsOf(lookups, 0, 0), countsOf(lookups.slice(gone), 0, 0)]
        for (const rule of WATCH_RULES) expect(left[rule]).toBeLessThanOrEqual(all[rule])
      }),
    )
  })
})

test.each<[string, number, (i: number) => Partial<OpenLookup>]>([
  ['burst', PRACTITIONER_LIMITS.burst, () => ({ isAlone: true })],
  ['without-check', PRACTITIONER_LIMITS['without-check'], () => ({})],
  ['candidates', PRACTITIONER_LIMITS.candidates, (i) => ({ answer: i % 2 === 0 ? 'candidates' : 'many' })],
  ['unknown', PRACTITIONER_LIMITS.unknown, () => ({ answer: 'none' })],
  ['sequence', PRACTITIONER_LIMITS.sequence, () => ({ isNext: true })],
  ['household', PRACTITIONER_LIMITS.household, () => ({ household: 7 })],
  ['one-description', PRACTITIONER_LIMITS['one-description'], () => ({ description: 7 })],
])('%s: the limit is passed by one more, and by nothing that is spread', (rule, limit, each) => {
  const passed = (lookups: readonly OpenLookup[]) => rulesPassed(countsOf(lookups, 0, 0), PRACTITIONER_LIMITS)
  expect(passed(many(limit, each))).toEqual([])
  expect(passed(many(limit + 1, each))).toEqual([rule])
  const spread = many(limit + 1, (i) => ({
    ...each(i),
    ...(rule === 'burst' ? { slot: i } : {}),
    ...(rule === 'household' ? { household: i + 1 } : {}),
    ...(rule === 'one-description' ? { description: i + 1 } : {}),
  }))
  if (['burst', 'household', 'one-description'].includes(rule)) expect(passed(spread)).toEqual([])
})

test('ids that were misread count, and look-ups beyond those that were kept', () => {
  expect(rulesPassed(countsOf([], 0, 21), PRACTITIONER_LIMITS)).toEqual(['misread-ids'])
  expect(
    rulesPassed(
      countsOf(
        many(2, () => ({})),
        59,
        0,
      ),
      PRACTITIONER_LIMITS,
    ),
  ).toEqual(['without-check'])
})

test('an agency’s counts go with those of its practitioners, and pass a limit only as a quarter of what it asked', () => {
  const before = countsOf(
    many(10, () => ({ answer: 'none' })),
    0,
    0,
  )
  const after = countsOf(
    many(400, () => ({ answer: 'none' })),
    0,
    0,
  )
  const sums = moved(moved(NO_COUNTS, NO_COUNTS, before), before, after)
  expect(sums).toMatchObject({ unknown: 400, 'without-check': 400 })
  expect(rulesPassedByAgency(sums, 1599, AGENCY_LIMITS)).toEqual(['unknown'])
  expect(rulesPassedByAgency(sums, 1600, AGENCY_LIMITS)).toEqual([])
  // A practitioner whose row was lost cannot make it negative.
  expect(moved(NO_COUNTS, after, before).unknown).toBe(0)
})

describe('what is compared of a query', () => {
  const details = { givenNames: 'Ann', familyName: 'Smythe', dateOfBirth: '2015-03-04', postcode: 'nx1 1aa' }

  test('a household is a family name by sound at one address, however they are written', () => {
    const { household } = watchedQuery({ details })
    expect(household).toBeDefined()
    expect(
      watchedQuery({ details: { ...details, givenNames: 'Tom', familyName: 'Smith', postcode: 'NX11AA' } }),
    ).toEqual(watchedQuery({ details }))
    expect(watchedQuery({ details: { ...details, familyName: 'Okafor' } }).household).not.toBe(household)
    expect(watchedQuery({ details: { ...details, postcode: 'NX1 1AB' } }).household).not.toBe(household)
  })

  test('without a postcode, house and street are the address; without either there is no household', () => {
    const { postcode: _, ...rest } = details
    const at = (line: string) => watchedQuery({ details: { ...rest, addresses: [{ lines: [line] }] } }).household
    expect(at('12 High Street')).toBe(at('12 High St'))
    expect(at('12 High Street')).not.toBe(at('13 High Street'))
    expect(watchedQuery({ details: rest }).household).toBeUndefined()
    expect(watchedQuery({ details: { ...details, familyName: '' } }).household).toBeUndefined()
  })

  test('a description counts where it comes with a confirming detail, whichever', () => {
    const [one, other] = ['Grace Okafor', 'Kofi Okafor'].map((carerName) =>
      watchedQuery({ details, confirm: { carerName } }),
    )
    expect(one?.description).toBeDefined()
    expect(one).toEqual(other)
    expect(watchedQuery({ details }).description).toBeUndefined()
  })

  test('an agency’s own id says nothing', () => {
    const nothing = { household: undefined, number: undefined, description: undefined }
    expect(watchedQuery({ agencyChildId: 'x' })).toEqual(nothing)
    expect(watchedQuery({ alias: { kind: 'school-admission', value: '7' } })).toEqual(nothing)
  })
})

describe('neighbours of a number', () => {
  test('are each other’s, valid, and the nearest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 999_999_980 }), (base) => {
        const [number] = neighboursOf(`${String(base).padStart(9, '0')}0`).slice(-1)
        const [before, after] = neighboursOf(number ?? '')
        expect(neighboursOf(before ?? '')[1]).toBe(number)
        expect(neighboursOf(after ?? '')[0]).toBe(number)
        for (const each of [number, before, after]) expect(each).toMatch(/^\d{10}$/)
      }),
    )
  })

  test('of a published number', () => {
    // 943 476 5919 is the example of the NHS data dictionary's algorithm.
    const [before, after] = neighboursOf('9434765919')
    expect([before, after]).toEqual(['9434765900', '9434765927'])
    expect(neighboursOf('9999999999').length).toBe(1)
  })
})
