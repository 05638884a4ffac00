import { addressParts } from './normal/address.js'
import { familyName } from './normal/family.js'
import { givenName } from './normal/given.js'
import { readPostcode } from './normal/postcode.js'
import { hasMixedScripts } from './normal/scripts.js'
import { nameProblem } from './text.js'

/** What a field of a look-up was worth. `invalid`: something was said that means nothing. */
export type FieldQuality = 'valid' | 'invalid' | 'missing'

export type FieldQualities = Readonly<
  Record<'givenNames' | 'familyName' | 'dateOfBirth' | 'postcode' | 'address' | 'nhsNumber' | 'upn', FieldQuality>
>

export const MISSING: FieldQualities = {
  givenNames: 'missing',
  familyName: 'missing',
  dateOfBirth: 'missing',
  postcode: 'missing',
  address: 'missing',
  nhsNumber: 'missing',
  upn: 'missing',
}

/** Of a text that is kept where it is valid. */
export function qualityOf(said: string | undefined, kept: string | undefined): FieldQuality {
  if (kept !== undefined) return 'valid'
  return said === undefined || said === '' ? 'missing' : 'invalid'
}

export function givenQuality(said: string): FieldQuality {
  return nameQuality(said, givenName(said).isStandIn)
}

export function familyQuality(said: string): FieldQuality {
  return nameQuality(said, familyName(said).whole === '')
}

function nameQuality(said: string, isStandIn: boolean): FieldQuality {
  if (said === '') return 'missing'
  return isStandIn || nameProblem(said) !== undefined || hasMixedScripts(said) ? 'invalid' : 'valid'
}

/** Valid where one of them is a whole postcode of the United Kingdom. */
export function postcodeQuality(said: readonly (string | undefined)[]): FieldQuality {
  const some = said.filter((one) => one !== undefined && one !== '') as readonly string[]
  if (some.length === 0) return 'missing'
  return some.some((one) => readPostcode(one).kind === 'full') ? 'valid' : 'invalid'
}

/** Valid where the lines of one address name a house, a street or a town. */
export function addressQuality(said: readonly (readonly string[])[]): FieldQuality {
  const some = said.filter((lines) => lines.some((one) => one !== ''))
  if (some.length === 0) return 'missing'
  const isPlace = (lines: readonly string[]): boolean => Object.values(addressParts(lines)).some((part) => part !== '')
  return some.some(isPlace) ? 'valid' : 'invalid'
}
