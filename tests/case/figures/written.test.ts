import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { figuresCsv } from '../../../src/case/figures/csv.js'
import { type Figures, figuresOf } from '../../../src/case/figures/figures.js'
import { groupFigures } from '../../../src/case/figures/groups.js'
import { parsePart, tallyOf } from '../../../src/case/figures/part.js'
import { parsePeriod } from '../../../src/case/figures/period.js'
import { figuresPage } from '../../../src/case/figures/report.js'

const HOSTILE = [
  '=HYPERLINK("http://x","y")',
  '+1+1',
  '-2',
  '@SUM(A1)',
  '\tx',
  'a,b',
  'a"b',
  'a\r\nb',
  '<script>alert(1)</script>',
  '</title><svg onload=x>',
  '\u202Eevil',
  '" onload="x',
]

async function figuresWith(names: readonly string[]): Promise<Figures> {
  const month = parsePeriod('2026-03')
  const tally = tallyOf(month)
  for (const [at, row] of names.entries()) tally.take({ table: 'raised', row, column: 'first', count: 20 + at })
  const agencies = names.map((id) => ({ id, agencyKind: id, sensitive: false, suspended: false }))
  const part = tally.part({ levels: names, agencies })
  const codes = names.filter((name) => !/\p{Cc}/u.test(name))
  const data = {
    kind: 'ethnicity',
    codes: new Map(Array.from({ length: 60 }, (_, at) => [at, codes[at % Math.min(3, codes.length)] ?? ''])),
    population: codes.map((code, at) => ({ code, children: 5_000, isReference: at === 0 })),
  }
  const cases = Array.from({ length: 60 }, (_, number) => ({ number, threshold: 'child-in-need' as const }))
  return figuresOf('<b>Anytown</b>', month, [part], await groupFigures(data, cases))
}

describe('CSV', () => {
  test('reads back, and nothing in it is a formula', async () => {
    const csv = figuresCsv(await figuresWith(HOSTILE))
    const records: string[][] = parse(csv, { record_delimiter: '\r\n' })
    expect(new Set(records.map(({ length }) => length))).toEqual(new Set([7]))
    expect(records[0]).toEqual(['period', 'table', 'row', 'column', 'value', 'at_least', 'at_most'])
    for (const cell of records.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
    const rows = records.filter(([, table]) => table === 'raised').map(([, , row]) => row)
    for (const [at, name] of HOSTILE.entries()) expect(rows).toContain(at < 5 ? `'${name}` : name)
    expect(records.find(([, table, row]) => table === 'raised' && row === 'a,b')?.slice(3)).toEqual([
      'first',
      '25',
      '23',
      '27',
    ])
  })

  test('ends every line in CR LF', async () => {
    const csv = figuresCsv(await figuresWith(['review']))
    expect(csv.split('\r\n').join('')).not.toMatch(/[\r\n]/)
    expect(csv.endsWith('\r\n')).toBe(true)
  })
})

describe('the page', () => {
  test('stands alone, runs nothing and escapes every name', async () => {
    const page = figuresPage(await figuresWith(HOSTILE))
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<script|<svg onload|javascript:|src=|@import|url\(|"\s+onload=/)
    expect(page).not.toContain('<b>Anytown')
    expect(page).toContain('&lt;script&gt;')
  })

  test('has a table beside every chart, and names for all that can be reached by keyboard', async () => {
    const page = figuresPage(await figuresWith(['review', 'child-in-need']))
    const charts = page.match(/<svg class="chart"/g) ?? []
    expect(charts.length).toBeGreaterThanOrEqual(2)
    expect((page.match(/<table/g) ?? []).length).toBeGreaterThanOrEqual(charts.length)
    for (const [, id] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(page.split(`id="${id}"`)).toHaveLength(2)
  })
})

describe('what the journal holds of a period', () => {
  const shown = {
    period: '2026-03',
    kind: 'month',
    tables: [{ id: 'raised', rows: ['review'], cells: [['suppressed', 0, 10]] }],
    agencies: [],
  }

  test('is nothing but what is shown: an exact count does not fit its shape', () => {
    expect(parsePart(shown)).toEqual(shown)
    for (const cell of [1, 7, 9, 11, 12.5, -5, '3', null, 'some'])
      expect(() => parsePart({ ...shown, tables: [{ id: 'raised', rows: ['review'], cells: [[cell]] }] })).toThrow(
        expect.objectContaining({ code: 'ERR_ENTRY_MALFORMED' }),
      )
    for (const change of [
      { case: 7 },
      { period: 7 },
      { kind: 'week' },
      { tables: [{ id: 'other', rows: [], cells: [] }] },
    ])
      expect(() => parsePart({ ...shown, ...change })).toThrow(expect.objectContaining({ code: 'ERR_ENTRY_MALFORMED' }))
  })

  test('is refused a fact that fits no cell', () => {
    const { take } = tallyOf(parsePeriod('2026-Q1'))
    for (const fact of [
      { table: 'closed', row: 'because', column: 'unfounded' },
      { table: 'closed', row: 'moved-away', column: 'other' },
      { table: 'closed', row: 'moved-away', column: 'unfounded', count: -1 },
      { table: 'closed', row: 'moved-away', column: 'unfounded', count: 0.5 },
    ] as const)
      expect(() => take(fact)).toThrow(RangeError)
  })
})
