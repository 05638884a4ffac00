/** A date of JavaScript lies at most this far from 1970, in milliseconds. */
export const INSTANT_MAX: number = 8.64e15

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/** Epoch milliseconds of a date (its midnight, UTC), of a date and time with an offset, or of themselves; NaN for anything else. */
export function instantOf(value: number | string): number {
  if (typeof value === 'number') return value
  return ISO.test(value) && dayExists(value.slice(0, 10)) ? Date.parse(value) : Number.NaN
}

// Date.parse rolls 30 February over into March, and refuses 32 March.
function dayExists(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)
}
