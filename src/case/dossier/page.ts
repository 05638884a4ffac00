import { type Content, html, type Markup, said } from '../../page/markup.js'
import { type Fact, page, row, type Section, table } from '../../page/page.js'
import { type Bar, barChart, PICTURE_STYLE } from '../../page/picture.js'
import { dayOf, plural, spaced, when } from '../../page/words.js'
import { NOT_NAMED } from '../../policy/explain/redact.js'
import type { Threshold } from '../../policy/policy.js'
import type { Dossier } from './dossier.js'
import {
  determinationWords,
  earlierWords,
  endWords,
  markWords,
  raisedWords,
  STATUS_WORDS,
  standsWords,
  THRESHOLD_WORDS,
  trendSentence,
} from './in-words.js'
import { dimensionLanes, kindLanes, LANES_STYLE, lanePicture, legend } from './picture.js'
import type { CodeAndLabel, TimelineItem } from './timeline.js'

/** Checks in the table of the page, the newest; the others are counted. */
const ROWS_MAX = 500
const INDICATORS_MAX = 12

/**
 * A dossier as one HTML page that stands alone: why the level holds, the checks over time as pictures and as a table, the
 * trend, and who works on it. By identifier only, as the dossier is; no script, nothing that is fetched. Its size is
 * bounded: of more than 500 checks the table has the newest and those that the level rests on.
 */
export function dossierPage(dossier: Dossier): string {
  const { number, level, status, verdict } = dossier
  return page({
    title: `Case ${number}`,
    heading: `Case ${number}: ${level}`,
    kicker: 'Dossier, by identifier only',
    lead: `${STATUS_WORDS[status]}; as of ${when(verdict.asOf)}`,
    facts: factsOf(dossier),
    notice: html`<p><b>${verdict.notice}</b></p>`,
    sections: [
      whySection(dossier),
      timelineSection(dossier),
      trendSection(dossier),
      touchedSection(dossier),
      officersSection(dossier),
      casesSection(dossier),
    ],
    footer: 'Made without a name, an address, a date of birth or an area. Who the child is, only an opening tells.',
    style: PICTURE_STYLE + LANES_STYLE + CHECKS_STYLE,
  })
}

function factsOf(dossier: Dossier): readonly Fact[] {
  const { threshold, level, verdict, owner, joinedTo, splitAt, policyHash } = dossier
  const stands = standsWords(dossier)
  const reached =
    verdict.level === level
      ? []
      : [['Checks now reach', `${verdict.level} (${THRESHOLD_WORDS[verdict.threshold]})`] as const]
  return [
    ['Threshold', THRESHOLD_WORDS[threshold]],
    ['Raised', raisedWords(dossier)],
    ['Owner', owner ?? 'nobody yet'],
    ...reached,
    ...(stands === undefined ? [] : [['Stands', stands] as const]),
    ...(joinedTo === undefined ? [] : [['Goes on as', `case ${joinedTo}`] as const]),
    ...(splitAt === undefined ? [] : [['Look anew', `checks of another child left it on ${when(splitAt)}`] as const]),
    ['Policy', html`<span class="hash">${policyHash}</span>`],
  ]
}

function whySection({ explanation, next }: Dossier): Section {
  const further =
    next === undefined
      ? undefined
      : html`<h3>What is missing to ${next.level}</h3>
${listed(next.missing)}`
  return { id: 'why', title: 'Why the level holds', body: html`${listed(explanation)}${further}` }
}

/** Lines of an explanation: paragraphs, and the lists that lines with hyphens make. */
function listed(lines: readonly string[]): Markup {
  const out: Markup[] = []
  let depth = 0
  const to = (wanted: number): void => {
    for (; depth > wanted; depth -= 1) out.push(html`</li></ul>`)
    if (depth === wanted && wanted > 0) out.push(html`</li>`)
    for (; depth < wanted; depth += 1) out.push(html`<ul>`)
  }
  for (const line of lines) {
    const [, indent, words = line] = /^( *)- (.*)$/s.exec(line) ?? []
    // No list may skip a level: its elements would not nest.
    const wanted = indent === undefined ? 0 : Math.min(depth + 1, indent.length / 2 + 1)
    to(wanted)
    out.push(wanted === 0 ? html`<p>${said(words)}</p>\n` : html`<li>${said(words)}`)
  }
  to(0)
  return html`${out}\n`
}

function timelineSection(dossier: Dossier): Section {
  const { timeline } = dossier
  const live = timeline.filter(({ withdrawn }) => !withdrawn)
  const withheld = timeline.some(({ supports }) => supports === undefined)
  const body = html`<p>${plural(live.length, 'check')}${live.length === timeline.length ? '' : `, and ${timeline.length - live.length} that were withdrawn`}. ${
    withheld
      ? 'Which of them the level rests on is not told: that depends on the kind of an agency that is not named.'
      : ''
  }</p>
${timeline.length === 0 ? undefined : pictures(dossier)}${timelineTable(timeline)}`
  return { id: 'timeline', title: 'Timeline', body }
}

function pictures(dossier: Dossier): Markup {
  const figure = (id: string, caption: string, lanes: ReturnType<typeof kindLanes>): Markup =>
    html`<figure><figcaption>${caption}</figcaption>${lanePicture(dossier, id, caption, lanes)}</figure>
`
  return html`${figure('by-kind', 'Checks by kind of agency', kindLanes(dossier))}${figure('by-dimension', 'Checks by dimension', dimensionLanes(dossier))}${legend()}`
}

function timelineTable(timeline: readonly TimelineItem[]): Markup {
  const from = Math.max(0, timeline.length - ROWS_MAX)
  const shown = timeline.filter(
    ({ supports }, index) => index >= from || (supports === true && index >= from - ROWS_MAX),
  )
  const more = timeline.length - shown.length
  return html`${table({
    id: 'checks',
    caption: 'Checks, oldest first',
    head: ['No.', 'Occurred', 'Kind of agency', 'What was seen', 'Severity', 'Bears on', 'Sign'],
    rows: shown.map(checkRow),
    kind: 'checks',
  })}${more === 0 ? undefined : html`<p>and ${plural(more, 'earlier check')}, which the dossier as JSON has</p>\n`}`
}

function checkRow(item: TimelineItem): Markup {
  const { number, occurredAt, agencyKind, incident, indicators, severity, withdrawn, supports } = item
  const more = indicators.length - INDICATORS_MAX
  const seen = [incident, ...indicators.slice(0, INDICATORS_MAX)].map((each) => html`<div>${coded(each)}</div>`)
  const bears = indicators.slice(0, INDICATORS_MAX).flatMap(({ dimension, outcome }) => [dimension, outcome])
  return html`<tr${withdrawn ? html` class="withdrawn"` : undefined}><th scope="row">${number}</th><td>${when(occurredAt)}</td><td>${agencyKind}</td><td>${seen}${
    more > 0 ? html`<div>and ${plural(more, 'more indicator')}</div>` : undefined
  }</td><td class="number">${severity === 0 ? 'none' : severity}</td><td>${[...new Set(bears.filter((word) => word !== undefined))].join(', ')}</td><td class="sign">${supports === true && !withdrawn ? html`<b>${markWords(item)}</b>` : markWords(item)}</td></tr>
`
}

function coded({ code, label }: CodeAndLabel): Markup {
  return html`<code>${code}</code> ${label === '' ? undefined : said(label)}`
}

const BAR_KINDS: Readonly<Record<Threshold, string | undefined>> = {
  none: undefined,
  'child-in-need': 'need',
  'child-protection': 'harm',
}

function trendSection({ trend, verdict }: Dossier): Section {
  const first = trend.periods.findIndex(({ checks }) => checks > 0)
  const periods = trend.periods.slice(first < 0 ? -6 : first)
  const bars = periods.map(({ to, points, checks, threshold }): Bar => {
    const kind = BAR_KINDS[threshold ?? 'none']
    return {
      name: dayOf(to),
      value: points,
      said: `${points} (${plural(checks, 'check')})`,
      ...(kind === undefined ? {} : { kind }),
    }
  })
  const rows = periods.map(({ from, to, checks, points, level }) =>
    row(`${dayOf(from)} to ${dayOf(to)}`, checks, points, level ?? 'not told'),
  )
  const body = html`<p>${trendSentence(trend)}</p>
<p>Points are those that the policy lists for what was seen, before age and caps. The level is the highest that held in the 30 days, by what is known on ${dayOf(verdict.asOf)}.</p>
<figure><figcaption>Points of each 30 days, by their last day; in the colour of the level that the table says</figcaption>${barChart({ id: 'trend-bars', title: 'Points of each 30 days', bars })}</figure>
${table({ id: 'trend-table', caption: 'The same in figures', head: ['30 days', 'Checks', 'Points', 'Level'], rows, kind: 'small' })}`
  return { id: 'trend', title: 'Trend', body }
}

function touchedSection({ timeline, agencyKinds, dimensions, outcomes }: Dossier): Section {
  const live = timeline.filter(({ withdrawn }) => !withdrawn)
  const counted = (words: readonly string[], has: (item: TimelineItem, word: string) => boolean): readonly Markup[] =>
    words.map((word) => {
      const items = live.filter((item) => has(item, word))
      const gravest = Math.max(0, ...items.map(({ severity }) => severity))
      return row(word, items.length, gravest === 0 ? 'none' : gravest)
    })
  const head = (name: string): readonly Content[] => [name, 'Checks', 'Gravest severity']
  const of = (id: string, caption: string, name: string, rows: readonly Markup[]): Markup | undefined =>
    rows.length === 0 ? undefined : table({ id, caption, head: head(name), rows, kind: 'small' })
  const hidden = agencyKinds.includes(NOT_NAMED)
    ? html`<p>Agencies whose kind would name a sensitive service are “${NOT_NAMED}”.</p>\n`
    : undefined
  const body = html`${live.length === 0 ? html`<p>Nothing.</p>\n` : undefined}${of(
    'kinds',
    'Kinds of agency',
    'Kind',
    counted(agencyKinds, ({ agencyKind }, kind) => agencyKind === kind),
  )}${hidden}${of(
    'dimensions',
    'Dimensions',
    'Dimension',
    counted(dimensions, ({ indicators }, word) => indicators.some(({ dimension }) => dimension === word)),
  )}${of(
    'outcomes',
    'Outcomes of Every Child Matters',
    'Outcome',
    counted(outcomes, ({ indicators }, word) => indicators.some(({ outcome }) => outcome === word)),
  )}`
  return { id: 'touched', title: 'What it touches', body }
}

function officersSection(dossier: Dossier): Section {
  const { needToKnow, determinations, mayDetermine, closing } = dossier
  const may =
    mayDetermine === undefined
      ? undefined
      : html`<p>${mayDetermine.officers} officers, each a different person, may judge that ${mayDetermine.to} is met.</p>\n`
  const ends =
    closing === undefined
      ? undefined
      : html`<p>For closing it: ${closing.officers.join(', ')}: ${endWords(closing)}; ${when(closing.at)}.</p>\n`
  const needs =
    needToKnow.length === 0
      ? html`<p>Nobody needs to know of it yet.</p>\n`
      : table({
          id: 'needs',
          caption: 'Who needs to know',
          head: ['Officer', 'Because', 'Since'],
          rows: needToKnow.map(({ officer, because, at }) => row(officer, spaced(because), when(at))),
          kind: 'small',
        })
  const judged = determinations.map((each) => html`<li>${determinationWords(each, dossier)}</li>\n`)
  return {
    id: 'officers',
    title: 'Officers',
    body: html`${needs}${judged.length === 0 ? undefined : html`<h3>Determinations</h3>\n<ul>${judged}</ul>\n`}${may}${ends}`,
  }
}

function casesSection({ earlier, openings, referrals }: Dossier): Section {
  const items = [
    ...earlier.map(earlierWords),
    ...openings.map((opening, index) => `opening ${index + 1}: ${opening}`),
    ...referrals.map((referral) => `referral ${referral}`),
  ]
  const body =
    items.length === 0
      ? html`<p>No earlier case, opening or referral.</p>\n`
      : html`<ul>${items.map((words) => html`<li>${words}</li>\n`)}</ul>\n`
  return { id: 'cases', title: 'Earlier cases, openings and referrals', body }
}

const CHECKS_STYLE = `
.checks tr.withdrawn td:not(.sign){text-decoration:line-through}
.checks td:nth-child(4){width:44%;min-width:16rem}
.checks td:nth-child(2){min-width:6rem}
@media print{
.checks{font-size:8pt}
.checks td:nth-child(n){min-width:0}
}
`
