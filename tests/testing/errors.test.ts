import { describe, expect, test } from 'vitest'
import { parseDetails, type RegistrationDetails, readQuery } from '../../src/child/details.js'
import {
  halfOf,
  nickname,
  otherTransliteration,
  prefixOtherwise,
  type Rewriting,
  soundingAlike,
  withoutMarks,
  withSlip,
} from '../../src/testing/population/written-otherwise.js'
import {
  generateChildren,
  generateLookalikes,
  type Misrecorded,
  misrecorded,
  RECORDING_ERRORS,
  type RecordingError,
  seededRandom,
} from '../../src/testing/population.js'

const now = Date.UTC(2025, 5, 1, 9, 30)
const at = { today: '2025-06-01', neverIssuedNumbers: true }
const children = [...generateChildren({ seed: 5, children: 4000, now })]
const ERRORS = Object.keys(RECORDING_ERRORS) as readonly RecordingError[]

/** Every child with no error but this one. */
function only(error: RecordingError, share = 1): readonly (readonly [RegistrationDetails, Misrecorded])[] {
  const shares = Object.fromEntries(ERRORS.map((each) => [each, each === error ? share : 0]))
  const random = seededRandom(1)
  return children.map((child) => [child, misrecorded(child, random, { now, shares, withNumber: true })])
}

const made = (error: RecordingError) => only(error).filter(([, { errors }]) => errors.length === 1)

describe('records with errors', () => {
  const random = seededRandom(9)
  const records = children.map((child) => misrecorded(child, random, { now }))
  const rate = (error: RecordingError): number =>
    records.filter(({ errors }) => errors.includes(error)).length / records.length

  test('are about two in five, by the shares of the table', () => {
    const wrong = records.filter(({ errors }) => errors.length > 0).length / records.length
    expect(wrong).toBeGreaterThan(0.34)
    expect(wrong).toBeLessThan(0.44)
    const possible = ERRORS.filter((error) => !error.startsWith('number'))
    for (const error of possible) expect(rate(error), error).toBeGreaterThan(0)
    for (const error of ERRORS) expect(rate(error), error).toBeLessThan(RECORDING_ERRORS[error] * 1.5 + 0.002)
    expect(rate('moved')).toBeCloseTo(RECORDING_ERRORS.moved, 1)
    expect(Object.values(RECORDING_ERRORS).every((share) => share > 0 && share < 1)).toBe(true)
  })

  test('are the same for the same chance', () => {
    const again = seededRandom(9)
    expect(children.slice(0, 200).map((child) => misrecorded(child, again, { now }))).toEqual(records.slice(0, 200))
  })

  test('can be read as look-ups; only numbers may be invalid', () => {
    const numbered = seededRandom(4)
    for (const child of children) {
      const { details } = misrecorded(child, numbered, { now, withNumber: true })
      const { quality } = readQuery({ details }, at)
      expect(quality.dateOfBirth).not.toBe('invalid')
      expect(quality.familyName).not.toBe('invalid')
    }
  })

  test('say what the child is registered with where nothing went wrong', () => {
    children.forEach((child, i) => {
      const { details, errors } = records[i] as Misrecorded
      if (errors.length > 0) return
      const { givenNames, familyName, dateOfBirth, addresses } = child
      expect(details).toMatchObject({ givenNames, familyName, dateOfBirth, addresses: addresses.slice(0, 1) })
      expect(details.nhsNumber).toBeUndefined()
    })
    const [child] = children
    const shares = Object.fromEntries(ERRORS.map((each) => [each, 0]))
    const { details } = misrecorded(child!, random, { now, shares, withNumber: true })
    expect(details.nhsNumber).toBe(child?.nhsNumber)
  })

  test.each(ERRORS)('%s changes what it names and nothing else', (error) => {
    const records = made(error)
    expect(records.length).toBeGreaterThan(9)
    const fields = new Set<string>()
    for (const [child, { details }] of records) {
      const before = { ...child, addresses: JSON.stringify(child.addresses?.slice(0, 1)) }
      const after = { ...details, addresses: JSON.stringify(details.addresses) }
      const changed = (['givenNames', 'familyName', 'dateOfBirth', 'addresses', 'nhsNumber'] as const).filter(
        (field) => before[field] !== after[field],
      )
      expect(changed.length, error).toBeGreaterThan(0)
      for (const field of changed) fields.add(field)
    }
    const of = (names: string): Set<string> => new Set(names.split(' '))
    const prefix = error.split('-')[0] as string
    const allowed: Readonly<Record<string, Set<string>>> = {
      given: of('givenNames'),
      middle: of('givenNames'),
      family: of('familyName'),
      marks: of('givenNames familyName'),
      names: of('givenNames familyName'),
      date: of('dateOfBirth'),
      number: of('nhsNumber'),
    }
    expect(fields).toEqual(allowed[prefix] ?? of('addresses'))
  })

  test('are what their names say', () => {
    for (const [child, { details }] of made('names-swapped')) {
      expect([details.familyName, details.givenNames]).toEqual([child.givenNames, child.familyName])
    }
    for (const [child, { details }] of made('date-digit')) {
      const differing = [...child.dateOfBirth].filter((digit, i) => digit !== details.dateOfBirth?.[i])
      expect(differing).toHaveLength(1)
    }
    for (const [child, { details }] of made('date-day-month-swapped')) {
      const [, month, day] = child.dateOfBirth.split('-')
      expect(details.dateOfBirth?.slice(5)).toBe(`${day}-${month}`)
    }
    for (const [child, { details }] of made('date-month')) {
      expect(Math.abs(Date.parse(child.dateOfBirth) - Date.parse(details.dateOfBirth ?? '')) / 86_400_000).toBeLessThan(
        32,
      )
    }
    for (const [, { details }] of made('date-missing')) expect(details).not.toHaveProperty('dateOfBirth')
    for (const [, { details }] of made('no-fixed-address')) expect(details.addresses?.[0]?.postcode).toMatch(/^ZZ99/)
    for (const [child, { details }] of made('postcode-slip')) {
      expect(details.addresses?.[0]?.postcode?.split(' ')[0]).toBe(child.addresses?.[0]?.postcode?.split(' ')[0])
      expect(details.addresses?.[0]?.postcode).toMatch(/^[A-Z]{2}\d+ \d[A-Z]{2}$/)
    }
    for (const [child, { details }] of made('number-transposed'))
      expect([...(details.nhsNumber ?? '')].sort()).toEqual([...(child.nhsNumber ?? '')].sort())
    const former = made('family-former').filter(([child]) => child.otherNames !== undefined)
    expect(former.length).toBeGreaterThan(80)
    for (const [child, { details }] of former) expect(details.familyName).toBe(child.otherNames?.[0]?.familyName)
    const moved = made('moved')
    expect(moved.some(([child, { details }]) => details.addresses?.[0] === child.addresses?.[1])).toBe(true)
    expect(moved.some(([, { details }]) => details.addresses?.length === 2)).toBe(true)
  })

  test('happen as often as they are told to', () => {
    const share = only('given-missing', 0.3).filter(([, { errors }]) => errors.length > 0).length / children.length
    expect(share).toBeGreaterThan(0.27)
    expect(share).toBeLessThan(0.33)
  })

  test('happen to children of any script', () => {
    const random = seededRandom(2)
    const shares = Object.fromEntries(ERRORS.map((each) => [each, 0.9]))
    for (const { registered } of generateLookalikes({ seed: 1, cases: 460, now })) {
      for (const child of registered) {
        const { details } = misrecorded(child, random, { now, shares, withNumber: true })
        if (details.givenNames !== '' || details.familyName !== '') readQuery({ details }, at)
      }
    }
  })
})

describe('names written otherwise', () => {
  const random = seededRandom(3)
  const seen = (rewriting: Rewriting, name: string): Set<string | undefined> =>
    new Set(Array.from({ length: 300 }, () => rewriting(name, random)))

  test('with a slip of the pen: one letter more, less or another, or two swapped', () => {
    const slips = seen(withSlip, 'Amelia')
    expect(slips.size).toBeGreaterThan(15)
    for (const slip of slips) expect(Math.abs((slip?.length ?? 0) - 6)).toBeLessThanOrEqual(1)
    expect(slips).toContain('Maelia')
    expect(slips).not.toContain('mAelia')
    expect(seen(withSlip, 'Li')).toEqual(new Set([undefined]))
  })

  test.each<[string, Rewriting, string, readonly (string | undefined)[]]>([
    ['sound', soundingAlike, 'Sophie', ['Sofie', 'Sophy']],
    ['sound', soundingAlike, 'Philip', ['Filip']],
    ['sound', soundingAlike, 'Bo', [undefined]],
    ['nickname', nickname, 'Oliver', ['Ollie', 'Olly']],
    ['nickname', nickname, 'Zzz', [undefined]],
    ['marks', withoutMarks, 'Łukasz', ['Lukasz']],
    ['marks', withoutMarks, 'Smith', [undefined]],
    ['transliteration', otherTransliteration, 'Yusuf', ['Yousuf', 'Yusef', 'Youssef', 'Yousef']],
    ['transliteration', otherTransliteration, 'Smith-Khalid', ['Smith-Khaled']],
    ['prefix', prefixOtherwise, "O'Neill", ['ONeill', 'O Neill', 'O’Neill', 'Neill']],
    ['prefix', prefixOtherwise, 'MacDonald', ['McDonald', 'Mac Donald']],
    ['prefix', prefixOtherwise, 'Smith', [undefined]],
    ['half', halfOf, 'Smith-Jones', ['Smith', 'Jones']],
    ['half', halfOf, 'Smith', [undefined]],
  ])('%s', (_, rewriting, name, forms) => {
    const found = seen(rewriting, name)
    for (const form of forms) expect(found).toContain(form)
    expect([...found].filter((form) => form === name)).toEqual([])
  })
})

test('an unborn child stays one, and what is registered stays what it was', () => {
  const unborn = children.filter(({ expectedDate }) => expectedDate)
  expect(unborn.length).toBeGreaterThan(10)
  const random = seededRandom(1)
  for (const child of unborn) {
    const before = structuredClone(child)
    const { details } = misrecorded(child, random, { now })
    expect(details.expectedDate).toBe(details.dateOfBirth === undefined ? undefined : true)
    expect(child).toEqual(before)
    parseDetails(child, at)
  }
})
