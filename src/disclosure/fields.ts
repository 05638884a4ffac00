import {
  type Consent,
  type DisclosureDecision,
  type DisclosureRequest,
  decideDisclosure,
  type Information,
} from './decide.js'

/** A field of a view or of a referral: what sort of information it is, and what it has by itself. */
export interface Field {
  readonly information: Information
  /** `none` where absent. */
  readonly status?: DisclosureRequest['status'] | undefined
}

/** What holds for every field of one view or referral. */
export interface Viewing {
  readonly threshold: DisclosureRequest['threshold']
  readonly needToKnow: boolean
  /** What was said about this information, for this viewer. */
  consent(information: Information): Consent
}

/** A question with its answer, as the journal keeps both. */
export interface DecidedField {
  readonly request: DisclosureRequest
  readonly decision: DisclosureDecision
}

/** Every field by the disclosure rules, each once, in the order of `fields`. */
export function decideFields(viewing: Viewing, fields: readonly Field[]): readonly DecidedField[] {
  const { threshold, needToKnow } = viewing
  const seen = new Set<string>()
  return fields.flatMap(({ information, status = 'none' }) => {
    const name = `${information} ${status}`
    if (seen.has(name)) return []
    seen.add(name)
    const request = { information, threshold, status, needToKnow, consent: viewing.consent(information) }
    return [{ request, decision: decideDisclosure(request) }]
  })
}

/** Whether the field was decided on, and may be shown. */
export function isShown(decided: readonly DecidedField[], { information, status = 'none' }: Field): boolean {
  return decided.some(
    ({ request, decision }) => request.information === information && request.status === status && decision.permitted,
  )
}
