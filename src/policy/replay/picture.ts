import { THRESHOLDS } from '../policy.js'
import type { PublishedCount } from './published.js'
import type { ReplayedPolicy, ReplayReport } from './replay.js'

const WIDTH = 860
const TOP = 96
const BAR_WIDTH = 16
const BAR_LEFT = 250
const BAR_RIGHT = WIDTH - BAR_LEFT - BAR_WIDTH
/** Height that all the children come to. */
const SCALE_HEIGHT = 320
/** Between two levels: room for a label, however thin the bars are. */
const GAP = 40
const THINNEST = 2
const SUPPRESSED = 5
const NAME_MAX = 28

/**
 * A drawing of how children move between the levels of two policies: a bar per level on either side, the first policy
 * on the left, the highest level on top, and a band from level to level as broad as there are children.
 *
 * One self-contained SVG document for a page or a file: no script, no link, readable on light and dark, every band and
 * level said in words too. Drawn from the published counts alone; a suppressed one is a dashed line whose breadth says
 * nothing.
 */
export function shiftPicture(report: ReplayReport): string {
  const bands = bandsOf(report)
  const left = barsOf(report.before, bands, 'from')
  const right = barsOf(report.after, bands, 'to')
  const bottom = Math.max(...[...left, ...right].map((bar) => bar.y + bar.height))
  const height = Math.round(bottom) + 112
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="shift-title shift-desc" class="shift">`,
    '<title id="shift-title">Children at each level under two policies</title>',
    `<desc id="shift-desc">${escaped(inWords(report))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}" rx="8"/>`,
    text(BAR_LEFT + BAR_WIDTH, 40, 'end', 'head', `before: ${nameOf(report.before)}`),
    text(BAR_RIGHT, 40, 'start', 'head', `after: ${nameOf(report.after)}`),
    text(WIDTH / 2, 66, 'middle', 'note', `${counted(report.children, report)} assessed under both`),
    ...bandShapes(bands, left, right, report),
    ...left.map((bar) => barShape(bar, BAR_LEFT, report)),
    ...right.map((bar) => barShape(bar, BAR_RIGHT, report)),
    ...legend(bottom + 40),
    ...footnotes(report, bottom + 68),
    '</svg>',
    '',
  ].join('\n')
}

// Colours that people with any colour vision tell apart; direction is said in words as well.
const STYLE = [
  '.shift{--ground:#ffffff;--ink:#1c1c1c;--soft:#5a5a5a;--bar:#4a5568;--same:#9aa3ad;--higher:#c8501e;--lower:#1f6fb2;font:14px system-ui,sans-serif}',
  '@media (prefers-color-scheme:dark){.shift{--ground:#16191d;--ink:#f0f0f0;--soft:#b4b9c0;--bar:#aab4c0;--same:#6f7884;--higher:#f0894f;--lower:#62aeea}}',
  '.shift .ground{fill:#ffffff;fill:var(--ground)}',
  '.shift text{fill:#1c1c1c;fill:var(--ink)}',
  '.shift .head{font-weight:600}',
  '.shift .note{fill:#5a5a5a;fill:var(--soft);font-size:12px}',
  '.shift .bar{fill:#4a5568;fill:var(--bar)}',
  ...(['same', 'higher', 'lower'] as const).flatMap((direction) => {
    const colour = { same: '#9aa3ad', higher: '#c8501e', lower: '#1f6fb2' }[direction]
    const both = (property: string): string => `${property}:${colour};${property}:var(--${direction})`
    return [
      `.shift .${direction}{${both('fill')};fill-opacity:.55}`,
      `.shift .${direction}.hidden{fill:none;${both('stroke')};stroke-width:2;stroke-dasharray:5 4}`,
    ]
  }),
].join('')

interface Band {
  readonly from: number
  readonly to: number
  readonly count: PublishedCount
  readonly breadth: number
  readonly direction: 'same' | 'higher' | 'lower'
}

interface Bar {
  readonly rank: number
  readonly name: string
  readonly count: PublishedCount
  readonly y: number
  readonly height: number
}

/** The moves that somebody makes, those from and to the highest level first. */
function bandsOf({ before, after, moves }: ReplayReport): readonly Band[] {
  const shown = moves.flat().map((count) => (count === 'suppressed' ? 0 : count))
  const scale =
    SCALE_HEIGHT /
    Math.max(
      1,
      shown.reduce((total, count) => total + count, 0),
    )
  const bands = moves.flatMap((row, from) =>
    row.flatMap((count, to): Band[] => {
      if (count === 0) return []
      const breadth = count === 'suppressed' ? SUPPRESSED : Math.max(THINNEST, count * scale)
      return [{ from, to, count, breadth, direction: directionOf(before, after, from, to) }]
    }),
  )
  return bands.sort((a, b) => b.from - a.from || b.to - a.to)
}

/** By place where both have the same levels, otherwise by threshold. */
function directionOf(before: ReplayedPolicy, after: ReplayedPolicy, from: number, to: number): Band['direction'] {
  const names = ({ levels }: ReplayedPolicy): string => JSON.stringify(levels.map(({ name }) => name))
  const heightOf = ({ levels }: ReplayedPolicy, rank: number): number =>
    names(before) === names(after) ? rank : THRESHOLDS.indexOf(levels[rank]?.threshold ?? 'none')
  const rise = heightOf(after, to) - heightOf(before, from)
  if (rise === 0) return 'same'
  return rise > 0 ? 'higher' : 'lower'
}

function barsOf({ levels }: ReplayedPolicy, bands: readonly Band[], side: 'from' | 'to'): readonly Bar[] {
  let y = TOP
  return [...levels.entries()].reverse().map(([rank, { name, children }]) => {
    const height = bands.filter((band) => band[side] === rank).reduce((total, { breadth }) => total + breadth, 0)
    const bar = { rank, name, count: children, y, height }
    y += height + GAP
    return bar
  })
}

function bandShapes(
  bands: readonly Band[],
  left: readonly Bar[],
  right: readonly Bar[],
  report: ReplayReport,
): readonly string[] {
  const taken = { from: new Map<number, number>(), to: new Map<number, number>() }
  const place = (bars: readonly Bar[], side: 'from' | 'to', band: Band): number => {
    const start = taken[side].get(band[side]) ?? bars.find((bar) => bar.rank === band[side])?.y ?? TOP
    taken[side].set(band[side], start + band.breadth)
    return start
  }
  // On the right, too, bands from higher levels lie above those from lower ones: they come in that order.
  return bands.map((band) => {
    const said = escaped(sentenceOf(band, report))
    const shape = bandPath(place(left, 'from', band), place(right, 'to', band), band)
    return `<path class="${band.direction}${band.count === 'suppressed' ? ' hidden' : ''}" d="${shape}"><title>${said}</title></path>`
  })
}

function bandPath(from: number, to: number, { count, breadth }: Band): string {
  const [start, end, middle] = [BAR_LEFT + BAR_WIDTH, BAR_RIGHT, WIDTH / 2]
  const curve = (y1: number, y2: number): string => `C${middle} ${short(y1)} ${middle} ${short(y2)}`
  if (count === 'suppressed') {
    const [y1, y2] = [from + breadth / 2, to + breadth / 2]
    return `M${start} ${short(y1)}${curve(y1, y2)} ${end} ${short(y2)}`
  }
  const [low1, low2] = [from + breadth, to + breadth]
  return `M${start} ${short(from)}${curve(from, to)} ${end} ${short(to)}L${end} ${short(low2)}${curve(low2, low1)} ${start} ${short(low1)}Z`
}

function barShape({ name, count, y, height }: Bar, x: number, report: ReplayReport): string {
  const isLeft = x === BAR_LEFT
  const [at, anchor] = isLeft ? [x - 10, 'end'] : [x + BAR_WIDTH + 10, 'start']
  const drawn = Math.max(height, 1)
  const middle = y + height / 2
  return [
    `<g><title>${escaped(name)}: ${counted(count, report)}</title>`,
    `<rect class="bar" x="${x}" y="${short(y)}" width="${BAR_WIDTH}" height="${short(drawn)}"/>`,
    text(at, middle - 1, anchor, '', cut(name)),
    text(at, middle + 14, anchor, 'note', counted(count, report)),
    '</g>',
  ].join('')
}

function legend(y: number): readonly string[] {
  const entries = [
    ['higher', 'to a higher level'],
    ['same', 'same level'],
    ['lower', 'to a lower level'],
  ] as const
  const shapes = entries.map(([direction, words], index) => {
    const x = 170 + index * 150
    return `<rect class="${direction}" x="${x}" y="${short(y - 10)}" width="18" height="11"/>${text(x + 24, y, 'start', 'note', words)}`
  })
  const x = 170 + entries.length * 150
  const line = `<path class="same hidden" d="M${x} ${short(y - 4)}h24"/>${text(x + 30, y, 'start', 'note', 'few: not drawn to size')}`
  return [...shapes, line]
}

function footnotes(report: ReplayReport, y: number): readonly string[] {
  const notes = [
    `Counts from 1 to ${report.suppressedBelow - 1} are not shown; others are rounded to multiples of ${report.roundedTo}, and sums are made of these.`,
    `Not assessed, because a policy does not have one of their codes: ${counted(report.unassessed, report)}.`,
  ]
  return notes.map((note, index) => text(WIDTH / 2, y + index * 18, 'middle', 'note', note))
}

function inWords(report: ReplayReport): string {
  const { before, after } = report
  const head = `From ${nameOf(before)} (${before.title}) to ${nameOf(after)} (${after.title}), ${counted(report.children, report)}.`
  return [head, ...bandsOf(report).map((band) => sentenceOf(band, report))].join(' ')
}

function sentenceOf({ from, to, count }: Band, report: ReplayReport): string {
  const [start, end] = [report.before.levels[from]?.name, report.after.levels[to]?.name]
  return `From ${start} to ${end}: ${counted(count, report)}.`
}

function counted(count: PublishedCount, { suppressedBelow }: ReplayReport): string {
  if (count === 'suppressed') return `fewer than ${suppressedBelow} children`
  return count === 0 ? 'no children' : `about ${grouped(count)} children`
}

/** Thousands apart, in one way everywhere. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

function nameOf({ id, version }: ReplayedPolicy): string {
  return cut(`${id} ${version}`)
}

function cut(name: string): string {
  return name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name
}

function text(x: number, y: number, anchor: string, kind: string, words: string): string {
  const named = kind === '' ? '' : ` class="${kind}"`
  return `<text x="${short(x)}" y="${short(y)}" text-anchor="${anchor}"${named}>${escaped(words)}</text>`
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
