import { toBase64 } from '../bytes.js'
import { IndexError, isIndexError } from '../errors.js'
import { canonicalBase64, NOTE_BYTES_MAX } from '../journal/note.js'

/** What a log sends a witness: its head, the size that it thinks the witness knows, and the proof between the two. */
export interface AddCheckpoint {
  readonly old: number
  readonly path: readonly Uint8Array[]
  readonly note: string
}

/** What a witness says, as HTTP says it. @see https://c2sp.org/tlog-witness */
export type WitnessAnswer =
  | { readonly status: 200; readonly line: string }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 400 | 403 | 404 | 422 }

/** Proof lines at most, and characters of a whole request at most. */
const PROOF_LINES_MAX = 63
export const REQUEST_BYTES_MAX: number = NOTE_BYTES_MAX + 64 * 48

export function formatAddCheckpoint({ old, path, note }: AddCheckpoint): string {
  return `old ${old}\n${path.map((hash) => `${toBase64(hash)}\n`).join('')}\n${note}`
}

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` */
export function parseAddCheckpoint(text: string): AddCheckpoint {
  const end = text.indexOf('\n\n')
  if (text.length > REQUEST_BYTES_MAX || end < 0) throw malformed()
  const [first = '', ...lines] = text.slice(0, end).split('\n')
  const size = /^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1]
  const old = Number(size ?? Number.NaN)
  if (!Number.isSafeInteger(old) || lines.length > PROOF_LINES_MAX) throw malformed()
  return { old, path: lines.map(hashOf), note: text.slice(end + 2) }
}

function hashOf(line: string): Uint8Array {
  try {
    const hash = canonicalBase64(line)
    if (hash.length === 32) return hash
  } catch (error) {
    if (!isIndexError(error)) throw error
  }
  throw malformed()
}

function malformed(): IndexError {
  return new IndexError('ERR_MESSAGE_MALFORMED', 'this is no add-checkpoint request')
}
