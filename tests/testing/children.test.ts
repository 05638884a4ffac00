import { describe, expect, test } from 'vitest'
import { parseDetails } from '../../src/child/details.js'
import { tailed } from '../../src/testing/population/long-tail.js'
import { COMMUNITIES } from '../../src/testing/population/names.js'
import { manyNhsNumbers } from '../../src/testing/population/numbers.js'
import { generateChildren, seededRandom } from '../../src/testing/population.js'

const now = Date.UTC(2025, 5, 1, 9, 30)
const COUNT = 40_000
const children = [...generateChildren({ seed: 11, children: COUNT, now })]

/** The shares of all that the most frequent values have together. */
function shareOfFirst(values: readonly string[], count: number): number {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const first = [...counts.values()].sort((a, b) => b - a).slice(0, count)
  return first.reduce((sum, each) => sum + each, 0) / values.length
}

describe('the children of a country', () => {
  test('are as many as asked for, and the same for the same options', () => {
    expect(children).toHaveLength(COUNT)
    for (const count of [0, 1, 2, 7])
      expect([...generateChildren({ seed: 1, children: count, now })]).toHaveLength(count)
    const again = generateChildren({ seed: 11, children: COUNT, now })
    for (let i = 0; i < 500; i++) expect(again.next().value).toEqual(children[i])
    expect([...generateChildren({ seed: 12, children: 50, now })]).not.toEqual(children.slice(0, 50))
    for (const wrong of [-1, 0.5, 2_000_001]) {
      expect(() => generateChildren({ seed: 1, children: wrong, now }).next()).toThrow(RangeError)
    }
  })

  test('come one after the other: the first of two million is there at once', () => {
    const first = generateChildren({ seed: 1, children: 2_000_000, now }).next()
    expect(first.value).toMatchObject({ givenNames: expect.any(String) })
  })

  test('pass the door for details', () => {
    const at = { today: '2025-06-01', neverIssuedNumbers: true }
    for (const details of children.slice(0, 4000)) expect(parseDetails(details, at)).toEqual(details)
  })

  test('have numbers of their own', () => {
    const numbers = children.flatMap(({ nhsNumber }) => nhsNumber ?? [])
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(numbers.length).toBeGreaterThan(COUNT * 0.99)
    const pupils = children.flatMap(({ upn }) => upn ?? [])
    expect(new Set(pupils).size).toBe(pupils.length)
    const drawn = manyNhsNumbers(5)
    const few = Array.from({ length: 950_000 }, () => drawn.next().value)
    expect(new Set(few).size).toBe(few.length)
    expect(few.at(-1)).toMatch(/^991\d{7}$/)
  })

  test('have twins, siblings, unborn, moved and renamed children in the stated shares', () => {
    const siblings = children.map((child, i) => child.addresses === children[i - 1]?.addresses)
    const share = (is: readonly boolean[]): number => is.filter(Boolean).length / COUNT
    const twins = children.map((child, i) => siblings[i] === true && child.dateOfBirth === children[i - 1]?.dateOfBirth)
    expect(share(siblings)).toBeGreaterThan(0.35)
    expect(share(twins) * 2).toBeGreaterThan(0.024)
    expect(share(twins) * 2).toBeLessThan(0.032)
    expect(share(children.map(({ expectedDate }) => expectedDate === true))).toBeCloseTo(0.004, 2)
    expect(share(children.map(({ otherNames }) => otherNames !== undefined))).toBeCloseTo(0.03, 2)
    expect(share(children.map(({ addresses }) => addresses.length === 2))).toBeCloseTo(0.08, 1)
    const alike = children.filter(
      (child, i) => siblings[i] && child.givenNames !== '' && child.givenNames === children[i - 1]?.givenNames,
    )
    expect(alike).toEqual([])
  })

  test('have names as frequent as in real life', () => {
    const families = children.map(({ familyName }) => familyName)
    expect(shareOfFirst(families, 1)).toBeGreaterThan(0.01)
    expect(shareOfFirst(families, 1)).toBeLessThan(0.015)
    expect(shareOfFirst(families, 1000)).toBeGreaterThan(0.44)
    expect(shareOfFirst(families, 1000)).toBeLessThan(0.55)
    expect(new Set(families).size).toBeGreaterThan(8_000)
    const girls = children.filter(({ sex }) => sex === 'female').map(({ givenNames }) => givenNames.split(' ')[0] ?? '')
    expect(shareOfFirst(girls, 2)).toBeLessThan(0.035)
    expect(shareOfFirst(girls, 100)).toBeGreaterThan(0.3)
    expect(shareOfFirst(girls, 100)).toBeLessThan(0.55)
    expect(new Set(girls).size).toBeGreaterThan(1_500)
  })

  test('share a postcode with a few others, in as many towns as they need', () => {
    const postcodes = new Set(children.map(({ addresses }) => addresses[0]?.postcode))
    expect(COUNT / postcodes.size).toBeGreaterThan(2.5)
    expect(COUNT / postcodes.size).toBeLessThan(6)
    for (const postcode of postcodes) expect(postcode).toMatch(/^[A-Z]X\d{1,2} \d[A-Z]{2}$/)
    expect(new Set(children.map(({ addresses }) => addresses[0]?.lines.at(-1))).size).toBeGreaterThanOrEqual(8)
  })
})

test('the listed names come first, then composed ones, each at a rank of its own', () => {
  const random = seededRandom(1)
  for (const community of COMMUNITIES) {
    const names = tailed(community)
    const counts = new Map<string, number>()
    for (let i = 0; i < 4000; i++) {
      const name = names.family(random)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    const [most] = [...counts].sort((a, b) => b[1] - a[1])
    expect(community.family.slice(0, 3)).toContain(most?.[0])
    expect([...counts.keys()].some((name) => !community.family.includes(name))).toBe(true)
    for (const name of counts.keys()) expect(name).toMatch(/^\p{Lu}[\p{L}\p{M}'-]+$/u)
  }
})
