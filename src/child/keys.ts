import type { ChildQuery } from './details.js'
import { versioned } from './normal/version.js'
import { type Named, namesOf, type Place, placesOf, type Written } from './written.js'

/** One thing by which a child can be found, in plain: it exists only on the way into `innerToken`. */
export interface LookupKey {
  readonly kind: string
  readonly parts: readonly string[]
}

/** A name for a key in a Map: keys are equal exactly if their names are. */
export function nameOf({ kind, parts }: LookupKey): string {
  return JSON.stringify([kind, ...parts])
}

/** What of a child two descriptions may agree in. Names, street and town by their sound, the rest to the letter. */
export const FIELDS = ['given', 'family', 'birth', 'postcode', 'street', 'house', 'town'] as const
export type Field = (typeof FIELDS)[number]

/** A weak key: three fields together. Never three of an address alone, which would find the household. */
export interface IndexKey extends LookupKey {
  readonly fields: readonly Field[]
}

/** What it says of a child when a strong mark of a question is among the child's own. */
export const MEANINGS = [
  'given-same',
  'given-slip',
  'family-near',
  'birth-near',
  'postcode-near',
  'street-near',
  'other-given',
  'number-given',
  'number-family',
  'number-birth',
] as const
export type Meaning = (typeof MEANINGS)[number]

/** Keys of one sort in one description, at most: a child with many names and addresses is found by the first of them. */
export const KEYS_MAX = 512

/** A key whose token becomes a mark in the row of one child, and is compared there. */
export interface MarkKey extends LookupKey {
  readonly meaning: Meaning
}

/** What else the rule asks of a description. A field that is lacking says nothing, and nothing can contradict it. */
export interface Traits {
  readonly lacksGiven: boolean
  readonly lacksOtherGiven: boolean
  readonly lacksFamily: boolean
  readonly lacksBirth: boolean
  /** A sealer says that no twin was born with the child. */
  readonly isSingleBirth: boolean
}

const TRAITS = ['lacksGiven', 'lacksOtherGiven', 'lacksFamily', 'lacksBirth', 'isSingleBirth'] as const

/** Traits as they stand in a row: one bit each, the first the lowest. */
export function packTraits(traits: Traits): number {
  return TRAITS.reduce((bits, trait, i) => bits | (traits[trait] ? 1 << i : 0), 0)
}

export function unpackTraits(bits: number): Traits {
  return Object.fromEntries(TRAITS.map((trait, i) => [trait, (bits & (1 << i)) !== 0])) as unknown as Traits
}

/** Everything under which a child is recorded. */
export interface Description {
  /** Strong keys, which link by themselves: NHS number, UPN and other aliases. */
  readonly numbers: readonly LookupKey[]
  readonly index: readonly IndexKey[]
  readonly marks: readonly MarkKey[]
  readonly traits: Traits
}

/** What is asked about a child: under its names as they are written, and with given and family name exchanged. */
export interface Question {
  /** Under which a provisional child is recorded if nobody else is found. */
  readonly own: Description
  readonly asked: readonly Reading[]
}

/** One way to read the names of a question. */
export interface Reading {
  readonly index: readonly IndexKey[]
  readonly marks: readonly MarkKey[]
}

/** The keys of a child's details, normalised (see `normal/version.ts`); each once, in a fixed order. */
export function describeChild(details: Written): Description {
  const numbers = numberKeys(details)
  const people = namesOf(details)
  const { index, marks } = keysOf(people, details, numbers)
  const [main] = people
  return {
    numbers,
    index,
    marks,
    traits: {
      lacksGiven: main === undefined || main.given.length === 0,
      lacksOtherGiven: main === undefined || main.otherGiven.length === 0,
      lacksFamily: main === undefined || main.familySounds.length === 0,
      lacksBirth: details.dateOfBirth === undefined,
      isSingleBirth: details.multipleBirth === false,
    },
  }
}

/** The keys of any way of asking for a child; none for an agency child id, which is decrypted instead. */
export function questionOf(query: ChildQuery): Question {
  if ('details' in query) return questionAbout(query.details)
  const numbers = 'nhsNumber' in query ? [number('nhs-number', query.nhsNumber)] : []
  const aliases = 'alias' in query ? [aliasKey(query.alias.kind, query.alias.value)] : []
  return { own: { numbers: [...numbers, ...aliases], index: [], marks: [], traits: SAYS_NOTHING }, asked: [] }
}

/** The keys of asking for a child by its details, as they are written and with given and family name exchanged. */
export function questionAbout(details: Written): Question {
  const own = describeChild(details)
  const { givenNames, familyName } = details
  // As one name: one of several given names is easily spelt like somebody's family name.
  const family = givenNames.replace(/[\s\p{Pd}]+/gu, '')
  const swapped = { ...details, givenNames: familyName, familyName: family, otherNames: [] }
  const written: Reading = { index: own.index, marks: own.marks }
  if (givenNames === '' || familyName === '') return { own, asked: [written] }
  return { own, asked: [written, exchanged(keysOf(namesOf(swapped), swapped, own.numbers))] }
}

/** Of a description that holds at most numbers. */
export const SAYS_NOTHING: Traits = {
  lacksGiven: true,
  lacksOtherGiven: true,
  lacksFamily: true,
  lacksBirth: true,
  isSingleBirth: false,
}

/** The key of an identifier of any kind; `upn` and `nhs-number` are the same keys as those of the fields with that name. */
export function aliasKey(kind: string, value: string): LookupKey {
  return number(kind === 'upn' || kind === 'nhs-number' ? kind : `alias:${kind}`, value)
}

function number(kind: string, value: string): LookupKey {
  return { kind, parts: [value] }
}

function numberKeys(details: Written): readonly LookupKey[] {
  return distinct([
    ...(details.nhsNumber === undefined ? [] : [number('nhs-number', details.nhsNumber)]),
    // After the present one: what comes first is the child's number.
    ...(details.supersededNhsNumbers ?? []).map((each) => number('nhs-number', each)),
    ...(details.upn === undefined ? [] : [number('upn', details.upn)]),
    ...(details.aliases ?? []).map((alias) => aliasKey(alias.kind, alias.value)),
  ])
}

/** A reading with exchanged names has enough to explain: a birth or postcode that is only nearly right is not looked for. */
function exchanged({ index, marks }: Reading): Reading {
  return { index, marks: marks.filter(({ meaning }) => meaning !== 'birth-near' && meaning !== 'postcode-near') }
}

/** Present name with every address, and every other name with the present address. */
function keysOf(people: readonly Named[], details: Written, numbers: readonly LookupKey[]): Reading {
  const places = placesOf(details)
  const [main, ...others] = people
  if (main === undefined) return { index: [], marks: [] }
  const here = places.slice(0, 1)
  const pairs = [
    ...(places.length === 0 ? [NOWHERE] : places).map((place) => [main, place] as const),
    ...others.flatMap((other) => (here.length === 0 ? [NOWHERE] : here).map((place) => [other, place] as const)),
  ]
  return {
    index: distinct(pairs.flatMap(([name, place]) => indexKeys(name, place))).slice(0, KEYS_MAX),
    marks: distinct([
      ...pairs.flatMap(([name, place]) => markKeys(name, place)),
      ...numbers.flatMap((key) => backing(key, main)),
    ]).slice(0, KEYS_MAX),
  }
}

const NOWHERE: Place = { postcode: [], postcodeSlips: [], street: [], streetSlips: [], house: [], town: [] }

/**
 * Three fields at a time. Those that many children share by chance (both names and the town), or that say no more than two of them
 * (a postcode and its town), are left out.
 */
const TRIPLES: readonly (readonly [Field, Field, Field])[] =
  `given family birth, given family postcode, given family street, given birth postcode, given birth street, given birth house,
  given postcode street, given postcode house, given street house, given street town, family birth postcode, family birth street,
  family birth house, family postcode street, family postcode house, family street house, family street town,
  birth postcode street, birth postcode house, birth street house, birth street town`
    .split(',')
    .map((line) => line.trim().split(/\s+/) as [Field, Field, Field])

function indexKeys(name: Named, place: Place): readonly IndexKey[] {
  const values: Readonly<Record<Field, readonly string[]>> = {
    given: name.givenSounds,
    family: name.familySounds,
    birth: name.birth,
    ...place,
  }
  return TRIPLES.flatMap((fields) => {
    const [first, second, third] = fields
    return values[first].flatMap((a) =>
      values[second].flatMap((b) =>
        values[third].map((c) => ({ kind: versioned('index'), fields, parts: [fields.join(' '), a, b, c] })),
      ),
    )
  })
}

/** Two fields beside which a given name is compared: alone it would be a dictionary of a few thousand. */
const BESIDE_SAME: readonly (readonly [Field, Field])[] = [
  ['family', 'birth'],
  ['birth', 'postcode'],
  ['birth', 'street'],
  ['family', 'postcode'],
  ['family', 'street'],
]
const BESIDE_SLIP: readonly (readonly [Field, Field])[] = [
  ['family', 'birth'],
  ['birth', 'postcode'],
]

function markKeys(name: Named, place: Place): readonly MarkKey[] {
  const beside = (pairs: readonly (readonly [Field, Field])[]): readonly string[][] => {
    const values = { given: [], family: name.familySounds, birth: name.birth, ...place }
    return pairs.flatMap(([a, b]) => values[a].flatMap((x) => values[b].map((y) => [`${a} ${b}`, x, y])))
  }
  const mark = (meaning: Meaning, kind: string, ...parts: readonly string[]): MarkKey => ({
    meaning,
    kind: versioned(kind),
    parts,
  })
  const familyAndBirth = beside([['family', 'birth']])
  return [
    ...beside(BESIDE_SAME).flatMap((pair) => name.given.map((given) => mark('given-same', 'given', given, ...pair))),
    ...beside(BESIDE_SLIP).flatMap((pair) => name.slips.map((form) => mark('given-slip', 'given-slip', form, ...pair))),
    ...beside([
      ['birth', 'postcode'],
      ['birth', 'house'],
    ]).flatMap((pair) => name.familySlips.map((form) => mark('family-near', 'family-near', form, ...pair))),
    ...beside([['birth', 'house']]).flatMap((pair) =>
      place.streetSlips.map((form) => mark('street-near', 'street-near', form, ...pair)),
    ),
    ...beside([['family', 'postcode']]).flatMap((pair) =>
      name.birthNear.map((form) => mark('birth-near', 'birth-near', form, ...pair)),
    ),
    ...familyAndBirth.flatMap((pair) =>
      place.postcodeSlips.map((form) => mark('postcode-near', 'postcode-near', form, ...pair)),
    ),
    ...beside([
      ['family', 'birth'],
      ['family', 'postcode'],
      ['birth', 'postcode'],
    ]).flatMap((pair) => name.otherGiven.map((other) => mark('other-given', 'other-given', other, ...pair))),
  ]
}

/** What backs a number up: without names and a birth that go with it, a number may be somebody else's. */
function backing(key: LookupKey, name: Named): readonly MarkKey[] {
  const mark = (meaning: Meaning, value: string): MarkKey => ({
    meaning,
    kind: versioned(meaning),
    parts: [key.kind, ...key.parts, value],
  })
  return [
    ...name.given.map((given) => mark('number-given', given)),
    ...name.familySounds.map((sound) => mark('number-family', sound)),
    ...name.birth.map((birth) => mark('number-birth', birth)),
  ]
}

function distinct<Key extends LookupKey>(keys: readonly Key[]): Key[] {
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()]
}
