/** A line of a file: its bytes without the line ending, or `undefined` where it is longer than a line may be. */
export interface Line {
  /** 1-based. */
  readonly number: number
  readonly bytes: Uint8Array | undefined
  /** Where the next line begins in the file, in bytes. */
  readonly end: number
}

/** Longest line that is read, in bytes; what is longer is passed over without being kept. */
export const LINE_BYTES_MAX: number = 64 * 1024

const LF = 10
const CR = 13

/** Lines of a stream of bytes, ended by LF or CRLF; of a longer line than the limit only its number. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 1
  let parts: Uint8Array[] = []
  let length = 0
  let end = 0
  const take = (part: Uint8Array): void => {
    length += part.length
    if (length <= LINE_BYTES_MAX) parts.push(part)
    else parts = []
  }
  const line = (): Line => {
    const bytes = length > LINE_BYTES_MAX ? undefined : withoutCr(Buffer.concat(parts))
    end += length + 1
    parts = []
    length = 0
    return { number: number++, bytes, end }
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      take(chunk.subarray(from, end))
      yield line()
      from = end + 1
    }
    take(chunk.subarray(from))
  }
  if (length > 0) yield line()
}

function withoutCr(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of a line without a byte order mark; undefined where it is too long or not UTF-8. */
export function textOf({ number, bytes }: Line): string | undefined {
  if (bytes === undefined) return undefined
  try {
    const text = utf8.decode(bytes)
    return number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text
  } catch {
    return undefined
  }
}
