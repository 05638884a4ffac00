import { doubleMetaphone } from 'double-metaphone'
import { soundex } from 'soundex-code'

/** The Soundex code of a normalised name; the name itself where it is not spelt with a to z alone. */
export function soundexOf(name: string): string {
  return /^[a-z]+$/.test(name) ? soundex(name) : name
}

/** The primary code of Double Metaphone of a normalised name; the name itself where that has none. */
export function metaphoneOf(name: string): string {
  return (/^[a-z]+$/.test(name) ? doubleMetaphone(name)[0] : '') || name
}

/** How a normalised name sounds, roughly; the name itself where it is not spelt with a to z alone; empty for an empty one. */
export const soundOf: (name: string) => string = soundexOf
