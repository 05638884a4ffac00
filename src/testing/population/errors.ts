import type { Address, LookupDetails, RegistrationDetails } from '../../child/details.js'
import type { SeededRandom } from '../random.js'
import { type Draft, MISTAKES, type RecordingError } from './mistakes.js'

export type { RecordingError } from './mistakes.js'

export interface Misrecorded {
  /** What the agency has on record. */
  readonly details: LookupDetails
  /** What is wrong with it, in the order in which it was done; empty where nothing is. */
  readonly errors: readonly RecordingError[]
}

export interface MisrecordedOptions {
  /** No date is made to lie after it, nor 18 years before it; in milliseconds since 1970. */
  readonly now: number
  /** Other shares than those of `RECORDING_ERRORS`. */
  readonly shares?: Partial<Readonly<Record<RecordingError, number>>>
  /** The agency records NHS numbers, which are subject to errors of their own. */
  readonly withNumber?: boolean
  /** Of the country into which a child moves; as `drawAddress` where absent. */
  readonly districts?: number
}

/**
 * Each error's share of the records that it can happen to, as `misrecorded` makes them.
 *
 * Estimates of the order of magnitude in which linkage studies report them, not measurements of any register. Together they leave about
 * 60 of a hundred records without one, where NHS numbers are not recorded.
 */
export const RECORDING_ERRORS: Readonly<Record<RecordingError, number>> = {
  // Of the given names.
  'given-slip': 0.03,
  'given-sound': 0.015,
  'given-transliterated': 0.12,
  'given-nickname': 0.05,
  'given-initial': 0.005,
  'middle-first': 0.012,
  'middle-left-out': 0.12,
  'given-stand-in': 0.004,
  'given-missing': 0.004,
  // Of the family name.
  'family-former': 0.015,
  'family-half': 0.25,
  'family-prefix': 0.2,
  'family-transliterated': 0.06,
  'family-slip': 0.03,
  'family-sound': 0.015,
  // Of either.
  'marks-dropped': 0.5,
  'names-swapped': 0.01,
  // Of the birth.
  'date-day-month-swapped': 0.008,
  'date-digit': 0.01,
  'date-month': 0.005,
  'date-missing': 0.01,
  // Of the place.
  moved: 0.08,
  'no-fixed-address': 0.003,
  'lines-missing': 0.04,
  'lines-abbreviated': 0.06,
  'postcode-slip': 0.02,
  'postcode-missing': 0.01,
  // Of the number.
  'number-missing': 0.15,
  'number-mistyped': 0.01,
  'number-transposed': 0.005,
}

/**
 * The details of a registered child as another agency may have them on record: with none, one or several errors, each drawn by its
 * share. An error that the child's details give no room for (no accent to drop, no second given name) does not happen.
 *
 * The first address is the present one. A mistyped NHS number may have a wrong check digit, as most have.
 */
export function misrecorded(
  child: RegistrationDetails,
  random: SeededRandom,
  options: MisrecordedOptions,
): Misrecorded {
  const shares = { ...RECORDING_ERRORS, ...options.shares }
  const errors: RecordingError[] = []
  let draft = draftOf(child, options.withNumber === true)
  for (const error of Object.keys(RECORDING_ERRORS) as RecordingError[]) {
    if (random.next() >= shares[error]) continue
    const made = MISTAKES[error](draft, { random, child, now: options.now, districts: options.districts })
    if (made === undefined) continue
    draft = made
    errors.push(error)
  }
  return { details: detailsOf(draft, child), errors }
}

function draftOf(child: RegistrationDetails, withNumber: boolean): Draft {
  const { givenNames, familyName, dateOfBirth, addresses, nhsNumber } = child
  return {
    givenNames,
    familyName,
    dateOfBirth,
    addresses: addresses?.slice(0, 1) ?? [],
    nhsNumber: withNumber ? nhsNumber : undefined,
  }
}

function detailsOf(
  { givenNames, familyName, dateOfBirth, addresses, nhsNumber }: Draft,
  child: RegistrationDetails,
): LookupDetails {
  const isSaid = ({ lines, postcode }: Address): boolean => lines.length > 0 || postcode !== undefined
  const said = addresses.filter(isSaid)
  return {
    givenNames,
    familyName,
    ...(dateOfBirth !== undefined && { dateOfBirth }),
    ...(dateOfBirth !== undefined && child.expectedDate === true && { expectedDate: true as const }),
    ...(said.length > 0 && { addresses: said }),
    ...(nhsNumber !== undefined && { nhsNumber }),
  }
}
