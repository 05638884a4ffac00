/** Why a disclosure was permitted or denied: the rule that decided, and on what footing in law. */
export const DISCLOSURE_BASES = [
  'nothing-personal',
  'no-need-to-know',
  'explicit-consent-of-child',
  'explicit-consent-of-carer',
  'no-explicit-consent',
  'significant-harm',
  'child-protection',
  'crime-prevention',
  'child-in-need',
  'carer-factors',
  'consent-of-carer',
  'consent-of-carer-and-child',
  'no-consent',
] as const
export type DisclosureBasis = (typeof DISCLOSURE_BASES)[number]

/** Whether decisions on this basis are permits. */
export function permits(basis: DisclosureBasis): boolean {
  return BASES[basis].permits
}

/** Whether sharing on this basis is a duty. Rules 5 and 6 were asked of Parliament and never claim one. */
export function dutyOf(basis: DisclosureBasis): boolean {
  return basis === 'significant-harm'
}

/** Number of the deciding rule, 1 to 7. */
export function ruleOf(basis: DisclosureBasis): number {
  return BASES[basis].rule
}

/** The basis in a sentence for people: what decided, then the source and the lawful basis. Not legal advice. */
export function describeBasis(basis: DisclosureBasis): string {
  const { rule, permits: permitted, because, source } = BASES[basis]
  return `${permitted ? 'Permitted' : 'Denied'} by rule ${rule}: ${because} (${source}).`
}

interface Entry {
  readonly rule: 1 | 2 | 3 | 4 | 5 | 6 | 7
  readonly permits: boolean
  readonly because: string
  readonly source: string
}

// An agency outside the public sector relies on article 6(1)(ea) where these say 6(1)(e).
const SAFEGUARDING = 'UK GDPR article 6(1)(e) and Data Protection Act 2018 schedule 1 paragraph 18'

const BASES: Readonly<Record<DisclosureBasis, Entry>> = {
  'nothing-personal': {
    rule: 1,
    permits: true,
    because: 'that a child exists here, or that a check was made, shares nothing personal',
    source: 'MPS 2003 paragraph 4.11',
  },
  'no-need-to-know': {
    rule: 2,
    permits: false,
    because: 'whoever asks does not need to know it to do their duty to the child',
    source: 'MPS 2003 paragraph 4.12',
  },
  'explicit-consent-of-child': {
    rule: 3,
    permits: true,
    because: 'the child, who understands this decision, has consented to a sensitive service being named',
    source: 'SI 2007/2182 regulation 11(3)',
  },
  'explicit-consent-of-carer': {
    rule: 3,
    permits: true,
    because:
      'the carer has consented to a sensitive service being named, for a child who does not understand this decision',
    source: 'SI 2007/2182 regulation 11(3)',
  },
  'no-explicit-consent': {
    rule: 3,
    permits: false,
    because: 'a sensitive service is not named without consent, short of significant harm',
    source: 'SI 2007/2182 regulation 11(3)',
  },
  'significant-harm': {
    rule: 4,
    permits: true,
    because: 'the information by itself points to significant harm, and there is a duty to share it',
    source: `Children Act 1989 section 47; MPS 2003 paragraphs 4.3 and 4.7; ${SAFEGUARDING}`,
  },
  'child-protection': {
    rule: 4,
    permits: true,
    because: 'the child-protection threshold has been reached, and consent is not needed',
    source: `Children Act 1989 section 47; MPS 2003 paragraph 4.3; ${SAFEGUARDING}`,
  },
  'crime-prevention': {
    rule: 4,
    permits: true,
    because: 'the information by itself serves to prevent crime, and consent is not needed',
    source:
      'MPS 2003 paragraph 4.3; UK GDPR article 6(1)(e); Data Protection Act 2018 schedule 8 paragraph 4 for law enforcement',
  },
  'child-in-need': {
    rule: 5,
    permits: true,
    because: 'the child-in-need threshold has been reached, and consent is not needed; no statute demands the sharing',
    source: `asked for in MPS 2003 paragraphs 4.5 and 4.12; threshold of Children Act 1989 section 17; ${SAFEGUARDING}`,
  },
  'carer-factors': {
    rule: 6,
    permits: true,
    because: 'what bears on a carer may be known to those with duties to the child; no statute demands the sharing',
    source: `asked for in MPS 2003 paragraph 4.14; ${SAFEGUARDING}`,
  },
  'consent-of-carer': {
    rule: 7,
    permits: true,
    because: 'the carer has consented, for a child who does not understand this decision',
    source: 'MPS 2003 paragraph 4.3; consent lifts confidentiality, UK GDPR article 6(1)(e) is the basis',
  },
  'consent-of-carer-and-child': {
    rule: 7,
    permits: true,
    because: 'the carer and the child, who understands this decision, have both consented',
    source: 'MPS 2003 paragraph 4.3; consent lifts confidentiality, UK GDPR article 6(1)(e) is the basis',
  },
  'no-consent': {
    rule: 7,
    permits: false,
    because: 'below the thresholds, information without a status of its own is shared by consent only',
    source: 'MPS 2003 paragraph 4.3',
  },
}
