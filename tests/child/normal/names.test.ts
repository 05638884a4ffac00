import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { familyName } from '../../../src/child/normal/family.js'
import { FORMAL_NAMES } from '../../../src/child/normal/formal-names.js'
import { type GivenName, givenName } from '../../../src/child/normal/given.js'
import { formalNamesOf } from '../../../src/child/normal/nicknames.js'
import { hasMixedScripts } from '../../../src/child/normal/scripts.js'
import { soundOf } from '../../../src/child/normal/sound.js'
import { SPELLINGS, spellingOf } from '../../../src/child/normal/spellings.js'
import { COMMUNITIES } from '../../../src/testing/population/names.js'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.stringMatching(/^(?:(?:al|el|bin|van|der|mac|Mc|AlH|O|st|de|la|abd|ul|baby|twin|anna|marie)[ '.-]?){0,12}$/),
)
const wordsOf = ({ first, others, initials }: GivenName): string[] => [first, ...others, ...initials]

const LATIN_NAMES = COMMUNITIES.flatMap(({ female, male }) => [...female, ...male]).filter((name) =>
  /^[A-Za-z]+$/.test(name),
)

describe('given and family names of any text', () => {
  test('are letters and digits only', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const given = givenName(text)
        for (const word of [...wordsOf(given), familyName(text).whole]) expect(word).toMatch(/^[\p{L}\p{M}\p{N}]*$/u)
        expect(given.initials.every((letter) => [...letter].length === 1)).toBe(true)
        if (given.isStandIn) expect(wordsOf(given)).toEqual([''])
      }),
      { numRuns: 500 },
    )
  })

  test('are the same in forms C and D, in capitals, and whatever the spaces', () => {
    const name = fc.stringMatching(/^[a-zà-ÿ' -]{0,30}$/)
    fc.assert(
      fc.property(name, (text) => {
        for (const other of [text.normalize('NFD'), `  ${text.replaceAll(' ', ' \u00A0 ')} `]) {
          expect(givenName(other)).toEqual(givenName(text))
          expect(familyName(other)).toEqual(familyName(text))
        }
        // `ALHUSSAIN` cannot be told from a name that begins so, but no text of small letters is read as `AlHussain` is.
        expect(givenName(text.toUpperCase())).toEqual(givenName(text))
        expect(familyName(text.toUpperCase())).toEqual(familyName(text))
      }),
      { numRuns: 500 },
    )
  })

  test('parts of a family name make up the whole, and are at most four', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { whole, parts } = familyName(text)
        expect(parts.join('')).toBe(whole)
        expect(parts.length).toBeLessThanOrEqual(4)
        expect(parts.length === 0).toBe(whole === '')
      }),
      { numRuns: 500 },
    )
  })

  test.each([1, 2, 200, 10_000])('take %i characters in their stride', (length) => {
    for (const unit of ['a', 'é', '王', 'a ', 'o’', 'al-', 'bin ', 'abd ', '\u0000', '\u0301', '😀', 'Ма']) {
      const text = unit.repeat(Math.ceil(length / unit.length))
      const before = process.cpuUsage().user
      for (const read of [givenName, familyName, hasMixedScripts, soundOf, spellingOf, formalNamesOf]) read(text)
      expect(process.cpuUsage().user - before).toBeLessThan(500_000)
    }
  })
})

describe('a name that mixes scripts', () => {
  test('never equals, sounds or is spelt like the name that it looks like', () => {
    const pairs = [
      ['a', 'а'],
      ['e', 'е'],
      ['o', 'ο'],
      ['p', 'р'],
      ['c', 'с'],
      ['x', 'х'],
      ['i', 'і'],
    ] as const
    fc.assert(
      fc.property(fc.constantFrom(...LATIN_NAMES), fc.constantFrom(...pairs), (name, [latin, other]) => {
        const fake = name.replace(latin, other)
        fc.pre(fake !== name)
        expect(hasMixedScripts(fake)).toBe(true)
        const [real, forged] = [givenName(name).first, givenName(fake).first]
        for (const read of [(text: string) => text, soundOf, spellingOf]) {
          expect(read(forged)).not.toBe(read(real))
        }
        expect(formalNamesOf(forged)).toEqual([])
      }),
    )
  })
})

describe('spellings and short forms', () => {
  test('one spelling stands for each group, and for itself', () => {
    const all = SPELLINGS.flat()
    expect(new Set(all).size).toBe(all.length)
    for (const group of SPELLINGS) for (const name of group) expect(spellingOf(name)).toBe(group[0])
    const name = fc.oneof(fc.constantFrom(...all), fc.stringMatching(/^[a-z]{0,10}(?:mae|may|lee|leigh|bella|joe)?$/))
    fc.assert(
      fc.property(name, (text) => {
        expect(spellingOf(spellingOf(text))).toBe(spellingOf(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('names that twins bear are not spellings of one name, nor short for each other', () => {
    const twins = `ella ellie|ava eva|jayden kayden|mia mya|amelia emilia|lily lila|isla ayla|isabella isabel|ethan evan|aiden jaden
      zain zayd|hasan husain|mohammed ahmed|riley rylan|ayaan aryan|eleanor ella|daniel danielle|oliver olivia|jack jake|max maxim`
    for (const pair of twins.split(/[|\n]/)) {
      const [a = '', b = ''] = pair.trim().split(' ')
      expect(spellingOf(a), pair).not.toBe(spellingOf(b))
      expect(formalNamesOf(a), pair).not.toContain(spellingOf(b))
      expect(formalNamesOf(b), pair).not.toContain(spellingOf(a))
    }
  })

  test('formal names are in their own spelling, at most three, and each line of the table is used', () => {
    for (const line of FORMAL_NAMES) {
      const [formal = '', shorts = ''] = line.split(': ')
      expect(spellingOf(formal)).toBe(formal)
      const used = shorts.split(' ').filter((short) => formalNamesOf(short).includes(formal))
      expect(used, line).not.toEqual([])
      for (const short of shorts.split(' ')) {
        expect(spellingOf(short), line).toBe(short)
        expect(formalNamesOf(short).length).toBeLessThanOrEqual(3)
        expect(formalNamesOf(short)).not.toContain(short)
      }
    }
  })
})
