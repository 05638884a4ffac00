import { toHex } from '../../bytes.js'
import { html, type Markup, said } from '../../page/markup.js'
import { type Fact, page, type Section, table } from '../../page/page.js'
import { plural } from '../../page/words.js'
import type { AcceptedFindings } from '../analyse/accepted.js'
import type { Analysis } from '../analyse/analyse.js'
import { NOTICE } from '../assess.js'
import { policyHash, vocabularyHash } from '../hash.js'
import type { Policy } from '../policy.js'
import { analysisSection } from './analysis.js'
import { countingSection, levelsSection } from './levels.js'
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
  return page({
    title: `Policy ${policy.id}, version ${policy.version}`,
    heading: `${policy.id}, version ${policy.version}`,
    kicker: 'Policy of a child index',
    lead: said(policy.title),
    facts: factsOf(policy),
    notice: html`<p><b>${NOTICE}</b></p>
<p>Weights, windows and levels are judgements. Before any use they need the sign-off of the local safeguarding partners.</p>
<p>A check is not a referral: whoever is worried about a child now refers now.</p>`,
    sections: [
      levelsSection(policy),
      countingSection(policy),
      ...(analysis === undefined ? [] : [analysisSection(policy, analysis, accepted)]),
      matrixSection(policy),
      incidentsSection(policy),
      signOffSection(),
    ],
    footer: 'Made from the policy alone. Its name is its hash: a policy of another hash is another policy.',
    style: STYLE,
  })
}

function factsOf(policy: Policy): readonly Fact[] {
  const { levels, horizonDays, vocabularies = [] } = policy
  const hash = (text: string): Markup => html`<span class="hash">${text}</span>`
  return [
    ['Policy hash', hash(toHex(policyHash(policy)))],
    ['Vocabulary hash', hash(toHex(vocabularyHash(policy)))],
    ...(vocabularies.length === 0
      ? []
      : [['Also accepts', vocabularies.map((each) => html`${hash(each)}<br>`)] as const]),
    ['Levels', `none < ${levels.map(({ name }) => name).join(' < ')}`],
    ['Looks back', plural(horizonDays, 'day')],
  ]
}

function signOffSection(): Section {
  const row = html`<tr><td></td><td></td><td></td><td></td></tr>
`
  const body = html`<p>By the safeguarding partners, of the policy with the hash at the head of this page.</p>
${table({ id: 'signed', caption: 'Signed off by', head: ['For', 'Name', 'Signature', 'Date'], rows: [row, row, row], kind: 'sign' })}`
  return { id: 'sign-off', title: 'Sign-off', body }
}
