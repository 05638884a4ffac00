import type { PublishedCount } from '../../policy/replay/published.js'
import { ROUNDED_TO } from '../../policy/replay/published.js'
import type { GroupFigures } from './groups.js'
import type { Part, ShownTable } from './part.js'
import { firstDayOf, lastDayOf, type Period, type PeriodKind, partsOf } from './period.js'
import { type Figure, figureOf, figureSum, SUPPRESSED_BELOW } from './shown.js'
import { type Silence, silenceOf } from './silence.js'
import { TABLE_IDS, TABLES, type TableId } from './tables.js'

/** What one hub publishes about one month, quarter or year. Counts of what happened; nothing in it belongs to one child. */
export interface Figures {
  /** Of this form; a later one has another. */
  readonly version: 1
  readonly hub: string
  readonly period: {
    readonly name: string
    readonly kind: PeriodKind
    /** First and last day, by London's calendar. */
    readonly firstDay: string
    readonly lastDay: string
  }
  readonly protection: { readonly suppressedBelow: number; readonly roundedTo: number }
  readonly tables: readonly FigureTable[]
  /** About how many cases were open at the end: those raised since the founding less those closed. Of a quarter or a year. */
  readonly open?: Figure | undefined
  readonly agencies: readonly AgencyFigures[]
  /** Of a year, where group data was given. */
  readonly groups?: GroupFigures | undefined
  readonly notices: readonly string[]
}

export interface FigureTable {
  readonly id: TableId
  readonly title: string
  readonly unit: string
  /** For how long it is counted; this table is the sum of what was shown of as many such periods as there are. */
  readonly every: PeriodKind
  readonly rowName: string
  readonly columnName: string
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  readonly cells: readonly (readonly Figure[])[]
  readonly rowTotals: readonly Figure[]
  readonly columnTotals: readonly Figure[]
  readonly total: Figure
  /** Its rows in every such period, in order; one where the table is counted for this very period. */
  readonly course: readonly { readonly period: string; readonly rowTotals: readonly Figure[] }[]
}

/** One agency's contribution: there to be seen when it is missing. */
export interface AgencyFigures extends Silence {
  readonly agency: string
  readonly agencyKind: string
  readonly suspended: boolean
  readonly checks: Figure
}

const NOTICES: readonly string[] = [
  'Counts of checks measure contact with services, not harm: families who meet more services, poor, disabled and looked-after children among them, are counted more.',
  'A level reached is an indication for people to judge. Nothing here is a decision about a family, and no figure ranks agencies, officers or areas.',
  'Counts from 1 to 9 are not shown, others are rounded to multiples of 5, and sums are made of these: they are a little off, and say between which bounds.',
]

/**
 * The figures of a period, out of what was kept as shown of its parts. The same parts give the same figures.
 * @param parts every part from the hub's founding to the end of the period, oldest first
 */
export function figuresOf(hub: string, period: Period, parts: readonly Part[], groups?: GroupFigures): Figures {
  const upTo = parts.filter(({ period: name, kind }) => endsBy(period, name, kind))
  const { name, kind } = period
  return {
    version: 1,
    hub,
    period: { name, kind, firstDay: firstDayOf(period), lastDay: lastDayOf(period) },
    protection: { suppressedBelow: SUPPRESSED_BELOW, roundedTo: ROUNDED_TO },
    tables: TABLE_IDS.flatMap((id) => tableOf(id, period, upTo) ?? []),
    ...(kind === 'month' ? {} : { open: openAtEnd(upTo) }),
    agencies: agenciesOf(period, upTo),
    ...(groups === undefined ? {} : { groups }),
    notices: NOTICES,
  }
}

function endsBy(period: Period, name: string, kind: PeriodKind): boolean {
  return lastOf(period, kind) >= name
}

/** Name of the last period of a kind that ends with this one or before. Names of one kind are ordered as time is. */
function lastOf(period: Period, kind: PeriodKind): string {
  return partsOf(period, kind).at(-1)?.name ?? ''
}

/** What is shown of one row in one period of the table's own length. */
interface ShownRow {
  readonly period: string
  readonly row: string
  readonly cells: readonly Figure[]
}

function tableOf(id: TableId, period: Period, parts: readonly Part[]): FigureTable | undefined {
  const { title, unit, every, rows: rowSpec, columns } = TABLES[id]
  const names = new Set(partsOf(period, every).map(({ name }) => name))
  const within = parts.filter((part) => part.kind === every && names.has(part.period))
  if (within.length === 0) return undefined
  const shown = within.flatMap((part) => shownRows(id, part))
  const rows = [...new Set(shown.map(({ row }) => row))]
  const sumOf = (row: string, of: string | undefined, columnsOf: (cells: readonly Figure[]) => readonly Figure[]) =>
    figureSum(
      shown.flatMap((each) => (each.row === row && (of ?? each.period) === each.period ? columnsOf(each.cells) : [])),
    )
  const cells = rows.map((row) =>
    columns.codes.map((_, column) => sumOf(row, undefined, (all) => all.slice(column, column + 1))),
  )
  return {
    id,
    title,
    unit,
    every,
    rowName: rowSpec.name,
    columnName: columns.name,
    rows,
    columns: columns.codes,
    cells,
    rowTotals: cells.map(figureSum),
    columnTotals: columns.codes.map((_, column) => figureSum(cells.flatMap((row) => row[column] ?? []))),
    total: figureSum(cells.flat()),
    course: within.map((part) => ({
      period: part.period,
      rowTotals: rows.map((row) => sumOf(row, part.period, (all) => all)),
    })),
  }
}

/** As it was journalled; checks, which are kept by agency, under the kinds of their agencies. */
function shownRows(id: TableId, { period, tables, agencies }: Part): readonly ShownRow[] {
  const table = tables.find((each) => each.id === id)
  const known = new Map(agencies.map((agency) => [agency.id, agency]))
  return (table?.rows ?? []).map((row, at) => {
    const agency = id === 'checks' ? known.get(row) : undefined
    const cells = (table?.cells[at] ?? []).map((cell) => figureOf([cell], agency?.sensitive))
    return { period, row: agency?.agencyKind ?? row, cells }
  })
}

function countAt({ rows, cells }: ShownTable, row: string, column: number): PublishedCount {
  return cells[rows.indexOf(row)]?.[column] ?? 0
}

/** Worked out from what is shown: counted by itself, it would give away what was raised and closed in between. */
function openAtEnd(parts: readonly Part[]): Figure {
  const sumOf = (id: TableId, column?: number): Figure =>
    figureSum(
      parts.flatMap(({ tables }) =>
        tables.flatMap((table) =>
          table.id === id
            ? table.cells.flatMap((row) =>
                (column === undefined ? row : row.slice(0, column)).map((each) => figureOf([each])),
              )
            : [],
        ),
      ),
    )
  const [raised, closed] = [sumOf('raised', 2), sumOf('closed')]
  const about = Math.max(0, middle(raised) - middle(closed))
  return {
    count: Math.round(about / ROUNDED_TO) * ROUNDED_TO,
    atLeast: Math.max(0, raised.atLeast - closed.atMost),
    atMost: Math.max(0, raised.atMost - closed.atLeast),
  }
}

function middle({ count }: Figure): number {
  return count === 'suppressed' ? SUPPRESSED_BELOW / 2 : count
}

function agenciesOf(period: Period, parts: readonly Part[]): readonly AgencyFigures[] {
  const months = parts.filter(({ kind }) => kind === 'month')
  const inPeriod = new Set(partsOf(period, 'month').map(({ name }) => name))
  return (months.at(-1)?.agencies ?? []).map(({ id, agencyKind, sensitive, suspended }) => {
    const since = months.filter(({ agencies }) => agencies.some((each) => each.id === id))
    const counts = since.map(({ period: of, tables }) => {
      const table = tables.find((each) => each.id === 'checks')
      return { of, count: table === undefined ? 0 : countAt(table, id, 0) }
    })
    const checks = figureSum(
      counts.filter(({ of }) => inPeriod.has(of)).map(({ count }) => figureOf([count], sensitive)),
    )
    const silence = silenceOf(
      counts.map(({ count }) => count),
      sensitive,
    )
    return { agency: id, agencyKind, suspended, checks, ...silence }
  })
}
