/**
 * Letters for paper and the telephone: Crockford's base32 without its own check marks, and a check letter over GF(32)
 * with which every single wrong letter and every exchange of two letters, neighbours or not, is noticed with no key.
 */

/** Why text is not what was to be read; the words name no letter. */
export type Misread = 'length' | 'letter' | 'check'

/** `bits`, a check letter behind them, and a hyphen after every third letter. @param count data letters, at most 30 */
export function writeLetters(bits: bigint, count: number): string {
  const data = Array.from({ length: count }, (_, i) => Number((bits >> BigInt(5 * (count - 1 - i))) & 31n))
  const text = [...data, checkLetter(data)].map((value) => ALPHABET.charAt(value)).join('')
  return text.replace(/(...)(?=.)/g, '$1-')
}

/** The bits that a person wrote or said. Lower case is read, O as 0, I and L as 1; spaces and hyphens are read over. */
export function readLetters(text: string, count: number): bigint | Misread {
  if (typeof text !== 'string' || text.length > TEXT_LENGTH_MAX) return 'length'
  const values: number[] = []
  for (const character of text.replace(/[\p{Zs}\p{Pd}]/gu, '')) {
    const value = VALUES.get(character)
    if (value === undefined) return 'letter'
    values.push(value)
  }
  if (values.length !== count + 1) return 'length'
  const data = values.slice(0, count)
  if (checkLetter(data) !== values[count]) return 'check'
  return data.reduce((bits, value) => (bits << 5n) | BigInt(value), 0n)
}

/** What to say to whoever wrote or heard it. */
export function misreadBecause(misread: Misread, count: number): string {
  switch (misread) {
    case 'length':
      return `must have ${count + 1} letters`
    case 'letter':
      return 'holds a character that is not in use: letters and digits without U'
    case 'check':
      return 'has a wrong letter somewhere: ask for it to be read again'
  }
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TEXT_LENGTH_MAX = 200

// Letters by hand, not by toUpperCase(), which would also read the long s and the dotless i.
const VALUES: ReadonlyMap<string, number> = new Map([
  ...[...ALPHABET].map((letter, value) => [letter, value] as const),
  ...[...ALPHABET.toLowerCase()].map((letter, value) => [letter, value] as const),
  ...[...'Oo'].map((letter) => [letter, 0] as const),
  ...[...'IiLl'].map((letter) => [letter, 1] as const),
])

// GF(32) as powers of a root of x^5 + x^2 + 1, whose order is 31: up to 31 places have different weights, none of them 0.
// A wrong letter adds weight · difference, an exchange (weight − weight) · difference: neither is ever 0.
const POWERS: readonly number[] = Array.from({ length: 31 }).reduce<number[]>((powers) => {
  const next = (powers.at(-1) ?? 1) << 1
  return powers.length === 0 ? [1] : [...powers, next > 31 ? next ^ 0b100101 : next]
}, [])
const EXPONENTS: ReadonlyMap<number, number> = new Map(POWERS.map((power, exponent) => [power, exponent]))

/** The letter that makes Σ letter(i) · α^i vanish over all places, its own behind the others. */
function checkLetter(data: readonly number[]): number {
  let sum = 0
  data.forEach((value, place) => {
    sum ^= timesPower(value, place)
  })
  return timesPower(sum, 31 - data.length)
}

function timesPower(value: number, exponent: number): number {
  const own = EXPONENTS.get(value)
  return own === undefined ? 0 : (POWERS[(own + exponent) % 31] ?? 0)
}
