export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000

/** Days from a midnight on, with what the calendar of England makes of them. */
export interface Day {
  /** Midnight UTC. */
  readonly from: number
  readonly isMonday: boolean
  readonly isWeekend: boolean
  readonly isTerm: boolean
}

export function daysOf(from: number, count: number): readonly Day[] {
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * DAY_MS
    const weekday = new Date(at).getUTCDay()
    return { from: at, isMonday: weekday === 1, isWeekend: weekday === 0 || weekday === 6, isTerm: isTerm(at) }
  })
}

/** How many checks a day has beside an ordinary Tuesday: schools are shut in the holidays and on weekends, police are not. */
export function weightOf({ isMonday, isWeekend, isTerm }: Day): number {
  const schools = isTerm && !isWeekend ? 0.25 : 0
  const others = isWeekend ? 0.4 : 0.75
  return (schools + others) * (isMonday ? 1.5 : 1)
}

// Month and day of the holidays, ends included; Easter as it lies in most years.
const HOLIDAYS = [
  ['01-01', '01-04'],
  ['02-15', '02-19'],
  ['04-01', '04-14'],
  ['05-27', '05-31'],
  ['07-22', '09-02'],
  ['10-25', '10-29'],
  ['12-20', '12-31'],
] as const

function isTerm(at: number): boolean {
  const day = new Date(at).toISOString().slice(5, 10)
  return HOLIDAYS.every(([from, to]) => day < from || day > to)
}
