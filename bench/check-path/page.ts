import { html, type Markup } from '../../src/page/markup.js'
import { page, row, type Section, table } from '../../src/page/page.js'
import { linePlot, PLOT_STYLE } from './plot.js'
import type { Results, TrialAbout } from './results.js'
import type { Series } from './trial.js'
import { type Reported, verdict } from './verdict.js'
import { besideText, figure, NOT_MEASURED, ratioText } from './words.js'

/** The results of a run as one page that needs nothing else: tables, and pictures with a table of the same beside each. */
export function resultsPage({ conditions, trials, about, series }: Results): string {
  const failed = about.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)
  return page({
    title: 'child-index: the path of a check, measured',
    heading: 'The path of a check, measured',
    kicker: 'Benchmark',
    lead: 'A figure stands only beside another figure of the same run on the same machine. What counts is the ratio of the two.',
    facts: conditions,
    ...(failed.length === 0 ? {} : { notice: html`<p>The run is not complete. Failed: ${failed.join(', ')}.</p>` }),
    sections: [
      { id: 'ratios', title: 'Ratios', body: ratios(trials) },
      ...PICTURES.flatMap((picture) =>
        section(
          picture,
          series.filter((each) => each.picture === picture.of),
        ),
      ),
      { id: 'trials', title: 'What each trial measures', name: 'Trials', body: trialList(about) },
      {
        id: 'not-measured',
        title: 'What was not measured',
        name: 'Not measured',
        body: html`<ul>${NOT_MEASURED.map((each) => html`<li>${each}</li>`)}</ul>`,
      },
    ],
    footer: 'Made by npm run bench of child-index. Nothing here is a promise about another machine.',
    style: PLOT_STYLE,
  })
}

function ratios(trials: readonly Reported[]): Markup {
  return table({
    id: 'ratios-table',
    caption: 'Medians of rounds, and in brackets the least and the most ratio of a round',
    head: ['Trial', 'Ratio', 'Figures', 'What beside what', 'Asked'],
    rows: trials.map((each) =>
      row(html`<code>${each.name}</code>`, ratioText(each), besideText(each), each.note, asked(each)),
    ),
  })
}

function asked(each: Reported): Markup | undefined {
  const words = verdict(each)
  if (words === '') return undefined
  return html`<span class="${each.bar?.met === false ? 'not-met' : 'met'}">${words}</span>`
}

interface Picture {
  readonly of: Series['picture']
  readonly title: string
  readonly name: string
  readonly axis: string
  readonly place: (at: number) => string
}

const grouped = (at: number): string => at.toLocaleString('en-GB')

const PICTURES: readonly Picture[] = [
  {
    of: 'batch-size',
    title: 'Checks a second by the size of a batch',
    name: 'Batch size',
    axis: 'Checks in a batch',
    place: grouped,
  },
  {
    of: 'latency',
    title: 'How long one check takes',
    name: 'Latency',
    axis: 'Share of checks that took no longer',
    place: (at) => `${Number((at * 100).toFixed(1))}%`,
  },
  {
    of: 'growth',
    title: 'What a check costs by the number of children',
    name: 'Growth',
    axis: 'Children in the index',
    place: grouped,
  },
  { of: 'memory', title: 'Memory by the number of checks', name: 'Memory', axis: 'Checks recorded', place: grouped },
]

function section({ of, title, name, axis, place }: Picture, series: readonly Series[]): readonly Section[] {
  if (series.length === 0) return []
  const places = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].sort((a, b) => a - b)
  const cell = ({ points }: Series, at: number): string => {
    const value = points.find((point) => point.at === at)?.value
    return value === undefined ? '' : figure(value)
  }
  const body = html`<figure><figcaption>${title}</figcaption>${linePlot({ id: `${of}-picture`, title, axis, place, series })}</figure>
${table({
  id: `${of}-table`,
  caption: `${title}: the same in figures`,
  head: [axis, ...series.map((each) => `${each.name}, ${each.unit}`)],
  rows: places.map((at) => row(place(at), ...series.map((each) => cell(each, at)))),
  kind: 'small',
})}`
  return [{ id: of, title, name, body }]
}

function trialList(about: readonly TrialAbout[]): Markup {
  return html`<dl>${about.map(
    ({ name, measures, facts }) =>
      html`<dt><code>${name}</code></dt><dd>${measures}${facts.map(([what, value]) => html`<br>${what}: ${value}`)}</dd>
`,
  )}</dl>`
}
