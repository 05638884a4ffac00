import fc from 'fast-check'
import {
  CONSENT_STATES,
  type Consent,
  type ConsentState,
  type DisclosureRequest,
  type Information,
} from '../../disclosure/decide.js'

/** Every value of a closed set, in the order in which it is written; a missing one does not compile. */
function valuesOf<Value extends string>(all: Readonly<Record<Value, true>>): readonly Value[] {
  return Object.keys(all) as Value[]
}

const INFORMATION: readonly Information[] = valuesOf<Information>({
  existence: true,
  check: true,
  identity: true,
  carers: true,
  'carer-factors': true,
  involvement: true,
  'sensitive-involvement': true,
  concern: true,
})

/** Ascending: more of either makes a stronger basis. */
export const DISCLOSURE_THRESHOLDS: readonly DisclosureRequest['threshold'][] = valuesOf({
  none: true,
  'child-in-need': true,
  'child-protection': true,
} satisfies Record<DisclosureRequest['threshold'], true>)

/** Ascending. */
export const STATUSES: readonly DisclosureRequest['status'][] = valuesOf({
  none: true,
  'crime-prevention': true,
  'significant-harm': true,
} satisfies Record<DisclosureRequest['status'], true>)

const NEEDS = [false, true]
/** Simplest first, so that the first counterexample is a simple one. */
const STATES: readonly ConsentState[] = CONSENT_STATES.toReversed()

/** Every consent there can be: 50. */
export function everyConsent(): readonly Consent[] {
  return NEEDS.flatMap((childUnderstands) =>
    STATES.flatMap((carer) => STATES.map((child): Consent => ({ carer, child, childUnderstands }))),
  )
}

/** Every question that the disclosure rules can be asked: 8 × 3 × 3 × 2 × 50 = 7,200. */
export function everyDisclosureRequest(): readonly DisclosureRequest[] {
  const consents = everyConsent()
  return INFORMATION.flatMap((information) =>
    DISCLOSURE_THRESHOLDS.flatMap((threshold) =>
      STATUSES.flatMap((status) =>
        NEEDS.flatMap((needToKnow) =>
          consents.map((consent): DisclosureRequest => ({ information, threshold, status, needToKnow, consent })),
        ),
      ),
    ),
  )
}

/** Consents; shrink towards nobody having been asked. */
export function consents(): fc.Arbitrary<Consent> {
  return fc.record(
    { carer: fc.constantFrom(...STATES), child: fc.constantFrom(...STATES), childUnderstands: fc.boolean() },
    { noNullPrototype: true },
  )
}

/** Questions to the disclosure rules, for consent rules that are tried together with something random. */
export function disclosureRequests(): fc.Arbitrary<DisclosureRequest> {
  return fc.record(
    {
      information: fc.constantFrom(...INFORMATION),
      threshold: fc.constantFrom(...DISCLOSURE_THRESHOLDS),
      status: fc.constantFrom(...STATUSES),
      needToKnow: fc.boolean(),
      consent: consents(),
    },
    { noNullPrototype: true },
  )
}
