import { html, type Markup, said } from '../../page/markup.js'
import type { Section } from '../../page/page.js'
import { plural } from '../../page/words.js'
import type { Incident, Indicator, Policy } from '../policy.js'

type Coded = readonly [code: string, indicator: Indicator]

/** Every indicator: a table for each domain, a row for each dimension, a column for each severity. */
export function matrixSection({ indicators }: Policy): Section {
  const all = Object.entries(indicators)
  const domains = groups(all, ({ domain }) => domain)
  const body = html`<p>By domain, dimension and severity, from 1 for the least to 4 for acute. Each indicator has its code, its points before decay, the outcome that it bears on where it names one, what it means, and its flags.</p>
${[...domains].map(([domain, coded], index) => domainTable(domain, coded, index))}`
  return { id: 'matrix', name: 'The matrix', title: `The matrix: ${plural(all.length, 'indicator')}`, body }
}

function domainTable(domain: string, coded: readonly Coded[], index: number): Markup {
  const severities = [...new Set(coded.map(([, { severity }]) => severity))].sort()
  const rows = [...groups(coded, ({ dimension }) => dimension)]
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="domain-${index}"><table class="matrix"><caption id="domain-${index}">Domain ${domain}</caption>
<thead><tr><th scope="col">Dimension</th>${severities.map((severity) => html`<th scope="col">Severity ${severity}</th>`)}</tr></thead><tbody>
${rows.map(
  ([dimension, members]) =>
    html`<tr><th scope="row">${dimension}</th>${severities.map((severity) =>
      cell(
        severity,
        members.filter(([, indicator]) => indicator.severity === severity),
      ),
    )}</tr>
`,
)}</tbody></table></div>
`
}

function cell(severity: number, coded: readonly Coded[]): Markup {
  if (coded.length === 0) return html`<td class="empty s${severity}"><span class="none">none</span></td>`
  return html`<td class="s${severity}" data-label="Severity ${severity}"><ul>${coded.map(
    ([code, { label, points, flags = [], outcome, retired }]) =>
      html`<li><code>${code}</code> <span class="more">${plural(points, 'point')}${outcome === undefined ? undefined : `, ${outcome}`}</span><br>${said(label)}${[
        ...new Set<string>([...flags, ...(retired === true ? ['retired'] : [])]),
      ].map((flag) => html` <span class="flag ${flag}">${flag}</span>`)}</li>`,
  )}</ul></td>`
}

/** Every incident with its points and the kinds of agency that may report it. */
export function incidentsSection({ incidents }: Policy): Section {
  const all = Object.entries(incidents)
  const body = html`<p>What brought about the check. An incident has no dimension and no severity.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="incident-table"><table class="incidents"><caption id="incident-table">Incidents</caption><thead><tr><th scope="col">Code</th><th scope="col">Meaning</th><th scope="col">Points</th><th scope="col">Taken from</th></tr></thead><tbody>
${all.map(incidentRow)}</tbody></table></div>
`
  return { id: 'incidents', name: 'Incidents', title: plural(all.length, 'incident'), body }
}

function incidentRow([code, { label, points, agencyKinds, retired }]: readonly [string, Incident]): Markup {
  return html`<tr><th scope="row"><code>${code}</code></th><td>${said(label)}${
    retired === true ? html` <span class="flag">retired</span>` : undefined
  }</td><td class="number">${points}</td><td>${
    agencyKinds === undefined ? 'any agency' : agencyKinds.length === 0 ? 'nobody' : agencyKinds.join(', ')
  }</td></tr>
`
}

function groups(coded: readonly Coded[], by: (indicator: Indicator) => string): ReadonlyMap<string, readonly Coded[]> {
  const found = new Map<string, Coded[]>()
  for (const one of coded) {
    const group = found.get(by(one[1]))
    if (group === undefined) found.set(by(one[1]), [one])
    else group.push(one)
  }
  return found
}
