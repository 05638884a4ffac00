/**
 * Which days are worked: neither weekends nor England's bank holidays. Every time of day is London's, and stays what it is when
 * the clocks change. Whatever comes in on a day that is not worked counts as come in when the next working day begins.
 */
export interface WorkingCalendar {
  /** The same time of day, this many working days later (0 and up), in epoch milliseconds. */
  addWorkingDays(from: number, days: number): number
  /** From a day in London (`YYYY-MM-DD`) to the end of the day this many working days later. */
  fromDay(day: string, days: number): { readonly startedAt: number; readonly dueAt: number }
  /** Whether the day in London is worked. */
  isWorkingDay(at: number): boolean
  /** Whether a later instant comes before this many more working days have ended; 0: before today ends. */
  isWithinWorkingDays(now: number, until: number, days: number): boolean
}

/**
 * Within how many working days what must be done. *Working Together to Safeguard Children* (2023): a decision on a referral
 * within one, the assessment within 45 of the referral, the conference within 15 of the strategy discussion. That a case is
 * looked at within one, and an enquiry pursued within five, is our own rule.
 */
export const WORKING_DAYS = { review: 1, decision: 1, assessment: 45, conference: 15, enquiry: 5 } as const

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

let loaded: Promise<WorkingCalendar> | undefined

/**
 * England's working days. For display and reminders: no policy is ever evaluated by it.
 * Loaded when a first deadline is set, because the holiday tables take a fifth of a second.
 */
export function englishCalendar(): Promise<WorkingCalendar> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<WorkingCalendar> {
  const { default: Holidays } = await import('date-holidays')
  const holidays = new Holidays('GB', 'ENG', { types: ['public', 'bank'] })
  const years = new Map<number, ReadonlySet<string>>()
  return workingCalendar((date) => {
    const year = Number(date.slice(0, 4))
    const known = years.get(year) ?? new Set(holidays.getHolidays(year).map(({ date: day }) => day.slice(0, 10)))
    years.set(year, known)
    return known.has(date)
  })
}

/** A calendar from what is a holiday: a date such as `2026-12-28`. */
export function workingCalendar(isHoliday: (date: string) => boolean): WorkingCalendar {
  const hourInLondon = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  // London is on Greenwich time or an hour ahead of it, and changes over on a Sunday before three in the morning.
  const aheadMs = (at: number): number => {
    const hour = new Date(at).getUTCHours()
    return Number(hourInLondon.format(at)) === hour ? 0 : HOUR_MS
  }
  const dayOf = (at: number): number => Math.floor((at + aheadMs(at)) / DAY_MS)
  const isWorked = (day: number): boolean => {
    const midnight = new Date(day * DAY_MS)
    const weekday = midnight.getUTCDay()
    return weekday !== 0 && weekday !== 6 && !isHoliday(midnight.toISOString().slice(0, 10))
  }
  const nextWorked = (day: number): number => {
    let next = day
    while (!isWorked(next)) next += 1
    return next
  }
  const laterBy = (worked: number, days: number): number => {
    let day = worked
    for (let left = days; left > 0; left -= 1) day = nextWorked(day + 1)
    return day
  }
  const midnightOf = (day: number): number => {
    // On the day of a change the clocks still show what they showed the evening before.
    const evening = day * DAY_MS - 4 * HOUR_MS
    return day * DAY_MS - aheadMs(evening)
  }
  return {
    fromDay(text, days) {
      const first = Date.parse(`${text}T00:00:00Z`) / DAY_MS
      return { startedAt: midnightOf(first), dueAt: midnightOf(laterBy(nextWorked(first), days) + 1) }
    },
    addWorkingDays(from, days) {
      const arrived = dayOf(from)
      const begun = nextWorked(arrived)
      // INVARIANT: whoever starts later is never due earlier, so a night or a weekend is not a time of day to keep.
      const timeOfDay = begun === arrived ? from + aheadMs(from) - arrived * DAY_MS : 0
      const day = laterBy(begun, days)
      const noon = day * DAY_MS + DAY_MS / 2
      return day * DAY_MS + timeOfDay - aheadMs(noon)
    },
    isWorkingDay: (at) => isWorked(dayOf(at)),
    isWithinWorkingDays(now, until, days) {
      const last = laterBy(nextWorked(dayOf(now)), days)
      // What ends at midnight ends with the day before.
      return dayOf(until - 1) <= last
    },
  }
}

const dayFormat = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', dateStyle: 'short' })

/** The day that it is in London, `YYYY-MM-DD`. */
export function dayInLondon(at: number): string {
  return dayFormat.format(at)
}

const momentFormat = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** An instant as people in England read it: `Thursday 5 March 2026 at 10:00`. */
export function whenInLondon(at: number): string {
  const parts = new Map(momentFormat.formatToParts(at).map(({ type, value }) => [type, value]))
  const [weekday, day, month, year, hour, minute] = (
    ['weekday', 'day', 'month', 'year', 'hour', 'minute'] as const
  ).map((part) => parts.get(part) ?? '')
  return `${weekday} ${day} ${month} ${year} at ${hour}:${minute}`
}
