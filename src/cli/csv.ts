import { parse } from 'csv-parse/sync'
import { IndexError } from '../errors.js'
import { LINE_BYTES_MAX, type Line, textOf } from './lines.js'

/** A record of a file, by the number of the line on which it begins; `cells` undefined where it could not be read. */
export interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[] | undefined
}

/** Lines at most that one quoted cell may run over. */
const RECORD_LINES_MAX = 100

/**
 * Records of a CSV file (RFC 4180), the header first. Blank lines are passed over.
 *
 * A quote that is opened and not closed would otherwise take all the rows after it along: a record that cannot be read
 * costs its first line alone, and reading goes on with the next.
 */
export async function* csvRecords(lines: AsyncIterable<Line>): AsyncGenerator<CsvRecord> {
  const next = withReturns(lines)
  let width: number | undefined
  for (let first = await next.take(); first !== undefined; first = await next.take()) {
    const start = textOf(first)
    if (start?.trim() === '') continue
    let text = start
    const more: Line[] = []
    while (text !== undefined && hasOpenQuote(text) && more.length < RECORD_LINES_MAX) {
      const line = await next.take()
      if (line === undefined) break
      more.push(line)
      const continued = textOf(line)
      const joined = continued === undefined ? undefined : `${text}\n${continued}`
      text = joined === undefined || joined.length > LINE_BYTES_MAX ? undefined : joined
    }
    const cells = text === undefined ? undefined : cellsOf(text)
    const fits = cells !== undefined && (width === undefined || cells.length === width)
    if (!fits) next.giveBack(more)
    if (width === undefined) {
      if (cells === undefined) throw new IndexError('ERR_FILE_INVALID', 'the first line is not a header in UTF-8 CSV')
      width = cells.length
    }
    yield { line: first.number, cells: fits ? cells : undefined }
  }
}

function cellsOf(text: string): readonly string[] | undefined {
  try {
    const records = parse(text)
    return records.length === 1 ? records[0] : undefined
  } catch {
    return undefined
  }
}

function hasOpenQuote(text: string): boolean {
  let isOpen = false
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOpen = !isOpen
  return isOpen
}

/** Lines one at a time, of which some can be given back. */
function withReturns(lines: AsyncIterable<Line>): {
  readonly take: () => Promise<Line | undefined>
  readonly giveBack: (taken: readonly Line[]) => void
} {
  const iterator = lines[Symbol.asyncIterator]()
  let returned: Line[] = []
  return {
    async take() {
      const line = returned.shift()
      if (line !== undefined) return line
      const step = await iterator.next()
      return step.done === true ? undefined : step.value
    },
    giveBack(taken) {
      returned = [...taken, ...returned]
    },
  }
}
