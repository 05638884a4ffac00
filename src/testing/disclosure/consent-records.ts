import fc from 'fast-check'
import {
  CARERS_MAX,
  CONSENT_KINDS,
  CONSENTED_INFORMATION,
  type ConsentDecision,
  type ConsentRecord,
  MANAGEMENT,
} from '../../case/consent.js'
import type { ConsentSituation } from './consent-laws.js'

const HORIZON_MS = 1_000
const instants = (): fc.Arbitrary<number> => fc.integer({ min: 0, max: HORIZON_MS })
// Few of each, so that words meet; now and then another.
const carers = (): fc.Arbitrary<number> =>
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 2) }, fc.integer({ min: 1, max: CARERS_MAX }))

function decisions(): fc.Arbitrary<ConsentDecision> {
  return fc.record(
    { information: fc.constantFrom(...CONSENTED_INFORMATION), to: fc.constantFrom(MANAGEMENT, 'an-agency') },
    { noNullPrototype: true },
  )
}

type Drawn = Omit<ConsentRecord, 'number'>

function words(decision: fc.Arbitrary<ConsentDecision>): fc.Arbitrary<Drawn> {
  const speaker = fc.oneof(
    fc.constant({ by: 'child' as const }),
    carers().map((carer) => ({ by: 'carer' as const, carer })),
  )
  const optional = {
    until: instants(),
    under: fc.integer({ min: 0, max: 2 }),
    replaces: fc.integer({ min: 1, max: 8 }),
    withdrawnAt: instants(),
    understanding: fc.record({ understands: fc.boolean(), assessedBy: fc.constant('somebody'), at: instants() }),
  }
  const kind = fc.oneof(
    { weight: 3, arbitrary: fc.constant('data-protection' as const) },
    fc.constantFrom(...CONSENT_KINDS),
  )
  const needed = { kind, decision, given: fc.boolean(), at: instants(), recordedBy: fc.constant('an-officer') }
  const parts = fc.record(
    { ...needed, ...optional },
    { requiredKeys: ['kind', 'decision', 'given', 'at', 'recordedBy'] },
  )
  return fc.tuple(speaker, parts).map(([who, said]): Drawn => ({ ...who, ...said }))
}

/** Consents on record, numbered in order, at most eight; shrink towards none. */
export function consentRecords(): fc.Arbitrary<readonly ConsentRecord[]> {
  return fc.array(words(decisions()), { maxLength: 8 }).map(numbered)
}

/** Records that mostly speak of one decision, that decision, an instant, and one more record that may come. */
export function consentSituations(): fc.Arbitrary<ConsentSituation> {
  return decisions().chain((decision) => {
    const about = fc.oneof({ weight: 4, arbitrary: fc.constant(decision) }, decisions())
    return fc
      .record({ records: fc.array(words(about), { maxLength: 8 }), more: words(about), at: instants() })
      .map(({ records, more, at }) => {
        const all = numbered([...records, more])
        return { records: all.slice(0, -1), decision, at, more: all[records.length] as ConsentRecord }
      })
  })
}

function numbered(records: readonly Drawn[]): readonly ConsentRecord[] {
  return records.map((record, index) => ({ ...record, number: index + 1 }) as ConsentRecord)
}
