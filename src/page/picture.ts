import { html, type Markup } from './markup.js'
import { dayOf, oneLine } from './words.js'

/** Where values of a range lie between two points, in units of the drawing. */
export function scale(from: number, to: number, start: number, end: number): (value: number) => number {
  const span = to - from
  return (value) => rounded(span === 0 ? start : start + ((end - start) * (value - from)) / span)
}

/** A number as a drawing has it: a tenth of a unit is all that anybody sees. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

/** Words in a drawing: one line, cut to a number of characters. What they were in full belongs into a `<title>`. */
export function label(words: string, charactersMax: number): string {
  const characters = [...oneLine(words)]
  return characters.length > charactersMax ? `${characters.slice(0, charactersMax - 1).join('')}…` : characters.join('')
}

/** A mark on an axis of time. */
export interface Tick {
  readonly at: number
  readonly label: string
}

const DAY_MS = 86_400_000
const MONTHS_APART = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600]

/** Marks on an axis of time in UTC, at most as many as asked for: days, else first days of months, else of years. */
export function timeTicks(from: number, to: number, ticksMax = 12): readonly Tick[] {
  const days = (to - from) / DAY_MS
  const step = [1, 2, 7, 14].find((each) => days / each <= ticksMax && days < 62)
  if (step !== undefined) {
    const first = Math.ceil(from / DAY_MS) * DAY_MS
    const count = Math.floor((to - first) / (step * DAY_MS)) + 1
    return Array.from({ length: Math.max(0, count) }, (_, index) => tickAt(first + index * step * DAY_MS, true))
  }
  const apart = MONTHS_APART.find((months) => days / (months * 30.4) <= ticksMax) ?? 1_200
  const start = new Date(from)
  const firstMonth = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / apart) * apart
  const ticks: Tick[] = []
  for (let month = firstMonth; ticks.length <= ticksMax + 1; month += apart) {
    const at = Date.UTC(Math.floor(month / 12), month % 12)
    if (!(at <= to)) break
    if (at >= from) ticks.push(tickAt(at, false))
  }
  return ticks
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function tickAt(at: number, withDay: boolean): Tick {
  const [year = '', month = '', day = ''] = dayOf(at).split('-')
  const name = MONTHS[Number(month) - 1] ?? month
  return { at, label: withDay ? `${Number(day)} ${name}` : `${name} ${year}` }
}

export interface Bar {
  /** Beside the bar; cut where it is long. */
  readonly name: string
  /** Length of the bar, 0 or more. Absent: not told, a dashed bar whose length says nothing. */
  readonly value?: number
  /** What is written at its end. Absent: the value. */
  readonly said?: string
  /** A class of its own, such as `need` or `harm`. */
  readonly kind?: string
}

export interface BarsParts {
  /** One of a kind on the page. */
  readonly id: string
  readonly title: string
  readonly bars: readonly Bar[]
  /** Characters of a name; default 28. */
  readonly nameMax?: number
}

const BARS_WIDTH = 720
const BAR_HEIGHT = 18
const BAR_STEP = 28
const SAID_WIDTH = 110
const NOT_TOLD = 36

/**
 * Bars one below the other, each with its name and its value in words, so that nothing is said by length or colour alone.
 * A table of the same belongs beside it. Needs `PICTURE_STYLE`.
 */
export function barChart({ id, title, bars, nameMax = 28 }: BarsParts): Markup {
  const left = 12 + 7.2 * Math.min(nameMax, Math.max(0, ...bars.map(({ name }) => [...name].length)))
  const greatest = Math.max(1, ...bars.map(({ value = 0 }) => value))
  const long = scale(0, greatest, 0, BARS_WIDTH - left - SAID_WIDTH)
  const height = bars.length * BAR_STEP + 8
  return html`<svg class="picture bars" viewBox="0 0 ${BARS_WIDTH} ${height}" role="img" aria-labelledby="${id}"><title id="${id}">${oneLine(title)}</title>
<line class="axis" x1="${rounded(left)}" x2="${rounded(left)}" y1="0" y2="${height}"/>
${bars.map((bar, index) => barShape(bar, { left, long, nameMax, y: index * BAR_STEP + 8 }))}</svg>
`
}

interface Place {
  readonly left: number
  readonly long: (value: number) => number
  readonly nameMax: number
  readonly y: number
}

function barShape({ name, value, said, kind }: Bar, { left, long, nameMax, y }: Place): Markup {
  const width = value === undefined ? NOT_TOLD : long(value)
  const classes = ['bar', ...(kind === undefined ? [] : [kind]), ...(value === undefined ? ['not-told'] : [])]
  const words = said ?? (value === undefined ? 'not told' : String(value))
  return html`<g><title>${oneLine(name)}: ${oneLine(words)}</title><text class="name" x="${rounded(left - 8)}" y="${y + 13}" text-anchor="end">${label(name, nameMax)}</text><rect class="${classes.join(' ')}" x="${rounded(left)}" y="${y}" width="${width}" height="${BAR_HEIGHT}"/><text x="${rounded(left + width + 8)}" y="${y + 13}">${label(words, 18)}</text></g>
`
}

/** For pages with pictures: give it as part of `style`. */
export const PICTURE_STYLE: string = `
svg.picture{max-width:60rem}
svg .axis{stroke:var(--soft);stroke-width:1}
svg .name{fill:var(--ink)}
svg .bar{fill:var(--mark)}
svg .bar.need{fill:var(--need)}
svg .bar.harm{fill:var(--harm)}
svg .bar.calm{fill:var(--calm)}
svg .bar.not-told{fill:none;stroke:var(--soft);stroke-dasharray:4 3}
`
