import { combine as interpolate } from 'shamir-secret-sharing'
import { equalBytes } from '../bytes.js'
import { IndexError, isIndexError } from '../errors.js'
import { fromJsonBytes } from '../json.js'
import { aeadOpen } from './aead.js'
import { unpad } from './pad.js'
import { keyCommitment, requireLabel, type SealedRecord, type SealedShare, shareAad, shareHash } from './record.js'
import { issueWrap } from './wrap.js'

/** A share as a custodian gave it out, 33 bytes. */
export interface OpenShare {
  readonly custodian: number
  readonly share: Uint8Array
}

/** The sealed share of one custodian. @throws {IndexError} `ERR_SEAL_INVALID` where the record has none for it. */
export function shareOf(record: SealedRecord, custodian: number): SealedShare {
  const found = record.shares.find((share) => share.custodian === custodian)
  if (found === undefined) throw new IndexError('ERR_SEAL_INVALID', 'the record has no share for this custodian')
  return found
}

/**
 * A custodian's own share of a record, 33 bytes, secret.
 *
 * The last step of a release: whether it may be given out has been decided before.
 *
 * @param rootKey The custodian's root of the generation that `shareOf(record, custodian)` names.
 * @param label From `recordLabel`, by the child id of the evidence.
 * @throws {IndexError} `ERR_SEAL_INVALID` for another root or label, and for a share that was moved or changed.
 */
export function unwrapShare(
  record: SealedRecord,
  custodian: number,
  rootKey: Uint8Array,
  label: Uint8Array,
): Uint8Array {
  requireLabel(record, label)
  const sealed = shareOf(record, custodian)
  const wrap = issueWrap(rootKey, sealed.handle, label)
  try {
    const share = aeadOpen(wrap, shareAad(label, sealed), sealed.wrapped)
    if (equalBytes(shareHash(label, custodian, share), sealed.shareHash)) return share
    throw new IndexError('ERR_SEAL_INVALID', 'a share is not the one that was sealed')
  } finally {
    wrap.fill(0)
  }
}

/**
 * Which of the shares are those that were sealed, one for each custodian, and which custodians gave another one.
 * @throws {IndexError} `ERR_SEAL_INVALID` for a record with another label.
 */
export function checkShares(
  record: SealedRecord,
  label: Uint8Array,
  shares: readonly OpenShare[],
): { readonly good: readonly OpenShare[]; readonly bad: readonly number[] } {
  requireLabel(record, label)
  const good = new Map<number, OpenShare>()
  const bad = new Set<number>()
  for (const { custodian, share } of shares) {
    const sealed = record.shares.find((known) => known.custodian === custodian)
    const isGood = sealed !== undefined && equalBytes(shareHash(label, custodian, share), sealed.shareHash)
    if (isGood) good.set(custodian, { custodian, share })
    else bad.add(custodian)
  }
  return { good: [...good.values()], bad: [...bad] }
}

/** Details that were read, and the custodians whose shares were not those that had been sealed. */
export interface Combined {
  readonly details: unknown
  readonly bad: readonly number[]
}

/**
 * The details of a record, read with the shares of a quorum of custodians.
 *
 * Run by the officer, alone. A bad share is left out and its custodian named, as long as enough good ones remain.
 *
 * @throws {IndexError} `ERR_SHARES_INSUFFICIENT` with fewer good shares than the quorum; `ERR_SEAL_INVALID` where the
 * record has another label, or shares and body do not belong together.
 */
export async function combine(
  record: SealedRecord,
  label: Uint8Array,
  shares: readonly OpenShare[],
  quorum: number,
): Promise<Combined> {
  const { good, bad } = checkShares(record, label, shares)
  if (good.length < Math.max(quorum, 2)) {
    throw new IndexError('ERR_SHARES_INSUFFICIENT', 'there are fewer good shares than the quorum')
  }
  const dek = await keyOf(record, label, good, quorum)
  const padded = aeadOpenWiping(dek, label, record.body)
  try {
    return { details: detailsOf(padded), bad }
  } finally {
    padded.fill(0)
  }
}

/** The key that the record commits to. A sealer may have hashed a wrong share, so other subsets get their turn. */
async function keyOf(
  record: SealedRecord,
  label: Uint8Array,
  good: readonly OpenShare[],
  quorum: number,
): Promise<Uint8Array> {
  for (const subset of subsets(good, quorum)) {
    const dek = await interpolated(subset)
    if (dek === undefined) continue
    if (equalBytes(keyCommitment(dek, label), record.commitment)) return dek
    dek.fill(0)
  }
  throw new IndexError('ERR_SEAL_INVALID', 'the shares do not give the key of the record')
}

async function interpolated(shares: readonly OpenShare[]): Promise<Uint8Array | undefined> {
  // The library takes plain Uint8Arrays only: a Buffer from the wire is refused by its constructor check.
  const copies = shares.map(({ share }) => Uint8Array.from(share))
  try {
    return await interpolate(copies)
  } catch {
    return undefined
  } finally {
    for (const copy of copies) copy.fill(0)
  }
}

/** Every way to choose `size` items, earlier items first; at most 12,870, as a record has at most 16 shares. */
function* subsets<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  if (size === 0) {
    yield []
    return
  }
  for (let first = 0; first + size <= items.length; first++) {
    for (const rest of subsets(items.slice(first + 1), size - 1)) yield [...items.slice(first, first + 1), ...rest]
  }
}

function aeadOpenWiping(dek: Uint8Array, label: Uint8Array, body: Uint8Array): Uint8Array {
  try {
    return aeadOpen(dek, label, body)
  } finally {
    dek.fill(0)
  }
}

function detailsOf(padded: Uint8Array): unknown {
  const plain = unpad(padded)
  try {
    return fromJsonBytes(plain)
  } catch (cause) {
    if (!isIndexError(cause, 'ERR_MESSAGE_MALFORMED')) throw cause
    throw new IndexError('ERR_SEAL_INVALID', 'the opened details are not canonical JSON')
  } finally {
    plain.fill(0)
  }
}
