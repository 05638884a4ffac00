import { IndexError } from '../errors.js'

const DAY_MS = 86_400_000

/** Midnight UTC with which a day begins, epoch milliseconds. */
export function dayOf(text: string, field: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(text)) {
    throw new IndexError('ERR_DATE_INVALID', 'must be a day, written YYYY-MM-DD', { field })
  }
  return at
}

/** Midnight UTC with which a day ends. */
export function endOf(text: string, field: string): number {
  return dayOf(text, field) + DAY_MS
}
