import { encode, hmacSha256 } from '../bytes.js'
import type { ChildQuery, LookupDetails, RegistrationDetails } from './details.js'
import type { ChildId } from './identifiers.js'
import { normaliseName, normalisePostcode } from './name.js'

/**
 * One thing by which a child can be found, in plain: it exists only on the way into `innerToken`.
 * A strong key may link by itself; a weak one gives candidates that a person confirms.
 */
export interface LookupKey {
  readonly kind: LookupKind
  readonly strength: 'strong' | 'weak'
  readonly parts: readonly string[]
}

export type LookupKind = 'nhs-number' | 'upn' | 'name-birth-postcode' | 'name-expected-postcode' | `alias:${string}`

/**
 * The keys under which a child is registered or looked up, each once, in a fixed order.
 *
 * A name key carries given names, family name, date and postcode, normalised (version 1), once per name and postcode. None is made
 * without a given name or with a stand-in such as `Baby`, because it would link twins; nor with a postcode ZZ99, which
 * stands for having none. Before birth an expected date takes the place of the birth under a kind of its own, and the
 * given names may be empty: twins with one name are then one child until they are born.
 */
export function lookupKeys(details: RegistrationDetails | LookupDetails): readonly LookupKey[] {
  const keys: LookupKey[] = []
  if (details.nhsNumber !== undefined) keys.push(strong('nhs-number', details.nhsNumber))
  if ('upn' in details && details.upn !== undefined) keys.push(strong('upn', details.upn))
  if ('aliases' in details) keys.push(...(details.aliases ?? []).map((alias) => aliasKey(alias.kind, alias.value)))
  keys.push(...nameKeys(details))
  return distinct(keys)
}

/** The keys of any way of naming a child; none for an agency child id, which is decrypted instead. */
export function queryKeys(query: ChildQuery): readonly LookupKey[] {
  if ('details' in query) return lookupKeys(query.details)
  if ('nhsNumber' in query) return [strong('nhs-number', query.nhsNumber)]
  if ('alias' in query) return [aliasKey(query.alias.kind, query.alias.value)]
  return []
}

/** The key of an identifier of any kind; `upn` and `nhs-number` are the same keys as those of the fields with that name. */
export function aliasKey(kind: string, value: string): LookupKey {
  return strong(kind === 'upn' || kind === 'nhs-number' ? kind : `alias:${kind}`, value)
}

/** The hub's half of a lookup token: HMAC-SHA-256 under `kh`, 32 bytes. All that a custodian sees of a look-up. */
export function innerToken(kh: Uint8Array, hubId: Uint8Array, key: LookupKey): Uint8Array {
  return hmacSha256(kh, encode('lookup-token/v1', hubId, key.kind, ...key.parts))
}

/**
 * The lookup token, 16 bytes: HMAC-SHA-256 under the custodians' `kc` over the hub's half, cut.
 * Whoever holds only one of the two keys cannot test a guess.
 */
export function outerToken(kc: Uint8Array, hubId: Uint8Array, inner: Uint8Array): Uint8Array {
  return hmacSha256(kc, encode('lookup-token-outer/v1', hubId, inner)).slice(0, 16)
}

/**
 * The hub's half of the fingerprint of one group of a child's details; `outerToken` makes it whole. Equal bytes give an
 * equal fingerprint for the same child only, so that the fingerprints of a family's carers do not show the family.
 */
export function innerFingerprint(
  kh: Uint8Array,
  hubId: Uint8Array,
  childId: ChildId,
  group: string,
  canonicalBytes: Uint8Array,
): Uint8Array {
  return hmacSha256(kh, encode('details-fingerprint/v1', hubId, childId, group, canonicalBytes))
}

// Given names, normalised, that registers write for a child who has none yet. Frozen with version 1.
const STAND_INS: ReadonlySet<string> = new Set(
  'baby babyboy babygirl boy child female girl infant male newborn notknown twin twinone twintwo unborn unknown'.split(
    ' ',
  ),
)

function nameKeys(details: RegistrationDetails | LookupDetails): LookupKey[] {
  const { dateOfBirth } = details
  if (dateOfBirth === undefined) return []
  const postcodes = postcodesOf(details).map(normalisePostcode).filter(isOnePlace)
  const others = 'otherNames' in details ? (details.otherNames ?? []) : []
  const kind = details.expectedDate === true ? 'name-expected-postcode' : 'name-birth-postcode'
  return [details, ...others].flatMap((name) => {
    const given = normaliseName(name.givenNames)
    if (details.expectedDate !== true && (given === '' || STAND_INS.has(given))) return []
    const family = normaliseName(name.familyName)
    return postcodes.map((postcode) => strong(kind, given, family, dateOfBirth, postcode))
  })
}

function postcodesOf(details: RegistrationDetails | LookupDetails): string[] {
  if ('postcode' in details && details.postcode !== undefined) return [details.postcode]
  if ('addresses' in details) return (details.addresses ?? []).flatMap((address) => address.postcode ?? [])
  return []
}

function isOnePlace(postcode: string): boolean {
  return postcode !== '' && !postcode.startsWith('ZZ99')
}

function strong(kind: LookupKind, ...parts: readonly string[]): LookupKey {
  return { kind, strength: 'strong', parts }
}

function distinct(keys: readonly LookupKey[]): LookupKey[] {
  return [...new Map(keys.map((key) => [JSON.stringify([key.kind, ...key.parts]), key])).values()]
}
