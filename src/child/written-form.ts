import { fromHex, toHex } from '../bytes.js'
import { IndexError } from '../errors.js'
import { type AgencyChildId, asAgencyChildId } from './identifiers.js'
import { misreadBecause, readLetters, writeLetters } from './letters.js'

const LETTERS = 26

/**
 * The agency child id for people: 27 letters in nine groups of three, `7ZK-0M2-…`, for paper and the telephone.
 *
 * 26 letters of Crockford's base32 carry the 128 bits and the epoch modulo 4; the last is a check letter over GF(32), so
 * that every single wrong letter and every exchange of two letters, neighbours or not, is noticed with no key at hand.
 */
export function writeAgencyChildId(id: AgencyChildId, epoch: number): string {
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new RangeError('an epoch is a non-negative integer')
  return writeLetters((BigInt(`0x${toHex(asAgencyChildId(id))}`) << 2n) | BigInt(epoch % 4), LETTERS)
}

/**
 * The agency child id that a person wrote or said, and its epoch modulo 4. Lower case is read, O as 0, I and L as 1;
 * spaces and hyphens are read over, wherever they stand.
 * @throws {IndexError} `ERR_CHILD_ID_MALFORMED` for another length, a letter that is not in use (U among them) or a check
 * letter that does not fit.
 */
export function readAgencyChildId(text: string): { readonly agencyChildId: AgencyChildId; readonly epochMod4: number } {
  const bits = readLetters(text, LETTERS)
  if (typeof bits === 'string') {
    const message = `agencyChildId ${misreadBecause(bits, LETTERS)}`
    throw new IndexError('ERR_CHILD_ID_MALFORMED', message, { field: 'agencyChildId' })
  }
  const hex = (bits >> 2n).toString(16).padStart(32, '0')
  return { agencyChildId: asAgencyChildId(fromHex(hex)), epochMod4: Number(bits & 3n) }
}
