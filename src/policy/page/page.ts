import { toHex } from '../../bytes.js'
import type { AcceptedFindings } from '../analyse/accepted.js'
import type { Analysis } from '../analyse/analyse.js'
import { NOTICE } from '../assess.js'
import { plural } from '../explain/words.js'
import { policyHash, vocabularyHash } from '../hash.js'
import type { Policy } from '../policy.js'
import { analysisSection } from './analysis.js'
import { countingSection, levelsSection } from './levels.js'
import { html, Markup, said } from './markup.js'
import { incidentsSection, matrixSection } from './matrix.js'
import { STYLE } from './style.js'

export interface PageOptions {
  /** Of this policy. Absent: the page says nothing of findings. */
  readonly analysis?: Analysis
  /** Findings that somebody looked at and means to keep. Those of another policy are passed over. */
  readonly accepted?: AcceptedFindings
}

/**
 * A policy as one HTML page for the people who answer for it: its levels and rules in English, how it counts, what the
 * analysis found, and every code. The page stands alone: no script, no other file, nothing that is fetched.
 *
 * @throws {RangeError} for an analysis of another policy.
 */
export function policyPage(policy: Policy, { analysis, accepted }: PageOptions = {}): string {
  if (analysis !== undefined && analysis.policyHash !== toHex(policyHash(policy)))
    throw new RangeError('the analysis is of another policy')
  const sections: readonly (readonly [id: string, title: string, section: Markup])[] = [
    ['levels', 'Levels', levelsSection(policy)],
    ['counting', 'How it counts', countingSection(policy)],
    ...(analysis === undefined ? [] : [['analysis', 'Analysis', analysisSection(policy, analysis, accepted)] as const]),
    ['matrix', 'The matrix', matrixSection(policy)],
    ['incidents', 'Incidents', incidentsSection(policy)],
    ['sign-off', 'Sign-off', signOffSection()],
  ]
  return html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Policy ${policy.id}, version ${policy.version}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the levels</a>
<header>
<p class="kicker">Policy of a child index</p>
<h1>${policy.id}, version ${policy.version}</h1>
<p class="lead">${said(policy.title)}</p>
${facts(policy)}<div class="notice" role="note"><p><b>${NOTICE}</b></p>
<p>Weights, windows and levels are judgements. Before any use they need the sign-off of the local safeguarding partners.</p>
<p>A check is not a referral: whoever is worried about a child now refers now.</p></div>
<nav aria-label="Contents"><ul>${sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main id="content">
${sections.map(([, , section]) => section)}</main>
<footer><p>Made from the policy alone. Its name is its hash: a policy of another hash is another policy.</p></footer>
</body>
</html>
`.text
}

function facts(policy: Policy): Markup {
  const { levels, horizonDays, vocabularies = [] } = policy
  return html`<dl class="facts">
<dt>Policy hash</dt><dd class="hash">${toHex(policyHash(policy))}</dd>
<dt>Vocabulary hash</dt><dd class="hash">${toHex(vocabularyHash(policy))}</dd>
${
  vocabularies.length === 0
    ? undefined
    : html`<dt>Also accepts</dt><dd class="hash">${vocabularies.map((hash) => html`${hash}<br>`)}</dd>
`
}<dt>Levels</dt><dd>none &lt; ${levels.map(({ name }) => name).join(' < ')}</dd>
<dt>Looks back</dt><dd>${plural(horizonDays, 'day')}</dd>
</dl>
`
}

function signOffSection(): Markup {
  const row = html`<tr><td></td><td></td><td></td><td></td></tr>
`
  return html`<section aria-labelledby="sign-off"><h2 id="sign-off">Sign-off</h2>
<p>By the safeguarding partners, of the policy with the hash at the head of this page.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="signed"><table class="sign"><caption id="signed">Signed off by</caption><thead><tr><th scope="col">For</th><th scope="col">Name</th><th scope="col">Signature</th><th scope="col">Date</th></tr></thead><tbody>
${[row, row, row]}</tbody></table></div></section>
`
}
