import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { slipForms } from '../../../src/child/normal/slips.js'

const share = (a: string, b: string): boolean => slipForms(a).some((form) => slipForms(b).includes(form))

/** By the definition, letter by letter: equal after at most one letter of each is left out. */
function oneSlipApart(a: string, b: string): boolean {
  const without = (word: string): string[] => [word, ...[...word].map((_, i) => word.slice(0, i) + word.slice(i + 1))]
  return without(a).some((left) => without(b).some((right) => left === right))
}

/** What a pen does to a word: at `at`, with `letter`. */
const PEN: readonly ((word: string, at: number, letter: string) => string)[] = [
  (word, at) => word.slice(0, at) + word.slice(at + 1),
  (word, at, letter) => word.slice(0, at) + letter + word.slice(at),
  (word, at, letter) => word.slice(0, at) + letter + word.slice(at + 1),
  (word, at) => word.slice(0, at) + word.slice(at + 1, at + 2) + word.slice(at, at + 1) + word.slice(at + 2),
]

describe('slips of the pen', () => {
  test.each([
    ['olivia', 'olivai'],
    ['olivia', 'olvia'],
    ['olivia', 'ollivia'],
    ['olivia', 'oliwia'],
    ['ella', 'ellie'.slice(0, 4)],
    ['ava', 'avas'],
    ['юлия', 'юлиа'],
  ])('%s and %s share a form', (a, b) => {
    expect(share(a, b)).toBe(true)
  })

  test.each([
    ['ava', 'eva'],
    ['amy', 'may'],
    ['olivia', 'lovias'],
    ['jack', 'jane'],
    ['', 'a'],
  ])('%j and %j share none', (a, b) => {
    expect(share(a, b)).toBe(false)
  })

  test('a look-alike of another script is no slip', () => {
    expect(slipForms('мaria')).toEqual(['мaria'])
    expect(share('мaria', 'maria')).toBe(false)
  })

  test('share a form exactly where one letter of each makes the difference', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcd'), minLength: 4, maxLength: 7 })
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(share(a, b)).toBe(oneSlipApart(a, b))
      }),
      { numRuns: 3000 },
    )
  })

  test('of every kind are found, in names of four letters and more', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcdefгя'), minLength: 4, maxLength: 12 })
    const latin = word.filter((text) => /^[a-f]*$/.test(text) || /^[гя]*$/.test(text))
    fc.assert(
      fc.property(latin, fc.nat(12), fc.constantFrom(...'abc'), fc.constantFrom(...PEN), (name, place, letter, pen) => {
        const slipped = pen(name, place % name.length, /[a-f]/.test(name) ? letter : 'г')
        if (slipped.length >= 4) expect(share(name, slipped)).toBe(true)
      }),
    )
  })

  test('are few, distinct, and the name first', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
        const forms = slipForms(name)
        expect(forms[0]).toBe(name)
        expect(new Set(forms).size).toBe(forms.length)
        expect(forms.length).toBeLessThanOrEqual(41)
      }),
    )
    expect(slipForms('a'.repeat(10_000))).toHaveLength(1)
  })
})
