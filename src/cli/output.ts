/** Instants at a terminal are written as on a page. */
export { when } from '../page/words.js'

/** Where a command says what it found: lines for people, or JSON for programs. */
export interface Output {
  readonly json: boolean
  /** One result: the object as JSON, or the lines. */
  result(value: object, lines: readonly string[]): void
  /** One item of a list: a line of JSON (NDJSON), or of text. */
  item(value: object, line: string): void
  /** A document in a form of its own, as it is. */
  text(document: string): void
}

export function outputTo(stream: NodeJS.WritableStream, json: boolean): Output {
  const write = (text: string): void => {
    stream.write(`${text}\n`)
  }
  return {
    json,
    result(value, lines) {
      if (json) write(JSON.stringify(value))
      else for (const line of lines) write(printable(line))
    },
    text(document) {
      stream.write(document)
    },
    item(value, line) {
      write(json ? JSON.stringify(value) : printable(line))
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
