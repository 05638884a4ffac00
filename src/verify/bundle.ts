import { z } from 'zod'
import { utf8Bytes } from '../bytes.js'
import { bytesOf, bytesUpTo, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { ENTRY_BYTES_MAX } from '../journal/entry.js'
import { noteShape } from '../journal/shapes.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'

/**
 * The first line of a bundle: whose journal, under which checkpoint, and what was let into it. `checks`: with the bytes of
 * checks, which are pseudonymous personal data. `cases`: with the entries that join agencies, decrypted.
 */
export interface BundleHeader {
  readonly hub: Uint8Array
  readonly checks: boolean
  readonly cases: boolean
  /** Signed checkpoint with its cosignatures; the bundle holds exactly the entries under it. */
  readonly note: string
}

/** A row beside a batch: its hash alone, or what gives the hash. */
export type BundleRow = { readonly hash: Uint8Array } | { readonly salt: Uint8Array; readonly bytes: Uint8Array }

/** One line after the first. */
export type BundleLine =
  | { readonly line: 'entry'; readonly position: number; readonly salt: Uint8Array; readonly bytes: Uint8Array }
  /** An entry of which only the leaf hash is shown: it is sealed, or was erased. */
  | {
      readonly line: 'leaf'
      readonly position: number
      readonly hash: Uint8Array
      readonly because: 'sealed' | 'erased'
    }
  /** Rows `from`, `from + 1`, … beside the batch at `position`. */
  | { readonly line: 'rows'; readonly position: number; readonly from: number; readonly rows: readonly BundleRow[] }
  | { readonly line: 'end'; readonly entries: number; readonly lines: number }

const FORMAT = 'child-index/bundle'
const VERSION = 1

/** Rows on one line, and bytes of one line at most. */
export const ROWS_PER_LINE = 128
export const LINE_BYTES_MAX: number = 2 ** 21

const count = z.number().int().min(0)
const header = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  hub: bytesOf(32),
  checks: z.boolean(),
  cases: z.boolean(),
  note: noteShape,
})
const row = z.union([
  z.strictObject({ hash: bytesOf(32) }),
  z.strictObject({ salt: bytesOf(32), bytes: bytesUpTo(8_192) }),
])
const line = z.discriminatedUnion('line', [
  z.strictObject({
    line: z.literal('entry'),
    position: count,
    salt: bytesOf(32),
    bytes: bytesUpTo(ENTRY_BYTES_MAX),
  }),
  z.strictObject({
    line: z.literal('leaf'),
    position: count,
    hash: bytesOf(32),
    because: z.enum(['sealed', 'erased']),
  }),
  z.strictObject({
    line: z.literal('rows'),
    position: count,
    from: count,
    rows: z.array(row).min(1).max(ROWS_PER_LINE),
  }),
  z.strictObject({ line: z.literal('end'), entries: count, lines: count }),
])

/** The first line, with its newline. */
export function encodeHeader(said: BundleHeader): Uint8Array {
  return withNewline(toJsonBytes({ format: FORMAT, version: VERSION, ...said }))
}

export function encodeLine(said: BundleLine): Uint8Array {
  return withNewline(toJsonBytes(said))
}

/** @throws {IndexError} `ERR_FILE_INVALID` for another format or version */
export function decodeHeader(bytes: Uint8Array): BundleHeader {
  const { format: _format, version: _version, ...said } = parse(header, jsonOf(bytes), 'ERR_FILE_INVALID', 'bundle')
  return said
}

/** @throws {IndexError} `ERR_FILE_INVALID` */
export function decodeLine(bytes: Uint8Array): BundleLine {
  return parse(line, jsonOf(bytes), 'ERR_FILE_INVALID', 'bundle')
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return fromJsonBytes(bytes)
  } catch {
    throw new IndexError('ERR_FILE_INVALID', 'a line of the bundle is not canonical JSON')
  }
}

const NEWLINE = utf8Bytes('\n')

function withNewline(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, NEWLINE])
}

/**
 * The lines of a bundle as it is read, without their newlines. No more than one line is held in memory.
 * @throws {IndexError} `ERR_FILE_INVALID` for a line of more than 2 MiB, or a last line without a newline
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      requireShort(length + at - from)
      yield Buffer.concat([...rest, chunk.subarray(from, at)])
      rest = []
      length = 0
      from = at + 1
    }
    length += chunk.length - from
    requireShort(length)
    if (from < chunk.length) rest.push(chunk.subarray(from))
  }
  if (length > 0) throw new IndexError('ERR_FILE_INVALID', 'the bundle breaks off in the middle of a line')
}

function requireShort(length: number): void {
  if (length > LINE_BYTES_MAX) throw new IndexError('ERR_FILE_INVALID', 'a line of the bundle is longer than 2 MiB')
}
