import { z } from 'zod'
import { type Acceptance, requireDateOfBirth } from './dates.js'
import { parseNhsNumber } from './nhs-number.js'
import {
  ADDRESS,
  FILLED_NAME,
  filled,
  KIND,
  known,
  matching,
  NAME,
  parseShape,
  requireAName,
  SEX,
  TELEPHONE,
  withoutEmptyLines,
} from './shapes.js'
import { UPN } from './upn.js'

export type { ChildQuery, ConfirmingDetail, FieldQualities, FieldQuality, LookupDetails } from './query.js'
export { parseQuery, readQuery } from './query.js'

/** What a sealer registers of a child. Text is in Unicode normal form C; what is not known is left out. */
export interface RegistrationDetails {
  /** Either name may be empty (a child not yet named, a person with one name), never both. */
  readonly givenNames: string
  readonly familyName: string
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string
  /** Stands where the child is not born yet and `dateOfBirth` is the day it is expected. */
  readonly expectedDate?: true
  readonly sex?: Sex
  /** Whether more than one child was born: a twin or triplet. Of a single birth it is safe to read over more slips in a name. */
  readonly multipleBirth?: boolean
  readonly nhsNumber?: string
  readonly upn?: string
  readonly addresses?: readonly Address[]
  readonly aliases?: readonly Alias[]
  readonly otherNames?: readonly OtherName[]
  readonly carers?: readonly Carer[]
  /** No answer may confirm where this child is. */
  readonly shielded?: boolean
}

export type Sex = 'female' | 'male' | 'indeterminate' | 'not-known'

/** At least one line or a postcode. */
export interface Address {
  readonly lines: readonly string[]
  readonly postcode?: string
}

/** Another identifier of the child, of a kind that is a word like `school-admission`. */
export interface Alias {
  readonly kind: string
  readonly value: string
}

export interface OtherName {
  readonly givenNames: string
  readonly familyName: string
}

export interface Carer {
  readonly name: string
  readonly relationship: string
  readonly telephone?: string
  readonly address?: Address
}

/**
 * A child's details as they may be sealed, from unknown input.
 *
 * @throws {IndexError} naming the field: `ERR_DETAILS_INVALID` for the shape, the names and other text;
 * `ERR_NHS_NUMBER_INVALID`; `ERR_DATE_INVALID` for what is no day of the calendar; `ERR_DATE_IN_FUTURE` for a birth after
 * today, or an expected date more than 300 days ahead; `ERR_TOO_OLD` from the 18th birthday on.
 */
export function parseDetails(input: unknown, at: Acceptance): RegistrationDetails {
  const read = parseShape(REGISTRATION, input, 'details')
  requireAName(read, 'givenNames')
  read.otherNames?.forEach((other, i) => {
    requireAName(other, `otherNames[${i}].givenNames`)
  })
  const expected = read.expectedDate === true
  requireDateOfBirth(read.dateOfBirth, expected, 'dateOfBirth', at)
  return {
    givenNames: read.givenNames,
    familyName: read.familyName,
    dateOfBirth: read.dateOfBirth,
    ...(expected && { expectedDate: true }),
    ...known('sex', read.sex),
    ...known('multipleBirth', read.multipleBirth),
    ...known('nhsNumber', nhsNumber(read.nhsNumber, at)),
    ...known('upn', read.upn),
    ...known('addresses', read.addresses?.map(withoutEmptyLines)),
    ...known('aliases', read.aliases),
    ...known('otherNames', read.otherNames),
    ...known('carers', read.carers?.map(carer)),
    ...known('shielded', read.shielded),
  }
}

function nhsNumber(text: string | undefined, at: Acceptance): string | undefined {
  return text === undefined
    ? undefined
    : parseNhsNumber(text, { neverIssued: at.neverIssuedNumbers, field: 'nhsNumber' })
}

function carer(read: z.infer<typeof CARER>): Carer {
  return {
    name: read.name,
    relationship: read.relationship,
    ...known('telephone', read.telephone),
    ...known('address', read.address === undefined ? undefined : withoutEmptyLines(read.address)),
  }
}

const NAMES = { givenNames: NAME, familyName: NAME }

const OWN_FIELDS: readonly string[] = ['nhs-number', 'upn']
const ALIAS = z.strictObject({
  kind: KIND.refine(
    (kind) => !OWN_FIELDS.includes(kind),
    'must not be nhs-number or upn, which have fields of their own',
  ),
  value: filled(64),
})

const CARER = z.strictObject({
  name: FILLED_NAME,
  relationship: filled(100),
  telephone: TELEPHONE.optional(),
  address: ADDRESS.optional(),
})

const REGISTRATION = z.strictObject({
  ...NAMES,
  dateOfBirth: z.string(),
  expectedDate: z.boolean().optional(),
  sex: SEX.optional(),
  multipleBirth: z.boolean().optional(),
  nhsNumber: z.string().optional(),
  upn: matching(UPN, 'must be a capital letter, eleven digits and a digit or capital letter').optional(),
  addresses: z.array(ADDRESS).max(10).optional(),
  aliases: z.array(ALIAS).max(20).optional(),
  otherNames: z.array(z.strictObject(NAMES)).max(10).optional(),
  carers: z.array(CARER).max(10).optional(),
  shielded: z.boolean().optional(),
})
