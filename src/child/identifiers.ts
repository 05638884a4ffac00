import { createCipheriv, createDecipheriv } from 'node:crypto'
import { encode, type Random } from '../bytes.js'
import { IndexError } from '../errors.js'
import { hkdfSha256, hmacSha256, sha256 } from '../hash.js'

declare const brand: unique symbol

/** 16 random bytes: the index's own identifier of a child. Never leaves the hub, the sealers and an opening. */
export type ChildId = Uint8Array & { readonly [brand]: 'ChildId' }

/** 16 bytes: the same child as one agency sees it, under one epoch's key. */
export type AgencyChildId = Uint8Array & { readonly [brand]: 'AgencyChildId' }

const CHILD_ID_LENGTH = 16

/** A fresh child id, derived from nothing. Drawn by a sealer, or at identify for a provisional child. */
export function newChildId(random: Random): ChildId {
  return asChildId(random(CHILD_ID_LENGTH))
}

/** @throws {IndexError} `ERR_CHILD_ID_MALFORMED` unless there are 16 bytes. */
export function asChildId(bytes: Uint8Array): ChildId {
  requireIdLength(bytes)
  return bytes as ChildId
}

/** @throws {IndexError} `ERR_CHILD_ID_MALFORMED` unless there are 16 bytes. */
export function asAgencyChildId(bytes: Uint8Array): AgencyChildId {
  requireIdLength(bytes)
  return bytes as AgencyChildId
}

/**
 * The 32-byte key under which one agency sees children during one epoch (HKDF-SHA-256, RFC 5869).
 * Secret: with two agencies' keys their ids can be linked.
 */
export function agencyIdKey(identifierKey: Uint8Array, hubId: Uint8Array, agency: string, epoch: number): Uint8Array {
  return hkdfSha256(identifierKey, encode('agency-id/v1', hubId, agency, epoch))
}

/** What the roster says of such a key, so that custodians recognise it when an opening reveals it: SHA-256, 32 bytes. */
export function agencyIdKeyHash(key: Uint8Array, hubId: Uint8Array, agency: string, epoch: number): Uint8Array {
  return sha256(encode('agency-id-key/v1', hubId, agency, epoch, key))
}

/** The child as the agency of the key sees it: one block of AES-256, a permutation of all 2^128 ids (FIPS 197). */
export function toAgencyChildId(key: Uint8Array, childId: ChildId): AgencyChildId {
  requireIdLength(childId)
  return permute(key, childId, 'forward') as AgencyChildId
}

/** The child that an agency child id stands for under this key. Every 16 bytes stand for some id, known or not. */
export function fromAgencyChildId(key: Uint8Array, agencyChildId: AgencyChildId): ChildId {
  requireIdLength(agencyChildId)
  return permute(key, agencyChildId, 'back') as ChildId
}

/** `toAgencyChildId` for many children of one agency, in their order; an order of magnitude faster than one by one. */
export function toAgencyChildIds(key: Uint8Array, childIds: readonly ChildId[]): AgencyChildId[] {
  return permuteAll(key, childIds, 'forward') as AgencyChildId[]
}

/** `fromAgencyChildId` for many ids of one agency, in their order. */
export function fromAgencyChildIds(key: Uint8Array, agencyChildIds: readonly AgencyChildId[]): ChildId[] {
  return permuteAll(key, agencyChildIds, 'back') as ChildId[]
}

/**
 * Who made a check, as 16 bytes that mean something to the agency alone: HMAC-SHA-256 under a key that never leaves it.
 * The agency finds the person by computing the pseudonyms of its staff.
 */
export function practitionerPseudonym(
  key: Uint8Array,
  hubId: Uint8Array,
  agency: string,
  practitioner: string,
): Uint8Array {
  if (key.length !== 32) throw new RangeError('a practitioner key is 32 bytes')
  return hmacSha256(key, encode('practitioner/v1', hubId, agency, practitioner.normalize('NFC'))).slice(0, 16)
}

type Direction = 'forward' | 'back'

// ECB over whole blocks is the bare permutation, which is what is wanted: no two ids are equal, and order is no secret.
function permute(key: Uint8Array, blocks: Uint8Array, direction: Direction): Uint8Array {
  const aes =
    direction === 'forward' ? createCipheriv('aes-256-ecb', key, null) : createDecipheriv('aes-256-ecb', key, null)
  aes.setAutoPadding(false)
  return new Uint8Array(aes.update(blocks))
}

function permuteAll(key: Uint8Array, ids: readonly Uint8Array[], direction: Direction): Uint8Array[] {
  for (const id of ids) requireIdLength(id)
  const blocks = new Uint8Array(CHILD_ID_LENGTH * ids.length)
  ids.forEach((id, i) => {
    blocks.set(id, CHILD_ID_LENGTH * i)
  })
  const out = permute(key, blocks, direction)
  return ids.map((_, i) => out.slice(i * CHILD_ID_LENGTH, (i + 1) * CHILD_ID_LENGTH))
}

function requireIdLength(bytes: Uint8Array): void {
  if (bytes.length !== CHILD_ID_LENGTH) throw new IndexError('ERR_CHILD_ID_MALFORMED', 'a child id is 16 bytes')
}
