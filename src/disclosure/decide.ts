import { z } from 'zod'
import { parse } from '../door.js'
import { type DisclosureBasis, dutyOf, permits } from './basis.js'

/** A question to the disclosure rules: may this piece of information be shown, to one who asks for it now? */
export interface DisclosureRequest {
  readonly information: Information
  /** What the child's verdict or a determination has reached. */
  readonly threshold: 'none' | 'child-in-need' | 'child-protection'
  /** What this piece of information has by itself. */
  readonly status: 'none' | 'crime-prevention' | 'significant-harm'
  /** Whether the one who asks needs it to do their duty to the child. */
  readonly needToKnow: boolean
  readonly consent: Consent
}

export const INFORMATION = [
  'existence',
  'check',
  'identity',
  'carers',
  'carer-factors',
  'involvement',
  'sensitive-involvement',
  'concern',
] as const
export type Information = (typeof INFORMATION)[number]

export type ConsentState = 'given' | 'refused' | 'withdrawn' | 'expired' | 'not-sought'

/** Consent to this disclosure. Everything but `given` is the same to the rules. */
export interface Consent {
  readonly carer: ConsentState
  readonly child: ConsentState
  /** Recorded by a person for this decision; never worked out from an age. */
  readonly childUnderstands: boolean
}

/** The answer, permit or denial; either is journalled. */
export interface DisclosureDecision {
  readonly permitted: boolean
  readonly basis: DisclosureBasis
  /** Whether those who hold the information must share it, not only may. */
  readonly duty: boolean
  /** What whoever discloses must do; empty for a denial. */
  readonly obligations: readonly Obligation[]
}

export const OBLIGATIONS = [
  'record-the-reason',
  'tell-the-family-unless-that-raises-the-risk',
  'record-why-without-consent',
] as const
export type Obligation = (typeof OBLIGATIONS)[number]

/**
 * Whether a piece of information may be shown, and why. Pure, total, and denying where no rule permits.
 * Of the seven rules of the MPS response (2003) the first that applies decides; it is found in `basis`.
 */
export function decideDisclosure(request: DisclosureRequest): DisclosureDecision {
  const basis = basisOf(request)
  const permitted = permits(basis)
  return { permitted, basis, duty: dutyOf(basis), obligations: permitted ? obligationsOf(basis) : [] }
}

function basisOf({ information, threshold, status, needToKnow, consent }: DisclosureRequest): DisclosureBasis {
  if (information === 'existence' || information === 'check') return 'nothing-personal'
  if (needToKnow !== true) return 'no-need-to-know'
  if (information === 'sensitive-involvement' && threshold !== 'child-protection' && status !== 'significant-harm') {
    return sensitiveBasis(consent)
  }
  if (status === 'significant-harm') return 'significant-harm'
  if (threshold === 'child-protection') return 'child-protection'
  if (status === 'crime-prevention') return 'crime-prevention'
  if (threshold === 'child-in-need') return 'child-in-need'
  if (information === 'carer-factors') return 'carer-factors'
  return consentBasis(consent)
}

function sensitiveBasis(consent: Consent): DisclosureBasis {
  if (consent.childUnderstands) {
    return consent.child === 'given' ? 'explicit-consent-of-child' : 'no-explicit-consent'
  }
  return consent.carer === 'given' ? 'explicit-consent-of-carer' : 'no-explicit-consent'
}

function consentBasis(consent: Consent): DisclosureBasis {
  if (consent.carer !== 'given') return 'no-consent'
  if (!consent.childUnderstands) return 'consent-of-carer'
  return consent.child === 'given' ? 'consent-of-carer-and-child' : 'no-consent'
}

function obligationsOf(basis: DisclosureBasis): readonly Obligation[] {
  switch (basis) {
    case 'significant-harm':
    case 'child-protection':
    case 'crime-prevention':
    case 'child-in-need':
    case 'carer-factors':
      return ['record-the-reason', 'tell-the-family-unless-that-raises-the-risk', 'record-why-without-consent']
    default:
      return ['record-the-reason', 'tell-the-family-unless-that-raises-the-risk']
  }
}

/**
 * A disclosure request from unknown input.
 * @throws {IndexError} `ERR_REQUEST_INVALID`, naming the field, for a missing or unknown field or value.
 */
export function parseDisclosureRequest(input: unknown): DisclosureRequest {
  return parse(disclosureRequestShape, input, 'ERR_REQUEST_INVALID', 'disclosure request')
}

function oneOf<Value extends string>(values: readonly Value[]): z.ZodType<Value> {
  return z.custom<Value>((value) => values.some((known) => known === value), `must be one of ${values.join(', ')}`)
}

export const CONSENT_STATES: readonly ConsentState[] = ['given', 'refused', 'withdrawn', 'expired', 'not-sought']
const CONSENT_STATE = oneOf(CONSENT_STATES)

/** Nobody has been asked. */
export const NOT_SOUGHT: Consent = { carer: 'not-sought', child: 'not-sought', childUnderstands: false }

const consentShape: z.ZodType<Consent> = z.strictObject({
  carer: CONSENT_STATE,
  child: CONSENT_STATE,
  childUnderstands: z.boolean(),
})

/** The shape of a question in any message. */
export const disclosureRequestShape: z.ZodType<DisclosureRequest> = z.strictObject({
  information: z.enum(INFORMATION),
  threshold: oneOf<DisclosureRequest['threshold']>(['none', 'child-in-need', 'child-protection']),
  status: oneOf<DisclosureRequest['status']>(['none', 'crime-prevention', 'significant-harm']),
  needToKnow: z.boolean(),
  consent: consentShape,
})
