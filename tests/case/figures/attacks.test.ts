import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { figuresCsv } from '../../../src/case/figures/csv.js'
import type { Figures } from '../../../src/case/figures/figures.js'
import { boundsOf, shownCount } from '../../../src/case/figures/shown.js'
import { attack, type Known, knownFrom } from './attacker.js'
import { AGENCIES, type Place, placesOf, published } from './population.js'

const PLACES = placesOf()

const isHidden = ({ table, row }: Place): boolean =>
  table === 'checks' && AGENCIES.some(({ id, sensitive }) => sensitive && id === row)

/** Counts of all sizes, many of them small: where protection matters. */
const counts = fc
  .array(fc.tuple(fc.nat(PLACES.length - 1), fc.oneof(fc.integer({ min: 0, max: 13 }), fc.nat(400))), { maxLength: 60 })
  .map((drawn) => {
    const population = new Map<Place, number>()
    for (const [at, count] of drawn) {
      const place = PLACES[at]
      if (place !== undefined) population.set(place, count)
    }
    return population
  })

function boundsAt(population: ReadonlyMap<Place, number>, place: Place): ReturnType<typeof boundsOf> {
  const hides = isHidden(place)
  return boundsOf(shownCount(population.get(place) ?? 0, hides), hides)
}

function bytes(publications: readonly Figures[]): string {
  return publications.map((figures) => JSON.stringify(figures) + figuresCsv(figures)).join('\n')
}

describe('all that is ever published of a year', () => {
  test('is the same to the byte whatever the counts are between the bounds that it says', () => {
    fc.assert(
      fc.property(counts, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (population, draws) => {
        const before = bytes(published(population))
        const other = new Map(
          PLACES.map((place) => {
            const { atLeast, atMost } = boundsAt(population, place)
            const draw = draws.next().value ?? 0
            return [place, atLeast + Math.floor(draw * (atMost - atLeast + 0.999))]
          }),
        )
        expect(bytes(published(other)) === before, 'a count can be told from others in its bounds').toBe(true)
      }),
      { numRuns: 15 },
    )
  })

  test('gives a reader of all of it no narrower bounds than each figure says by itself', () => {
    fc.assert(
      fc.property(counts, (population) => {
        const found = attack(knownFrom(published(population), PLACES), PLACES)
        for (const place of PLACES) expect(found.get(place)).toEqual(boundsAt(population, place))
      }),
      { numRuns: 5 },
    )
  })

  test('differs for one more of anything by one step of rounding, or by few instead of none, or of ten instead of few', () => {
    fc.assert(
      fc.property(counts, fc.constantFrom(...PLACES), (population, place) => {
        const before = shownCount(population.get(place) ?? 0, isHidden(place))
        const more = new Map(population).set(place, (population.get(place) ?? 0) + 1)
        const after = shownCount(more.get(place) ?? 0, isHidden(place))
        const size = (shown: typeof before): number => (shown === 'suppressed' ? 5 : shown)
        expect([0, 5]).toContain(size(after) - size(before))
      }),
    )
  })

  test('shows no cell of one to nine, however it is written', () => {
    fc.assert(
      fc.property(counts, (population) => {
        for (const { tables, agencies, open } of published(population)) {
          const figures = [
            ...tables.flatMap(({ cells, rowTotals, columnTotals, total }) => [
              ...cells.flat(),
              ...rowTotals,
              ...columnTotals,
              total,
            ]),
            ...agencies.map(({ checks }) => checks),
          ]
          for (const { count } of figures) expect(count === 'suppressed' || count === 0 || count >= 10).toBe(true)
          expect(((open?.count as number | undefined) ?? 0) % 5).toBe(0)
        }
      }),
      { numRuns: 10 },
    )
  })
})

describe('the attacker', () => {
  const [first, second, third] = PLACES.filter(
    ({ table, row, column, period }) =>
      table === 'raised' &&
      row === 'review' &&
      column === 'first' &&
      ['2026-01', '2026-02', '2026-03'].includes(period),
  ) as [Place, Place, Place]

  test('finds a hidden count where a quarter is rounded by itself, beside its months', () => {
    const months = [first, second, third]
    const exact = [11, 0, 1]
    const known: readonly Known[] = [
      ...months.map((place, at) => ({ plus: [place], bounds: boundsOf(shownCount(exact[at] ?? 0)) })),
      { plus: months, bounds: boundsOf(shownCount(12)) },
    ]
    expect(attack(known, PLACES).get(third)).toEqual({ atLeast: 1, atMost: 2 })
  })

  test('finds one where two tables of the same things are rounded by themselves', () => {
    const known: readonly Known[] = [
      { plus: [first], bounds: boundsOf(shownCount(10)) },
      { plus: [second], bounds: boundsOf(shownCount(2)) },
      { plus: [first, second], bounds: boundsOf(shownCount(12)) },
    ]
    expect(attack(known, PLACES).get(second)).toEqual({ atLeast: 1, atMost: 2 })
  })

  // What no rounding of ours takes away: it needs a history so short that nearly all of it has ended.
  test('learns what began at least, from what has ended', () => {
    const closed = PLACES.filter(
      ({ table, period, column }) => table === 'closed' && period === '2026-Q1' && column === 'unfounded',
    )
    const population = new Map<Place, number>([[first, 9], ...closed.slice(0, 3).map((place) => [place, 3] as const)])
    const reasons = closed.slice(0, 3)
    const raised = PLACES.filter(
      ({ table, period, column }) => table === 'raised' && column !== 'level-changed' && period <= '2026-03',
    )
    const known = knownFrom(published(population), PLACES)
    expect(attack(known, PLACES).get(first)).toEqual({ atLeast: 1, atMost: 9 })
    const begun: Known = {
      plus: raised,
      minus: PLACES.filter(({ table, period }) => table === 'closed' && period === '2026-Q1'),
      bounds: { atLeast: 0, atMost: Number.POSITIVE_INFINITY },
    }
    const found = attack([...known, begun], PLACES)
    expect(found.get(first)).toEqual({ atLeast: 3, atMost: 9 })
    expect(found.get(reasons[0] as Place)).toEqual({ atLeast: 1, atMost: 7 })
  })
})
