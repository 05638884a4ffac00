import { type DisclosureBasis, describeBasis } from '../disclosure/basis.js'
import type { Information, Obligation } from '../disclosure/decide.js'
import { type Content, html, type Markup, said } from '../page/markup.js'
import { type Fact, factList, page, row, type Section, table } from '../page/page.js'
import { spaced } from '../page/words.js'
import type { CodeAndLabel } from './concern.js'
import { WORKING_DAYS, whenInLondon } from './deadlines.js'
import type { AgencyReferral, ReferralPackage, Told } from './package.js'

/**
 * A referral as one HTML page for the people of the agency that got it. It stands alone: no script, no other file, nothing that is
 * fetched. It holds personal details: whoever writes it to a file answers for the file.
 */
export function referralPage(referral: ReferralPackage | AgencyReferral): string {
  const { threshold, level, decisionDueAt } = referral
  return page({
    title: `Referral ${referral.referral}`,
    kicker: 'Referral from the management function of a child index',
    lead: html`${thresholdInWords(threshold)} Decide by <b>${whenInLondon(decisionDueAt)}</b>.`,
    facts: factsOf(referral),
    notice: html`<p><b>${referral.notice}</b></p>
${
  'amendedAt' in referral && referral.amendedAt !== undefined
    ? html`<p>A check behind this referral was taken back on ${whenInLondon(referral.amendedAt)}: the picture has changed. Ask the management function.</p>`
    : undefined
}`,
    sections: [
      ...childSections(referral),
      ...seenSections(referral),
      dutiesSection(referral),
      groundsSection(referral),
    ],
    footer: `Level ${level}. Made from the package of referral ${referral.referral} of case ${referral.case} alone. Keep it as you keep a child’s record.`,
  })
}

/** The same in plain lines, without the details that were sealed: they follow as the sealer gave them. */
export function referralLines(referral: AgencyReferral): readonly string[] {
  const { concerns = [], carerFactors = [], involvement = [] } = referral
  return [
    `Referral ${referral.referral}, ${referral.status}: ${referral.level}, for ${referral.purpose}, on the basis of ${referral.lawfulBasis}`,
    `sent ${whenInLondon(referral.sentAt)}; decide by ${whenInLondon(referral.decisionDueAt)}`,
    ...(referral.amendedAt === undefined
      ? []
      : [`a check behind it was taken back ${whenInLondon(referral.amendedAt)}`]),
    `child ${referral.agencyChildId}`,
    ...concerns.map(
      ({ on, agencyKind, incident, indicators }) =>
        `${on}  ${agencyKind}: ${[incident, ...indicators].map(({ label }) => label).join('; ')}`,
    ),
    ...(referral.earlierChecks === 0 ? [] : [`and ${referral.earlierChecks} checks before these`]),
    ...carerFactors.map(({ on, agencyKind, label }) => `${on}  ${agencyKind}, of the carers: ${label}`),
    ...involvement.map(({ agency, agencyKind }) => `also known to ${agency} (${agencyKind})`),
    ...referral.leftOut.map(({ information, basis }) => `not told: ${informationInWords(information)} (${basis})`),
    ...referral.obligations.map((obligation) => `you must ${DUTIES[obligation]}`),
  ]
}

function thresholdInWords(threshold: ReferralPackage['threshold']): string {
  switch (threshold) {
    case 'child-protection':
      return 'The child-protection threshold is indicated (Children Act 1989, section 47).'
    case 'child-in-need':
      return 'The child-in-need threshold is indicated (Children Act 1989, section 17).'
    case 'none':
      return 'No threshold is indicated.'
  }
}

function factsOf(referral: ReferralPackage): readonly Fact[] {
  const { purpose, lawfulBasis, because, agencyChildId, sentAt, decisionDueAt } = referral
  return [
    ['Referral', `${referral.referral} (case ${referral.case})`],
    ['Sent', whenInLondon(sentAt)],
    ['Decision due', whenInLondon(decisionDueAt)],
    ['Purpose', spaced(purpose)],
    ['Lawful basis', `${spaced(lawfulBasis)} (UK GDPR article 6(1))`],
    ['Why you', spaced(because)],
    ['The child for you', html`<span class="hash">${agencyChildId}</span>`],
  ]
}

function childSections({ details }: ReferralPackage): readonly Section[] {
  return [
    ...(details.identity === undefined
      ? []
      : [{ id: 'child', title: 'The child', body: factList(namedFacts(details.identity)) }]),
    ...(details.carers === undefined ? [] : [{ id: 'carers', title: 'Carers', body: carersOf(details.carers) }]),
  ]
}

function carersOf(carers: unknown): Content {
  if (!Array.isArray(carers)) return factList(namedFacts(carers))
  if (carers.length === 0) return html`<p>Nobody is registered as a carer.</p>`
  return carers.map((carer: unknown) => factList(namedFacts(carer)))
}

/** The members of a sealed object under names that people read; whatever it holds, it is text here. */
function namedFacts(value: unknown): readonly Fact[] {
  if (typeof value !== 'object' || value === null) return [['Value', inWords(value)]]
  return Object.entries(value).map(([name, member]): Fact => [nameInWords(name), inWords(member)])
}

function nameInWords(name: string): string {
  const known = NAMES.get(name)
  if (known !== undefined) return known
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['nhsNumber', 'NHS number'],
  ['supersededNhsNumbers', 'Former NHS numbers'],
  ['upn', 'Unique pupil number'],
  ['expectedDate', 'Date of birth is expected'],
  ['multipleBirth', 'Twin or triplet'],
])

function inWords(value: unknown): Content {
  if (typeof value === 'string') return said(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return html`<ul>${value.map((each: unknown) => html`<li>${inWords(each)}</li>`)}</ul>`
  if (typeof value !== 'object' || value === null) return 'not known'
  // An address, another name or another number: its parts in one line.
  return joined(
    Object.values(value)
      .flatMap((part: unknown) => (Array.isArray(part) ? part : [part]))
      .map(inWords),
  )
}

function joined(parts: readonly Content[]): Content {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [', ', part]))
}

function seenSections(referral: ReferralPackage): readonly Section[] {
  const { concerns, carerFactors, involvement, earlierChecks } = referral
  return [
    ...(concerns === undefined
      ? []
      : [
          {
            id: 'seen',
            title: 'What was seen',
            body: html`<p>Every line is one check: what came to one agency’s attention, and when. What happened is for that agency to say.</p>
${table({
  id: 'checks',
  caption: `Checks, oldest first${earlierChecks === 0 ? '' : ` (${earlierChecks} before these are not told of)`}`,
  head: ['Day', 'Kind of agency', 'Incident', 'Indicators'],
  rows: concerns.map(({ on, agencyKind, incident, indicators }) =>
    row(
      on,
      spaced(agencyKind),
      labelled(incident),
      html`<ul>${indicators.map((each) => html`<li>${labelled(each)}</li>`)}</ul>`,
    ),
  ),
})}`,
          },
        ]),
    ...(carerFactors === undefined
      ? []
      : [
          {
            id: 'carer-factors',
            title: 'What bears on the carers',
            body:
              carerFactors.length === 0
                ? html`<p>Nothing of this was seen.</p>`
                : table({
                    id: 'factors',
                    caption: 'Seen of the carers, oldest first',
                    head: ['Day', 'Kind of agency', 'Indicator'],
                    rows: carerFactors.map((each) => row(each.on, spaced(each.agencyKind), labelled(each))),
                  }),
          },
        ]),
    ...(involvement === undefined
      ? []
      : [
          {
            id: 'agencies',
            title: 'Other agencies',
            body:
              involvement.length === 0
                ? html`<p>No other agency is named.</p>`
                : table({
                    id: 'known-to',
                    caption: 'Also known to',
                    kind: 'small',
                    head: ['Agency', 'Kind'],
                    rows: involvement.map(({ agency, agencyKind }) => row(agency, spaced(agencyKind))),
                  }),
          },
        ]),
  ]
}

function labelled({ code, label }: CodeAndLabel): Markup {
  return html`${said(label)} <span class="more">${code}</span>`
}

function dutiesSection({ obligations, decisionDueAt }: ReferralPackage): Section {
  return {
    id: 'duties',
    title: 'What you must do',
    body: html`<ul>
<li>Accept or decline this referral, and decide what to do by <b>${whenInLondon(decisionDueAt)}</b>: within ${WORKING_DAYS.decision} working day.</li>
<li>Complete an assessment, where you decide on one, within ${WORKING_DAYS.assessment} working days of this referral.</li>
<li>Hold a child protection conference, where there is to be one, within ${WORKING_DAYS.conference} working days of the strategy discussion.</li>
${obligations.map((each) => html`<li>You must ${DUTIES[each]}.</li>\n`)}</ul>
<p>The times are those of Working Together to Safeguard Children (2023). Report every step with its day: the management function follows this child until you do.</p>`,
  }
}

const DUTIES: Readonly<Record<Obligation, string>> = {
  'record-the-reason': 'record why you use what is told here',
  'tell-the-family-unless-that-raises-the-risk': 'tell the family, unless that would raise the risk to the child',
  'record-why-without-consent': 'record why it was shared without consent',
}

function groundsSection({ disclosed, leftOut }: ReferralPackage): Section {
  const rows = (told: readonly Told[]): readonly Markup[] =>
    told.map(({ information, basis }) => row(informationInWords(information), basisInWords(basis)))
  const head = ['Information', 'Rule']
  return {
    id: 'grounds',
    title: 'On what grounds',
    body: html`${table({ id: 'told', caption: 'What may be told', head, rows: rows(disclosed) })}${
      leftOut.length === 0
        ? undefined
        : html`${table({ id: 'not-told', caption: 'What is not told', head, rows: rows(leftOut) })}<p>That something is not told says nothing of whether there is anything to tell.</p>`
    }`,
  }
}

function basisInWords(basis: DisclosureBasis): string {
  return describeBasis(basis)
}

function informationInWords(information: Information): string {
  switch (information) {
    case 'identity':
      return 'who the child is'
    case 'carers':
      return 'who the carers are'
    case 'concern':
      return 'what was seen of the child'
    case 'carer-factors':
      return 'what bears on the carers'
    case 'involvement':
      return 'which agencies know the child'
    case 'sensitive-involvement':
      return 'whether a sensitive service knows the child'
    case 'existence':
      return 'that the child exists here'
    case 'check':
      return 'that a check was made'
  }
}
