import { IndexError } from '../errors.js'

declare const brand: unique symbol

/** Ten digits whose last is the check digit. */
export type NhsNumber = string & { readonly [brand]: 'NhsNumber' }

/**
 * The NHS number that a text spells: ten digits; spaces and hyphens between them are read over.
 *
 * @param options `neverIssued`: accept the ranges of test systems (5…, 86… to 9…) too; otherwise they are refused, so that
 * invented children stay out of a live index. `field`: what a refusal names.
 * @throws {IndexError} `ERR_NHS_NUMBER_INVALID` for another length, a wrong check digit (modulus 11, weights 10 to 2),
 * ten equal digits (which pass modulus 11), or a range that is not in use.
 */
export function parseNhsNumber(
  text: string,
  options: { readonly neverIssued?: boolean | undefined; readonly field?: string } = {},
): NhsNumber {
  const problem = nhsNumberProblem(text, options.neverIssued === true)
  if (problem !== undefined) {
    const field = options.field ?? 'nhsNumber'
    throw new IndexError('ERR_NHS_NUMBER_INVALID', `${field} ${problem}`, { field })
  }
  return digitsOf(text) as NhsNumber
}

// First three digits of the ranges in live use. Between and above them lie numbers that are spare or for tests only.
const LIVE: readonly (readonly [number, number])[] = [
  [10, 319], // Scotland (CHI)
  [320, 399], // Northern Ireland
  [400, 499], // England, Wales, Isle of Man
  [600, 799], // England, Wales, Isle of Man
  [800, 859], // Republic of Ireland
]

/** 5, 86 to 89 and 9 as first digits; numbers that begin with 00 lie in no range, for tests or otherwise. */
const NEVER_ISSUED: readonly (readonly [number, number])[] = [
  [500, 599],
  [860, 999],
]

function nhsNumberProblem(text: unknown, neverIssued: boolean): string | undefined {
  if (typeof text !== 'string' || text.length > 40) return 'must be text of ten digits'
  const digits = digitsOf(text)
  if (!/^[0-9]{10}$/.test(digits)) return 'must be text of ten digits'
  if (/^(.)\1{9}$/.test(digits)) return 'must not repeat one digit: leave it out where it is not known'
  if (!checkDigitHolds(digits)) return 'must end in its check digit: look for a mistyped digit'
  const range = Number(digits.slice(0, 3))
  if (within(LIVE, range)) return undefined
  if (!within(NEVER_ISSUED, range)) return 'must lie in a range that is issued'
  return neverIssued
    ? undefined
    : 'must lie in a range that is issued: test numbers need the option for never-issued numbers'
}

function digitsOf(text: string): string {
  return /^[0-9]{10}$/.test(text) ? text : text.replace(/[ \u00A0-]/g, '')
}

function checkDigitHolds(digits: string): boolean {
  return checkDigitOf(digits) === Number(digits[9])
}

/** Modulus 11 over the first nine digits; 10 where no digit would do. */
function checkDigitOf(digits: string): number {
  let sum = 0
  for (let i = 0; i < 9; i++) sum += (digits.charCodeAt(i) - 48) * (10 - i)
  return (11 - (sum % 11)) % 11
}

function within(ranges: readonly (readonly [number, number])[], value: number): boolean {
  return ranges.some(([from, to]) => value >= from && value <= to)
}

/** The valid numbers just before and just after one, whether in use or not: what somebody who counts would try next. */
export function neighboursOf(number: string): readonly string[] {
  const first = Number(number.slice(0, 9))
  const neighbours: string[] = []
  for (const step of [-1, 1]) {
    for (let base = first + step; base >= 0 && base < 1_000_000_000 && Math.abs(base - first) <= 3; base += step) {
      const digit = checkDigitBehind(base)
      if (digit === 10) continue
      neighbours.push(String(base * 10 + digit).padStart(10, '0'))
      break
    }
  }
  return neighbours
}

/** As `checkDigitOf`, of nine digits as one number: every look-up by number is compared with its neighbours. */
function checkDigitBehind(base: number): number {
  let sum = 0
  for (let weight = 2, rest = base; rest > 0; weight += 1) {
    sum += (rest % 10) * weight
    rest = Math.floor(rest / 10)
  }
  return (11 - (sum % 11)) % 11
}
