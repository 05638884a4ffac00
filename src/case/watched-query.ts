import type { ChildQuery, LookupDetails } from '../child/details.js'
import { addressParts } from '../child/normal/address.js'
import { familyName } from '../child/normal/family.js'
import { givenName } from '../child/normal/given.js'
import { readPostcode } from '../child/normal/postcode.js'
import { soundOf } from '../child/normal/sound.js'

/** What the watch compares of a query. Plain values: for hashing under a key that is never stored, and nothing else. */
export interface WatchedQuery {
  readonly household: string | undefined
  readonly number: string | undefined
  /** Where the look-up came with a confirming detail. */
  readonly description: string | undefined
}

const NOTHING: WatchedQuery = { household: undefined, number: undefined, description: undefined }

export function watchedQuery(query: ChildQuery): WatchedQuery {
  if ('nhsNumber' in query) return { ...NOTHING, number: query.nhsNumber }
  if (!('details' in query)) return NOTHING
  const { details } = query
  return {
    number: details.nhsNumber,
    household: household(details),
    description: query.confirm === undefined ? undefined : description(details),
  }
}

/** Family name by sound with the postcode, or with house and street where there is none. */
function household({ familyName: family, postcode, addresses = [] }: LookupDetails): string | undefined {
  const [address] = addresses
  const read = readPostcode(postcode ?? address?.postcode ?? '')
  const { house, street } = addressParts(address?.lines ?? [])
  const place = read.kind === 'full' ? read.unit : house === '' || street === '' ? undefined : `${house} ${street}`
  const sound = soundOf(familyName(family).whole)
  return place === undefined || sound === '' ? undefined : `${sound} ${place}`
}

function description({ givenNames, familyName: family, dateOfBirth = '' }: LookupDetails): string {
  return `${givenName(givenNames).first} ${familyName(family).whole} ${dateOfBirth}`
}
