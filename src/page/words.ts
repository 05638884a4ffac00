const DAY_MS = 86_400_000
/** Farthest instant that a calendar knows, before or after 1970. */
const DATE_MS_MAX = 8_640_000_000_000_000

/** `1 day`, `2 days`, `2 agencies`, `3 checks`. */
export function plural(value: number, noun: string): string {
  if (value === 1) return `1 ${noun}`
  return `${value} ${/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`}`
}

/** An instant as people read it: `2026-03-02 09:00 UTC`; a number of milliseconds where no calendar reaches. */
export function when(at: number): string {
  if (!(Math.abs(at) <= DATE_MS_MAX)) return `${at} ms`
  const [day = '', time = ''] = new Date(at).toISOString().split('T')
  return `${day} ${time.slice(0, 5)} UTC`
}

/** The day of an instant in UTC: `2026-03-02`. */
export function dayOf(at: number): string {
  if (!(Math.abs(at) <= DATE_MS_MAX)) return `${at} ms`
  return new Date(at).toISOString().split('T')[0] ?? ''
}

/** Whole days from one instant to a later one, rounded down; negative where it is earlier. */
export function daysBetween(from: number, to: number): number {
  return Math.floor((to - from) / DAY_MS)
}

/** How far an instant lies from now: `today`, `3 days ago`, `in 1 day`. Whole days of 24 hours. */
export function daysAgo(at: number, now: number): string {
  const days = at <= now ? daysBetween(at, now) : daysBetween(now, at)
  if (days === 0) return at <= now ? 'less than a day ago' : 'in less than a day'
  return at <= now ? `${plural(days, 'day')} ago` : `in ${plural(days, 'day')}`
}

/** Codes as words: `child-in-need` is `child in need`. */
export function spaced(code: string): string {
  return code.replaceAll('-', ' ')
}

/** Text on one line without control characters or marks that turn its direction, for where nothing else contains them. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, ' ')
}
