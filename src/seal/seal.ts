import { split } from 'shamir-secret-sharing'
import type { Random } from '../bytes.js'
import { toJsonBytes } from '../json.js'
import { aeadSeal, draw } from './aead.js'
import { type LabelParts, sealLabel } from './label.js'
import { pad } from './pad.js'
import { CUSTODIANS_MAX, encodeRecord, keyCommitment, type SealedRecord, shareAad, shareHash } from './record.js'
import type { IssuedWrap } from './wrap.js'

export interface SealRequest extends LabelParts {
  /** Any value with a JSON form; read back as it was given. */
  readonly details: unknown
  /** One answer of every custodian of the keyset to the label of these parts; each is used for this record only. */
  readonly wraps: readonly IssuedWrap[]
  /** Custodians needed to open: more than half of them, and at least 2. */
  readonly quorum: number
  readonly random: Random
}

/**
 * Details sealed under a key that nobody keeps: it is shared among the custodians, each share under its own wrap.
 *
 * Run by a sealer, which forgets details and wraps afterwards. The key, its shares and the plain bytes made here are
 * overwritten before the answer, as far as JavaScript lets one (the library that shares the key keeps copies of its own
 * until they are collected). That library also draws its coefficients from the platform's generator and not from
 * `random`, so no fixed source of random bytes makes two equal records.
 *
 * @returns The record and its stored form, about 2.6 KB for three custodians; `recordHash` of the latter is journalled.
 * @throws {IndexError} `ERR_DETAILS_INVALID` when the details are too large.
 */
export async function sealRecord(request: SealRequest): Promise<{
  readonly record: SealedRecord
  readonly bytes: Uint8Array
}> {
  const { group, recordVersion, keyset, random } = request
  const wraps = [...request.wraps].sort((a, b) => a.custodian - b.custodian)
  requireQuorum(request.quorum, wraps.length)
  const label = sealLabel(request)
  const plain = toJsonBytes(request.details)
  const padded = pad(plain)
  const dek = draw(random, 32)
  const shares = await split(dek, wraps.length, request.quorum)
  try {
    const record: SealedRecord = {
      version: 1,
      label,
      group,
      recordVersion,
      keyset,
      shares: wraps.map((issued, i) => wrapShare(label, issued, shares[i], random)),
      body: aeadSeal(dek, label, padded, random),
      commitment: keyCommitment(dek, label),
    }
    return { record, bytes: encodeRecord(record) }
  } finally {
    for (const secret of [dek, plain, padded, ...shares]) secret.fill(0)
  }
}

function wrapShare(
  label: Uint8Array,
  issued: IssuedWrap,
  share: Uint8Array | undefined,
  random: Random,
): SealedRecord['shares'][number] {
  if (share === undefined) throw new RangeError('there are fewer shares than custodians')
  const { custodian, handle, generation } = issued
  return {
    custodian,
    handle,
    generation,
    wrapped: aeadSeal(issued.wrap, shareAad(label, issued), share, random),
    shareHash: shareHash(label, custodian, share),
  }
}

function requireQuorum(quorum: number, custodians: number): void {
  if (custodians > CUSTODIANS_MAX) throw new RangeError('a keyset has at most 16 custodians')
  if (!Number.isInteger(quorum) || quorum < 2 || quorum > custodians || quorum * 2 <= custodians) {
    throw new RangeError('a quorum is more than half of the custodians and at least 2')
  }
}
