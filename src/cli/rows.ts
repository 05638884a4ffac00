import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'
import { IndexError } from '../errors.js'
import { csvRecords } from './csv.js'
import { type Line, linesOf, textOf } from './lines.js'

export const FORMATS = ['csv', 'ndjson'] as const
export type Format = (typeof FORMATS)[number]

/** Texts of a row by column name. */
export type Cells = ReadonlyMap<string, string>

/** One row of a file: flat cells, an object of the library's own form, or a line that could not be read. */
export type Row =
  | { readonly kind: 'cells'; readonly line: number; readonly cells: Cells }
  | { readonly kind: 'object'; readonly line: number; readonly value: object }
  | { readonly kind: 'malformed'; readonly line: number }

export interface RowSource {
  readonly format: Format
  /** Names of the columns; undefined for NDJSON, where each line has its own. */
  readonly header: readonly string[] | undefined
  readonly rows: AsyncIterable<Row>
  /** Bytes of the file, where it has an end that is known. */
  readonly bytesTotal: number | undefined
  /** Bytes of the lines that were taken so far. */
  bytesDone(): number
}

export interface RowOptions {
  readonly format?: Format | undefined
  /** Members that tell an object of the library's form from a flat one. */
  readonly ownForm: readonly string[]
  readonly signal: AbortSignal
}

/**
 * Rows of a file of any size, read as they are asked for; `-` is standard input.
 * @throws {IndexError} `ERR_FILE_MISSING`; `ERR_FILE_INVALID` for a CSV file without a header; `ERR_REQUEST_INVALID` where the format is not known
 */
export async function openRows(path: string, { format, ownForm, signal }: RowOptions): Promise<RowSource> {
  const chosen = format ?? formatOf(path)
  if (path !== '-') await requireFile(path)
  const stream =
    path === '-' ? addAbortSignal(signal, process.stdin) : createReadStream(path, { signal, highWaterMark: 256 * 1024 })
  let done = 0
  const lines = (async function* counted(): AsyncGenerator<Line> {
    for await (const line of linesOf(stream as AsyncIterable<Uint8Array>)) {
      done = line.end
      yield line
    }
  })()
  const bytesTotal = path === '-' ? undefined : (await stat(path)).size
  const common = { format: chosen, bytesTotal, bytesDone: () => done }
  if (chosen === 'ndjson') return { ...common, header: undefined, rows: objectRows(lines, ownForm) }
  const records = csvRecords(lines)
  const first = await records.next()
  const header = first.done === true ? undefined : first.value.cells?.map((name) => name.trim())
  if (header === undefined) throw new IndexError('ERR_FILE_INVALID', 'the file has no header line')
  return { ...common, header, rows: cellRows(header, records) }
}

function formatOf(path: string): Format {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase()
  if (extension === 'csv') return 'csv'
  if (extension === 'ndjson' || extension === 'jsonl') return 'ndjson'
  throw new IndexError('ERR_REQUEST_INVALID', 'the file’s name does not say its format: give csv or ndjson', {
    field: '--format',
  })
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new IndexError('ERR_FILE_MISSING', 'the file to read is not there')
    throw error
  })
  if (!found.isFile() && !found.isFIFO()) throw new IndexError('ERR_FILE_INVALID', 'the path to read is not a file')
}

async function* cellRows(
  header: readonly string[],
  records: AsyncIterable<{ readonly line: number; readonly cells: readonly string[] | undefined }>,
): AsyncGenerator<Row> {
  for await (const { line, cells } of records) {
    if (cells === undefined) yield { kind: 'malformed', line }
    else yield { kind: 'cells', line, cells: cellsByName(header, cells) }
  }
}

/** Of two columns with one name the first counts. */
function cellsByName(header: readonly string[], cells: readonly string[]): Cells {
  const named = new Map<string, string>()
  header.forEach((name, index) => {
    if (!named.has(name)) named.set(name, cells[index] ?? '')
  })
  return named
}

async function* objectRows(lines: AsyncIterable<Line>, ownForm: readonly string[]): AsyncGenerator<Row> {
  for await (const line of lines) {
    const text = textOf(line)
    if (text?.trim() === '') continue
    yield text === undefined ? { kind: 'malformed', line: line.number } : objectRow(line.number, text, ownForm)
  }
}

function objectRow(line: number, text: string, ownForm: readonly string[]): Row {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'malformed', line }
    if (ownForm.some((name) => Object.hasOwn(value, name))) return { kind: 'object', line, value }
    const cells = new Map(Object.entries(value).map(([name, member]) => [name, flat(member)] as const))
    const isFlat = [...cells.values()].every((cell) => cell !== undefined)
    return isFlat ? { kind: 'cells', line, cells: cells as Cells } : { kind: 'malformed', line }
  } catch {
    return { kind: 'malformed', line }
  }
}

function flat(member: unknown): string | undefined {
  if (member === null) return ''
  if (Array.isArray(member)) return member.every((each) => typeof each === 'string') ? member.join(';') : undefined
  return typeof member === 'object' ? undefined : String(member)
}
