import type { DisclosureRequest } from './decide.js'

/** What an officer is for, in opening a child's details or naming its agencies. Closed, so that no free text is journalled. */
export const PURPOSES = ['referral', 'strategy-discussion', 'assessment', 'immediate-protection'] as const
export type Purpose = (typeof PURPOSES)[number]

/** Lawful bases of UK GDPR Article 6(1) that a disclosure can rest on. */
export const LAWFUL_BASES = [
  'legal-obligation',
  'vital-interests',
  'public-task',
  'recognised-legitimate-interest',
  'legitimate-interests',
  'consent',
] as const
export type LawfulBasis = (typeof LAWFUL_BASES)[number]

type Threshold = DisclosureRequest['threshold']

/** The least threshold that each purpose belongs to: both of section 47 need that its threshold is reached. */
const LEAST: Readonly<Record<Purpose, Threshold>> = {
  referral: 'child-in-need',
  assessment: 'child-in-need',
  'strategy-discussion': 'child-protection',
  'immediate-protection': 'child-protection',
}

const ORDER: readonly Threshold[] = ['none', 'child-in-need', 'child-protection']

/**
 * Whether a purpose goes with the threshold that is reached, and with the lawful basis that is claimed for it. A strategy
 * discussion and immediate protection are steps of an enquiry under the Children Act 1989, section 47. Vital interests (UK GDPR
 * Article 6(1)(d)) are those of a child in danger now. An authority in its tasks has no legitimate interests of its own (Article 6(1),
 * last sentence); and nobody opens details by consent: whoever consents can be asked for them.
 */
export function isPurposeAllowed(threshold: Threshold, purpose: Purpose, lawfulBasis: LawfulBasis): boolean {
  if (ORDER.indexOf(threshold) < ORDER.indexOf(LEAST[purpose])) return false
  switch (lawfulBasis) {
    case 'public-task':
    case 'legal-obligation':
    case 'recognised-legitimate-interest':
      return true
    case 'vital-interests':
      return threshold === 'child-protection'
    case 'legitimate-interests':
    case 'consent':
      return false
  }
}
