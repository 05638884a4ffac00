import { IndexError } from '../errors.js'
import { type AgencyChildId, asAgencyChildId } from './identifiers.js'

/**
 * The agency child id for people: 27 letters in nine groups of three, `7ZK-0M2-…`, for paper and the telephone.
 *
 * 26 letters of Crockford's base32 carry the 128 bits and the epoch modulo 4; the last is a check letter over GF(32), so
 * that every single wrong letter and every exchange of two letters, neighbours or not, is noticed with no key at hand.
 */
export function writeAgencyChildId(id: AgencyChildId, epoch: number): string {
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new RangeError('an epoch is a non-negative integer')
  const data = lettersOf(asAgencyChildId(id), epoch % 4)
  const text = [...data, checkLetter(data)].map((value) => ALPHABET.charAt(value)).join('')
  return text.replace(/(...)(?=.)/g, '$1-')
}

/**
 * The agency child id that a person wrote or said, and its epoch modulo 4. Lower case is read, O as 0, I and L as 1;
 * spaces and hyphens are read over, wherever they stand.
 * @throws {IndexError} `ERR_CHILD_ID_MALFORMED` for another length, a letter that is not in use (U among them) or a check
 * letter that does not fit.
 */
export function readAgencyChildId(text: string): { readonly agencyChildId: AgencyChildId; readonly epochMod4: number } {
  if (typeof text !== 'string' || text.length > TEXT_LENGTH_MAX) throw malformed(`must have ${LETTERS + 1} letters`)
  const values: number[] = []
  for (const character of text.replace(/[\p{Zs}\p{Pd}]/gu, '')) {
    const value = VALUES.get(character)
    if (value === undefined) throw malformed('holds a character that is not in use: letters and digits without U')
    values.push(value)
  }
  if (values.length !== LETTERS + 1) throw malformed(`must have ${LETTERS + 1} letters`)
  const data = values.slice(0, LETTERS)
  if (checkLetter(data) !== values[LETTERS])
    throw malformed('has a wrong letter somewhere: ask for it to be read again')
  return bytesOf(data)
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LETTERS = 26
const TEXT_LENGTH_MAX = 200

// Letters by hand, not by toUpperCase(), which would also read the long s and the dotless i.
const VALUES: ReadonlyMap<string, number> = new Map([
  ...[...ALPHABET].map((letter, value) => [letter, value] as const),
  ...[...ALPHABET.toLowerCase()].map((letter, value) => [letter, value] as const),
  ...[...'Oo'].map((letter) => [letter, 0] as const),
  ...[...'IiLl'].map((letter) => [letter, 1] as const),
])

// GF(32) as powers of a root of x^5 + x^2 + 1, whose order is 31: places 0 to 26 have 27 different weights, none of them 0.
// A wrong letter adds weight · difference, an exchange (weight − weight) · difference: neither is ever 0.
const POWERS: readonly number[] = Array.from({ length: 31 }).reduce<number[]>((powers) => {
  const next = (powers.at(-1) ?? 1) << 1
  return powers.length === 0 ? [1] : [...powers, next > 31 ? next ^ 0b100101 : next]
}, [])
const EXPONENTS: ReadonlyMap<number, number> = new Map(POWERS.map((power, exponent) => [power, exponent]))

/** The letter that makes Σ letter(i) · α^i vanish over all 27 places. */
function checkLetter(data: readonly number[]): number {
  let sum = 0
  data.forEach((value, place) => {
    sum ^= timesPower(value, place)
  })
  return timesPower(sum, 31 - LETTERS)
}

function timesPower(value: number, exponent: number): number {
  const own = EXPONENTS.get(value)
  return own === undefined ? 0 : (POWERS[(own + exponent) % 31] ?? 0)
}

function lettersOf(id: Uint8Array, epochMod4: number): number[] {
  let bits = 0n
  for (const byte of id) bits = (bits << 8n) | BigInt(byte)
  bits = (bits << 2n) | BigInt(epochMod4)
  return Array.from({ length: LETTERS }, (_, i) => Number((bits >> BigInt(5 * (LETTERS - 1 - i))) & 31n))
}

function bytesOf(data: readonly number[]): { readonly agencyChildId: AgencyChildId; readonly epochMod4: number } {
  let bits = 0n
  for (const value of data) bits = (bits << 5n) | BigInt(value)
  const epochMod4 = Number(bits & 3n)
  bits >>= 2n
  const id = Uint8Array.from({ length: 16 }, (_, i) => Number((bits >> BigInt(8 * (15 - i))) & 255n))
  return { agencyChildId: asAgencyChildId(id), epochMod4 }
}

function malformed(problem: string): IndexError {
  return new IndexError('ERR_CHILD_ID_MALFORMED', `agencyChildId ${problem}`, { field: 'agencyChildId' })
}
