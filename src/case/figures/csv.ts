import type { Figures } from './figures.js'
import type { Figure } from './shown.js'

const HEAD = ['period', 'table', 'row', 'column', 'value', 'at_least', 'at_most'] as const

/**
 * The figures as CSV (RFC 4180), one figure a line: CRLF, a header, quotes where they are needed. What a spreadsheet would
 * take for a formula begins with an apostrophe instead.
 */
export function figuresCsv(figures: Figures): string {
  const period = figures.period.name
  const lines = [HEAD, ...rowsOf(figures).map((row) => [period, ...row])]
  return lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')
}

type Cell = string | number
type Row = readonly [table: string, row: string, column: string, ...values: Cell[]]

function rowsOf({ tables, open, agencies, groups }: Figures): readonly Row[] {
  return [
    ...tables.flatMap(({ id, rows, columns, cells }) =>
      rows.flatMap((row, at) =>
        columns.map((column, place): Row => [id, row, column, ...valuesOf(cells[at]?.[place])]),
      ),
    ),
    ...tables.flatMap(({ id, every, rows, course }) =>
      course.length < 2
        ? []
        : course.flatMap(({ period, rowTotals }) =>
            rows.map((row, at): Row => [`${id} by ${every}`, row, period, ...valuesOf(rowTotals[at])]),
          ),
    ),
    ...(open === undefined ? [] : [['open', 'cases', 'all', ...valuesOf(open)] as const]),
    ...agencies.flatMap(({ agency, checks, usual, silentMonths, state }): readonly Row[] => [
      ['agencies', agency, 'checks', ...valuesOf(checks)],
      ['agencies', agency, 'usual', usual ?? '', '', ''],
      ['agencies', agency, 'silent months', silentMonths, '', ''],
      ['agencies', agency, 'state', state, '', ''],
    ]),
    ...(groups?.groups ?? []).flatMap(({ code, children, rates }): readonly Row[] => [
      ['groups', code, 'children', children, '', ''],
      ...rates.flatMap(({ threshold, cases, rate, ratio }): readonly Row[] => [
        ['groups', code, `${threshold} cases`, ...valuesOf(cases)],
        ['groups', code, `${threshold} per 1000`, rate ?? '', '', ''],
        ['groups', code, `${threshold} ratio`, ratio?.value ?? '', ratio?.low ?? '', ratio?.high ?? ''],
      ]),
    ]),
  ]
}

function valuesOf(figure: Figure | undefined): readonly [Cell, Cell, Cell] {
  return [figure?.count ?? '', figure?.atLeast ?? '', figure?.atMost ?? '']
}

function cellOf(cell: Cell): string {
  const text = typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
