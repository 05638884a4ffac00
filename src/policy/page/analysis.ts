import { html, type Markup, said } from '../../page/markup.js'
import type { Section } from '../../page/page.js'
import { plural } from '../../page/words.js'
import { type AcceptedFindings, unaccepted } from '../analyse/accepted.js'
import type { Analysis, LevelFacts } from '../analyse/analyse.js'
import type { Finding } from '../analyse/finding.js'
import type { Minimum } from '../analyse/minimums.js'
import type { TriggerSet, TriggerSets } from '../analyse/triggers.js'
import type { Example } from '../example.js'
import { DAY_MS, incidentOf, indicatorOf, type Policy } from '../policy.js'

const SETS_SHOWN = 40
const CODES_SHOWN = 5
const CHECKS_SHOWN = 12

/** What the analysis of a policy found, with the findings that somebody accepted marked as such. */
export function analysisSection(policy: Policy, analysis: Analysis, accepted: AcceptedFindings | undefined): Section {
  const { findings, levels, triggers, limits } = analysis
  const open = new Set(accepted === undefined ? findings : unaccepted(analysis, accepted))
  const reasons = new Map(accepted?.accepted.map(({ id, reason }) => [id, reason]))
  const openFirst = [...open, ...findings.filter((finding) => !open.has(finding))]
  const body = html`<p class="${open.size === 0 ? 'good' : 'open'}">${summary(findings.length, open.size)}</p>
${limits.map(
  (limit) => html`<p class="notice">${limit}</p>
`,
)}${openFirst.map((finding) => findingCard(policy, finding, open.has(finding) ? undefined : reasons.get(finding.id)))}
${minimumsTable(levels)}${fairnessList(analysis)}<h3>What reaches each level</h3>
<p>Every smallest set of checks that reaches a level: none of its checks can be spared. Each check carries one of the codes that are listed for it.</p>
${triggers.map((sets, index) => triggerTable(policy, sets, index))}<h3>What holds for every history</h3>
${certificate(analysis)}`
  return { id: 'analysis', name: 'Analysis', title: 'What the analysis found', body }
}

function summary(all: number, open: number): string {
  if (all === 0) return 'No finding.'
  const accepted = all - open
  if (open === 0) return `${plural(all, 'finding')}, each of which was looked at and accepted with a reason.`
  return `${plural(open, 'finding')} to change or to accept${accepted === 0 ? '' : `; ${accepted} accepted`}.`
}

function findingCard(
  policy: Policy,
  { id, severity, text, path, bound, example }: Finding,
  reason: string | undefined,
): Markup {
  const mark = reason === undefined ? severity : 'accepted'
  return html`<article class="finding" aria-labelledby="finding-${id}"><h4 id="finding-${id}"><span class="severity ${mark}">${mark}</span> <code>${id}</code></h4>
<p>${said(text)}${path === undefined ? undefined : placeOf(path)}</p>
${
  reason === undefined
    ? undefined
    : html`<p><b>Accepted:</b> ${said(reason)}</p>
`
}${
  bound === undefined
    ? undefined
    : html`<p>${bound}</p>
`
}${example === undefined ? undefined : exampleTable(policy, example)}</article>
`
}

/** A link to the rule; what is no rule is named. */
function placeOf(path: string): Markup {
  return /^levels\[\d+\]\.reachedWhen(?:\.\w+\[\d+\])*$/.test(path)
    ? html` <a class="path" href="#${path}">${path}</a>`
    : html` <span class="path">${path}</span>`
}

function exampleTable(policy: Policy, { checks, asOf }: Example): Markup {
  const more = checks.length - CHECKS_SHOWN
  return html`<div class="scroll" tabindex="0" role="region" aria-label="A history that shows it"><table class="small"><caption>A history that shows it</caption><thead><tr><th scope="col">Agency</th><th scope="col">Kind</th><th scope="col">Incident</th><th scope="col">Indicators</th><th scope="col">Before</th></tr></thead><tbody>
${checks.slice(0, CHECKS_SHOWN).map(
  ({ agency, agencyKind, incident, indicators, occurredAt }) =>
    html`<tr><td>${said(agency)}</td><td>${agencyKind}</td><td>${named(incident, incidentOf(policy, incident)?.label)}</td><td>${
      indicators.length === 0
        ? 'none'
        : indicators.map((code) => html`<div>${named(code, indicatorOf(policy, code)?.label)}</div>`)
    }</td><td>${ageText(asOf - occurredAt)}</td></tr>
`,
)}</tbody></table></div>${more > 0 ? html`<p>and ${plural(more, 'more check')}</p>` : undefined}
`
}

function named(code: string, label: string | undefined): Markup {
  return html`<code>${code}</code>${label === undefined ? undefined : html` ${said(label)}`}`
}

const HOUR_MS = DAY_MS / 24

function ageText(ms: number): string {
  if (ms % DAY_MS === 0) return plural(ms / DAY_MS, 'day')
  return ms % HOUR_MS === 0 ? plural(ms / HOUR_MS, 'hour') : `${grouped(ms)} ms`
}

/** `1,234,567`. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

function minimumsTable(levels: readonly LevelFacts[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="minimums"><table><caption id="minimums">What it takes at least to reach a level or a higher one</caption><thead><tr><th scope="col">Level</th><th scope="col">Checks</th><th scope="col">Agencies</th><th scope="col">Kinds of agency</th><th scope="col">Days</th><th scope="col">Dimensions</th><th scope="col">One agency alone</th></tr></thead><tbody>
${levels.toReversed().map(({ name, minimums, oneAgencyAlone }) =>
  minimums === undefined
    ? html`<tr><th scope="row">${name}</th><td colspan="6">cannot be reached</td></tr>
`
    : html`<tr><th scope="row">${name}</th>${[
        minimums.checks,
        minimums.agencies,
        minimums.agencyKinds,
        minimums.days,
        minimums.dimensions,
      ].map(
        (minimum) => html`<td>${minimumText(minimum)}</td>`,
      )}<td>${oneAgencyAlone === undefined ? 'no' : 'can reach it'}</td></tr>
`,
)}</tbody></table></div>
<p>Each number by itself: the fewest agencies may take more checks. No dimension means that incidents alone are enough.</p>
`
}

/** `3`, `3 to 5`, or `at least 3` where no history was found. */
export function minimumText({ atLeast, atMost }: Minimum): string {
  if (atMost === undefined) return `at least ${atLeast}`
  return atMost === atLeast ? String(atLeast) : `${atLeast} to ${atMost}`
}

function fairnessList({ fairness }: Analysis): Markup | undefined {
  if (fairness.length === 0) return undefined
  return html`<h3>How far circumstances alone can lead</h3>
<ul>${fairness.map(
    ({ of, indicators, reach }) =>
      html`<li>By nothing but ${of.replaceAll('-', ' ')} (${plural(indicators, 'indicator')}), however many checks: <b>${reach}</b></li>
`,
  )}</ul>
`
}

function triggerTable(policy: Policy, { level, upTo, sets }: TriggerSets, index: number): Markup {
  const more = sets.length - SETS_SHOWN
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="triggers-${index}"><table class="sets"><caption id="triggers-${index}">${level}, by up to ${plural(upTo, 'check')}</caption><thead><tr><th scope="col">Checks</th><th scope="col">Agencies</th><th scope="col">Days</th><th scope="col">Codes</th><th scope="col">Ways</th></tr></thead><tbody>
${
  sets.length === 0
    ? html`<tr><td colspan="5">none</td></tr>
`
    : undefined
}${sets.slice(0, SETS_SHOWN).map((set) => triggerRow(policy, set))}</tbody></table></div>${
    more > 0 ? html`<p>and ${plural(more, 'more set')}</p>` : undefined
  }
`
}

function triggerRow(policy: Policy, { codes, agencies, days, ways }: TriggerSet): Markup {
  return html`<tr><td class="number">${codes.length}</td><td class="number">${agencies}</td><td class="number">${days}</td><td>${codes.map(
    (each) => html`<div>${codesMarkup(policy, each)}</div>`,
  )}</td><td class="number">${grouped(ways)}</td></tr>
`
}

/** A code that stands alone comes with its label. */
function codesMarkup(policy: Policy, codes: readonly string[]): Markup {
  const [only = ''] = codes
  if (codes.length > 1) return html`<code>${codesText(codes)}</code>`
  return named(only, indicatorOf(policy, only)?.label ?? incidentOf(policy, only)?.label)
}

/** Codes of one check of a set, cut short. */
export function codesText(codes: readonly string[]): string {
  const more = codes.length - CODES_SHOWN
  return more > 1 ? `${codes.slice(0, CODES_SHOWN).join(', ')} or ${more} more` : codes.join(', ')
}

function certificate({
  certificate: { implications, neutralIncidents, exactBelowChecks, greatestTotal },
}: Analysis): Markup {
  return html`<ul>
<li>One more check never lowers a level: no rule can say “not”, decay never rises, and caps keep the largest.</li>
${implications.map(
  ({ higher, lower }) => html`<li>Whatever reaches <b>${higher}</b> reaches <b>${lower}</b> too. Proved.</li>
`,
)}${
  neutralIncidents.length === 0
    ? undefined
    : html`<li>These incidents add nothing by themselves: <code>${neutralIncidents.join(', ')}</code>.</li>
`
}<li>Totals of points are exact for fewer than ${grouped(exactBelowChecks)} checks${
    greatestTotal === undefined ? undefined : `, and never pass ${grouped(greatestTotal)}`
  }.</li>
</ul>
`
}
