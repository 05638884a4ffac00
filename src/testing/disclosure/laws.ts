import { describeBasis } from '../../disclosure/basis.js'
import type { Consent, ConsentState, DisclosureDecision, DisclosureRequest } from '../../disclosure/decide.js'
import { DISCLOSURE_THRESHOLDS, STATUSES } from './requests.js'

/** A disclosure rule under test. */
export type Decide = (request: DisclosureRequest) => DisclosureDecision

/** A statement that must be true of every answer to every question. */
export interface DisclosureLaw {
  readonly id: DisclosureLawId
  readonly title: string
  /** Why it must hold, in a sentence. */
  readonly rationale: string
  /** True, or why a single answer cannot show it. */
  readonly applies: true | string
  /** What is wrong with the answer to a request; undefined where nothing is. */
  complaint(decide: Decide, request: DisclosureRequest): string | undefined
}

export type DisclosureLawId = `D${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13}`

type Tried = Omit<DisclosureLaw, 'applies'>

/** The laws D1 to D9 of disclosure, and D10 to D13, which speak of this library's rules. */
export const disclosureLaws: readonly DisclosureLaw[] = [
  tried({
    id: 'D1',
    title: 'Without a basis nothing beyond the permitted minimum is shown',
    rationale:
      'What has no footing in law is not disclosed. The minimum: existence, checks and, for who needs them, carer factors.',
    complaint(decide, request) {
      const { information, threshold, status, needToKnow, consent } = request
      const hasBasis =
        threshold !== 'none' || status !== 'none' || consent.carer === 'given' || consent.child === 'given'
      if (isMinimum(request) || (needToKnow && (hasBasis || information === 'carer-factors'))) return undefined
      return decide(request).permitted ? 'permitted without a basis' : undefined
    },
  }),
  tried({
    id: 'D2',
    title: 'A stronger basis never shows less',
    rationale: 'A child in greater danger must not be less protected by what is known.',
    complaint: (decide, request) =>
      first(strongerThan(request), ([change, stronger]) =>
        shows(decide, stronger) < shows(decide, request) ? `permitted, and denied ${change}` : undefined,
      ),
  }),
  elsewhere({
    id: 'D3',
    title: "Nothing above the recipient's role ceiling",
    rationale: 'A role is a limit on what a person may be shown, whatever the basis.',
    applies: 'the question names no recipient; the roster and the openings limit what a role is shown',
  }),
  tried({
    id: 'D4',
    title: 'Withdrawing consent never shows more',
    rationale: 'Whoever says no must not be worse off than if they had said yes.',
    complaint: (decide, request) =>
      first(withConsents(request, 'given', 'withdrawn'), (withdrawn) =>
        shows(decide, withdrawn) > shows(decide, request) ? 'denied, and permitted with consent withdrawn' : undefined,
      ),
  }),
  tried({
    id: 'D5',
    title: 'Where statute overrides consent, the answer does not depend on consent',
    rationale: 'Significant harm is shared because of the harm: neither asked away by a refusal nor widened by a yes.',
    complaint(decide, request) {
      if (!isOverridden(request)) return undefined
      const { permitted } = decide(request)
      if (permitted !== (isMinimum(request) || request.needToKnow)) return 'not exactly what is needed is shown'
      const unasked = { ...request, consent: NOT_ASKED }
      return same(decide(unasked), decide(request)) ? undefined : 'with nobody asked, the answer is another'
    },
  }),
  elsewhere({
    id: 'D6',
    title: 'Every disclosure and every refusal is journalled with its basis',
    rationale: 'What nobody wrote down nobody can be asked about.',
    applies: 'a decision is a value; the hub journals it, and an audit of the journal shows it',
  }),
  tried({
    id: 'D7',
    title: 'The answer depends on nothing but the question',
    rationale: 'If checks that are hidden from a viewer could change an answer, the answer would give them away.',
    complaint: (decide, request) =>
      withUnseen(decide, request, [{ checks: [] }, { checks: ['c1', 'c2'], level: 'child-protection' }]),
  }),
  tried({
    id: 'D8',
    title: 'The answer does not depend on flags',
    rationale: "A carer's own view must not show whether somebody has raised a flag (DPA 2018 schedule 3 part 5).",
    complaint: (decide, request) => withUnseen(decide, request, [{ flags: [] }, { flags: ['significant-harm'] }]),
  }),
  tried({
    id: 'D9',
    title: 'Expired consent is no consent',
    rationale: 'A yes that has run out is worth no more than a question never asked; so is a no, and a yes taken back.',
    complaint: (decide, request) =>
      first(NOT_GIVEN, (state) =>
        first(withConsents(request, 'not-sought', state), (other) =>
          same(decide(other), decide(request)) ? undefined : `with consent ${state} the answer is another`,
        ),
      ),
  }),
  tried({
    id: 'D10',
    title: 'Every question has one answer, of the closed form',
    rationale: 'A rule that fails on an odd question fails when somebody is waiting for the answer.',
    complaint(decide, request) {
      const decision = decide(request)
      if (!same(decide(structuredClone(request)), decision)) return 'asked again, the answer is another'
      return formComplaint(decision)
    },
  }),
  tried({
    id: 'D11',
    title: 'Understanding is what a person recorded, never an age',
    rationale: 'Whether a child understands a decision is judged for that child and that decision.',
    complaint: (decide, request) =>
      withUnseen(decide, request, [{ age: 3 }, { age: 17, dateOfBirth: '2009-01-01' }]) ??
      withUnseen(decide, request, [{ consent: { ...request.consent, age: 17 } }]),
  }),
  tried({
    id: 'D12',
    title: 'A sensitive service is named by consent of the one who decides, or because of significant harm',
    rationale: 'People stay away from a service that tells others of them (SI 2007/2182 regulation 11(3)).',
    complaint(decide, request) {
      const { information, threshold, status, needToKnow, consent } = request
      if (information !== 'sensitive-involvement' || !needToKnow) return undefined
      if (threshold === 'child-protection' || status === 'significant-harm') return undefined
      const isAgreed = (consent.childUnderstands ? consent.child : consent.carer) === 'given'
      if (decide(request).permitted === isAgreed) return undefined
      return isAgreed ? 'denied with consent of the one who decides' : 'permitted without it'
    },
  }),
  tried({
    id: 'D13',
    title: 'A duty to share is claimed for significant harm alone',
    rationale: 'What Parliament was asked for and did not enact must not be written as if it bound anyone.',
    complaint(decide, request) {
      const { duty, permitted } = decide(request)
      const isBound = request.status === 'significant-harm' && request.needToKnow && !isMinimum(request)
      if (duty && !permitted) return 'a duty to share what is denied'
      return duty === isBound ? undefined : duty ? 'a duty is claimed' : 'the duty is not claimed'
    },
  }),
]

const NOT_ASKED: Consent = { carer: 'not-sought', child: 'not-sought', childUnderstands: false }
const NOT_GIVEN: readonly ConsentState[] = ['expired', 'withdrawn', 'refused']

function tried(law: Tried): DisclosureLaw {
  return { ...law, applies: true }
}

function elsewhere(law: Omit<DisclosureLaw, 'complaint'>): DisclosureLaw {
  return { ...law, complaint: () => undefined }
}

function isMinimum({ information }: DisclosureRequest): boolean {
  return information === 'existence' || information === 'check'
}

/** Rule 4, for what rule 3 does not keep back. */
function isOverridden({ information, threshold, status }: DisclosureRequest): boolean {
  if (threshold === 'child-protection' || status === 'significant-harm') return true
  return status !== 'none' && information !== 'sensitive-involvement'
}

function shows(decide: Decide, request: DisclosureRequest): number {
  return decide(request).permitted ? 1 : 0
}

function same(one: DisclosureDecision, other: DisclosureDecision): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function first<Item>(items: readonly Item[], complaint: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = complaint(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** The request with one more reason to show what it asks for. */
function strongerThan(request: DisclosureRequest): readonly (readonly [string, DisclosureRequest])[] {
  const { threshold, status, needToKnow } = request
  const thresholds = DISCLOSURE_THRESHOLDS.slice(DISCLOSURE_THRESHOLDS.indexOf(threshold) + 1)
  const statuses = STATUSES.slice(STATUSES.indexOf(status) + 1)
  return [
    ...thresholds.map((higher) => [`at threshold ${higher}`, { ...request, threshold: higher }] as const),
    ...statuses.map((higher) => [`with status ${higher}`, { ...request, status: higher }] as const),
    ...(needToKnow ? [] : [['with a need to know', { ...request, needToKnow: true }] as const]),
    ...NOT_GIVEN.concat('not-sought').flatMap((state) =>
      withConsents(request, state, 'given').map((given) => ['with consent given', given] as const),
    ),
  ]
}

/** The request with the consents that stand at one state standing at another: the carer's, the child's, and both. */
function withConsents(request: DisclosureRequest, from: ConsentState, to: ConsentState): readonly DisclosureRequest[] {
  const { carer, child } = request.consent
  const carers = carer === from ? [to, carer] : [carer]
  const children = child === from ? [to, child] : [child]
  return carers
    .flatMap((one) => children.map((other) => ({ ...request.consent, carer: one, child: other })))
    .filter((consent) => consent.carer !== carer || consent.child !== child)
    .map((consent) => ({ ...request, consent }))
}

/** Whether the answer changes with fields that the question does not have. */
function withUnseen(decide: Decide, request: DisclosureRequest, unseen: readonly object[]): string | undefined {
  const answer = decide(request)
  return first(unseen, (fields) =>
    same(decide({ ...request, ...fields }), answer)
      ? undefined
      : `with ${Object.keys(fields).join(' and ')} beside it, the answer is another`,
  )
}

const OBLIGATIONS: readonly string[] = [
  'record-the-reason',
  'tell-the-family-unless-that-raises-the-risk',
  'record-why-without-consent',
]

function formComplaint({ permitted, basis, duty, obligations }: DisclosureDecision): string | undefined {
  if (typeof permitted !== 'boolean' || typeof duty !== 'boolean') return 'the answer is neither yes nor no'
  const words = sentenceOf(basis)
  if (words === undefined) return 'the basis is not of the closed list'
  if (words.startsWith('Permitted') !== permitted) return 'the basis says the opposite of the answer'
  if (!permitted) return obligations.length === 0 ? undefined : 'a denial carries obligations'
  if (obligations.some((one) => !OBLIGATIONS.includes(one))) return 'an obligation is not of the closed list'
  return obligations.includes('record-the-reason') ? undefined : 'the reason need not be recorded'
}

function sentenceOf(basis: DisclosureDecision['basis']): string | undefined {
  try {
    return describeBasis(basis)
  } catch {
    return undefined
  }
}
