import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideDisclosure, type Information } from '../../src/disclosure/decide.js'
import { decideFields, type Field, isShown } from '../../src/disclosure/fields.js'
import { disclosureRequests } from '../../src/testing.js'

const INFORMATION: readonly Information[] = [
  'existence',
  'check',
  'identity',
  'carers',
  'carer-factors',
  'involvement',
  'sensitive-involvement',
  'concern',
]
const fields: fc.Arbitrary<readonly Field[]> = fc.array(
  fc.record(
    {
      information: fc.constantFrom(...INFORMATION),
      status: fc.constantFrom('none' as const, 'crime-prevention' as const, 'significant-harm' as const),
    },
    { requiredKeys: ['information'] },
  ),
  { maxLength: 24 },
)

test('every field is decided once, by the rules, and shown exactly where they permit it', () => {
  fc.assert(
    fc.property(fields, disclosureRequests(), (wanted, { threshold, needToKnow, consent }) => {
      const decided = decideFields({ threshold, needToKnow, consent: () => consent }, wanted)
      const names = decided.map(({ request }) => `${request.information} ${request.status}`)
      expect(new Set(names)).toEqual(
        new Set(wanted.map(({ information, status = 'none' }) => `${information} ${status}`)),
      )
      expect(new Set(names).size).toBe(names.length)
      for (const field of wanted) {
        const request = {
          information: field.information,
          status: field.status ?? 'none',
          threshold,
          needToKnow,
          consent,
        }
        expect(isShown(decided, field)).toBe(decideDisclosure(request).permitted)
      }
    }),
  )
})

test('a field that nobody decided on is not shown', () => {
  const consent = { carer: 'given', child: 'given', childUnderstands: true } as const
  const decided = decideFields({ threshold: 'child-protection', needToKnow: true, consent: () => consent }, [
    { information: 'identity' },
  ])
  expect(isShown(decided, { information: 'carers' })).toBe(false)
  expect(isShown(decided, { information: 'identity', status: 'significant-harm' })).toBe(false)
})
