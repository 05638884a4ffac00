import { decode, encode, equalBytes, pack, readU64, unpack, utf8Text } from '../bytes.js'
import { IndexError, isIndexError } from '../errors.js'
import { sha256 } from '../hash.js'
import { AEAD_OVERHEAD } from './aead.js'
import { GROUPS, type Group, sealLabel } from './label.js'
import { BUCKETS } from './pad.js'
import { HANDLE_LENGTH } from './wrap.js'

/** One custodian's share of a record's key, wrapped so that only that custodian can give it out. */
export interface SealedShare {
  /** Number of the custodian, 1 to 255. */
  readonly custodian: number
  /** 16 bytes: with the label it brings back the wrap under the custodian's root. */
  readonly handle: Uint8Array
  /** Generation of the custodian's root. */
  readonly generation: number
  /** Nonce (24) ‖ ciphertext of the share, 73 bytes. */
  readonly wrapped: Uint8Array
  /** 32 bytes, by which anyone who gets the share sees whether it is the one that was sealed. */
  readonly shareHash: Uint8Array
}

/** Details of one group of one child, sealed. Names neither the child nor any agency. */
export interface SealedRecord {
  readonly version: 1
  /** 32 bytes; `recordLabel` checks it against a child id. */
  readonly label: Uint8Array
  readonly group: Group
  readonly recordVersion: number
  readonly keyset: string
  /** By ascending custodian, 2 to 16. */
  readonly shares: readonly SealedShare[]
  /** Nonce (24) ‖ ciphertext of the padded details. */
  readonly body: Uint8Array
  /** 32 bytes: fixes the key, so that one body cannot be opened to two contents. */
  readonly commitment: Uint8Array
}

/** Most custodians that a keyset can have. */
export const CUSTODIANS_MAX = 16

/** Length of a wrapped share in bytes. */
export const WRAPPED_LENGTH: number = 33 + AEAD_OVERHEAD
const KEYSET = /^[A-Za-z0-9._-]{1,64}$/

/** The stored form of a record; `docs/formats.md` has the layout. @throws {RangeError} for a record that could not be decoded again. */
export function encodeRecord(record: SealedRecord): Uint8Array {
  const fault = faultOf(record)
  if (fault !== undefined) throw new RangeError(fault)
  return pack(
    'sealed-record/v1',
    record.label,
    record.group,
    record.recordVersion,
    record.keyset,
    record.body,
    record.commitment,
    ...record.shares.map((share) =>
      encode('sealed-share/v1', share.custodian, share.handle, share.generation, share.wrapped, share.shareHash),
    ),
  )
}

/**
 * The record of its stored form, byte strings as views on it. Every record has one form only.
 * @throws {IndexError} `ERR_SEAL_INVALID`
 */
export function decodeRecord(bytes: Uint8Array): SealedRecord {
  try {
    const record = fromParts(unpack('sealed-record/v1', bytes))
    if (record !== undefined && faultOf(record) === undefined) return record
  } catch (cause) {
    if (!isIndexError(cause, 'ERR_MESSAGE_MALFORMED')) throw cause
  }
  throw new IndexError('ERR_SEAL_INVALID', 'the bytes are not a sealed record')
}

/**
 * The hash by which journal and requests name a record, 32 bytes. It covers everything but how the shares are wrapped:
 * a custodian that changes its root wraps its shares again, and the record stays the one that was sealed. A wrap is bound
 * to label, custodian, handle and generation by itself, and to the share by the share's hash.
 */
export function recordHash(record: SealedRecord): Uint8Array {
  const { label, group, recordVersion, keyset, body, commitment, shares } = record
  const shared = shares.map((share) => encode('share-of/v1', share.custodian, share.shareHash))
  return sha256(encode('record/v2', label, group, recordVersion, keyset, body, commitment, ...shared))
}

/**
 * The label of a record, once it is clear that the record is this child's.
 *
 * A custodian takes the label from here and never from the record alone.
 * @throws {IndexError} `ERR_SEAL_INVALID` where hub, child id, group, record version and keyset give another label.
 */
export function recordLabel(record: SealedRecord, hub: Uint8Array, childId: Uint8Array): Uint8Array {
  const { group, recordVersion, keyset } = record
  const label = sealLabel({ hub, childId, group, recordVersion, keyset })
  requireLabel(record, label)
  return label
}

/** @throws {IndexError} `ERR_SEAL_INVALID` for a record with another label. */
export function requireLabel(record: SealedRecord, label: Uint8Array): void {
  if (!equalBytes(record.label, label)) throw new IndexError('ERR_SEAL_INVALID', 'the record has another label')
}

/** What a record keeps of each share, to tell a good one from a bad one. */
export function shareHash(label: Uint8Array, custodian: number, share: Uint8Array): Uint8Array {
  return sha256(encode('share-hash/v1', label, custodian, share))
}

/** What a share is bound to while it is wrapped. */
export function shareAad(
  label: Uint8Array,
  share: { readonly custodian: number; readonly handle: Uint8Array; readonly generation: number },
): Uint8Array {
  return encode('share/v1', label, share.custodian, share.handle, share.generation)
}

/** What a record keeps of its key. XChaCha20-Poly1305 alone would let one ciphertext open under several keys. */
export function keyCommitment(dek: Uint8Array, label: Uint8Array): Uint8Array {
  return sha256(encode('dek/v1', dek, label))
}

function fromParts(parts: readonly Uint8Array[]): SealedRecord | undefined {
  const [label, groupBytes, recordVersion, keyset, body, commitment, ...shares] = parts
  if (!label || !groupBytes || !recordVersion || !keyset || !body || !commitment) return undefined
  const groupText = utf8Text(groupBytes)
  const group = GROUPS.find((known) => known === groupText)
  if (group === undefined) return undefined
  return {
    version: 1,
    label,
    group,
    recordVersion: readU64(recordVersion),
    keyset: utf8Text(keyset),
    shares: shares.map(shareFrom),
    body,
    commitment,
  }
}

function shareFrom(bytes: Uint8Array): SealedShare {
  const [custodian, handle, generation, wrapped, hash] = decode('sealed-share/v1', bytes, 5)
  if (!custodian || !handle || !generation || !wrapped || !hash) {
    throw new IndexError('ERR_SEAL_INVALID', 'a share has too few parts')
  }
  return { custodian: readU64(custodian), handle, generation: readU64(generation), wrapped, shareHash: hash }
}

function faultOf(record: SealedRecord): string | undefined {
  if (record.label.length !== 32 || record.commitment.length !== 32) return 'a hash of the record is not 32 bytes'
  if (!KEYSET.test(record.keyset)) return 'the keyset id is not 1 to 64 plain characters'
  if (!BUCKETS.some((bucket) => record.body.length === bucket + AEAD_OVERHEAD)) return 'the body has a wrong size'
  if (record.shares.length < 2 || record.shares.length > CUSTODIANS_MAX) return 'a record has 2 to 16 shares'
  let before = 0
  for (const share of record.shares) {
    if (share.custodian <= before || share.custodian > 255) return 'the custodians are not ascending from 1 to 255'
    if (share.handle.length !== HANDLE_LENGTH || share.wrapped.length !== WRAPPED_LENGTH)
      return 'a share has a wrong size'
    if (share.shareHash.length !== 32) return 'the hash of a share is not 32 bytes'
    before = share.custodian
  }
  return undefined
}
