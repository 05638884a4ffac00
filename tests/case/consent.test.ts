import { describe, expect, test } from 'vitest'
import {
  type ConsentRecord,
  consentFor,
  lastWords,
  MANAGEMENT,
  stateOf,
  withdrawn,
  withdrawnWith,
} from '../../src/case/consent.js'
import { decideDisclosure, NOT_SOUGHT } from '../../src/disclosure/decide.js'

const AT = 1_000
const INVOLVEMENT = { information: 'involvement', to: MANAGEMENT } as const
const SENSITIVE = { information: 'sensitive-involvement', to: MANAGEMENT } as const

type Said = Partial<Omit<ConsentRecord, 'by' | 'carer'>> & { readonly by?: 'child' | 'carer'; readonly carer?: number }

/** Records numbered in order; a carer is the first unless it says otherwise. */
function recorded(...all: readonly Said[]): readonly ConsentRecord[] {
  return all.map(({ by = 'carer', carer = 1, ...said }, index): ConsentRecord => {
    const speaker = by === 'child' ? { by } : { by, carer }
    const plain = { kind: 'data-protection', decision: INVOLVEMENT, given: true, at: 1, recordedBy: 'first' } as const
    return { ...speaker, ...plain, ...said, number: index + 1 }
  })
}

const carerOf = (records: readonly ConsentRecord[], at = AT) => consentFor(records, INVOLVEMENT, at).carer
const understood = { understands: true, assessedBy: 'worker-7', at: 1 }

describe('consentFor', () => {
  test('is not sought where nobody was asked', () => {
    expect(consentFor([], INVOLVEMENT, AT)).toEqual(NOT_SOUGHT)
  })

  test('counts data protection alone, for this information and this recipient', () => {
    expect(carerOf(recorded({ kind: 'service' }, { kind: 'medical', carer: 2 }))).toBe('not-sought')
    expect(carerOf(recorded({ decision: { ...INVOLVEMENT, to: 'st-marys' } }, { decision: SENSITIVE }))).toBe(
      'not-sought',
    )
    expect(carerOf(recorded({}))).toBe('given')
    const medical = recorded({ by: 'child', kind: 'medical', understanding: understood })
    expect(consentFor(medical, INVOLVEMENT, AT).childUnderstands).toBe(false)
  })

  test('goes by the last word of each person', () => {
    expect(carerOf(recorded({ given: false }, {}))).toBe('given')
    expect(carerOf(recorded({}, { given: false }))).toBe('refused')
    expect(carerOf(recorded({ given: false }, {}).toReversed())).toBe('given')
    expect(carerOf(recorded({}, { until: 5 }))).toBe('expired')
  })

  test('takes a yes of the carers only from all who were asked, else the most restrictive word', () => {
    expect(carerOf(recorded({}, { carer: 2 }))).toBe('given')
    expect(carerOf(recorded({}, { carer: 2, given: false }))).toBe('refused')
    expect(carerOf(recorded({}, { carer: 2, until: 10 }))).toBe('expired')
    expect(carerOf(recorded({}, { carer: 2, until: 10 }, { carer: 3, withdrawnAt: 7 }))).toBe('withdrawn')
    expect(carerOf(recorded({ carer: 4, given: false }, { carer: 2, until: 10 }, { carer: 3, withdrawnAt: 7 }))).toBe(
      'refused',
    )
  })

  test('ends at its end, to the millisecond, and at once when it is withdrawn', () => {
    const [record] = recorded({ until: 50 }) as [ConsentRecord]
    expect([stateOf(record, 49), stateOf(record, 50)]).toEqual(['given', 'expired'])
    // A clock that goes back does not bring a withdrawn consent to life.
    expect(carerOf(withdrawn([record], 1, 40), 30)).toBe('withdrawn')
  })

  test('keeps that a child understood, once their yes is withdrawn: the carer does not decide in their place', () => {
    const agreed = recorded({ by: 'child', decision: SENSITIVE, understanding: understood }, { decision: SENSITIVE })
    const isNamed = (records: readonly ConsentRecord[]): boolean =>
      decideDisclosure({
        information: 'sensitive-involvement',
        threshold: 'none',
        status: 'none',
        needToKnow: true,
        consent: consentFor(records, SENSITIVE, AT),
      }).permitted
    expect(isNamed(agreed)).toBe(true)
    expect(isNamed(withdrawn(agreed, 1, 500))).toBe(false)
    expect(consentFor(withdrawn(agreed, 1, 500), SENSITIVE, AT)).toEqual({
      carer: 'given',
      child: 'withdrawn',
      childUnderstands: true,
    })
    const contrary = recorded(
      { by: 'child', understanding: understood },
      { by: 'child', understanding: { ...understood, understands: false } },
    )
    expect(consentFor(contrary, INVOLVEMENT, AT).childUnderstands).toBe(true)
  })
})

describe('under linked ids', () => {
  test('the child is one, and carers of one number are two persons', () => {
    const child = recorded({ by: 'child', under: 1 }, { by: 'child', given: false })
    expect(consentFor(child, INVOLVEMENT, AT).child).toBe('refused')
    expect(carerOf(recorded({ given: false, under: 1 }, {}))).toBe('refused')
  })

  test('a word that replaces that of the same carer under another id takes its place', () => {
    expect(carerOf(recorded({ given: false, under: 1 }, { replaces: 1 }))).toBe('given')
    expect(lastWords(recorded({ given: false, under: 1 }, { replaces: 1 })).map(({ number }) => number)).toEqual([2])
    // Neither a child's word, nor another decision, nor one that came later is replaced.
    expect(carerOf(recorded({ given: false, under: 1 }, { by: 'child', replaces: 1 }))).toBe('refused')
    expect(carerOf(recorded({ given: false, under: 1 }, { decision: SENSITIVE, replaces: 1 }))).toBe('refused')
    expect(carerOf(recorded({ replaces: 2 }, { given: false, under: 1 }))).toBe('refused')
  })
})

describe('withdrawing', () => {
  test('ends all that the person gave on the decision, under whatever number', () => {
    const records = recorded({}, {}, { carer: 2 }, { by: 'child' }, { kind: 'service' }, { decision: SENSITIVE })
    expect(withdrawnWith(records, 1)).toEqual([1, 2])
    expect(withdrawn(records, 2, 9).map(({ withdrawnAt }) => withdrawnAt)).toEqual([
      9,
      9,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(withdrawnWith(recorded({ under: 1 }, { replaces: 1 }), 1)).toEqual([1, 2])
  })

  test('ends nothing where nothing was given, nothing twice, and nothing that is not there', () => {
    expect(withdrawnWith(recorded({ given: false }), 1)).toEqual([])
    expect(withdrawnWith(withdrawn(recorded({}), 1, 9), 1)).toEqual([])
    expect(withdrawnWith(recorded({}), 7)).toEqual([])
  })
})
