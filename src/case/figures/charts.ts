import { html, type Markup } from '../../page/markup.js'
import type { GroupFigures } from './groups.js'
import type { Figure } from './shown.js'
import { bounds, grouped, shortly, words } from './words.js'

const WIDTH = 720
const LABEL = 172
const ROW = 26
const BAR = 14
const LABEL_CHARACTERS = 26

/** One bar with its name. */
export interface NamedFigure {
  readonly name: string
  readonly figure: Figure
}

/** Small multiples: a panel for each name, all with the same rows and to one scale. */
export interface Panels {
  /** One of a kind on the page. */
  readonly id: string
  readonly title: string
  readonly panels: readonly { readonly name: string; readonly bars: readonly NamedFigure[] }[]
}

/** Bars side by side. A figure that is not shown is a dashed stub whose length says nothing; a sum has a line between its bounds. */
export function barsChart({ id, title, panels }: Panels): Markup {
  const bands = Array.from({ length: Math.ceil(panels.length / ABREAST) }, (_, at) =>
    panels.slice(at * ABREAST, (at + 1) * ABREAST),
  )
  const most = Math.max(10, ...panels.flatMap(({ bars }) => bars.map(({ figure }) => figure.atMost)))
  const across = (WIDTH - LABEL) / Math.min(ABREAST, Math.max(1, panels.length))
  let height = 0
  const drawn = bands.map((band) => {
    const { body, bottom } = bandAt(band, height, across, (across - 64) / most)
    height = bottom + 12
    return body
  })
  return svg({ id, title, height }, drawn)
}

const ABREAST = 4

/** Panels side by side, with the names of their rows to the left. */
function bandAt(
  band: Panels['panels'],
  y: number,
  across: number,
  scale: number,
): { readonly body: Markup; readonly bottom: number } {
  const heads = band.map(({ name }) => lines(name, Math.floor((across - 8) / 7)))
  const top = y + 16 + 14 * Math.max(0, ...heads.map(({ length }) => length))
  const names = band[0]?.bars.map(({ name }) => name) ?? []
  const bottom = top + names.length * ROW
  const labels = names.map(
    (name, at) => html`<text x="${LABEL - 10}" y="${top + at * ROW + 15}" text-anchor="end">${short(name)}</text>`,
  )
  const drawn = band.map(({ bars }, panel) => {
    const x = LABEL + panel * across
    const head = heads[panel]?.map(
      (line, at) => html`<text class="head" x="${x}" y="${y + 14 + at * 14}">${line}</text>`,
    )
    const axis = html`<line class="grid" x1="${x}" x2="${x}" y1="${top - 4}" y2="${bottom}"/>`
    return html`<g>${head}${axis}${bars.map((bar, at) => barAt(bar, x, top + at * ROW, scale))}</g>`
  })
  return { body: html`${labels}${drawn}`, bottom }
}

function barAt({ name, figure }: NamedFigure, x: number, y: number, scale: number): Markup {
  const { count, atLeast, atMost } = figure
  const length = count === 'suppressed' ? 12 : round(count * scale)
  const end = Math.max(length, round(atMost * scale))
  const isSum = count !== 'suppressed' && atMost - atLeast > 4
  return html`<g><title>${short(name)}: ${count === 'suppressed' ? 'not shown, ' : 'about '}${bounds(figure)}</title>${
    count === 0
      ? undefined
      : html`<rect class="${count === 'suppressed' ? 'few' : 'bar'}" x="${x}" y="${y + 4}" width="${length}" height="${BAR}" rx="1.5"/>`
  }${
    isSum
      ? html`<path class="bounds" d="M${round(x + atLeast * scale)} ${y + 11}H${x + end}m0 -3.5v7M${round(x + atLeast * scale)} ${y + 7.5}v7"/>`
      : undefined
  }<text x="${x + (isSum ? end : length) + 6}" y="${y + 15}">${shortly(figure)}</text></g>`
}

/** How the rows went from period to period: a panel for each, one under another, all to their own scale. */
export interface Course {
  readonly id: string
  readonly title: string
  readonly periods: readonly string[]
  readonly rows: readonly { readonly name: string; readonly figures: readonly Figure[] }[]
}

const COURSE_ROW = 62
const COURSE_BAR = 40

export function courseChart({ id, title, periods, rows }: Course): Markup {
  const step = (WIDTH - LABEL - 20) / Math.max(1, periods.length)
  const height = 8 + rows.length * COURSE_ROW + 20
  return svg({ id, title, height }, [
    ...rows.map(({ name, figures }, at) => {
      const base = 8 + at * COURSE_ROW + COURSE_BAR + 14
      const most = Math.max(10, ...figures.map((figure) => (figure.count === 'suppressed' ? 0 : figure.count)))
      return html`<g><text x="${LABEL - 10}" y="${base - 4}" text-anchor="end">${short(name)}</text><line class="grid" x1="${LABEL}" x2="${WIDTH - 16}" y1="${base}" y2="${base}"/>${figures.map(
        (figure, place) =>
          columnAt(
            figure,
            { x: LABEL + place * step, width: step, base, scale: COURSE_BAR / most },
            periods[place] ?? '',
          ),
      )}</g>`
    }),
    ...periods.map(
      (period, place) =>
        html`<text x="${round(LABEL + (place + 0.5) * step)}" y="${height - 4}" text-anchor="middle">${period.slice(5)}</text>`,
    ),
  ])
}

interface Column {
  readonly x: number
  readonly width: number
  readonly base: number
  readonly scale: number
}

function columnAt(figure: Figure, { x, width, base, scale }: Column, period: string): Markup {
  const { count } = figure
  const tall = count === 'suppressed' ? 7 : round(count * scale)
  const middle = round(x + width / 2)
  const said = html`<title>${period}: ${count === 'suppressed' ? 'not shown, ' : 'about '}${bounds(figure)}</title>`
  const label =
    count === 0
      ? undefined
      : html`<text class="tiny" x="${middle}" y="${round(base - tall - 3)}" text-anchor="middle">${shortly(figure)}</text>`
  return html`<g>${said}<rect class="${count === 'suppressed' ? 'few' : 'bar'}" x="${round(x + width * 0.2)}" y="${round(base - tall)}" width="${round(width * 0.6)}" height="${tall}" rx="1.5"/>${label}</g>`
}

/** Ratios to the reference group with their limits, on a logarithmic scale: 1 is the rate of the reference group. */
export function ratioChart(id: string, { groups, reference, kind }: GroupFigures): Markup | undefined {
  const rows = groups.flatMap(({ code, rates }) =>
    rates.flatMap(({ threshold, ratio }) => (ratio === undefined ? [] : [{ code, threshold, ...ratio }])),
  )
  if (rows.length === 0) return undefined
  const ends = rows.flatMap(({ value, low, high }) => [low, value, high === 'unbounded' ? value * 2 : high])
  const least = Math.max(0.05, Math.min(0.5, ...ends.filter((end) => end > 0)))
  const most = Math.min(20, Math.max(2, ...ends))
  const [left, right] = [LABEL + 84, WIDTH - 70]
  const at = (ratio: number): number => {
    const within = Math.log(Math.min(most, Math.max(least, ratio)) / least) / Math.log(most / least)
    return round(left + within * (right - left))
  }
  const top = 30
  const height = top + rows.length * ROW + 6
  const marks = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20].filter((mark) => mark >= least && mark <= most)
  return svg({ id, title: `Ratios to ${reference}, by ${kind}`, height }, [
    html`<text x="${left - 12}" y="18" text-anchor="end">1 is the same rate</text>`,
    ...marks.map(
      (mark) =>
        html`<line class="${mark === 1 ? 'one' : 'grid'}" x1="${at(mark)}" x2="${at(mark)}" y1="${top - 4}" y2="${height}"/><text x="${at(mark)}" y="18" text-anchor="middle">${mark}</text>`,
    ),
    ...rows.map(({ code, threshold, value, low, high }, place) => {
      const y = top + place * ROW + 11
      const end = high === 'unbounded' ? right : at(high)
      return html`<g><title>${code}, ${words(threshold)}: ${value}, between ${low} and ${high}</title><text x="${left - 12}" y="${y + 4}" text-anchor="end">${short(code, 20)}, ${threshold === 'child-in-need' ? 's17' : 's47'}</text><path class="bounds" d="M${at(low)} ${y}H${end}m0 -3.5v7M${at(low)} ${y - 3.5}v7"/><circle class="dot" cx="${at(value)}" cy="${y}" r="4"/><text x="${right + 14}" y="${y + 4}">${value}</text></g>`
    }),
  ])
}

function svg(
  { id, title, height }: { readonly id: string; readonly title: string; readonly height: number },
  body: readonly Markup[],
): Markup {
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}"><title id="${id}">${title}</title>${body}</svg>
`
}

/** A name on two lines at most. */
function lines(name: string, characters: number): readonly string[] {
  const text = words(name)
  if (text.length <= characters) return text === '' ? [] : [text]
  const space = text.lastIndexOf(' ', characters)
  if (space < 1) return [cut(text, characters)]
  return [text.slice(0, space), cut(text.slice(space + 1), characters)]
}

function cut(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, Math.max(1, characters - 1))}…` : text
}

function short(name: string, characters: number = LABEL_CHARACTERS): string {
  return cut(words(name), characters)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Numbers in words beside a chart. */
export function inAll(total: Figure): string {
  const { count, atLeast, atMost } = total
  if (atMost === 0) return 'None.'
  if (count === 'suppressed') return `Between ${grouped(atLeast)} and ${grouped(atMost)} in all.`
  return `About ${grouped(count)} in all; no fewer than ${grouped(atLeast)}, no more than ${grouped(atMost)}.`
}

export const CHART_STYLE: string = `
svg.chart{max-width:48rem;margin:.5rem 0}
svg.chart .head{font-weight:600;fill:var(--ink)}
svg.chart .bar{fill:var(--mark);fill-opacity:.72}
svg.chart .few{fill:var(--panel);stroke:var(--soft);stroke-width:1;stroke-dasharray:2.5 2}
svg.chart .bounds{fill:none;stroke:var(--ink);stroke-width:1.25}
svg.chart .one{stroke:var(--ink);stroke-width:1.25}
svg.chart .dot{fill:var(--mark)}
svg.chart .tiny{font-size:10.5px}
td .more{display:block;white-space:nowrap}
`
