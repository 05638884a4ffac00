import { describe, expect, test } from 'vitest'
import { parseDetails, parseQuery } from '../../src/child/details.js'
import { normaliseName } from '../../src/child/name.js'
import {
  ALIKE,
  BOY_AND_GIRL,
  FORM_OF_ANOTHER,
  OTHER_ORDER,
  RARE,
  SHARED_FIRST,
} from '../../src/testing/population/alike-names.js'
import {
  generateLookalikes,
  generatePopulation,
  LOOKALIKE_KINDS,
  type Lookalike,
  type LookalikeKind,
} from '../../src/testing/population.js'

const now = Date.UTC(2025, 5, 1, 9, 30)
const EACH = 60
const cases = generateLookalikes({ seed: 3, cases: LOOKALIKE_KINDS.length * EACH, now })
const at = { today: '2025-06-01', neverIssuedNumbers: true }

const of = (...kinds: readonly LookalikeKind[]): readonly Lookalike[] =>
  cases.filter(({ kind }) => kinds.includes(kind))
const placeOf = (it: { readonly addresses?: Lookalike['registered'][number]['addresses'] }) => it.addresses?.[0]
const linesOf = (it: { readonly addresses?: Lookalike['registered'][number]['addresses'] }): readonly string[] =>
  placeOf(it)?.lines ?? []
const twinKinds = LOOKALIKE_KINDS.filter((kind) => kind.startsWith('twins'))
const strangerKinds = LOOKALIKE_KINDS.filter((kind) => kind.startsWith('strangers'))

describe('lookalikes', () => {
  test('of one seed are the same, of another others', () => {
    expect(generateLookalikes({ seed: 3, cases: 50, now })).toEqual(cases.slice(0, 50))
    expect(generateLookalikes({ seed: 4, cases: 50, now })).not.toEqual(cases.slice(0, 50))
    expect(generateLookalikes({ seed: 3, cases: 0, now })).toEqual([])
    for (const wrong of [-1, 0.5, 100_001])
      expect(() => generateLookalikes({ seed: 3, cases: wrong, now })).toThrow(RangeError)
  })

  test('pass the doors for registrations and look-ups', () => {
    for (const { registered, lookup } of cases) {
      for (const details of registered) expect(parseDetails(details, at)).toEqual(details)
      expect(parseQuery({ details: lookup }, at)).toEqual({ details: lookup })
    }
  })

  test('are of all kinds in turn, with the child that is meant registered in about a third', () => {
    for (const kind of LOOKALIKE_KINDS) expect(of(kind)).toHaveLength(EACH)
    const known = cases.filter(({ isRegistered }) => isRegistered !== undefined)
    expect(known.length / cases.length).toBeGreaterThan(0.27)
    expect(known.length / cases.length).toBeLessThan(0.4)
    for (const { registered, lookup, isRegistered } of cases) {
      const { familyName, givenNames, dateOfBirth } = registered[isRegistered ?? -1] ?? lookup
      expect(lookup).toMatchObject({ familyName, givenNames, dateOfBirth })
      expect(isRegistered ?? registered.length).toBe(registered.length - (isRegistered === undefined ? 0 : 1))
      expect(registered.length).toBeGreaterThanOrEqual(isRegistered === undefined ? 1 : 2)
    }
  })

  test('have NHS numbers of their own', () => {
    const numbers = cases.flatMap(({ registered }) => registered.map(({ nhsNumber }) => nhsNumber))
    expect(new Set(numbers).size).toBe(numbers.length)
    for (const number of numbers) expect(number).toMatch(/^998\d{7}$/)
    for (const { kind, registered, lookup } of cases) {
      const isOthers = registered.some(({ nhsNumber }) => nhsNumber === lookup.nhsNumber)
      expect(isOthers).toBe(kind.startsWith('number-of'))
    }
    expect(cases.some(({ kind, lookup }) => lookup.nhsNumber !== undefined && kind === 'twins')).toBe(true)
  })

  test('say much or little of where the child lives', () => {
    const share = (has: (it: Lookalike) => boolean): number =>
      of(...twinKinds).filter(has).length / (EACH * twinKinds.length)
    expect(share(({ lookup }) => lookup.addresses !== undefined)).toBeGreaterThan(0.5)
    expect(share(({ lookup }) => lookup.postcode !== undefined)).toBeGreaterThan(0.15)
    expect(share(({ lookup }) => lookup.addresses === undefined && lookup.postcode === undefined)).toBeGreaterThan(0.04)
  })

  test('are twins: all the same but the given names', () => {
    for (const { kind, registered, lookup } of of(...twinKinds, 'triplets')) {
      for (const other of registered) {
        expect(lookup).toMatchObject({ familyName: other.familyName, dateOfBirth: other.dateOfBirth })
        if (lookup.addresses !== undefined) expect(lookup.addresses).toEqual([placeOf(other)])
        if (lookup.postcode !== undefined) expect(lookup.postcode).toBe(placeOf(other)?.postcode)
      }
      if (kind === 'twins-not-yet-named') continue
      const names = registered.map(({ givenNames }) => normaliseName(givenNames))
      expect(new Set(names).size).toBe(names.length)
      expect(names.indexOf(normaliseName(lookup.givenNames))).toBe(
        lookup.givenNames === registered.at(-1)?.givenNames ? names.length - 1 : -1,
      )
    }
    expect(of('triplets').every(({ registered }) => registered.length >= 2)).toBe(true)
    expect(
      of('twins-not-yet-named').some(({ registered, lookup }) => registered[0]?.givenNames === lookup.givenNames),
    ).toBe(true)
  })

  test('are siblings a year apart, or not quite', () => {
    const apart = ({ registered, lookup }: Lookalike): number =>
      Math.abs(Date.parse(registered[0]?.dateOfBirth ?? '') - Date.parse(lookup.dateOfBirth ?? '')) / 86_400_000
    for (const it of of('siblings-same-day-of-year')) {
      expect(apart(it)).toBeGreaterThanOrEqual(365)
      expect(apart(it)).toBeLessThanOrEqual(366)
      expect(it.lookup.familyName).toBe(it.registered[0]?.familyName)
    }
    for (const it of of('siblings-within-a-year')) {
      expect(apart(it)).toBeGreaterThanOrEqual(300)
      expect(apart(it)).toBeLessThan(365)
    }
  })

  test('are strangers: name and birthday the same, the place another', () => {
    for (const { registered, lookup } of of(...strangerKinds)) {
      const [first] = registered
      const { givenNames, familyName, dateOfBirth } = first!
      expect(lookup).toMatchObject({ givenNames, familyName, dateOfBirth })
      const [theirs, ours] = [placeOf(first!)?.postcode, placeOf(lookup)?.postcode ?? lookup.postcode]
      if (theirs !== undefined) expect(ours).not.toBe(theirs)
    }
    const both = (kind: LookalikeKind): (readonly [readonly string[], readonly string[], string, string])[] =>
      of(kind)
        .filter(({ lookup }) => lookup.addresses !== undefined)
        .map(({ registered, lookup }) => {
          const [one, other] = [placeOf(registered[0]!)!, placeOf(lookup)!]
          return [one.lines, other.lines, one.postcode ?? '', other.postcode ?? '']
        })
    const road = (lines: readonly string[]): readonly [string, string] => {
      const [, house = '', street = ''] = /^(\d+[A-C]?) (.*)$/.exec(lines.at(-2) ?? '') ?? []
      return [house, street]
    }
    for (const [one, other, here, there] of both('strangers-next-street')) {
      expect([...here].filter((letter, i) => letter !== there[i])).toHaveLength(1)
      expect(road(one)[1]).not.toBe(road(other)[1])
      expect(one.at(-1)).toBe(other.at(-1))
    }
    for (const [one, other, here, there] of both('strangers-same-district')) {
      expect([one.at(-1), here.split(' ')[0]]).toEqual([other.at(-1), there.split(' ')[0]])
    }
    for (const [one, other, here, there] of both('strangers-same-town')) {
      expect(one.at(-1)).toBe(other.at(-1))
      expect(here.split(' ')[0]).not.toBe(there.split(' ')[0])
    }
    for (const [one, other] of both('strangers-other-town')) expect(one.at(-1)).not.toBe(other.at(-1))
    for (const [one, other] of both('strangers-same-house-number')) {
      expect(road(one)[0]).toBe(road(other)[0])
      expect(road(one)[1]).not.toBe(road(other)[1])
    }
    for (const [one, other] of both('strangers-same-street-name')) {
      expect(road(one)[1]).toBe(road(other)[1])
      expect(one.at(-1)).not.toBe(other.at(-1))
    }
    const bare = of('strangers-without-address')
    expect(bare.some(({ registered }) => registered[0]?.addresses === undefined)).toBe(true)
    expect(bare.some(({ lookup }) => lookup.addresses === undefined && lookup.postcode === undefined)).toBe(true)
  })

  test('share a house without being one: cousins, namesakes, foster children', () => {
    for (const { kind, registered, lookup } of of(
      'cousins-at-grandparents',
      'namesakes-at-one-address',
      'foster-siblings',
    )) {
      const [first] = registered
      if (lookup.addresses !== undefined) expect(linesOf(lookup)).toEqual(linesOf(first!))
      if (kind !== 'foster-siblings') expect(lookup.familyName).toBe(first?.familyName)
      if (kind !== 'namesakes-at-one-address') expect(lookup.givenNames).not.toBe(first?.givenNames)
      else {
        expect(lookup.givenNames).toBe(first?.givenNames)
        const differing = [...(lookup.dateOfBirth ?? '')].filter((digit, i) => digit !== first?.dateOfBirth[i])
        expect(differing.length).toBeGreaterThanOrEqual(3)
      }
    }
  })

  test('bear as family name what another is called', () => {
    for (const { registered, lookup } of of('given-name-of-one-family-name-of-other')) {
      const [first] = registered
      expect(lookup.familyName).toBe(first?.givenNames)
      expect(lookup.givenNames).not.toBe(first?.givenNames)
      expect(lookup.dateOfBirth).toBe(first?.dateOfBirth)
    }
    const twice = of('given-name-of-one-family-name-of-other').filter(
      ({ registered, lookup }) => registered[0]?.familyName === lookup.familyName,
    )
    expect(twice.length).toBeGreaterThan(5)
    expect(twice.length).toBeLessThan(EACH / 2)
  })

  test('never share a number with a population', () => {
    const numbers = new Set(
      generatePopulation({ seed: 3, children: 2000, now }).map(({ details }) => details.nhsNumber),
    )
    for (const { registered } of cases) for (const { nhsNumber } of registered) expect(numbers).not.toContain(nhsNumber)
  })
})

describe('names that are alike', () => {
  const all = [...ALIKE.flatMap(({ pairs }) => pairs), ...BOY_AND_GIRL, ...FORM_OF_ANOTHER, ...RARE]

  test('are two names, not two spellings of one in capitals or accents', () => {
    for (const [one, other] of [...all, ...SHARED_FIRST]) {
      expect(normaliseName(one)).not.toBe('')
      expect(normaliseName(one), `${one}/${other}`).not.toBe(normaliseName(other))
    }
    for (const [one, other] of OTHER_ORDER) expect(one.split(' ').reverse().join(' ')).toBe(other)
    for (const [one, other] of SHARED_FIRST) expect(one.split(' ')[0]).toBe(other.split(' ')[0])
  })

  test('come in several scripts, and in hundreds', () => {
    expect(all.length).toBeGreaterThan(300)
    const texts = cases.map(({ lookup }) => lookup.givenNames).join(' ')
    for (const script of ['Latin', 'Cyrillic', 'Arabic', 'Han'])
      expect(texts).toMatch(new RegExp(`\\p{Script=${script}}`, 'u'))
    expect(texts).toMatch(/Oluwa/)
  })
})
