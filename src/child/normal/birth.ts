/** A date of birth as it is compared. */
export interface BirthForms {
  readonly exact: string
  /** Eleven; two dates share one exactly as `birthForms` says. */
  readonly near: readonly string[]
}

/**
 * The forms of a date of birth, a day of the calendar written `YYYY-MM-DD`. Two dates share a near form exactly if
 *
 * - they lie in the same half of a calendar year or in neighbouring halves: so all whose months are at most six apart, none
 *   whose months are twelve or more apart, and some between, or
 * - they are of the same year, and day and month are the same two numbers in either order (where the other order is no day
 *   of the calendar, no date has it), or
 * - they differ in at most one digit.
 */
export function birthForms(date: string): BirthForms {
  const [year = '', month = '', day = ''] = date.split('-')
  const half = Math.floor((Number(year) * 12 + Number(month) - 1) / 6)
  const masked = [...`${year}${month}${day}`].map((_, i, digits) => digits.with(i, '*').join(''))
  const [low, high] = [month, day].sort()
  return { exact: date, near: [`half:${half - 1}`, `half:${half}`, `swap:${year}:${low}:${high}`, ...masked] }
}
