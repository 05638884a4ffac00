import { soundex } from 'soundex-code'

/**
 * How a normalised name sounds, roughly: its Soundex code; the name itself where it is not spelt with a to z alone, and
 * so empty for an empty one.
 */
export function soundOf(name: string): string {
  return /^[a-z]+$/.test(name) ? soundex(name) : name
}
