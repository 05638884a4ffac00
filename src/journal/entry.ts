import { pack, readU64, unpack, utf8Text } from '../bytes.js'
import { IndexError, isIndexError } from '../errors.js'
import { saltedLeafHash } from './merkle.js'

/** Everything a journal entry can be. Closed: a reader that meets another word refuses the entry. */
export const ENTRY_TYPES = [
  'roster',
  'activation',
  'policy',
  'identify',
  'check-batch',
  'correction',
  'withdrawal',
  'record',
  'case',
  'determination',
  'disclosure',
  'consent',
  'enquiry',
  'opening',
  'release',
  'refusal',
  'view',
  'referral',
  'deadline',
  'account',
  'duplicate',
  'link',
  'shield',
  'conference',
  'alert',
  'erasure',
  'figures',
] as const
export type EntryType = (typeof ENTRY_TYPES)[number]

/**
 * The types that say which agencies know the same child, where a shielded one is, or who looked for whom: stored encrypted under a hub key.
 * Their leaf still covers salt and plaintext, so an auditor who may read them can check them.
 */
export const SEALED_TYPES: ReadonlySet<EntryType> = new Set<EntryType>([
  'case',
  'determination',
  'consent',
  'enquiry',
  'account',
  'duplicate',
  'link',
  'shield',
  'conference',
  'alert',
  'erasure',
])

/** Largest encoded entry: a store takes 1 MiB, less what encryption adds. */
export const ENTRY_BYTES_MAX: number = 2 ** 20 - 256

/** One thing that happened, as the journal keeps it. */
export interface Entry {
  readonly type: EntryType
  /** The hub's clock when it was appended, in milliseconds since 1970-01-01 UTC. */
  readonly at: number
  /** Bytes whose form the type decides. */
  readonly body: Uint8Array
}

const TAG = 'entry/v1'

/**
 * The bytes of an entry, exactly as they are hashed: version byte, tag, type, time, body.
 * @throws {IndexError} `ERR_ENTRY_MALFORMED` when they would be longer than `ENTRY_BYTES_MAX`
 */
export function encodeEntry(entry: Entry): Uint8Array {
  return requireSize(pack(TAG, entry.type, entry.at, entry.body))
}

/**
 * The entry of bytes that `encodeEntry` made; its body is a view on them.
 * @throws {IndexError} `ERR_ENTRY_MALFORMED` for anything else: there is one spelling
 */
export function decodeEntry(bytes: Uint8Array): Entry {
  requireSize(bytes)
  try {
    const [type, at, body] = unpack(TAG, bytes, 3) as [Uint8Array, Uint8Array, Uint8Array]
    return { type: requireType(utf8Text(type)), at: readU64(at), body }
  } catch (error) {
    if (!isIndexError(error, 'ERR_MESSAGE_MALFORMED')) throw error
    throw new IndexError('ERR_ENTRY_MALFORMED', 'bytes are not a journal entry')
  }
}

/** The leaf of an entry in the journal: SHA-256(0x00 ‖ salt ‖ entry). The salt is 32 fresh bytes for every entry. */
export function entryLeaf(salt: Uint8Array, entryBytes: Uint8Array): Uint8Array {
  return saltedLeafHash(salt, entryBytes)
}

function requireSize(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= ENTRY_BYTES_MAX) return bytes
  throw new IndexError('ERR_ENTRY_MALFORMED', 'the entry is too large')
}

function requireType(word: string): EntryType {
  const type = ENTRY_TYPES.find((known) => known === word)
  if (type === undefined) throw new IndexError('ERR_ENTRY_MALFORMED', 'the entry is of an unknown type')
  return type
}
