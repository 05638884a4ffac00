import fc from 'fast-check'
import type { Check } from '../../src/check/canonical.js'
import { CODE, encodeCheck, indicatorSet, PARTY_ID, REFERENCE } from '../../src/check/canonical.js'
import { asAgencyChildId } from '../../src/child/identifiers.js'
import { filled } from '../ground/keys.js'

export const HUB: Uint8Array = filled(0xaa)

/** One check, every field of it plain to see. */
export const CHECK: Check = {
  hub: HUB,
  agency: 'police-north',
  epoch: 1,
  agencyChildId: asAgencyChildId(filled(0xc1, 16)),
  incident: 'missing',
  indicators: ['bruising', 'hungry'],
  occurredAt: 1_700_000_000_000,
  submittedAt: 1_700_000_060_000,
  reference: 'PN/2023-0001',
  practitioner: filled(0xd1, 16),
  vocabulary: filled(0xe1),
}

const fixed = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const code = fc.stringMatching(CODE)

export const check: fc.Arbitrary<Check> = fc.record({
  hub: fixed(32),
  agency: fc.stringMatching(PARTY_ID),
  epoch: fc.maxSafeNat(),
  agencyChildId: fixed(16).map(asAgencyChildId),
  incident: code,
  indicators: fc.array(code, { maxLength: 64, size: 'small' }).map(indicatorSet),
  occurredAt: fc.maxSafeNat(),
  submittedAt: fc.maxSafeNat(),
  reference: fc.stringMatching(REFERENCE),
  practitioner: fixed(16),
  vocabulary: fixed(32),
})

/** `count` checks that differ in their reference, as rows. */
export function rowsOf(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, row) => encodeCheck({ ...CHECK, reference: `PN/${row}` }))
}
