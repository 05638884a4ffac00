import { IndexError } from '../errors.js'

/** When details are accepted, and which exceptions the caller allows. */
export interface Acceptance {
  /** The present day, `YYYY-MM-DD`. */
  readonly today: string
  /** Accept young people from their 18th up to their 25th birthday: care leavers. */
  readonly careLeavers?: boolean | undefined
  /** Accept NHS numbers of the ranges that are for tests. */
  readonly neverIssuedNumbers?: boolean | undefined
}

const EXPECTED_DAYS_MAX = 300
const CHILD_UNTIL_YEARS = 18
const CARE_LEAVER_UNTIL_YEARS = 25

/**
 * Refuses a date of birth (or, with `expected`, the day on which a birth is expected) that no child in the index has.
 * @throws {IndexError} `ERR_DATE_INVALID`, `ERR_DATE_IN_FUTURE` or `ERR_TOO_OLD`, naming `field`.
 */
export function requireDateOfBirth(date: string, expected: boolean, field: string, at: Acceptance): void {
  if (!isCalendarDate(at.today)) throw new RangeError('today must be a calendar date')
  if (!isCalendarDate(date)) {
    throw new IndexError('ERR_DATE_INVALID', `${field} must be a day of the calendar, written YYYY-MM-DD`, { field })
  }
  if (date > (expected ? addDays(at.today, EXPECTED_DAYS_MAX) : at.today)) {
    const rule = expected
      ? `must be at most ${EXPECTED_DAYS_MAX} days ahead`
      : 'must not lie ahead: set expectedDate for a child who is not born yet'
    throw new IndexError('ERR_DATE_IN_FUTURE', `${field} ${rule}`, { field })
  }
  if (!hasReachedAge(date, CHILD_UNTIL_YEARS, at.today)) return
  if (at.careLeavers === true && !hasReachedAge(date, CARE_LEAVER_UNTIL_YEARS, at.today)) return
  const rule =
    at.careLeavers === true
      ? `must be less than ${CARE_LEAVER_UNTIL_YEARS} years ago`
      : `must be less than ${CHILD_UNTIL_YEARS} years ago: care leavers need the option for them`
  throw new IndexError('ERR_TOO_OLD', `${field} ${rule}`, { field })
}

/** Whether `text` is a day of the Gregorian calendar from 1900 on, written `YYYY-MM-DD`. Days compare as text. */
function isCalendarDate(text: string): boolean {
  if (!/^(?:19|2\d)\d\d-\d\d-\d\d$/.test(text)) return false
  const instant = Date.parse(`${text}T00:00:00Z`)
  // The engine rolls some impossible days over into the next month; the way back shows it.
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text)
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/**
 * Whether somebody born on `birth` has reached the age, in whole years, on `today`. An age is reached as the birthday
 * begins (Family Law Reform Act 1969, section 9); one who was born on 29 February reaches it on 1 March of a common year.
 */
function hasReachedAge(birth: string, years: number, today: string): boolean {
  return `${Number(birth.slice(0, 4)) + years}${birth.slice(4)}` <= today
}
