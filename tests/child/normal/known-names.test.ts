import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BRITISH_NAMES } from '../../../scripts/british-names.js'
import { tableModule } from '../../../scripts/known-names.js'
import { compoundOf } from '../../../src/child/normal/compounds.js'
import { givenName } from '../../../src/child/normal/given.js'
import { isKnownGivenName } from '../../../src/child/normal/known-names.js'
import { COMMUNITIES } from '../../../src/testing/population/names.js'

const TABLE = new URL('../../../src/child/normal/known-names.table.ts', import.meta.url)
// Births by name in the United Kingdom, which are not ours to ship.
const BIRTHS = new URL('../../../../shared/data/names/uk_baby_names_2008_2020_totals.csv', import.meta.url)

describe('the table of known given names', () => {
  test('is what the script writes, byte for byte', () => {
    expect(readFileSync(TABLE, 'utf8') === tableModule(), 'run npm run tables').toBe(true)
  })

  test('is under 300 kB', () => {
    expect(readFileSync(TABLE).length).toBeLessThan(300_000)
  })

  test('knows every name of its sources that are here', () => {
    const names = [...BRITISH_NAMES, ...COMMUNITIES.flatMap(({ female, male }) => [...female, ...male])]
    expect(names.map((name) => givenName(name).first).filter((first) => !isKnownGivenName(first))).toEqual([])
  })

  test.each([
    'olivia',
    'muhammad',
    'siobhan',
    'мария',
    'محمد',
    'ella',
    'ellie',
    'ava',
    'eva',
    'jayden',
    'kayden',
    'hasan',
    'husain',
  ])('knows %s', (name) => {
    expect(isKnownGivenName(name)).toBe(true)
  })

  test.each(['', 'a', 'olivai', 'oliiva', 'muhamamd', 'thmoas', 'xqzt', 'benajmin', 'мarиa'])(
    'does not know %j',
    (name) => {
      expect(isKnownGivenName(name)).toBe(false)
    },
  )

  test('knows two names in one where both are known', () => {
    expect(compoundOf('lilymae')).toEqual({ first: 'lily', second: 'mae' })
    expect(compoundOf('mae')).toBeUndefined()
    expect(compoundOf('almae')).toBeUndefined()
    expect(isKnownGivenName('margotrose')).toBe(true)
    expect(isKnownGivenName('xqztrose')).toBe(false)
  })

  test('takes almost no other text for a name', () => {
    let taken = 0
    const unlikely = fc.stringMatching(/^[bcdfghjklmnpqrstvwxz]{9,12}$/)
    for (const text of fc.sample(unlikely, { numRuns: 5000, seed: 1 })) if (isKnownGivenName(text)) taken++
    expect(taken).toBeLessThan(5)
  })

  test.skipIf(!existsSync(BIRTHS))('covers the names of at least 97 of 100 births of 2008 to 2020', () => {
    const rows = readFileSync(BIRTHS, 'utf8').trim().split('\n').slice(1)
    const counts = { births: 0, covered: 0 }
    for (const row of rows) {
      const [, , name = '', count = ''] = row.replaceAll('"', '').split(',')
      counts.births += Number(count)
      if (isKnownGivenName(givenName(name).first)) counts.covered += Number(count)
    }
    expect(counts.births).toBeGreaterThan(5_000_000)
    expect(counts.covered / counts.births).toBeGreaterThan(0.97)
  })
})
