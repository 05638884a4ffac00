import { html, type Markup } from '../../page/markup.js'
import { plural } from '../../page/words.js'
import type { DecayStep } from '../policy.js'

const WIDTH = 640
const HEIGHT = 180
const LEFT = 56
const RIGHT = 16
const TOP = 16
const BOTTOM = 40

/** The weight of an observation by its age, as a picture of steps. The table beside it says the same. */
export function decayPicture(decay: readonly DecayStep[]): Markup {
  const days = (decay.at(-1)?.upToDays ?? 0) + 1
  const shown = Math.ceil(days * 1.08)
  const x = (day: number): number => round(LEFT + ((WIDTH - LEFT - RIGHT) * day) / shown)
  const y = (permille: number): number => round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - permille / 1000))
  let from = 0
  let line = ''
  for (const { upToDays, permille } of decay) {
    // Up to a day means to its end.
    line += `${line === '' ? 'M' : 'L'}${x(from)} ${y(permille)}L${x(upToDays + 1)} ${y(permille)}`
    from = upToDays + 1
  }
  line += `L${x(from)} ${y(0)}L${x(shown)} ${y(0)}`
  const levels = [...new Set([0, ...decay.map(({ permille }) => permille), 1000])]
  return html`<svg class="decay" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${altOf(decay)}">
${levels.map(
  (permille) =>
    html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(permille)}" y2="${y(permille)}"/><text x="${LEFT - 8}" y="${y(permille) + 4}" text-anchor="end">${permille / 10}%</text>
`,
)}<path class="area" d="${line}L${x(shown)} ${y(0)}L${x(0)} ${y(0)}Z"/><path class="step" d="${line}"/>
<text x="${x(0)}" y="${HEIGHT - 18}" text-anchor="middle">0</text>
${decay.map(({ upToDays }) => html`<text x="${x(upToDays + 1)}" y="${HEIGHT - 18}" text-anchor="middle">${upToDays}</text>`)}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 3}" text-anchor="middle">age in whole days</text></svg>`
}

function altOf(decay: readonly DecayStep[]): string {
  const steps = decay.map(({ upToDays, permille }) => `${permille / 10}% up to ${plural(upToDays, 'whole day')}`)
  return `Weight of an observation by its age: ${steps.join(', ')}, nothing after that`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
