import { encode } from '../bytes.js'
import { hmacSha256 } from '../hash.js'
import type { Address, ConfirmingDetail, RegistrationDetails } from './details.js'
import type { ChildId } from './identifiers.js'
import type { LookupKey } from './keys.js'
import { normaliseName } from './name.js'
import { addressParts } from './normal/address.js'
import { familyName } from './normal/family.js'
import { givenName } from './normal/given.js'
import { comparablePostcode } from './normal/postcode.js'
import { versioned } from './normal/version.js'

/** Details of a child that can confirm it as a candidate, in plain: they exist only on the way into a token. */
export function confirmingKeys(details: RegistrationDetails): readonly LookupKey[] {
  const { first, others } = givenName(details.givenNames)
  const formerly = (details.otherNames ?? []).map((name) => ({
    given: givenName(name.givenNames),
    family: familyName(name.familyName).whole,
  }))
  const carers = details.carers ?? []
  return [
    // The first given name is what was asked for already.
    ...[...others, ...formerly.flatMap(({ given }) => [given.first, ...given.others])]
      .filter((name) => name !== first)
      .map((name) => key('other-given-name', name)),
    ...formerly.map(({ family }) => key('former-family-name', family)),
    ...carers.map(({ name }) => key('carer-name', normaliseName(name))),
    ...carers.flatMap(({ telephone }) =>
      telephone === undefined ? [] : [key('carer-telephone', digitsOf(telephone))],
    ),
    ...(details.addresses ?? []).map(addressKey),
  ].filter(isFilled)
}

/** The key of what an agency adds to its question. Undefined where it says nothing. */
export function confirmingKey(detail: ConfirmingDetail): LookupKey | undefined {
  const found = keyOf(detail)
  return isFilled(found) ? found : undefined
}

function keyOf(detail: ConfirmingDetail): LookupKey {
  if ('otherGivenName' in detail) return key('other-given-name', givenName(detail.otherGivenName).first)
  if ('formerFamilyName' in detail) return key('former-family-name', familyName(detail.formerFamilyName).whole)
  if ('carerName' in detail) return key('carer-name', normaliseName(detail.carerName))
  if ('carerTelephone' in detail) return key('carer-telephone', digitsOf(detail.carerTelephone))
  return addressKey(detail.address)
}

/**
 * Whether a detail belongs to this child alone. What a household shares (an address, a carer, a former family name) is true of twins and
 * brothers and sisters too, so it confirms only a candidate whose given name agrees.
 */
export function isOwnDetail({ kind }: LookupKey): boolean {
  return kind.startsWith('other-given-name')
}

/** The hub's half of the token of a confirming detail of one child. Bound to the child, so that it is good for no other. */
export function innerConfirming(
  kh: Uint8Array,
  hubId: Uint8Array,
  childId: ChildId,
  { kind, parts }: LookupKey,
): Uint8Array {
  return hmacSha256(kh, encode('confirming-detail/v1', hubId, childId, kind, ...parts))
}

function addressKey(address: Address): LookupKey {
  const { house, street } = addressParts(address.lines)
  return key('address', ...(street === '' ? [] : [house, street, comparablePostcode(address.postcode ?? '')]))
}

function key(kind: string, ...parts: readonly string[]): LookupKey {
  return { kind: versioned(kind), parts }
}

function isFilled({ parts }: LookupKey): boolean {
  return parts.some((part) => part !== '')
}

function digitsOf(telephone: string): string {
  return telephone.replace(/\D/g, '').replace(/^(?:00)?44/, '0')
}
