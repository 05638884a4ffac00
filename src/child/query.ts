import { z } from 'zod'
import { IndexError } from '../errors.js'
import type { Acceptance } from './dates.js'
import type { Address, Alias } from './details.js'
import { LOOKUP, type LookupDetails, readLookup } from './lookup.js'
import { parseNhsNumber } from './nhs-number.js'
import { type FieldQualities, MISSING } from './quality.js'
import { ADDRESS, FILLED_NAME, filled, KIND, known, parseShape, TELEPHONE, withoutEmptyLines } from './shapes.js'
import { isUpn } from './upn.js'
import { readAgencyChildId, writeAgencyChildId } from './written-form.js'

export type { LookupDetails } from './lookup.js'
export type { FieldQualities, FieldQuality } from './quality.js'

/** The one detail more by which an agency confirms that a candidate is the child it means. */
export type ConfirmingDetail =
  | { readonly otherGivenName: string }
  | { readonly formerFamilyName: string }
  | { readonly carerName: string }
  | { readonly carerTelephone: string }
  | { readonly address: Address }

/** How an agency names a child in a check: exactly one of these. An agency child id is in its written form. */
export type ChildQuery =
  | { readonly details: LookupDetails; readonly confirm?: ConfirmingDetail }
  | { readonly nhsNumber: string }
  | { readonly agencyChildId: string }
  | { readonly alias: Alias }

/** A query as it may be sent, and what each field that it came with was worth. */
export interface ReadQuery {
  readonly query: ChildQuery
  readonly quality: FieldQualities
}

/**
 * How a check names its child, from what an agency has on record. What the details hold but means nothing is left out
 * of the query, or stays where it does no harm, and its field is `invalid`: a wrong check digit, no day of the calendar,
 * a pupil number or postcode of another form, a placeholder, a name of mixed scripts.
 *
 * @throws {IndexError} naming the field (`details.dateOfBirth`, `nhsNumber`, `alias.value`, `confirm.address`, …; `child` is the query as a
 * whole): `ERR_DETAILS_INVALID` for the shape, for text that is too long or holds control characters, for a name
 * without a letter, and where neither a name nor a number is left; `ERR_DATE_IN_FUTURE` and `ERR_TOO_OLD` as
 * `parseDetails`; `ERR_NHS_NUMBER_INVALID` and `ERR_CHILD_ID_MALFORMED` where the query is nothing but that.
 */
export function readQuery(input: unknown, at: Acceptance): ReadQuery {
  const { query, quality } = read(input, at)
  return { query, quality }
}

/**
 * The query that `readQuery` made, unchanged, from unknown input.
 * @throws {IndexError} as `readQuery`, and for whatever that would have left out: `ERR_DATE_INVALID`,
 * `ERR_NHS_NUMBER_INVALID`, `ERR_DETAILS_INVALID`.
 */
export function parseQuery(input: unknown, at: Acceptance): ChildQuery {
  const { query, leftOut } = read(input, at)
  if (leftOut[0] !== undefined) throw leftOut[0]
  return query
}

interface Reading extends ReadQuery {
  /** Why something of the input is not in the query. */
  readonly leftOut: readonly IndexError[]
}

function read(input: unknown, at: Acceptance): Reading {
  const shaped: z.output<typeof QUERY> = numberAlone(input) ?? parseShape(QUERY, input, 'child')
  if (shaped.agencyChildId !== undefined) {
    const { agencyChildId, epochMod4 } = readAgencyChildId(shaped.agencyChildId)
    return { query: { agencyChildId: writeAgencyChildId(agencyChildId, epochMod4) }, quality: MISSING, leftOut: [] }
  }
  if (shaped.nhsNumber !== undefined) {
    const number = parseNhsNumber(shaped.nhsNumber, { neverIssued: at.neverIssuedNumbers, field: 'nhsNumber' })
    return { query: { nhsNumber: number }, quality: NUMBER_ALONE, leftOut: [] }
  }
  if (shaped.alias !== undefined) {
    return { query: { alias: shaped.alias }, quality: aliasQuality(shaped.alias), leftOut: [] }
  }
  if (shaped.details === undefined) throw new IndexError('ERR_DETAILS_INVALID', ONE_OF, { field: 'child' })
  const { details, quality, leftOut } = readLookup(shaped.details, at)
  const { confirm } = shaped
  return { query: { details, ...(confirm !== undefined && { confirm: confirming(confirm) }) }, quality, leftOut }
}

const NUMBER_ALONE: FieldQualities = { ...MISSING, nhsNumber: 'valid' }

/** What the shape gives for plain data that is a number and nothing else, as most queries are, in a fraction of its time. */
function numberAlone(input: unknown): { readonly nhsNumber: string } | undefined {
  try {
    if (typeof input !== 'object' || input === null || Object.getPrototypeOf(input) !== Object.prototype)
      return undefined
    const [key, ...more] = Object.keys(input)
    if (key !== 'nhsNumber' || more.length > 0) return undefined
    const { nhsNumber } = input as { readonly nhsNumber: unknown }
    return typeof nhsNumber === 'string' ? { nhsNumber } : undefined
  } catch {
    // Of data that throws when it is read, the shape says that it does.
    return undefined
  }
}

function aliasQuality({ kind, value }: Alias): FieldQualities {
  return kind === 'upn' ? { ...MISSING, upn: isUpn(value) ? 'valid' : 'invalid' } : MISSING
}

function confirming(read: z.infer<typeof CONFIRM>): ConfirmingDetail {
  const { address, ...texts } = read
  const one = { ...texts, ...known('address', address === undefined ? undefined : withoutEmptyLines(address)) }
  return Object.fromEntries(
    Object.entries(one).filter(([, value]) => value !== undefined),
  ) as unknown as ConfirmingDetail
}

function holding(value: object): number {
  return Object.values(value).filter((one) => one !== undefined).length
}

const ONE_OF = 'must hold exactly one of details, nhsNumber, agencyChildId and alias (confirm goes with details)'

const CONFIRM = z
  .strictObject({
    otherGivenName: FILLED_NAME.optional(),
    formerFamilyName: FILLED_NAME.optional(),
    carerName: FILLED_NAME.optional(),
    carerTelephone: TELEPHONE.optional(),
    address: ADDRESS.optional(),
  })
  .refine((confirm) => holding(confirm) === 1, 'must hold exactly one detail')

const QUERY = z
  .strictObject({
    details: LOOKUP.optional(),
    confirm: CONFIRM.optional(),
    nhsNumber: z.string().optional(),
    agencyChildId: z.string().optional(),
    alias: z.strictObject({ kind: KIND, value: filled(64) }).optional(),
  })
  .refine(({ confirm, ...named }) => {
    return holding(named) === 1 && (confirm === undefined || named.details !== undefined)
  }, ONE_OF)
