import { readFileSync } from 'node:fs'
import { type Options, parse } from 'csv-parse/sync'
import type { ConfirmingDetail, LookupDetails } from '../../src/child/details.js'
import { type ColumnMap, columnMapFrom } from './columns.js'

/** Reading any data set of two files whose true links are known, for `npm run bench:matching`. */

/** One row of a data set: what it says of a person, in the terms of a look-up. */
export interface DataRecord {
  readonly id: string
  readonly details: LookupDetails
  /** What else the row says, by which a candidate can be confirmed. */
  readonly confirm?: ConfirmingDetail
}

export interface DataSet {
  readonly registered: readonly DataRecord[]
  readonly lookups: readonly DataRecord[]
  /** By the place of a look-up, the places of the registered records that are the same person; none where there is no such record. */
  readonly truth: ReadonlyMap<number, ReadonlySet<number>>
  /** Dates of birth that were said and are no day of the calendar; they are left out, as an agency's look-up leaves them out. */
  readonly invalidDates: number
  readonly births: 'single' | 'unknown'
}

/** Paths. `columns` is a JSON file in the form of `COLUMNS`. */
export interface DataFiles {
  readonly register: string
  readonly lookup: string
  readonly truth: string
  readonly columns?: string
}

/** Why a data set cannot be read: names the file and the row by number, never what stands in it. */
export class DataError extends Error {
  override readonly name: string = 'DataError'
}

/**
 * A data set from its files.
 * @throws {DataError} for a file that is missing, too large, not UTF-8 or no CSV; for a column that it does not have; for an id that is
 * missing or comes twice; for a link to an id that there is not; for a map that names something else.
 */
export function readDataSet(files: DataFiles): DataSet {
  const map = files.columns === undefined ? FEBRL : columnMapFrom(textOf(files.columns, '--columns'), fail)
  return link(
    readRecords(files.register, '--register', map),
    readRecords(files.lookup, '--lookup', map),
    readRows(files.truth, '--truth', (row) => row),
    map,
  )
}

/** The columns of the FEBRL data sets, which is the map where none is named. `soc_sec_id` is left out on purpose. */
export const FEBRL: ColumnMap = {
  id: 'rec_id',
  givenNames: 'given_name',
  familyName: 'surname',
  dateOfBirth: { column: 'date_of_birth', format: 'YYYYMMDD' },
  postcode: 'postcode',
  lines: [['street_number', 'address_1'], 'address_2', 'suburb'],
}

export interface Records {
  readonly records: readonly DataRecord[]
  readonly invalidDates: number
}

/** Matches the links of a truth file, header first, with the records of both files. */
export function link(
  register: Records,
  lookup: Records,
  links: readonly (readonly string[])[],
  map: ColumnMap,
): DataSet {
  const [header = [], ...rows] = links
  const columns = [map.truth?.register, map.truth?.lookup].map((name, i) =>
    name === undefined ? i : header.indexOf(name),
  )
  const [from = -1, to = -1] = columns
  if (header.length < 2 || from < 0 || to < 0) fail('--truth has no two columns of ids')
  const [registered, asked] = [placesOf(register.records, '--register'), placesOf(lookup.records, '--lookup')]
  const truth = new Map<number, Set<number>>()
  for (const [i, row] of rows.entries()) {
    const [one = '', other = ''] = [row[from], row[to]]
    // Which of the two comes first is a matter of taste where the file says no more than that they belong together.
    const isSwapped = map.truth === undefined && !registered.has(one) && registered.has(other)
    const [theirs, ours] = isSwapped ? [registered.get(other), asked.get(one)] : [registered.get(one), asked.get(other)]
    if (theirs === undefined || ours === undefined) {
      fail(`--truth row ${i + 2} links an id that ${theirs === undefined ? '--register' : '--lookup'} does not have`)
    }
    truth.set(ours, (truth.get(ours) ?? new Set()).add(theirs))
  }
  const invalidDates = register.invalidDates + lookup.invalidDates
  const { births = 'unknown' } = map
  return { registered: register.records, lookups: lookup.records, truth, invalidDates, births }
}

function placesOf(records: readonly DataRecord[], name: string): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  records.forEach(({ id }, i) => {
    if (id === '') fail(`${name} row ${i + 2} has no id`)
    if (places.has(id)) fail(`${name} row ${i + 2} has an id that came before`)
    places.set(id, i)
  })
  return places
}

/** The rows of a file as records, in their order. */
export function readRecords(path: string, name: string, map: ColumnMap): Records {
  let header: ReadonlyMap<string, number> | undefined
  let invalidDates = 0
  const rows = readRows(path, name, (row): DataRecord | null => {
    if (header === undefined) {
      header = headerOf(row, name, map)
      return null
    }
    const places = header
    const at = (column: string): string => (row[places.get(column) ?? -1] ?? '').trim()
    const { record, isDateInvalid } = recordOf(at, map)
    if (isDateInvalid) invalidDates += 1
    return record
  })
  if (header === undefined) fail(`${name} is empty`)
  return { records: rows, invalidDates }
}

function headerOf(row: readonly string[], name: string, map: ColumnMap): ReadonlyMap<string, number> {
  const header = new Map(row.map((column, i) => [column.trim(), i]))
  if (header.size < row.length) fail(`${name} has a column name twice`)
  // The names are those of the map, which whoever runs the benchmark wrote.
  for (const column of columnsOf(map)) if (!header.has(column)) fail(`${name} has no column ${JSON.stringify(column)}`)
  return header
}

function columnsOf({ truth: _, dateOfBirth, confirm, lines, ...single }: ColumnMap): readonly string[] {
  const named = [dateOfBirth?.column, confirm?.column, ...(lines ?? []).flat(), ...Object.values(single).flat()]
  return named.filter((column) => column !== undefined)
}

function recordOf(at: (column: string) => string, map: ColumnMap): { record: DataRecord; isDateInvalid: boolean } {
  const joined = (columns: string | readonly string[] | undefined): string =>
    [columns ?? []]
      .flat()
      .map(at)
      .filter((part) => part !== '')
      .join(' ')
  const written = map.dateOfBirth === undefined ? '' : at(map.dateOfBirth.column)
  const dateOfBirth = map.dateOfBirth === undefined ? undefined : dayOf(written, map.dateOfBirth.format)
  const lines = (map.lines ?? []).map(joined).filter((line) => line !== '')
  const [postcode, nhsNumber] = [joined(map.postcode), joined(map.nhsNumber)]
  const hasAddress = lines.length > 0 || postcode !== ''
  const details: LookupDetails = {
    givenNames: joined(map.givenNames),
    familyName: joined(map.familyName),
    ...(dateOfBirth !== undefined && { dateOfBirth }),
    ...(hasAddress && { addresses: [{ lines, ...(postcode !== '' && { postcode }) }] }),
    ...(nhsNumber !== '' && { nhsNumber }),
  }
  const confirm = map.confirm === undefined ? '' : at(map.confirm.column)
  const confirming = confirm === '' ? undefined : ({ [map.confirm?.as ?? '']: confirm } as unknown as ConfirmingDetail)
  const record = { id: at(map.id), details, ...(confirming !== undefined && { confirm: confirming }) }
  return { record, isDateInvalid: written !== '' && dateOfBirth === undefined }
}

/** The day of the calendar, `YYYY-MM-DD`, that a text spells; undefined for any other text. */
export function dayOf(text: string, format: string): string | undefined {
  const pattern = format
    .replace(/[^YMD]/g, '\\$&')
    .replace('YYYY', '(?<year>\\d{4})')
    .replace('MM', '(?<month>\\d\\d)')
  const { year, month, day } = new RegExp(`^${pattern.replace('DD', '(?<day>\\d\\d)')}$`).exec(text)?.groups ?? {}
  const date = `${year}-${month}-${day}`
  const instant = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(date) ? date : undefined
}

const FILE_BYTES_MAX = 500_000_000
const RECORD_CHARACTERS_MAX = 100_000

/** What `read` makes of each row of a CSV file, the header included; rows for which it gives null are left out. */
export function readRows<Row>(path: string, name: string, read: (row: readonly string[]) => Row | null): Row[] {
  const options: Options = {
    bom: true,
    trim: true,
    skip_empty_lines: true,
    max_record_size: RECORD_CHARACTERS_MAX,
    // The parser's types know rows only.
    on_record: (row: string[]) => read(row) as unknown as string[] | null,
  }
  try {
    return parse(textOf(path, name), options) as unknown as Row[]
  } catch (error) {
    if (error instanceof DataError) throw error
    const { lines } = error as { readonly lines?: unknown }
    return fail(`${name} is no CSV${typeof lines === 'number' ? ` at line ${lines}` : ''}`)
  }
}

function textOf(path: string, name: string): string {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch {
    return fail(`${name} names a file that cannot be read`)
  }
  if (bytes.length > FILE_BYTES_MAX) fail(`${name} has more than ${FILE_BYTES_MAX / 1e6} MB`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return fail(`${name} is not in UTF-8`)
  }
}

function fail(problem: string): never {
  throw new DataError(problem)
}
