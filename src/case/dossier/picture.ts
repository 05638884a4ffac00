import { html, type Markup } from '../../page/markup.js'
import { label, rounded, scale, timeTicks } from '../../page/picture.js'
import { dayOf, oneLine, plural } from '../../page/words.js'
import type { Threshold } from '../../policy/policy.js'
import type { Dossier } from './dossier.js'
import { sortedWords, type TimelineItem } from './timeline.js'

const WIDTH = 960
const LEFT = 168
const RIGHT = 16
const TOP = 28
const LANE = 32
/** Checks that lie closer than this are drawn as one mark with their number. */
const SLOT = 16
const LANES_MAX = 24
const LEVEL_LANE = 26
const NAME_MAX = 22

/** A lane of the picture: what it stands for, and the checks that belong there. */
interface Lane {
  readonly name: string
  readonly items: readonly TimelineItem[]
}

/** One lane for each kind of agency. */
export function kindLanes({ timeline }: Dossier): readonly Lane[] {
  return lanesBy(timeline, ({ agencyKind }) => [agencyKind])
}

/** One lane for each dimension, and one for checks that have none. A check stands in each of its dimensions. */
export function dimensionLanes({ timeline }: Dossier): readonly Lane[] {
  return lanesBy(timeline, ({ indicators }) => {
    const dimensions = sortedWords(indicators.map(({ dimension }) => dimension))
    return dimensions.length === 0 ? ['no dimension'] : dimensions
  })
}

function lanesBy(items: readonly TimelineItem[], namesOf: (item: TimelineItem) => readonly string[]): readonly Lane[] {
  const lanes = new Map<string, TimelineItem[]>()
  for (const item of items) {
    for (const name of namesOf(item)) lanes.set(name, [...(lanes.get(name) ?? []), item])
  }
  const all = [...lanes].map(([name, members]) => ({ name, items: members }))
  const fullFirst = all.sort((a, b) => b.items.length - a.items.length || (a.name < b.name ? -1 : 1))
  if (fullFirst.length <= LANES_MAX) return fullFirst
  const rest = fullFirst.slice(LANES_MAX - 1)
  const others = { name: `${rest.length} others`, items: [...new Set(rest.flatMap((lane) => lane.items))] }
  return [...fullFirst.slice(0, LANES_MAX - 1), others]
}

/**
 * Checks over time, one lane below the other: the shape of a mark says how grave it is and a ring that the level rests on
 * it, so that nothing is said by colour alone; withdrawn checks are struck. Bounded however many checks there are. The
 * table beside it says the same.
 */
export function lanePicture(dossier: Dossier, id: string, title: string, lanes: readonly Lane[]): Markup {
  const { trend, verdict } = dossier
  const [first] = dossier.timeline
  const oldest = trend.periods[0]?.from ?? verdict.asOf
  const from = Math.max(oldest, Math.min(first?.occurredAt ?? oldest, verdict.asOf - MONTH_MS))
  const x = scale(from, verdict.asOf, LEFT + SLOT, WIDTH - RIGHT - SLOT / 2)
  const lanesTop = TOP + (tellsLevels(dossier) ? LEVEL_LANE + 6 : 0)
  const bottom = lanesTop + lanes.length * LANE
  const height = bottom + 30
  return html`<svg class="picture lanes" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-words"><title id="${id}-title">${title}</title><desc id="${id}-words">${inWords(lanes)}</desc>
${levelLane(dossier, x, from)}${gridOf(from, verdict.asOf, x, bottom)}${lanes.map((lane, index) => laneShape(lane, lanesTop + index * LANE, x, from))}${raisedLine(dossier, x, from, bottom)}</svg>
`
}

const MONTH_MS = 30 * 86_400_000

function tellsLevels({ trend }: Dossier): boolean {
  return trend.periods.some(({ level }) => level !== undefined)
}

/** What level the checks held, period by period. */
function levelLane(dossier: Dossier, x: (at: number) => number, from: number): Markup | undefined {
  if (!tellsLevels(dossier)) return undefined
  const runs: { level: string; threshold: Threshold; from: number; to: number }[] = []
  for (const { level = 'none', threshold = 'none', from: start, to } of dossier.trend.periods) {
    if (to <= from) continue
    const last = runs.at(-1)
    if (last?.level === level) last.to = to
    else runs.push({ level, threshold, from: Math.max(from, start), to })
  }
  return html`<text class="name" x="${LEFT - 10}" y="${TOP + 16}" text-anchor="end">level</text>
${runs.map((run) => levelRun(run, x))}`
}

function levelRun(
  { level, threshold, from, to }: { level: string; threshold: Threshold; from: number; to: number },
  x: (at: number) => number,
): Markup {
  const start = from <= to ? x(from) : x(to)
  const width = rounded(x(to) - start)
  const fits = Math.floor((width - 8) / 6.6)
  return html`<g><title>${level}: ${dayOf(from)} to ${dayOf(to)}</title><rect class="run ${threshold}${level === 'none' ? ' nothing' : ''}" x="${start}" y="${TOP}" width="${width}" height="${LEVEL_LANE - 2}"/>${
    fits < 4
      ? undefined
      : html`<text class="run" x="${rounded(start + 5)}" y="${TOP + 16}">${label(level, fits)}</text>`
  }</g>
`
}

function gridOf(from: number, to: number, x: (at: number) => number, bottom: number): Markup {
  return html`${timeTicks(from, to, 10).map(
    ({ at, label: words }) =>
      html`<line class="grid" x1="${x(at)}" x2="${x(at)}" y1="${TOP - 4}" y2="${bottom}"/><text x="${x(at)}" y="${bottom + 18}" text-anchor="middle">${words}</text>
`,
  )}<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>
`
}

function raisedLine(
  { raisedAt, number }: Dossier,
  x: (at: number) => number,
  from: number,
  bottom: number,
): Markup | undefined {
  if (raisedAt < from) return undefined
  const isLate = x(raisedAt) > WIDTH - 120
  return html`<line class="raised" x1="${x(raisedAt)}" x2="${x(raisedAt)}" y1="${TOP - 8}" y2="${bottom}"/><text class="name" x="${rounded(x(raisedAt) + (isLate ? -5 : 5))}" y="${TOP - 10}" text-anchor="${isLate ? 'end' : 'start'}">case ${number} raised</text>
`
}

function laneShape({ name, items }: Lane, y: number, x: (at: number) => number, from: number): Markup {
  const middle = y + LANE / 2
  const shown = items.filter(({ occurredAt }) => occurredAt >= from)
  const earlier = items.length - shown.length
  const slots = new Map<number, TimelineItem[]>()
  for (const item of shown) {
    const slot = Math.round(x(item.occurredAt) / SLOT)
    slots.set(slot, [...(slots.get(slot) ?? []), item])
  }
  return html`<g><line class="lane" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${middle}" y2="${middle}"/><text class="name" x="${LEFT - 10}" y="${middle + 4}" text-anchor="end"><title>${oneLine(name)}</title>${label(name, NAME_MAX)}</text>${
    earlier === 0
      ? undefined
      : html`<text x="${LEFT}" y="${middle - 5}">+${earlier}<title>${plural(earlier, 'check')} before this</title></text>`
  }
${[...slots].map(([slot, members]) => markOf(slot, members, x, middle))}</g>
`
}

/** One mark for checks that lie together: as grave as the gravest that stands. */
function markOf(slot: number, items: readonly TimelineItem[], x: (at: number) => number, y: number): Markup {
  const live = items.filter(({ withdrawn }) => !withdrawn)
  const severity = Math.max(0, ...(live.length === 0 ? items : live).map((item) => item.severity))
  const supports = items.filter((item) => item.supports === true && !item.withdrawn).length
  const mean = items.reduce((sum, item) => sum + x(item.occurredAt), 0) / items.length
  const at = items.length === 1 ? mean : rounded(Math.min(slot * SLOT + 3, Math.max(slot * SLOT - 3, mean)))
  return html`<g><title>${markTitle(items, severity, supports)}</title>${
    supports === 0 ? undefined : html`<circle class="ring" cx="${at}" cy="${y}" r="9.5"/>`
  }${shapeOf(severity, at, y, live.length === 0)}${
    items.length === 1
      ? undefined
      : html`<text class="count" x="${at}" y="${y - 11}" text-anchor="middle">${items.length}</text>`
  }</g>
`
}

function markTitle(items: readonly TimelineItem[], severity: number, supports: number): string {
  const days = [...new Set([items[0], items.at(-1)].map((item) => dayOf(item?.occurredAt ?? 0)))].join(' to ')
  const gone = items.filter(({ withdrawn }) => withdrawn).length
  return [
    `${days}: ${plural(items.length, 'check')}`,
    severity === 0 ? 'no indicator' : `severity ${severity}`,
    ...(supports === 0 ? [] : [supports === items.length ? 'the level rests on it' : `the level rests on ${supports}`]),
    ...(gone === 0 ? [] : [gone === items.length ? 'withdrawn' : `${gone} withdrawn`]),
  ].join(', ')
}

/** A dot, a circle, a square, a triangle, a diamond: from no indicator to the gravest. */
function shapeOf(severity: number, x: number, y: number, isWithdrawn = false): Markup {
  const kind = `mark s${severity}${isWithdrawn ? ' withdrawn' : ''}`
  const strike = isWithdrawn
    ? html`<line class="strike" x1="${rounded(x - 8)}" x2="${rounded(x + 8)}" y1="${rounded(y + 8)}" y2="${rounded(y - 8)}"/>`
    : undefined
  const path = (d: string): Markup => html`<path class="${kind}" d="M${rounded(x)} ${rounded(y)}${d}Z"/>${strike}`
  switch (severity) {
    case 0:
      return html`<circle class="${kind}" cx="${rounded(x)}" cy="${rounded(y)}" r="3"/>${strike}`
    case 1:
      return html`<circle class="${kind}" cx="${rounded(x)}" cy="${rounded(y)}" r="5"/>${strike}`
    case 2:
      return path('m-5 -5h10v10h-10')
    case 3:
      return path('m0 -6.5l6.5 11.5h-13')
    default:
      return path('m0 -8l8 8l-8 8l-8 -8')
  }
}

const LEGEND: readonly (readonly [severity: number, words: string])[] = [
  [0, 'no indicator'],
  [1, 'severity 1'],
  [2, 'severity 2'],
  [3, 'severity 3'],
  [4, 'severity 4'],
]

/** What the marks mean. */
export function legend(): Markup {
  const apart = 128
  const at = (index: number): number => 16 + index * apart
  return html`<svg class="picture legend" viewBox="0 0 ${WIDTH} 28" role="img" aria-label="Marks: ${LEGEND.map(([, words]) => words).join(', ')}; a ring for what the level rests on; struck for withdrawn">
${LEGEND.map(
  ([severity, words], index) =>
    html`${shapeOf(severity, at(index), 14)}<text x="${at(index) + 14}" y="18">${words}</text>
`,
)}<circle class="ring" cx="${at(5)}" cy="14" r="9.5"/><text x="${at(5) + 16}" y="18">level rests on it</text>${shapeOf(2, at(6) + 20, 14, true)}<text x="${at(6) + 36}" y="18">withdrawn</text></svg>
`
}

function inWords(lanes: readonly Lane[]): string {
  if (lanes.length === 0) return 'No checks.'
  return lanes.map(({ name, items }) => `${oneLine(name)}: ${plural(items.length, 'check')}`).join('; ')
}

/** For pages with this picture. */
export const LANES_STYLE: string = `
svg.lanes,svg.legend{max-width:none}
svg .lane{stroke:var(--line)}
svg .raised{stroke:var(--ink);stroke-dasharray:4 3}
svg .mark{fill:var(--soft);stroke:var(--paper);stroke-width:1}
svg .mark.s1{fill:var(--calm)}
svg .mark.s2{fill:var(--mark)}
svg .mark.s3{fill:var(--need)}
svg .mark.s4{fill:var(--harm)}
svg .mark.withdrawn{fill:none;stroke:var(--soft);stroke-width:1.5}
svg .strike{stroke:var(--ink);stroke-width:1.5}
svg .ring{fill:none;stroke:var(--ink);stroke-width:1.5}
svg .count{font-size:10px;fill:var(--ink)}
svg rect.run{fill:var(--panel);stroke:var(--line)}
svg rect.run.child-in-need{fill:var(--need-wash);stroke:var(--need)}
svg rect.run.child-protection{fill:var(--harm-wash);stroke:var(--harm)}
svg rect.run.nothing{fill:none}
svg text.run{fill:var(--ink);font-size:11px}
svg.legend{margin-top:-.5rem}
`
