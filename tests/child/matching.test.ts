import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compared } from '../../src/child/compare.js'
import {
  describeChild,
  FIELDS,
  type Field,
  MEANINGS,
  type Meaning,
  questionAbout,
  type Traits,
} from '../../src/child/keys.js'
import {
  backsNumber,
  type Evidence,
  givenAgrees,
  isCandidate,
  links,
  maySeemTwice,
  withoutIdleExchange,
} from '../../src/child/matching.js'
import type { Written } from '../../src/child/written.js'
import { generateChildren } from '../../src/testing/population.js'

const KNOWN: Traits = {
  lacksGiven: false,
  lacksOtherGiven: false,
  lacksFamily: false,
  lacksBirth: false,
  isSingleBirth: false,
}
const ONE_NAME = { lacksOtherGiven: true }
const SINGLE = { isSingleBirth: true, lacksOtherGiven: true }

interface Told {
  readonly question?: Partial<Traits>
  readonly child?: Partial<Traits>
  readonly isExchanged?: boolean
}

/** `agree` names fields and meanings in one line; both sides have one given name unless it is told otherwise. */
function evidence(agree: string, { question = ONE_NAME, child = ONE_NAME, isExchanged = false }: Told = {}): Evidence {
  const words = agree.split(' ').filter((word) => word !== '')
  for (const word of words) expect([...FIELDS, ...MEANINGS]).toContain(word)
  return {
    isExchanged,
    fields: new Set(FIELDS.filter((field) => words.includes(field))),
    meanings: new Set(MEANINGS.filter((meaning) => words.includes(meaning))),
    question: { ...KNOWN, ...question },
    child: { ...KNOWN, ...child },
  }
}

const HOME = 'house street-near town'
const single: Told = { child: SINGLE }
const swapped: Told = { isExchanged: true }

describe('a child is linked', () => {
  test.each<[row: string, agree: string, told?: Told]>([
    ['birth and name, family, postcode', 'birth given-same family postcode'],
    ['birth and name, family spelt nearly the same, postcode', 'birth given-same family-near postcode'],
    ['birth and name, family, home in its town', `birth given-same family ${HOME}`],
    ['birth and name, family, home and nearly the postcode', 'birth given-same family house street-near postcode-near'],
    ['birth and name, home in its town', `birth given-same ${HOME}`],
    ['birth and name, home by postcode and street', 'birth given-same postcode street'],
    ['birth and name, home by postcode and house', 'birth given-same postcode house'],
    ['birth and name, neither has a family name', 'birth given-same postcode', both({ lacksFamily: true })],
    ['birth and names in the wrong order', 'birth given-same family family-near postcode', swapped],
    ['birth, all given names', 'birth given-same other-given family postcode', both({ lacksOtherGiven: false })],
    ['birth, one side has more given names', 'birth given-same family postcode', { child: {}, question: ONE_NAME }],
    [
      'birth, the other side has more given names',
      'birth given-same family postcode',
      { child: ONE_NAME, question: {} },
    ],
    ['single birth, slip in the name, family', 'birth given-slip family family-near postcode', single],
    ['single birth, slip in the name, family spelt nearly', `birth given-slip family-near ${HOME}`, single],
    [
      'single birth, slip in a name that was exchanged',
      'birth given-slip family family-near postcode',
      { ...single, ...swapped },
    ],
    ['single birth, another name, family, home', `birth family-near ${HOME}`, single],
    ['single birth, another name, family, postcode and street', 'birth family-near postcode street', single],
    ['single birth, no name', 'birth family family-near postcode house', { ...single, question: { lacksGiven: true } }],
    ['birth nearly, name, family, postcode', 'birth-near given-same family postcode'],
    ['birth nearly, name, neither has a family name', 'birth-near given-same postcode', both({ lacksFamily: true })],
    ['birth not asked, name, family, home', `given-same family ${HOME}`, { question: { lacksBirth: true } }],
    ['birth not registered, name, family, home', 'given-same family postcode house', { child: { lacksBirth: true } }],
  ])('%s', (_, agree, told) => {
    expect(links(evidence(agree, told))).toBe(true)
  })
})

describe('a child is not linked', () => {
  test.each<[row: string, agree: string, told?: Told]>([
    // No place.
    ['birth and name, family, no place', 'birth given-same family'],
    ['birth and name, family, the town', 'birth given-same family town'],
    ['birth and name, family, nearly the postcode', 'birth given-same family postcode-near town'],
    ['strangers in a street of the same name', 'birth given-same family street street-near house'],
    ['strangers at the same number of the town', 'birth given-same family house town postcode-near'],
    ['strangers in a street that sounds alike', 'birth given-same family street house town postcode-near'],
    ['strangers in one street', 'birth given-same family street street-near town postcode-near'],
    // Twins, and who may be.
    ['a slip in the name: perhaps a twin', 'birth given-slip given family postcode street house town street-near'],
    ['another name: a twin', 'birth family family-near postcode street house town street-near postcode-near'],
    ['no name: perhaps a twin', `birth family postcode ${HOME}`, { question: { lacksGiven: true } }],
    [
      'the name, another second one: perhaps a twin',
      `birth given-same family postcode ${HOME}`,
      both({ lacksOtherGiven: false }),
    ],
    [
      'the question says that it is a single birth, the register does not',
      'birth given-slip family postcode',
      { question: { isSingleBirth: true } },
    ],
    // Of one household, of another family.
    ['single birth, slip in the name, no family: foster children', `birth given-slip postcode ${HOME}`, single],
    ['single birth, slip in the name, a family that sounds alike', `birth given-slip family postcode ${HOME}`, single],
    ['single birth, another name, no family', `birth postcode ${HOME}`, single],
    ['single birth, another name, a family that sounds alike', `birth family postcode ${HOME}`, single],
    ['single birth, another name, family, postcode alone', 'birth family-near postcode', single],
    ['birth and name, postcode alone', 'birth given-same postcode'],
    [
      'birth and name, one side has no family name',
      'birth given-same postcode',
      { child: { lacksFamily: true, lacksOtherGiven: true } },
    ],
    // Exchanged.
    ['exchanged: birth and name, home', `birth given-same postcode ${HOME}`, swapped],
    ['exchanged: birth and name, a family that sounds alike', `birth given-same family postcode ${HOME}`, swapped],
    ['exchanged: single birth, another name', `birth family-near postcode ${HOME}`, { ...single, ...swapped }],
    // Another birth, or none.
    ['another birth', `given-same family postcode street ${HOME} postcode-near`],
    ['another birth, single birth', `given-same family family-near postcode street ${HOME}`, single],
    ['birth nearly, a slip in the name', 'birth-near given-slip family postcode house street', single],
    ['birth nearly, name, no family', `birth-near given-same postcode ${HOME}`],
    ['birth nearly, another second name', 'birth-near given-same family postcode', both({ lacksOtherGiven: false })],
    ['birth not known, name, family, postcode alone', 'given-same family postcode', { question: { lacksBirth: true } }],
    ['birth not known, name, home', `given-same postcode ${HOME}`, { question: { lacksBirth: true } }],
    [
      'birth not known, slip in the name',
      `given-slip family postcode ${HOME}`,
      { question: { lacksBirth: true }, child: SINGLE },
    ],
  ])('%s', (_, agree, told) => {
    expect(links(evidence(agree, told))).toBe(false)
  })
})

function both(traits: Partial<Traits>): Told {
  return { question: { ...ONE_NAME, ...traits }, child: { ...ONE_NAME, ...traits } }
}

describe('the given name agrees', () => {
  test.each<[boolean, string, Told?]>([
    [true, 'given-same'],
    [true, 'given-slip'],
    [false, 'given'],
    [false, 'other-given'],
    [false, ''],
    [true, 'given-slip other-given', both({ lacksOtherGiven: false })],
    [false, 'given-same given-slip', both({ lacksOtherGiven: false })],
    [true, 'given-same', { question: {} }],
    [true, 'given-same', { child: {} }],
  ])('%s: %s', (expected, agree, told) => {
    expect(givenAgrees(evidence(agree, told))).toBe(expected)
  })
})

describe('a child is a candidate', () => {
  test.each<[boolean, string, string, Told?]>([
    [true, 'names and birth', 'given family birth'],
    [true, 'birth and postcode', 'birth postcode'],
    [true, 'the name with its street, house and family', 'given family street house'],
    [true, 'birth nearly, at home', 'family postcode house birth-near'],
    [true, 'a slip in the name, at home', 'family postcode house given-slip'],
    [true, 'the family at home, the birth not known', 'family postcode house', { question: { lacksBirth: true } }],
    [true, 'the family at home, the birth not registered', 'family postcode house', { child: { lacksBirth: true } }],
    [true, 'the family at home, the name not known', 'family postcode house', { question: { lacksGiven: true } }],
    [true, 'the family at home, not yet named', 'family postcode house', { child: { lacksGiven: true } }],
    [
      false,
      'a brother or sister: the family at home, name and birth others',
      'family postcode street house town postcode-near',
    ],
    [
      false,
      'whoever lives there, the birth not known',
      'postcode street house town',
      { question: { lacksBirth: true } },
    ],
    [false, 'the birth in a street of that name', 'birth street'],
    [false, 'names and town', 'given family town'],
    [false, 'names and house number', 'given family house'],
    [false, 'nothing', ''],
    [false, 'marks alone', MEANINGS.join(' ')],
  ])('%s: %s', (expected, _, agree, told) => {
    expect(isCandidate(evidence(agree, told))).toBe(expected)
  })
})

describe('a child seems to be registered twice', () => {
  test.each<[boolean, string, string, Told?]>([
    [true, 'name, family, birth', 'given-same family birth'],
    [true, 'slip in the name, family, birth', 'given-slip family birth'],
    [true, 'name, family, birth nearly', 'given-same family birth-near'],
    [true, 'name, family, postcode', 'given-slip family postcode'],
    [true, 'not yet named, at home', 'family birth postcode', { child: { lacksGiven: true } }],
    [true, 'now named, at home', 'family birth postcode', { question: { lacksGiven: true } }],
    [false, 'twins', 'family birth postcode street house town street-near family-near'],
    [false, 'twins with one first name', 'given-same family birth postcode', both({ lacksOtherGiven: false })],
    [false, 'name and birth, another family', 'given-same birth postcode'],
    [false, 'name and family alone', 'given-same family street house'],
    [false, 'not yet named, elsewhere', 'family birth street', { child: { lacksGiven: true } }],
    [false, 'not yet named, another birth', 'family postcode birth-near', { child: { lacksGiven: true } }],
  ])('%s: %s', (expected, _, agree, told) => {
    expect(maySeemTwice(evidence(agree, told))).toBe(expected)
  })
})

describe('a number is backed', () => {
  const nothingElse = { lacksGiven: true, lacksBirth: true }
  test.each<[boolean, string, string, Told?]>([
    [true, 'by the name and the birth', 'number-given number-birth'],
    [true, 'by the name and the family', 'number-given number-family'],
    [true, 'by the name and the birth nearly', 'number-given birth-near'],
    [true, 'by what the description says', 'given-same birth'],
    [true, 'by the name, which was marked with its home, and the family', 'given-same family'],
    [true, 'by a slip of the name of a single birth', 'given-slip number-birth', single],
    [true, 'where the question says nothing else', '', { question: nothingElse }],
    [true, 'where the register says nothing else', '', { child: nothingElse }],
    [
      true,
      'by birth and family of a child not yet named',
      'number-birth number-family',
      { child: { lacksGiven: true } },
    ],
    [
      true,
      'by the birth where only that is asked',
      'number-birth',
      { question: { lacksGiven: true, lacksFamily: true } },
    ],
    [false, 'by the name alone', 'number-given'],
    [false, 'by birth and family: a twin', 'number-birth number-family birth family'],
    [false, 'by a slip of the name, perhaps a twin', 'given-slip number-birth number-family'],
    [false, 'by the family of a child not yet named', 'number-family', { child: { lacksGiven: true } }],
    [false, 'by the birth of a child not yet named', 'number-birth', { child: { lacksGiven: true } }],
    [false, 'by nothing', ''],
  ])('%s: %s', (expected, _, agree, told) => {
    expect(backsNumber(evidence(agree, told))).toBe(expected)
  })
})

describe('exchanged names', () => {
  const written = (agree: string): Evidence => evidence(agree)
  const exchanged = evidence('given family birth given-same', swapped)

  test.each(['family', 'family-near', 'number-family'])(
    'are not looked at where the name as written agrees in %s',
    (agree) => {
      const readings = [written(`${agree} birth`), exchanged]
      expect(withoutIdleExchange(readings)).toEqual([readings[0]])
    },
  )

  test('are looked at where it does not, and where there is one reading', () => {
    for (const readings of [[written('birth postcode given'), exchanged], [exchanged], [written('family')], []])
      expect(withoutIdleExchange(readings)).toEqual(readings)
  })

  test('of a child find it; of its brother, who is called what the family is called, do not', () => {
    const home = {
      dateOfBirth: '2016-05-04',
      addresses: [{ lines: ['12 High Street', 'Eastwold'], postcode: 'NX2 4AB' }],
    }
    const isLinked = (asked: readonly [string, string], child: readonly [string, string]): boolean =>
      compared(
        questionAbout({ givenNames: asked[0], familyName: asked[1], ...home }),
        describeChild({ givenNames: child[0], familyName: child[1], ...home }),
      ).some(links)
    expect(isLinked(['Nowak', 'Zofia Maria'], ['Zofia Maria', 'Nowak'])).toBe(true)
    expect(isLinked(["O'Donnell-Kowalska", 'Zofia'], ['Zofia', "O'Donnell Kowalska"])).toBe(true)
    expect(isLinked(['van der Berg', 'Zofia'], ['Zofia', 'Van Der Berg'])).toBe(true)
    expect(isLinked(['Hassan', 'Hussain'], ['Hussain', 'Hussain'])).toBe(false)
    expect(isLinked(['Alfie-James', 'Ahmed'], ['Ahmed', 'Jones'])).toBe(false)
    expect(isLinked(['Zoë Charlotte', 'Ali'], ['Ali', 'Charlton'])).toBe(false)
    expect(isLinked(['Ava Hattie', 'Ali'], ['Ali', 'Bhatti'])).toBe(false)
  })
})

describe('laws of the rule', () => {
  const traits: fc.Arbitrary<Traits> = fc.record({
    lacksGiven: fc.boolean(),
    lacksOtherGiven: fc.boolean(),
    lacksFamily: fc.boolean(),
    lacksBirth: fc.boolean(),
    isSingleBirth: fc.boolean(),
  })
  const any: fc.Arbitrary<Evidence> = fc.record({
    isExchanged: fc.boolean(),
    fields: fc.subarray([...FIELDS]).map((fields) => new Set<Field>(fields)),
    meanings: fc.subarray([...MEANINGS]).map((meanings) => new Set<Meaning>(meanings)),
    question: traits,
    child: traits,
  })
  const runs = { numRuns: 5_000 }

  test('more agreement never takes a link, a candidate or anything else away', () => {
    fc.assert(
      fc.property(any, fc.subarray([...FIELDS]), fc.subarray([...MEANINGS]), (less, fields, meanings) => {
        const more = {
          ...less,
          fields: new Set([...less.fields, ...fields]),
          meanings: new Set([...less.meanings, ...meanings]),
        }
        for (const holds of [links, givenAgrees, isCandidate, maySeemTwice, backsNumber])
          if (holds(less)) expect(holds(more), holds.name).toBe(true)
      }),
      runs,
    )
  })

  test('that a child is known to be of a single birth never takes a link away', () => {
    fc.assert(
      fc.property(any, (each) => {
        if (links(each)) expect(links({ ...each, child: { ...each.child, isSingleBirth: true } })).toBe(true)
      }),
      runs,
    )
  })

  test('a link implies a place, a birth that does not contradict, and the very name unless no twin can be meant', () => {
    let count = 0
    fc.assert(
      fc.property(any, (each) => {
        fc.pre(links(each))
        count += 1
        const { fields, meanings, question, child } = each
        expect(fields.has('postcode') || (fields.has('house') && meanings.has('street-near'))).toBe(true)
        if (!question.lacksBirth && !child.lacksBirth)
          expect(fields.has('birth') || meanings.has('birth-near')).toBe(true)
        if (!child.isSingleBirth) expect(meanings.has('given-same')).toBe(true)
        if (!child.isSingleBirth && !question.lacksOtherGiven && !child.lacksOtherGiven)
          expect(meanings.has('other-given')).toBe(true)
      }),
      { ...runs, maxSkipsPerRun: 1_000 },
    )
    expect(count).toBe(runs.numRuns)
  })

  test('every child is linked to itself where it has an address, and never to a twin', () => {
    for (const child of generateChildren({ seed: 3, children: 200, now: Date.UTC(2025, 5, 1) })) {
      const isPlaced = (child.addresses?.[0]?.postcode ?? '') !== ''
      const itself = describeChild(child)
      const twin: Written = { ...child, givenNames: `Quentin ${child.givenNames}`, otherNames: [], multipleBirth: true }
      expect(compared(questionAbout(child), itself).some(links)).toBe(isPlaced && !itself.traits.lacksGiven)
      expect(compared(questionAbout(child), describeChild(twin)).some(links)).toBe(false)
    }
  })
})
