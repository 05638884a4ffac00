import { html, type Markup, said } from '../../page/markup.js'
import { page, row, type Section, table } from '../../page/page.js'
import { barsChart, CHART_STYLE, courseChart, inAll, ratioChart } from './charts.js'
import type { AgencyFigures, Figures, FigureTable } from './figures.js'
import { GROUP_CHILDREN_MIN, type GroupFigures, type GroupRate } from './groups.js'
import type { Figure } from './shown.js'
import { bounds, grouped, isLoose, SILENCE_WORDS, shortly, words } from './words.js'

/** The figures as one HTML page that stands alone: every chart with its table, what is protected, and what no figure says. */
export function figuresPage(figures: Figures): string {
  const { hub, period, tables, agencies, groups, notices, open } = figures
  const silent = agencies.filter(({ state, suspended }) => !suspended && ALARMING.has(state))
  return page({
    title: `Figures ${period.name}, ${hub}`,
    heading: html`${said(hub)}, ${period.name}`,
    kicker: 'Figures of a child index',
    lead: html`Counts of what happened from ${period.firstDay} to ${period.lastDay}, by London’s calendar. It names no child, no officer and no case.`,
    facts: [
      ...tables.flatMap(({ id, title, total }) => (HEADLINES.has(id) ? [[title, headline(total)] as const] : [])),
      ...(open === undefined ? [] : [['Open at the end', headline(open)] as const]),
      ['Agencies to ask after', silent.length === 0 ? 'none' : `${silent.length} of ${agencies.length}`],
    ],
    notice: html`${notices.map((notice) => html`<p>${notice}</p>`)}`,
    sections: [
      ...tables.map(tableSection),
      agenciesSection(agencies),
      ...(groups === undefined ? [] : [groupsSection(groups)]),
      protectionSection(figures),
    ],
    footer:
      'Published figures are kept in the journal as they were first shown: the same period has the same figures whenever it is asked for.',
    style: CHART_STYLE,
  })
}

const ALARMING: ReadonlySet<string> = new Set(['never-sent', 'silent', 'far-less'])
const HEADLINES: ReadonlySet<string> = new Set(['raised', 'closed', 'referrals', 'enquiries', 'checks'])

function headline(figure: Figure): string {
  if (figure.count === 'suppressed') return `${bounds(figure)}, not shown closer`
  return isLoose(figure) ? `about ${grouped(figure.count)} (${bounds(figure)})` : shortly(figure)
}

function tableSection(of: FigureTable): Section {
  const { id, title, unit, every, columns, rows, cells, total, course } = of
  const panels = columns.flatMap((column, at) => {
    const bars = rows.map((name, line) => ({ name, figure: cells[line]?.[at] ?? NONE }))
    return bars.some(({ figure }) => figure.atMost > 0) ? [{ name: column, bars }] : []
  })
  const body = html`<p>Counted: ${unit}. ${inAll(total)}</p>
${panels.length === 0 ? undefined : barsChart({ id: `${id}-chart`, title, panels })}${valuesTable(of)}${
  course.length < 2 || total.atMost === 0 ? undefined : courseOf(of)
}${course.length < 2 ? undefined : html`<p class="more">Sums of what was shown of each ${every}.</p>`}`
  return { id, title, body }
}

const NONE: Figure = { count: 0, atLeast: 0, atMost: 0 }

function valuesTable({
  id,
  title,
  rowName,
  columnName,
  columns,
  rows,
  cells,
  rowTotals,
  columnTotals,
  total,
}: FigureTable): Markup {
  const single = columns.length === 1
  const line = (name: string, values: readonly (Figure | undefined)[], sum: Figure | undefined): Markup =>
    row(said(words(name)), ...(single ? [] : values.map(valueCell)), valueCell(sum))
  return table({
    id: `${id}-values`,
    caption: single ? `${title} by ${rowName}` : `${title} by ${rowName} and ${columnName}`,
    head: [rowName, ...(single ? [] : columns.map(words)), 'sum'],
    rows: [...rows.map((name, at) => line(name, cells[at] ?? [], rowTotals[at])), line('sum', columnTotals, total)],
  })
}

/** A sum says between which bounds it lies; what was counted at once is a multiple of 5 or hidden, as the notice says. */
function valueCell(figure: Figure | undefined): Markup {
  if (figure === undefined) return html``
  const more = isLoose(figure) ? html` <span class="more">${bounds(figure)}</span>` : undefined
  return html`${shortly(figure)}${more}`
}

function courseOf({ id, title, every, rows, course, rowName }: FigureTable): Markup {
  const lines = rows.map((name, at) => ({ name, figures: course.map(({ rowTotals }) => rowTotals[at] ?? NONE) }))
  const periods = course.map(({ period }) => period)
  return html`${courseChart({ id: `${id}-course`, title: `${title} by ${every}`, periods, rows: lines })}${table({
    id: `${id}-by-${every}`,
    caption: `${title} by ${rowName} and ${every}`,
    head: [rowName, ...periods],
    rows: lines.map(({ name, figures }) => row(said(words(name)), ...figures.map(valueCell))),
  })}`
}

function agenciesSection(agencies: readonly AgencyFigures[]): Section {
  const rows = [...agencies].sort((a, b) => Number(ALARMING.has(b.state)) - Number(ALARMING.has(a.state)))
  const body = html`<p>An agency that sends nothing looks like one that has nothing to say. This list is there so that somebody asks.
Its usual is the middle one of its own last six months; no agency is compared with another.</p>
${
  rows.length === 0
    ? html`<p>No agency is on the roster.</p>`
    : table({
        id: 'agencies-values',
        caption: 'Agencies: expected and submitted',
        head: ['agency', 'kind', 'a usual month', 'submitted', 'says', 'whole months silent'],
        rows: rows.map(({ agency, agencyKind, usual, checks, state, silentMonths, suspended }) =>
          row(
            said(agency),
            said(words(agencyKind)),
            usual === undefined ? html`not known yet` : usual === 'suppressed' ? '[c]' : usual,
            valueCell(checks),
            html`${ALARMING.has(state) && !suspended ? html`<b>${SILENCE_WORDS[state]}</b>` : SILENCE_WORDS[state]}${suspended ? '; suspended' : undefined}`,
            silentMonths,
          ),
        ),
      })
}`
  return { id: 'agencies', title: 'Silent agencies', body }
}

function groupsSection(figures: GroupFigures): Section {
  const { kind, reference, groups, notices } = figures
  const body = html`<div class="notice" role="note">${notices.map((notice) => html`<p>${notice}</p>`)}</div>
${ratioChart('groups-chart', figures)}${table({
  id: 'groups-values',
  caption: html`Cases of each group, per 1,000 children, and the ratio to ${said(reference)}`,
  head: ['group', 'children', 's17: cases', 'per 1,000', 'ratio', 's47: cases', 'per 1,000', 'ratio'],
  rows: groups.map(({ code, children, rates }) =>
    rates.length === 0
      ? row(said(code), html`fewer than ${grouped(GROUP_CHILDREN_MIN)}: nothing is shown`, ...NO_RATES)
      : row(said(code), html`${grouped(children)}`, ...rates.flatMap(rateCells)),
  ),
})}`
  return { id: 'groups', title: `Between groups: ${kind}`, body }
}

const NO_RATES: readonly string[] = ['', '', '', '', '', '']

function rateCells({ cases, rate, ratio }: GroupRate): readonly Markup[] {
  const limits =
    ratio === undefined ? undefined : html`${ratio.value} <span class="more">${ratio.low} to ${ratio.high}</span>`
  return [valueCell(cases), html`${rate?.toFixed(1)}`, html`${limits}`]
}

function protectionSection({ protection: { suppressedBelow, roundedTo } }: Figures): Section {
  const body = html`<ul>
<li>[c] is a count from 1 to ${suppressedBelow - 1} that is not shown. 0 is none.</li>
<li>Other counts are rounded to a multiple of ${roundedTo}: 50 is 48 to 52.</li>
<li>Sums are made of what is shown, a hidden count taken for half the limit. Beside them stands between which numbers they lie.</li>
<li>Everything is counted once, by when the index recorded it, for one fixed length of period; there are no other tables and no filters.</li>
<li>A figure shows that there was somebody, or nobody. Who knows what began can add up what ended: the document on figures says how far that leads.</li>
</ul>
`
  return { id: 'protection', title: 'What these figures show and hide', body }
}
