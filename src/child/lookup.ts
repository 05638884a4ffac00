import { z } from 'zod'
import { type ErrorCode, IndexError, isIndexError } from '../errors.js'
import { type Acceptance, requireDateOfBirth } from './dates.js'
import type { Address, OtherName, Sex } from './details.js'
import { parseNhsNumber } from './nhs-number.js'
import { familyName } from './normal/family.js'
import { givenName } from './normal/given.js'
import {
  addressQuality,
  type FieldQualities,
  familyQuality,
  givenQuality,
  postcodeQuality,
  qualityOf,
} from './quality.js'
import { known, line, POSTCODE_FORM, type ReadAddress, SEX, text, withoutEmptyLines } from './shapes.js'
import { looseNameProblem } from './text.js'
import { isUpn } from './upn.js'

/** What an agency knows of a child that it looks up: a name or a number at least. */
export interface LookupDetails {
  readonly givenNames: string
  readonly familyName: string
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth?: string
  /** Stands where the child is not born yet and `dateOfBirth` is the day it is expected. */
  readonly expectedDate?: true
  readonly sex?: Sex
  readonly postcode?: string
  /** The present one first, then former ones; at most ten. */
  readonly addresses?: readonly Address[]
  /** Former and other names; at most ten. */
  readonly otherNames?: readonly OtherName[]
  readonly nhsNumber?: string
  readonly upn?: string
}

/** What an agency has on record, as its shape reads it. */
export interface ReadDetails {
  readonly givenNames: string
  readonly familyName: string
  readonly dateOfBirth?: string | undefined
  readonly expectedDate?: boolean | undefined
  readonly sex?: Sex | undefined
  readonly postcode?: string | undefined
  readonly addresses?: readonly ReadAddress[] | undefined
  readonly otherNames?: readonly OtherName[] | undefined
  readonly nhsNumber?: string | undefined
  readonly upn?: string | undefined
}

export interface ReadLookup {
  readonly details: LookupDetails
  readonly quality: FieldQualities
  /** Why something that was said is not in the details as it was said. */
  readonly leftOut: readonly IndexError[]
}

/**
 * The details that a child can be looked up by, without what means nothing.
 * @throws {IndexError} `ERR_DATE_IN_FUTURE`, `ERR_TOO_OLD`; `ERR_DETAILS_INVALID` where neither name nor number is left.
 */
export function readLookup(said: ReadDetails, at: Acceptance): ReadLookup {
  const leftOut: IndexError[] = []
  const expected = said.expectedDate === true
  const unless = unlessRefused(leftOut)
  const dateOfBirth = unless('ERR_DATE_INVALID', said.dateOfBirth, (date) => {
    requireDateOfBirth(date, expected, 'details.dateOfBirth', at)
    return date
  })
  const nhsNumber = unless('ERR_NHS_NUMBER_INVALID', said.nhsNumber, (number) =>
    parseNhsNumber(number, { neverIssued: at.neverIssuedNumbers, field: 'details.nhsNumber' }),
  )
  const upn = unless('ERR_DETAILS_INVALID', said.upn, pupilNumber)
  const postcode = usablePostcode(said.postcode, 'details.postcode', leftOut)
  const addresses = usableAddresses(said.addresses ?? [], leftOut)
  const otherNames = (said.otherNames ?? []).filter((one) => one.givenNames !== '' || one.familyName !== '')
  const details: LookupDetails = {
    givenNames: said.givenNames,
    familyName: said.familyName,
    ...known('dateOfBirth', dateOfBirth),
    ...(expected && dateOfBirth !== undefined && { expectedDate: true }),
    ...known('sex', said.sex),
    ...known('postcode', postcode),
    ...known('addresses', addresses.length === 0 ? undefined : addresses),
    ...known('otherNames', otherNames.length === 0 ? undefined : otherNames),
    ...known('nhsNumber', nhsNumber),
    ...known('upn', upn),
  }
  requireNameOrNumber(details)
  const quality: FieldQualities = {
    givenNames: givenQuality(said.givenNames),
    familyName: familyQuality(said.familyName),
    dateOfBirth: qualityOf(said.dateOfBirth, dateOfBirth),
    postcode: postcodeQuality([said.postcode, ...(said.addresses ?? []).map((one) => one.postcode)]),
    address: addressQuality((said.addresses ?? []).map((one) => one.lines)),
    nhsNumber: qualityOf(said.nhsNumber, nhsNumber),
    upn: qualityOf(said.upn, upn),
  }
  return { details, quality, leftOut }
}

/** A reader that gives nothing, and notes why, where a value is refused with the code that says that it means nothing. */
function unlessRefused(leftOut: IndexError[]) {
  return (code: ErrorCode, said: string | undefined, act: (value: string) => string): string | undefined => {
    if (said === undefined || said === '') return undefined
    try {
      return act(said)
    } catch (error) {
      if (!isIndexError(error, code)) throw error
      leftOut.push(error)
      return undefined
    }
  }
}

function pupilNumber(said: string): string {
  const upn = said.replace(/[ -]/g, '').toUpperCase()
  if (isUpn(upn)) return upn
  throw invalid('details.upn', 'must have a check letter, eleven digits and a digit or capital letter')
}

/** The postcode as it was said; its letters and digits alone where it was said in another form, unless they are too many. */
function usablePostcode(said: string | undefined, field: string, leftOut: IndexError[]): string | undefined {
  if (said === undefined || said === '') return undefined
  if (POSTCODE_FORM.test(said)) return said
  leftOut.push(invalid(field, 'must be at most 11 letters, digits and spaces'))
  const bare = said.normalize('NFKC').replace(/[^A-Za-z0-9]/g, '')
  return POSTCODE_FORM.test(bare) ? bare : undefined
}

function usableAddresses(said: readonly ReadAddress[], leftOut: IndexError[]): readonly Address[] {
  return said.flatMap((one, i) => {
    const postcode = usablePostcode(one.postcode, `details.addresses[${i}].postcode`, leftOut)
    const address = withoutEmptyLines({ lines: one.lines, postcode })
    return postcode === undefined && address.lines.length === 0 ? [] : [address]
  })
}

function requireNameOrNumber(details: LookupDetails): void {
  const { first, others, initials } = givenName(details.givenNames)
  const isNamed = first !== '' || others.length + initials.length > 0 || familyName(details.familyName).whole !== ''
  if (isNamed || details.nhsNumber !== undefined || details.upn !== undefined) return
  throw invalid('details.givenNames', 'must be a name where there is no family name, NHS number or pupil number')
}

function invalid(field: string, problem: string): IndexError {
  return new IndexError('ERR_DETAILS_INVALID', `${field} ${problem}`, { field })
}

const LOOSE_NAME = text(looseNameProblem)
const NAMES = { givenNames: LOOSE_NAME, familyName: LOOSE_NAME }

/** Refuses only what no record of a child looks like; whether a value means anything is `readLookup`'s question. */
export const LOOKUP: z.ZodType<ReadDetails> = z.strictObject({
  ...NAMES,
  dateOfBirth: line(40).optional(),
  expectedDate: z.boolean().optional(),
  sex: SEX.optional(),
  postcode: line(40).optional(),
  addresses: z
    .array(z.strictObject({ lines: z.array(line(200)).max(10), postcode: line(40).optional() }))
    .max(10)
    .optional(),
  otherNames: z.array(z.strictObject(NAMES)).max(10).optional(),
  nhsNumber: line(40).optional(),
  upn: line(40).optional(),
})
