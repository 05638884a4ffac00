import { type Figures, figuresOf } from '../../../src/case/figures/figures.js'
import { type CountedAgency, type Fact, type Part, tallyOf } from '../../../src/case/figures/part.js'
import { PERIOD_KINDS, type Period, parsePeriod, partsOf } from '../../../src/case/figures/period.js'
import { TABLES, type TableId } from '../../../src/case/figures/tables.js'

const LEVELS = ['review', 'child-in-need', 'child-protection']

export const AGENCIES: readonly CountedAgency[] = [
  { id: 'met-police', agencyKind: 'police', sensitive: false, suspended: false },
  { id: 'brook-clinic', agencyKind: 'health', sensitive: true, suspended: false },
  { id: 'st-marys', agencyKind: 'health', sensitive: false, suspended: false },
]

const YEAR: Period = parsePeriod('2026')

/** One cell of one table, in one period of the table's own length: what counts are exact of. */
export interface Place {
  readonly period: string
  readonly table: TableId
  readonly row: string
  readonly column: string
}

/** Every place of a year. */
export function placesOf(year: Period = YEAR): readonly Place[] {
  return PERIOD_KINDS.flatMap((kind) =>
    partsOf(year, kind).flatMap(({ name: period }) =>
      (Object.keys(TABLES) as TableId[])
        .filter((table) => TABLES[table].every === kind)
        .flatMap((table) => {
          const { rows, columns } = TABLES[table]
          const named = table === 'checks' ? AGENCIES.map(({ id }) => id) : LEVELS
          const codes = rows.codes === 'as they come' ? named : rows.codes
          return codes.flatMap((row) => columns.codes.map((column) => ({ period, table, row, column })))
        }),
    ),
  )
}

/** What is published of a population, for every month, quarter and the year: exact counts by place, 0 where there is none. */
export function published(
  counts: ReadonlyMap<Place, number>,
  shown: (parts: readonly Part[]) => readonly Part[] = (parts) => parts,
): readonly Figures[] {
  const parts = PERIOD_KINDS.flatMap((kind) =>
    partsOf(YEAR, kind).map((period) => {
      const tally = tallyOf(period)
      for (const [place, count] of counts) if (place.period === period.name) tally.take(factAt(place, count))
      return tally.part({ levels: LEVELS, agencies: AGENCIES })
    }),
  )
  return PERIOD_KINDS.flatMap((kind) => partsOf(YEAR, kind).map((period) => figuresOf('Anytown', period, shown(parts))))
}

function factAt({ table, row, column }: Place, count: number): Fact {
  return { table, row, column, count }
}
