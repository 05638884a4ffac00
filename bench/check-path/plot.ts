import { html, type Markup } from '../../src/page/markup.js'
import { rounded, scale } from '../../src/page/picture.js'
import type { Series } from './trial.js'
import { figure } from './words.js'

const WIDTH = 720
const HEIGHT = 300
const [LEFT, RIGHT, TOP, BOTTOM] = [72, 150, 20, 46]

/** From this ratio of largest to smallest on, equal steps stand for equal ratios. */
const LOGARITHMIC_FROM = 30

export interface PlotParts {
  /** One of a kind on the page. */
  readonly id: string
  readonly title: string
  /** Below the axis. */
  readonly axis: string
  /** How a place on the axis is written. */
  readonly place: (at: number) => string
  /** All over the same places, which stand at equal distances. */
  readonly series: readonly Series[]
}

/** Lines over a few places. Each line has a mark of its own form and its name at its end, so that nothing is said by colour alone. */
export function linePlot({ id, title, axis, place, series }: PlotParts): Markup {
  const places = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].sort((a, b) => a - b)
  const values = series.flatMap(({ points }) => points.map(({ value }) => value))
  const { y, marks, isLogarithmic } = heights(values)
  const x = scale(0, Math.max(1, places.length - 1), LEFT + 12, WIDTH - RIGHT)
  const steps = isLogarithmic ? '; equal steps up stand for equal ratios' : ''
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}"><title id="${id}">${title}</title>
${marks.map(
  (mark) =>
    html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(mark)}" y2="${y(mark)}"/><text x="${LEFT - 8}" y="${y(mark) + 4}" text-anchor="end">${figure(mark)}</text>
`,
)}${places.map((at, index) => html`<text x="${x(index)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${place(at)}</text>`)}
<text x="${LEFT}" y="${HEIGHT - 6}">${axis}; upwards ${series[0]?.unit}${steps}</text>
${series.map((each, index) => line(each, index, (at) => x(places.indexOf(at)), y))}</svg>
`
}

function line(
  { name, unit, points }: Series,
  index: number,
  x: (at: number) => number,
  y: (value: number) => number,
): Markup {
  const path = points.map(({ at, value }, i) => `${i === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join('')
  const last = points.at(-1)
  const kind = `line-${index % MARKS.length}`
  return html`<g class="${kind}"><path class="line" d="${path}"/>${points.map(
    ({ at, value }) =>
      html`<path class="mark" d="M${x(at)} ${y(value)}${MARKS[index % MARKS.length]}"><title>${name}: ${figure(value)} ${unit}</title></path>`,
  )}${
    last === undefined
      ? undefined
      : html`<text class="name" x="${x(last.at) + 12}" y="${rounded(y(last.value) + 4)}">${name}</text>`
  }</g>
`
}

/** Square, diamond, triangle, bar: drawn from their middle. */
const MARKS = ['m-4-4h8v8h-8z', 'm0-5.5l5.5 5.5l-5.5 5.5l-5.5-5.5z', 'm0-5l5 9h-10z', 'm-6-2h12v4h-12z']

function heights(values: readonly number[]) {
  const positive = values.filter((value) => value > 0)
  const [least, most] = [Math.min(...positive, 1e12), Math.max(...positive, 1e-12)]
  const isLogarithmic = positive.length === values.length && most / least >= LOGARITHMIC_FROM
  if (isLogarithmic) {
    const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))]
    const at = scale(from, to, HEIGHT - BOTTOM, TOP)
    const marks = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index))
    return { y: (value: number) => at(Math.log10(value)), marks, isLogarithmic }
  }
  const step = stepOf(most)
  const top = Math.max(1, Math.ceil(most / step)) * step
  const marks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step)
  return { y: scale(0, top, HEIGHT - BOTTOM, TOP), marks, isLogarithmic }
}

/** A round number of which about five reach the top. */
function stepOf(most: number): number {
  const rough = most / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power
}

export const PLOT_STYLE: string = `
svg.plot{max-width:48rem;margin:.5rem 0}
svg.plot .line{fill:none;stroke-width:2}
svg.plot .name{fill:var(--ink)}
svg.plot .line-0 .line{stroke:var(--mark)}svg.plot .line-0 .mark{fill:var(--mark)}
svg.plot .line-1 .line{stroke:var(--need);stroke-dasharray:7 4}svg.plot .line-1 .mark{fill:var(--need)}
svg.plot .line-2 .line{stroke:var(--calm);stroke-dasharray:2 4}svg.plot .line-2 .mark{fill:var(--calm)}
svg.plot .line-3 .line{stroke:var(--harm);stroke-dasharray:9 3 2 3}svg.plot .line-3 .mark{fill:var(--harm)}
.met{border-left:.3rem solid var(--calm);padding-left:.4rem;display:block}
.not-met{border-left:.3rem solid var(--harm);padding-left:.4rem;display:block}
`
