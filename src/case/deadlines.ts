/** Which days are worked: neither weekends nor England's bank holidays. */
export interface WorkingCalendar {
  /** The same time of day, this many working days later, in milliseconds. */
  addWorkingDays(from: number, days: number): number
}

const DAY_MS = 86_400_000

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
  const dayInLondon = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', dateStyle: 'short' })
  const years = new Map<string, ReadonlySet<string>>()

  const holidaysOf = (year: string): ReadonlySet<string> => {
    let days = years.get(year)
    if (days === undefined) {
      days = new Set(holidays.getHolidays(year).map(({ date }) => date.slice(0, 10)))
      years.set(year, days)
    }
    return days
  }
  const isWorked = (at: number): boolean => {
    const date = dayInLondon.format(at)
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
    return weekday !== 0 && weekday !== 6 && !holidaysOf(date.slice(0, 4)).has(date)
  }
  return {
    addWorkingDays(from, days) {
      let at = from
      for (let left = days; left > 0; ) {
        at += DAY_MS
        if (isWorked(at)) left -= 1
      }
      return at
    },
  }
}
