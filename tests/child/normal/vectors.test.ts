import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { addressParts } from '../../../src/child/normal/address.js'
import { birthForms } from '../../../src/child/normal/birth.js'
import { familyName } from '../../../src/child/normal/family.js'
import { givenName } from '../../../src/child/normal/given.js'
import { formalNamesOf } from '../../../src/child/normal/nicknames.js'
import { readPostcode } from '../../../src/child/normal/postcode.js'
import { hasMixedScripts } from '../../../src/child/normal/scripts.js'
import { slipForms } from '../../../src/child/normal/slips.js'
import { soundOf } from '../../../src/child/normal/sound.js'
import { spellingOf } from '../../../src/child/normal/spellings.js'
import { NORMALISATION_VERSION } from '../../../src/child/normal/version.js'

// Frozen with the version: tokens and marks in stores are made from every one of these. Another implementation reads the
// same file.
const FILE = new URL('./vectors/version-2.json', import.meta.url)

interface Vectors {
  readonly version: number
  readonly givenNames: readonly (ReturnType<typeof givenName> & { readonly text: string })[]
  readonly familyNames: readonly (ReturnType<typeof familyName> & { readonly text: string })[]
  readonly mixedScripts: readonly { readonly text: string; readonly isMixed: boolean }[]
  readonly spellings: readonly { readonly name: string; readonly spelling: string }[]
  readonly nicknames: readonly { readonly name: string; readonly formal: readonly string[] }[]
  readonly sounds: readonly { readonly name: string; readonly soundex: string }[]
  readonly slips: readonly { readonly name: string; readonly forms: readonly string[] }[]
  readonly births: readonly { readonly date: string; readonly near: readonly string[] }[]
  readonly postcodes: readonly { readonly text: string; readonly postcode: ReturnType<typeof readPostcode> }[]
  readonly addresses: readonly (ReturnType<typeof addressParts> & { readonly lines: readonly string[] })[]
}

const vectors = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors

describe('version 2 of the normalisation', () => {
  test('is the version of the vectors', () => {
    expect(vectors.version).toBe(NORMALISATION_VERSION)
  })

  test.each(vectors.givenNames)('given names $text', ({ text, ...expected }) => {
    expect(givenName(text)).toStrictEqual(expected)
  })

  test.each(vectors.familyNames)('family name $text', ({ text, ...expected }) => {
    expect(familyName(text)).toStrictEqual(expected)
  })

  test.each(vectors.mixedScripts)('scripts of $text', ({ text, isMixed }) => {
    expect(hasMixedScripts(text)).toBe(isMixed)
  })

  test.each(vectors.spellings)('spelling of $name', ({ name, spelling }) => {
    expect(spellingOf(name)).toBe(spelling)
  })

  test.each(vectors.nicknames)('formal names of $name', ({ name, formal }) => {
    expect(formalNamesOf(name)).toEqual(formal)
  })

  test.each(vectors.sounds)('sound of $name', ({ name, soundex }) => {
    expect(soundOf(name)).toBe(soundex)
  })

  test.each(vectors.slips)('slips of $name', ({ name, forms }) => {
    expect(slipForms(name)).toEqual(forms)
  })

  test.each(vectors.births)('forms of $date', ({ date, near }) => {
    expect(birthForms(date)).toStrictEqual({ exact: date, near })
  })

  test.each(vectors.postcodes)('postcode $text', ({ text, postcode }) => {
    expect(readPostcode(text)).toStrictEqual(postcode)
  })

  test.each(vectors.addresses)('address $lines', ({ lines, ...expected }) => {
    expect(addressParts(lines)).toStrictEqual(expected)
  })
})
