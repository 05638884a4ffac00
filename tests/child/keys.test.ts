import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LookupDetails, parseDetails, type RegistrationDetails, readQuery } from '../../src/child/details.js'
import {
  aliasKey,
  type Description,
  describeChild,
  type Field,
  KEYS_MAX,
  type LookupKey,
  MEANINGS,
  nameOf,
  packTraits,
  questionAbout,
  questionOf,
  unpackTraits,
} from '../../src/child/keys.js'
import { NORMALISATION_VERSION } from '../../src/child/normal/version.js'
import type { Written } from '../../src/child/written.js'
import { generateChildren } from '../../src/testing/population.js'
import { nhsNumber } from '../support/house.js'

const NOW = Date.UTC(2025, 5, 1)
const DOOR = { today: '2025-06-01', neverIssuedNumbers: true }

const ZOE: RegistrationDetails = {
  givenNames: 'Zoe Mae',
  familyName: 'Lee',
  dateOfBirth: '2016-05-04',
  nhsNumber: nhsNumber(1),
  addresses: [{ lines: ['12 High Street', 'Eastwold'], postcode: 'NX2 4AB' }],
}

const names = (keys: readonly LookupKey[]): readonly string[] => keys.map(nameOf)
const sharedFields = (one: Written, other: Written): ReadonlySet<Field> => {
  const known = new Set(names(describeChild(one).index))
  return new Set(describeChild(other).index.flatMap((key) => (known.has(nameOf(key)) ? key.fields : [])))
}
const isOfAddress = (field: Field): boolean => ['postcode', 'street', 'house', 'town'].includes(field)

/** Lines `sort kind: parts`, which is what a token is made of. */
function written({ numbers, index, marks }: Description): readonly string[] {
  const line = (sort: string, { kind, parts }: LookupKey): string => `${sort} ${kind}: ${parts.join(' | ')}`
  return [
    ...numbers.map((key) => line('number', key)),
    ...index.map((key) => line('index', key)),
    ...marks.map((key) => line(key.meaning, key)),
  ]
}

describe('the keys of one child', () => {
  const file = new URL('vectors/keys.json', import.meta.url)
  const vector = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly version: number
    readonly details: RegistrationDetails
    readonly keys: readonly string[]
  }

  // Whoever changes a key raises NORMALISATION_VERSION, and writes the vector anew: tokens of two versions never meet.
  test('are frozen, for as long as the version of the normalisation stands', () => {
    expect(vector.version).toBe(NORMALISATION_VERSION)
    expect(written(describeChild(vector.details))).toEqual(vector.keys)
  })

  test('each come once, and carry the version except for numbers', () => {
    const twice = {
      ...vector.details,
      supersededNhsNumbers: [vector.details.nhsNumber ?? ''],
      otherNames: [vector.details],
    }
    const { numbers, index, marks } = describeChild(twice)
    expect(written(describeChild(twice))).toEqual(vector.keys)
    for (const keys of [numbers, index, marks]) expect(new Set(names(keys)).size).toBe(keys.length)
    for (const { kind } of numbers) expect(kind).not.toContain('/')
    for (const { kind } of [...index, ...marks]) expect(kind).toMatch(new RegExp(`^[a-z-]+/${NORMALISATION_VERSION}$`))
  })
})

describe('a look-up', () => {
  test('of what a sealer registered has the same keys, through both doors', () => {
    for (const child of generateChildren({ seed: 5, children: 300, now: NOW })) {
      const { givenNames, familyName, dateOfBirth, expectedDate, nhsNumber: number, addresses, otherNames } = child
      const lookup: LookupDetails = {
        givenNames,
        familyName,
        dateOfBirth,
        ...(expectedDate && { expectedDate }),
        ...(number !== undefined && { nhsNumber: number }),
        ...(addresses && { addresses }),
        ...(otherNames && { otherNames }),
      }
      const { query } = readQuery({ details: lookup }, DOOR)
      const { own, asked } = questionOf(query)
      const { upn: _, ...same } = child
      const registered = describeChild(parseDetails(same, DOOR))
      expect(names(own.numbers)).toEqual(names(registered.numbers))
      expect(names(asked[0]?.index ?? [])).toEqual(names(registered.index))
      expect(names(asked[0]?.marks ?? [])).toEqual(names(registered.marks))
    }
  })

  test('that writes the postcode alone has the keys of an address without lines', () => {
    const { addresses: _, ...bare } = ZOE
    expect(describeChild({ ...bare, postcode: 'nx24ab' })).toEqual(
      describeChild({ ...bare, addresses: [{ lines: [], postcode: 'NX2 4AB' }] }),
    )
    const twice = { ...ZOE, postcode: 'NX9 9XX' }
    expect(describeChild(twice)).toEqual(
      describeChild({ ...ZOE, addresses: [{ lines: ['12 High Street', 'Eastwold'], postcode: 'NX9 9XX' }] }),
    )
  })

  test('with given and family name exchanged is read both ways', () => {
    const { own, asked } = questionAbout({ ...ZOE, givenNames: 'Lee', familyName: 'Zoe Mae' })
    expect(asked).toHaveLength(2)
    expect(names(asked[0]?.index ?? [])).toEqual(names(own.index))
    const registered = describeChild(ZOE)
    expect(names(asked[1]?.index ?? [])).toEqual(names(registered.index))
    // Names in the wrong place are error enough: a slip in the birth or the postcode as well is not looked for.
    const leftOut = ['birth-near', 'postcode-near']
    expect(names(asked[1]?.marks ?? [])).toEqual(
      names(registered.marks.filter(({ meaning }) => !leftOut.includes(meaning))),
    )
    expect(new Set(registered.marks.map(({ meaning }) => meaning))).toEqual(new Set(MEANINGS))
  })

  test('exchanges only what is written as the name, and nothing where there is one name', () => {
    const formerly = { ...ZOE, otherNames: [{ givenNames: 'Zoe', familyName: 'Nowak' }] }
    expect(questionAbout(formerly).asked[1]).toEqual(questionAbout(ZOE).asked[1])
    expect(questionAbout({ ...ZOE, givenNames: '' }).asked).toHaveLength(1)
    expect(questionAbout({ ...ZOE, familyName: '' }).asked).toHaveLength(1)
  })

  test('by number, alias or agency child id says nothing else', () => {
    const nothing = { index: [], marks: [], traits: questionOf({ agencyChildId: 'x' }).own.traits }
    expect(nothing.traits).toEqual({
      lacksGiven: true,
      lacksOtherGiven: true,
      lacksFamily: true,
      lacksBirth: true,
      isSingleBirth: false,
    })
    expect(questionOf({ agencyChildId: 'x' })).toEqual({ own: { ...nothing, numbers: [] }, asked: [] })
    const byNumber = questionOf({ nhsNumber: nhsNumber(1) })
    expect(byNumber).toEqual({ own: { ...nothing, numbers: describeChild(ZOE).numbers }, asked: [] })
    const byAlias = questionOf({ alias: { kind: 'case-number', value: 'K 7' } })
    expect(byAlias.own.numbers).toEqual([{ kind: 'alias:case-number', parts: ['K 7'] }])
    expect(byAlias.asked).toEqual([])
  })
})

describe('index keys', () => {
  const text = fc.string({ maxLength: 12 })
  const name = fc.record({ givenNames: text, familyName: text })
  const address = fc.record({ lines: fc.array(text, { maxLength: 4 }), postcode: text })
  const anybody: fc.Arbitrary<Written> = fc
    .record({
      name,
      otherNames: fc.array(name, { maxLength: 10 }),
      addresses: fc.array(address, { maxLength: 10 }),
      dateOfBirth: fc.constantFrom(undefined, '2016-05-04', '2012-12-31'),
    })
    .map(({ name: own, ...more }) => ({ ...own, ...more }))

  test('are three fields together, and never of an address alone', () => {
    const check = (details: Written): void => {
      for (const { asked } of [questionAbout(details)])
        for (const { index } of asked)
          for (const { fields, parts } of index) {
            expect(new Set(fields).size).toBe(3)
            expect(parts).toHaveLength(4)
            expect(parts.slice(1)).not.toContain('')
            expect(fields.every(isOfAddress), parts[0]).toBe(false)
          }
    }
    for (const child of generateChildren({ seed: 6, children: 200, now: NOW })) check(child)
    fc.assert(fc.property(anybody, check))
  })

  test('hold a town only beside its street, and a postcode beside neither town nor another address', () => {
    const triples = describeChild(ZOE).index.map(({ fields }) => fields)
    for (const fields of triples) {
      if (fields.includes('town')) expect(fields).toContain('street')
      if (fields.includes('postcode')) expect(fields).not.toContain('town')
    }
    const { addresses: _, ...bare } = ZOE
    expect(names(describeChild(bare).index)).toHaveLength(1)
    const { dateOfBirth: __, ...name } = bare
    expect(describeChild(name).index).toEqual([])
  })

  test('and marks are at most KEYS_MAX, the first of them', () => {
    const place = (n: number, street: string) => ({
      lines: [`${n} ${street} Lane`, 'Eastwold'],
      postcode: `NX${n} 4AB`,
    })
    const many: Written = {
      ...ZOE,
      givenNames: 'Ellie Christopher-James',
      familyName: 'Bor-Dor-Gor-Lor',
      addresses: [place(1, 'Mill'), place(2, 'Dale'), place(3, 'Wharf'), place(4, 'Canal')],
      otherNames: [
        { givenNames: 'Bertie', familyName: 'Kol-Mol-Nol-Pol' },
        { givenNames: 'Jo', familyName: 'Rin-Sin-Tin-Vin' },
        { givenNames: 'Mo', familyName: 'Wam-Zam-Yam-Ham' },
      ],
    }
    const all = describeChild(many)
    const first = describeChild({ ...many, addresses: many.addresses?.slice(0, 1) ?? [], otherNames: [] })
    expect(first.index.length).toBeLessThan(KEYS_MAX)
    expect(all.index).toHaveLength(KEYS_MAX)
    expect(all.marks).toHaveLength(KEYS_MAX)
    expect(all.index.slice(0, first.index.length)).toEqual(first.index)
    fc.assert(
      fc.property(anybody, (details) => {
        const { index, marks } = describeChild(details)
        expect(Math.max(index.length, marks.length)).toBeLessThanOrEqual(KEYS_MAX)
      }),
    )
  })
})

describe('former names and addresses', () => {
  const PRESENT = { lines: ['12 High Street', 'Eastwold'], postcode: 'NX2 4AB' }
  const FORMER = { lines: ['7 Quay Road', 'Harrow'], postcode: 'NX8 1ZZ' }
  const both: Written = {
    givenNames: 'Zoe',
    familyName: 'Lee',
    dateOfBirth: '2016-05-04',
    addresses: [PRESENT, FORMER],
    otherNames: [{ givenNames: 'Ida', familyName: 'Nowak' }],
  }
  const asked = (givenNames: string, familyName: string, address: typeof PRESENT): ReadonlySet<Field> =>
    sharedFields(both, { givenNames, familyName, dateOfBirth: '2016-05-04', addresses: [address] })
  const ALL: readonly Field[] = ['given', 'family', 'birth', 'postcode', 'street', 'house', 'town']

  test('the present name goes with every address, another with the present one', () => {
    expect(asked('Zoe', 'Lee', PRESENT)).toEqual(new Set(ALL))
    expect(asked('Zoe', 'Lee', FORMER)).toEqual(new Set(ALL))
    expect(asked('Ida', 'Nowak', PRESENT)).toEqual(new Set(ALL))
  })

  test('a former name with a former address finds by the name and the birth, or by the birth and the address', () => {
    const keys = new Set(names(describeChild(both).index))
    const old = { givenNames: 'Ida', familyName: 'Nowak', dateOfBirth: '2016-05-04', addresses: [FORMER] }
    const shared = describeChild(old).index.filter((key) => keys.has(nameOf(key)))
    for (const { fields } of shared) {
      const hasName = fields.includes('given') || fields.includes('family')
      expect(hasName && fields.some(isOfAddress), fields.join()).toBe(false)
    }
    expect(shared.some(({ fields }) => fields.join() === 'given,family,birth')).toBe(true)
    expect(shared.some(({ fields }) => fields.join() === 'birth,postcode,street')).toBe(true)
  })

  test('only the latest three of each count', () => {
    const addresses = [0, 1, 2, 3, 4, 5].map((n) => ({ lines: [], postcode: `NX${n + 1} 4AB` }))
    const otherNames = ['Nowak', 'Brandt', 'Kelly', 'Fischer'].map((familyName) => ({ givenNames: 'Zoe', familyName }))
    const many = { ...both, addresses, otherNames }
    const isKnown = (change: Partial<Written>): boolean =>
      sharedFields(many, { ...both, addresses: addresses.slice(0, 1), otherNames: [], ...change }).has(
        change.addresses === undefined ? 'family' : 'postcode',
      )
    expect(addresses.map((address) => isKnown({ addresses: [address] }))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ])
    expect(otherNames.map(({ familyName }) => isKnown({ familyName }))).toEqual([true, true, true, false])
  })
})

describe('children who are not born', () => {
  const { nhsNumber: _, ...born }: Written = ZOE
  const expected: Written = { ...born, expectedDate: true }

  test('have no key with their date in common with one who was born that day', () => {
    expect(sharedFields(born, born)).toContain('birth')
    expect(sharedFields(expected, expected)).toContain('birth')
    expect(sharedFields(expected, born)).not.toContain('birth')
    const ofBirth = (details: Written): readonly string[] =>
      names(describeChild(details).marks.filter(({ meaning }) => meaning === 'birth-near'))
    expect(ofBirth(born)).toHaveLength(11)
    // The day on which a child is expected is no birth that could be a digit off.
    expect(ofBirth(expected)).toEqual([])
  })

  test('have it in common that they have no name', () => {
    const unnamed = describeChild({ ...expected, givenNames: '' })
    expect(unnamed.marks.filter(({ meaning }) => meaning === 'given-same').map(({ parts }) => parts[0])).toContain(
      'unnamed',
    )
    expect(unnamed.traits.lacksGiven).toBe(false)
    const bornUnnamed = describeChild({ ...born, givenNames: '' })
    expect(bornUnnamed.marks.filter(({ meaning }) => meaning === 'given-same')).toEqual([])
    expect(bornUnnamed.traits.lacksGiven).toBe(true)
  })
})

describe('numbers', () => {
  test('an alias of the kind upn or nhs-number is the key of the field', () => {
    const { numbers } = describeChild({ ...ZOE, upn: 'A999200119001', aliases: [{ kind: 'case-number', value: 'K7' }] })
    expect(numbers).toEqual([
      aliasKey('nhs-number', nhsNumber(1)),
      aliasKey('upn', 'A999200119001'),
      aliasKey('case-number', 'K7'),
    ])
    expect(numbers.map(({ kind }) => kind)).toEqual(['nhs-number', 'upn', 'alias:case-number'])
    expect(questionOf({ alias: { kind: 'upn', value: 'A999200119001' } }).own.numbers).toEqual([numbers[1]])
    expect(questionOf({ alias: { kind: 'nhs-number', value: nhsNumber(1) } })).toEqual(
      questionOf({ nhsNumber: nhsNumber(1) }),
    )
  })

  test('a superseded one finds the child as the present one does, and comes after it', () => {
    const superseded = [nhsNumber(2), nhsNumber(3)]
    const { numbers, marks } = describeChild({ ...ZOE, supersededNhsNumbers: superseded })
    expect(numbers).toEqual([nhsNumber(1), ...superseded].map((number) => aliasKey('nhs-number', number)))
    for (const number of superseded)
      for (const meaning of ['number-given', 'number-family', 'number-birth'])
        expect(marks.some((key) => key.meaning === meaning && key.parts[1] === number)).toBe(true)
    expect(describeChild({ ...ZOE, supersededNhsNumbers: [nhsNumber(1)] }).numbers).toHaveLength(1)
  })

  test('are backed by the names and the birth that go with them, and by no other name', () => {
    const { marks } = describeChild({ ...ZOE, otherNames: [{ givenNames: 'Ida', familyName: 'Nowak' }] })
    const backing = marks.filter(({ meaning }) => meaning.startsWith('number-'))
    expect(new Set(backing.map(({ meaning, parts }) => `${meaning} ${parts.slice(2)}`))).toEqual(
      new Set(
        describeChild(ZOE)
          .marks.filter(({ meaning }) => meaning.startsWith('number-'))
          .map(({ meaning, parts }) => `${meaning} ${parts.slice(2)}`),
      ),
    )
    for (const { parts } of backing) expect(parts.slice(0, 2)).toEqual(['nhs-number', nhsNumber(1)])
  })
})

describe('traits', () => {
  const TRAITS = ['lacksGiven', 'lacksOtherGiven', 'lacksFamily', 'lacksBirth', 'isSingleBirth'] as const

  test('as bits come back as they were, the first the lowest', () => {
    for (let bits = 0; bits < 32; bits++) {
      const traits = unpackTraits(bits)
      expect(packTraits(traits)).toBe(bits)
      TRAITS.forEach((trait, i) => {
        expect(traits[trait]).toBe((bits & (1 << i)) !== 0)
      })
    }
  })

  test('say what is lacking, and a single birth only where a sealer says so', () => {
    const traits = (change: Partial<Written>) => describeChild({ ...ZOE, ...change }).traits
    const all = { lacksGiven: false, lacksOtherGiven: false, lacksFamily: false, lacksBirth: false }
    expect(traits({})).toEqual({ ...all, isSingleBirth: false })
    expect(traits({ multipleBirth: false })).toEqual({ ...all, isSingleBirth: true })
    expect(traits({ multipleBirth: true })).toEqual({ ...all, isSingleBirth: false })
    expect(traits({ givenNames: 'Zoe' })).toMatchObject({ lacksGiven: false, lacksOtherGiven: true })
    expect(traits({ givenNames: '' })).toMatchObject({ lacksGiven: true, lacksOtherGiven: true })
    expect(traits({ givenNames: 'Baby' })).toMatchObject({ lacksGiven: true })
    expect(traits({ familyName: '' })).toMatchObject({ lacksFamily: true })
    expect(traits({ dateOfBirth: undefined })).toMatchObject({ lacksBirth: true })
  })
})
