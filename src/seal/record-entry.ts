import { pack, unpack, utf8Text } from '../bytes.js'
import { IndexError, isIndexError } from '../errors.js'

/** Body of a `record` entry: the hashes of one child's sealed groups. It does not say whose they are. */
export interface RecordEntry {
  readonly sealer: string
  /** `recordHash` of each group's stored form, 32 bytes. */
  readonly identity: Uint8Array
  readonly carers: Uint8Array
}

export function encodeRecordEntry({ sealer, identity, carers }: RecordEntry): Uint8Array {
  return pack('record-entry/v1', sealer, identity, carers)
}

/** @throws {IndexError} `ERR_ENTRY_MALFORMED` */
export function decodeRecordEntry(body: Uint8Array): RecordEntry {
  try {
    const [sealer, identity, carers] = unpack('record-entry/v1', body, 3) as [Uint8Array, Uint8Array, Uint8Array]
    if (identity.length === 32 && carers.length === 32) return { sealer: utf8Text(sealer), identity, carers }
  } catch (error) {
    if (!isIndexError(error, 'ERR_MESSAGE_MALFORMED')) throw error
  }
  throw new IndexError('ERR_ENTRY_MALFORMED', 'an entry is not that of a record')
}
