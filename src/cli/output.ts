import { type Line, painter, paints } from './paint.js'

/** Instants at a terminal are written as on a page. */
export { when } from '../page/words.js'

/** Where a command says what it found: lines for people, or JSON for programs. */
export interface Output {
  readonly json: boolean
  /** One result: the object as JSON, or the lines. */
  result(value: object, lines: readonly Line[]): void
  /** One item of a list: a line of JSON (NDJSON), or of text. */
  item(value: object, line: Line): void
  /** A document in a form of its own, as it is. */
  text(document: string): void
}

export function outputTo(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }, json: boolean): Output {
  const paint = painter(paints(stream, process.env))
  const write = (text: string): void => {
    stream.write(`${text}\n`)
  }
  // Painted after it was filtered: what was sealed elsewhere cannot paint.
  const shown = (line: Line): string =>
    typeof line === 'string' ? printable(line) : line.map(({ text, tone }) => paint(printable(text), tone)).join('')
  return {
    json,
    result(value, lines) {
      if (json) write(JSON.stringify(value))
      else for (const line of lines) write(shown(line))
    },
    text(document) {
      stream.write(document)
    },
    item(value, line) {
      write(json ? JSON.stringify(value) : shown(line))
    },
  }
}

/** Words in columns of fixed width, at least two spaces apart. */
export function columns(...cells: readonly (readonly [word: string, width: number])[]): string {
  return cells
    .map(([word, width]) => `${word.padEnd(width)}  `)
    .join('')
    .trimEnd()
}

// What was sealed elsewhere must not steer the terminal that shows it.
function printable(line: string): string {
  return line.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, ' ')
}
