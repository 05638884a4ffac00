import { IndexError } from '../../errors.js'

export const PERIOD_KINDS = ['month', 'quarter', 'year'] as const
export type PeriodKind = (typeof PERIOD_KINDS)[number]

/** A calendar month, quarter or year in London. */
export interface Period {
  /** `2026-03`, `2026-Q1` or `2026`. */
  readonly name: string
  readonly kind: PeriodKind
  /** Midnight in London with which it begins, epoch milliseconds. */
  readonly from: number
  /** Midnight in London with which the next one begins, epoch milliseconds. */
  readonly until: number
}

const MONTHS: Readonly<Record<PeriodKind, number>> = { month: 1, quarter: 3, year: 12 }
const HOUR_MS = 3_600_000
const NAME = /^(2\d{3})(?:-(0[1-9]|1[0-2])|-Q([1-4]))?$/

/**
 * A period by its name. By London's calendar, because the officers work by it and so do the deadlines that are counted: by
 * UTC the first hour of an April would lie in March.
 * @throws {IndexError} `ERR_REQUEST_INVALID`, field `period`
 */
export function parsePeriod(name: string): Period {
  const [, year, month, quarter] = NAME.exec(name) ?? []
  if (year === undefined)
    throw new IndexError('ERR_REQUEST_INVALID', 'must be a month, a quarter or a year: 2026-03, 2026-Q1, 2026', {
      field: 'period',
    })
  if (month !== undefined) return period('month', Number(year) * 12 + Number(month) - 1)
  if (quarter !== undefined) return period('quarter', Number(year) * 12 + (Number(quarter) - 1) * 3)
  return period('year', Number(year) * 12)
}

/** The month, quarter or year that an instant lies in. */
export function periodAt(instant: number, kind: PeriodKind): Period {
  const month = monthAt(instant)
  return period(kind, month - (month % MONTHS[kind]))
}

/** The one that begins where this one ends. */
export function nextPeriod({ kind, from }: Period): Period {
  return period(kind, monthAt(from) + MONTHS[kind])
}

/** The months, quarters or years that make up a period; none where it is shorter than they are. */
export function partsOf({ kind, from }: Period, into: PeriodKind): readonly Period[] {
  const first = monthAt(from)
  return Array.from({ length: Math.floor(MONTHS[kind] / MONTHS[into]) }, (_, at) =>
    period(into, first + at * MONTHS[into]),
  )
}

/** The last day of a period, as it stands in London's calendar: `2026-03-31`. */
export function lastDayOf({ until }: Period): string {
  return dayInLondon(until - 12 * HOUR_MS)
}

export function firstDayOf({ from }: Period): string {
  return dayInLondon(from)
}

/** @param month months since the year 0 */
function period(kind: PeriodKind, month: number): Period {
  const [year, inYear] = [Math.floor(month / 12), month % 12]
  const name = {
    month: `${year}-${String(inYear + 1).padStart(2, '0')}`,
    quarter: `${year}-Q${Math.floor(inYear / 3) + 1}`,
    year: `${year}`,
  }[kind]
  return { name, kind, from: midnightInLondon(month), until: midnightInLondon(month + MONTHS[kind]) }
}

// No first of a month is a day on which the clocks change.
function midnightInLondon(month: number): number {
  const midnight = Date.UTC(Math.floor(month / 12), month % 12, 1)
  return midnight - Number(HOUR.format(midnight)) * HOUR_MS
}

function monthAt(instant: number): number {
  const [year, month] = dayInLondon(instant).split('-').map(Number)
  return (year ?? 0) * 12 + (month ?? 1) - 1
}

function dayInLondon(instant: number): string {
  return DAY.format(instant)
}

const DAY = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', dateStyle: 'short' })
const HOUR = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: 'numeric', hourCycle: 'h23' })
