import type { Figures } from '../../../src/case/figures/figures.js'
import { parsePeriod, partsOf } from '../../../src/case/figures/period.js'
import type { Bounds, Figure } from '../../../src/case/figures/shown.js'
import { TABLES } from '../../../src/case/figures/tables.js'
import { AGENCIES, type Place } from './population.js'

/** A sum of unknown counts, some of them taken off, of which somebody knows the bounds. */
export interface Known {
  readonly plus: readonly Place[]
  readonly minus?: readonly Place[]
  readonly bounds: Bounds
}

/** Everything that a reader of all publications knows: every cell, every sum, in every period. */
export function knownFrom(publications: readonly Figures[], places: readonly Place[]): readonly Known[] {
  const at = (wanted: Partial<Place>, periods: ReadonlySet<string>): readonly Place[] =>
    places.filter(
      (place) =>
        periods.has(place.period) &&
        place.table === wanted.table &&
        (wanted.row === undefined || place.row === wanted.row) &&
        (wanted.column === undefined || place.column === wanted.column),
    )
  return publications.flatMap(({ period, tables, agencies, open }) => {
    const own = parsePeriod(period.name)
    const known: Known[] = []
    const learn = (plus: readonly Place[], bounds: Figure | undefined, minus: readonly Place[] = []): void => {
      if (bounds !== undefined) known.push({ plus, minus, bounds })
    }
    for (const { id, rows, columns, cells, rowTotals, columnTotals, total, course } of tables) {
      const parts = new Set(partsOf(own, TABLES[id].every).map(({ name }) => name))
      const rowAt = (row: string, column: string | undefined, within = parts): readonly Place[] =>
        id === 'checks'
          ? AGENCIES.filter(({ agencyKind }) => agencyKind === row).flatMap((one) =>
              at({ table: id, row: one.id }, within),
            )
          : at({ table: id, row, ...(column === undefined ? {} : { column }) }, within)
      for (const [r, row] of rows.entries()) {
        for (const [c, column] of columns.entries()) learn(rowAt(row, column), cells[r]?.[c])
        learn(rowAt(row, undefined), rowTotals[r])
        for (const step of course) learn(rowAt(row, undefined, new Set([step.period])), step.rowTotals[r])
      }
      for (const [c, column] of columns.entries()) learn(at({ table: id, column }, parts), columnTotals[c])
      learn(at({ table: id }, parts), total)
    }
    const months = new Set(partsOf(own, 'month').map(({ name }) => name))
    for (const { agency, checks } of agencies) learn(at({ table: 'checks', row: agency }, months), checks)
    const ended = (kind: 'month' | 'quarter'): Set<string> =>
      new Set(
        places
          .filter(({ period: of }) => parsePeriod(of).kind === kind && parsePeriod(of).until <= own.until)
          .map(({ period: of }) => of),
      )
    const raised = at({ table: 'raised' }, ended('month')).filter(({ column }) => column !== 'level-changed')
    // That no fewer than none are open is no word of the figures: whoever knows it adds it.
    if (open !== undefined) {
      const atLeast = open.atLeast === 0 ? Number.NEGATIVE_INFINITY : open.atLeast
      const atMost = open.atMost === 0 ? Number.POSITIVE_INFINITY : open.atMost
      known.push({ plus: raised, minus: at({ table: 'closed' }, ended('quarter')), bounds: { atLeast, atMost } })
    }
    return known
  })
}

/**
 * The narrowest bounds that interval propagation comes to: from each sum, what the others leave for one; again and again,
 * until nothing changes.
 */
export function attack(known: readonly Known[], places: readonly Place[]): ReadonlyMap<Place, Bounds> {
  const low = new Map(places.map((place) => [place, 0]))
  const high = new Map(places.map((place) => [place, Number.POSITIVE_INFINITY]))
  const get = (map: ReadonlyMap<Place, number>, place: Place): number => map.get(place) ?? 0
  for (let isNarrower = true; isNarrower; ) {
    isNarrower = false
    const narrow = (place: Place, least: number, most: number): void => {
      if (least > get(low, place)) low.set(place, least)
      else if (most >= get(high, place)) return
      if (most < get(high, place)) high.set(place, most)
      isNarrower = true
    }
    for (const { plus, minus = [], bounds } of known) {
      const sum = (map: ReadonlyMap<Place, number>, of: readonly Place[], but?: Place): number =>
        of.reduce((total, place) => (place === but ? total : total + get(map, place)), 0)
      for (const place of plus)
        narrow(
          place,
          bounds.atLeast - sum(high, plus, place) + sum(low, minus),
          bounds.atMost - sum(low, plus, place) + sum(high, minus),
        )
      for (const place of minus)
        narrow(
          place,
          sum(low, plus) - sum(high, minus, place) - bounds.atMost,
          sum(high, plus) - sum(low, minus, place) - bounds.atLeast,
        )
    }
  }
  return new Map(places.map((place) => [place, { atLeast: get(low, place), atMost: get(high, place) }]))
}
