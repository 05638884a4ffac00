import { normaliseName } from '../name.js'

/** What is compared of an address; empty where a line of it was not found. */
export interface AddressParts {
  /** The number with its letter, `12a`. */
  readonly house: string
  /** The words of the street without its kind (Road, Street), joined. */
  readonly street: string
  readonly town: string
}

/** The parts of an address, from its lines without the postcode. */
export function addressParts(lines: readonly string[]): AddressParts {
  const at = lines.findIndex((line) => /^\s*\d+\s*[a-z]?\s+\p{L}/iu.test(line))
  const [, number = '', rest = ''] = /^\s*(\d+\s*[a-z]?)\s+(.*)$/iu.exec(lines[at] ?? '') ?? []
  const words = rest.split(/\s+/).map(normaliseName)
  const town = lines.findLast((_, i) => i > at) ?? ''
  return {
    house: number.replace(/\s/g, '').toLowerCase(),
    street: words.filter((word) => !KINDS.has(word)).join(''),
    town: normaliseName(town),
  }
}

const KINDS: ReadonlySet<string> = new Set(
  'road rd street st avenue ave lane ln drive dr close cl crescent court gardens place terrace way'.split(' '),
)
