import { z } from 'zod'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { type Acceptance, requireDateOfBirth } from './dates.js'
import { parseNhsNumber } from './nhs-number.js'
import { lineProblem, nameProblem, tidy } from './text.js'
import { readAgencyChildId, writeAgencyChildId } from './written-form.js'

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

/** What an agency knows of a child that it looks up. */
export interface LookupDetails {
  readonly givenNames: string
  readonly familyName: string
  readonly dateOfBirth: string
  readonly expectedDate?: true
  readonly postcode?: string
  readonly nhsNumber?: string
}

/** How an agency names a child in a check: exactly one of these. An agency child id is in its written form. */
export type ChildQuery =
  | { readonly details: LookupDetails }
  | { readonly nhsNumber: string }
  | { readonly agencyChildId: string }
  | { readonly alias: Alias }

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
    ...known('nhsNumber', nhsNumber(read.nhsNumber, 'nhsNumber', at)),
    ...known('upn', read.upn),
    ...known('addresses', read.addresses?.map(address)),
    ...known('aliases', read.aliases),
    ...known('otherNames', read.otherNames),
    ...known('carers', read.carers?.map(carer)),
    ...known('shielded', read.shielded),
  }
}

/**
 * How a check names its child, from unknown input.
 *
 * @throws {IndexError} as `parseDetails` does, and `ERR_CHILD_ID_MALFORMED` for an agency child id that was misread.
 * Fields are `details.dateOfBirth`, `nhsNumber`, `agencyChildId`, `alias.value`, …; `child` is the query as a whole.
 */
export function parseQuery(input: unknown, at: Acceptance): ChildQuery {
  const read = parseShape(QUERY, input, 'child')
  if (read.agencyChildId !== undefined) {
    const { agencyChildId, epochMod4 } = readAgencyChildId(read.agencyChildId)
    return { agencyChildId: writeAgencyChildId(agencyChildId, epochMod4) }
  }
  if (read.nhsNumber !== undefined) {
    return { nhsNumber: parseNhsNumber(read.nhsNumber, { neverIssued: at.neverIssuedNumbers, field: 'nhsNumber' }) }
  }
  if (read.alias !== undefined) return { alias: read.alias }
  if (read.details !== undefined) return { details: lookupDetails(read.details, at) }
  throw new IndexError('ERR_DETAILS_INVALID', ONE_OF, { field: 'child' })
}

function lookupDetails(read: z.infer<typeof LOOKUP>, at: Acceptance): LookupDetails {
  requireAName(read, 'details.givenNames')
  const expected = read.expectedDate === true
  requireDateOfBirth(read.dateOfBirth, expected, 'details.dateOfBirth', at)
  return {
    givenNames: read.givenNames,
    familyName: read.familyName,
    dateOfBirth: read.dateOfBirth,
    ...(expected && { expectedDate: true }),
    ...known('postcode', read.postcode),
    ...known('nhsNumber', nhsNumber(read.nhsNumber, 'details.nhsNumber', at)),
  }
}

function requireAName(name: OtherName, field: string): void {
  if (name.givenNames !== '' || name.familyName !== '') return
  throw new IndexError('ERR_DETAILS_INVALID', `${field} must have a name where the family name is empty`, { field })
}

function nhsNumber(text: string | undefined, field: string, at: Acceptance): string | undefined {
  return text === undefined ? undefined : parseNhsNumber(text, { neverIssued: at.neverIssuedNumbers, field })
}

function address(read: z.infer<typeof ADDRESS>): Address {
  return { lines: read.lines.filter((line) => line !== ''), ...known('postcode', read.postcode) }
}

function carer(read: z.infer<typeof CARER>): Carer {
  return {
    name: read.name,
    relationship: read.relationship,
    ...known('telephone', read.telephone),
    ...known('address', read.address === undefined ? undefined : address(read.address)),
  }
}

/** `{ [key]: value }`, or nothing where there is no value: absent and undefined are one thing in what is sealed. */
function known<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value }
}

/** `parse`, with a field in every refusal, and none of ours blamed for an input whose properties throw when read. */
function parseShape<Output>(schema: z.ZodType<Output>, input: unknown, what: string): Output {
  try {
    return parse(schema, input, 'ERR_DETAILS_INVALID', what)
  } catch (error) {
    if (!(error instanceof IndexError))
      throw new IndexError('ERR_DETAILS_INVALID', `${what} must be plain data`, { field: what })
    if (error.field !== undefined) throw error
    throw new IndexError(error.code, error.message, { field: what })
  }
}

const ONE_OF = 'must hold exactly one of details, nhsNumber, agencyChildId and alias'

function text(problem: (value: string) => string | undefined): z.ZodType<string> {
  return z
    .string()
    .superRefine((value, context) => {
      const message = problem(value)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
    .transform(tidy)
}

const line = (lengthMax: number): z.ZodType<string> => text((value) => lineProblem(value, lengthMax))
const filled = (lengthMax: number): z.ZodType<string> =>
  text((value) => lineProblem(value, lengthMax) ?? (tidy(value) === '' ? 'must not be empty' : undefined))
const matching = (pattern: RegExp, rule: string): z.ZodType<string> =>
  text((value) => (pattern.test(value) ? undefined : rule))

const NAME = text(nameProblem)
const NAMES = { givenNames: NAME, familyName: NAME }
const POSTCODE = matching(/^ *[A-Za-z0-9][A-Za-z0-9 -]{0,10}$/, 'must be at most 11 letters, digits and spaces')
const KIND = matching(/^[a-z][a-z0-9-]{0,31}$/, 'must be a word of lower-case letters, digits and hyphens')

const ADDRESS = z
  .strictObject({ lines: z.array(line(200)).max(10), postcode: POSTCODE.optional() })
  .refine(
    (value) => value.postcode !== undefined || value.lines.some((one) => one !== ''),
    'must have a line or a postcode',
  )

const OWN_FIELDS: readonly string[] = ['nhs-number', 'upn']
const ALIAS = z.strictObject({
  kind: KIND.refine(
    (kind) => !OWN_FIELDS.includes(kind),
    'must not be nhs-number or upn, which have fields of their own',
  ),
  value: filled(64),
})

const CARER = z.strictObject({
  name: text((value) => nameProblem(value) ?? (tidy(value) === '' ? 'must not be empty' : undefined)),
  relationship: filled(100),
  telephone: matching(/^[ +(]*\d[\d +()./extEXT-]{2,39}$/, 'must be a telephone number').optional(),
  address: ADDRESS.optional(),
})

const SEXES: readonly Sex[] = ['female', 'male', 'indeterminate', 'not-known']

const REGISTRATION = z.strictObject({
  ...NAMES,
  dateOfBirth: z.string(),
  expectedDate: z.boolean().optional(),
  sex: z.custom<Sex>((value) => SEXES.some((sex) => sex === value), `must be one of ${SEXES.join(', ')}`).optional(),
  nhsNumber: z.string().optional(),
  upn: matching(
    /^[A-Z]\d{11}[\dA-Z]$/,
    'must be a capital letter, eleven digits and a digit or capital letter',
  ).optional(),
  addresses: z.array(ADDRESS).max(10).optional(),
  aliases: z.array(ALIAS).max(20).optional(),
  otherNames: z.array(z.strictObject(NAMES)).max(10).optional(),
  carers: z.array(CARER).max(10).optional(),
  shielded: z.boolean().optional(),
})

const LOOKUP = z.strictObject({
  ...NAMES,
  dateOfBirth: z.string(),
  expectedDate: z.boolean().optional(),
  postcode: POSTCODE.optional(),
  nhsNumber: z.string().optional(),
})

const QUERY = z
  .strictObject({
    details: LOOKUP.optional(),
    nhsNumber: z.string().optional(),
    agencyChildId: z.string().optional(),
    alias: z.strictObject({ kind: KIND, value: filled(64) }).optional(),
  })
  .refine((query) => Object.values(query).filter((value) => value !== undefined).length === 1, ONE_OF)
