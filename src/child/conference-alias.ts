import type { Random } from '../bytes.js'
import { IndexError } from '../errors.js'
import { misreadBecause, readLetters, writeLetters } from './letters.js'

const LETTERS = 8

/** Bytes of a conference alias: 40 bits. */
export const ALIAS_BYTES = 5

/** 40 random bits, derived from nothing, under which a case conference speaks of a child for some hours. */
export function newAlias(random: Random): Uint8Array {
  return random(ALIAS_BYTES)
}

/** The alias for people: nine letters in three groups, `7ZK-0M2-QRX`, the last a check letter. */
export function writeAlias(alias: Uint8Array): string {
  if (alias.length !== ALIAS_BYTES) throw new RangeError('an alias is 5 bytes')
  return writeLetters(
    alias.reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n),
    LETTERS,
  )
}

/**
 * The alias that a person wrote or said; lower case is read, O as 0, I and L as 1.
 * @throws {IndexError} `ERR_REQUEST_INVALID` for another length, a letter that is not in use or a check letter that does not
 * fit: without asking anybody, so that a slip of the tongue is no wrong guess
 */
export function readAlias(text: string): Uint8Array {
  const bits = readLetters(text, LETTERS)
  if (typeof bits === 'string')
    throw new IndexError('ERR_REQUEST_INVALID', `alias ${misreadBecause(bits, LETTERS)}`, { field: 'alias' })
  return Uint8Array.from({ length: ALIAS_BYTES }, (_, i) => Number((bits >> BigInt(8 * (ALIAS_BYTES - 1 - i))) & 255n))
}
