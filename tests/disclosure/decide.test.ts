import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DisclosureBasis, describeBasis, ruleOf } from '../../src/disclosure/basis.js'
import {
  type Consent,
  type ConsentState,
  type DisclosureDecision,
  type DisclosureRequest,
  decideDisclosure,
  type Information,
  parseDisclosureRequest,
} from '../../src/disclosure/decide.js'

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
const THRESHOLDS = ['none', 'child-in-need', 'child-protection'] as const
const STATUSES = ['none', 'crime-prevention', 'significant-harm'] as const
const STATES: readonly ConsentState[] = ['given', 'refused', 'withdrawn', 'expired', 'not-sought']
const BOOLEANS = [true, false] as const

/** Every request that can be asked: 8 · 3 · 3 · 2 · 5 · 5 · 2. */
const ALL: readonly DisclosureRequest[] = INFORMATION.flatMap((information) =>
  THRESHOLDS.flatMap((threshold) =>
    STATUSES.flatMap((status) =>
      BOOLEANS.flatMap((needToKnow) =>
        STATES.flatMap((carer) =>
          STATES.flatMap((child) =>
            BOOLEANS.map((childUnderstands) => ({
              information,
              threshold,
              status,
              needToKnow,
              consent: { carer, child, childUnderstands },
            })),
          ),
        ),
      ),
    ),
  ),
)

interface Row {
  readonly rule: number
  readonly applies: (request: DisclosureRequest) => boolean
  readonly permits: (request: DisclosureRequest) => boolean
  readonly duty?: (request: DisclosureRequest) => boolean
}

/** The table of the design, written here a second time and read from the top. */
const TABLE: readonly Row[] = [
  { rule: 1, applies: (r) => ['existence', 'check'].includes(r.information), permits: () => true },
  { rule: 2, applies: (r) => !r.needToKnow, permits: () => false },
  {
    rule: 3,
    applies: (r) =>
      r.information === 'sensitive-involvement' &&
      !(r.threshold === 'child-protection' || r.status === 'significant-harm'),
    permits: (r) => r.consent[r.consent.childUnderstands ? 'child' : 'carer'] === 'given',
  },
  {
    rule: 4,
    applies: (r) => r.threshold === 'child-protection' || r.status !== 'none',
    permits: () => true,
    duty: (r) => r.status === 'significant-harm',
  },
  { rule: 5, applies: (r) => r.threshold === 'child-in-need', permits: () => true },
  { rule: 6, applies: (r) => r.information === 'carer-factors', permits: () => true },
  {
    rule: 7,
    applies: () => true,
    permits: (r) => r.consent.carer === 'given' && (r.consent.child === 'given' || !r.consent.childUnderstands),
  },
]

const given = (decision: DisclosureDecision): number => Number(decision.permitted)
const shows = (request: DisclosureRequest): number => given(decideDisclosure(request))

describe('decideDisclosure', () => {
  test('answers all 7,200 requests as the table does', () => {
    expect(ALL).toHaveLength(7200)
    for (const request of ALL) {
      const row = TABLE.find((one) => one.applies(request))!
      const decision = decideDisclosure(request)
      const answer = { permitted: decision.permitted, duty: decision.duty, rule: ruleOf(decision.basis) }
      const expected = { permitted: row.permits(request), duty: row.duty?.(request) ?? false, rule: row.rule }
      if (JSON.stringify(answer) !== JSON.stringify(expected))
        expect({ request, ...answer }).toEqual({ request, ...expected })
    }
  })

  test('names the basis that decided', () => {
    const ask = (change: Partial<DisclosureRequest>, consent: Partial<Consent> = {}): DisclosureBasis =>
      decideDisclosure({
        information: 'involvement',
        threshold: 'none',
        status: 'none',
        needToKnow: true,
        ...change,
        consent: { carer: 'not-sought', child: 'not-sought', childUnderstands: false, ...consent },
      }).basis
    const sensitive = { information: 'sensitive-involvement' } as const
    expect(ask({ information: 'check', needToKnow: false })).toBe('nothing-personal')
    expect(ask({ needToKnow: false, status: 'significant-harm' })).toBe('no-need-to-know')
    expect(ask(sensitive, { child: 'given', childUnderstands: true })).toBe('explicit-consent-of-child')
    expect(ask(sensitive, { carer: 'given', childUnderstands: true })).toBe('no-explicit-consent')
    expect(ask(sensitive, { carer: 'given' })).toBe('explicit-consent-of-carer')
    expect(ask(sensitive, { child: 'given' })).toBe('no-explicit-consent')
    expect(ask({ ...sensitive, threshold: 'child-in-need' })).toBe('no-explicit-consent')
    expect(ask({ ...sensitive, status: 'crime-prevention' })).toBe('no-explicit-consent')
    expect(ask({ ...sensitive, status: 'significant-harm' })).toBe('significant-harm')
    expect(ask({ threshold: 'child-protection', status: 'significant-harm' })).toBe('significant-harm')
    expect(ask({ threshold: 'child-protection', status: 'crime-prevention' })).toBe('child-protection')
    expect(ask({ threshold: 'child-in-need', status: 'crime-prevention' })).toBe('crime-prevention')
    expect(ask({ threshold: 'child-in-need', information: 'carer-factors' })).toBe('child-in-need')
    expect(ask({ information: 'carer-factors' })).toBe('carer-factors')
    expect(ask({}, { carer: 'given' })).toBe('consent-of-carer')
    expect(ask({}, { carer: 'given', child: 'given', childUnderstands: true })).toBe('consent-of-carer-and-child')
    expect(ask({}, { carer: 'given', childUnderstands: true })).toBe('no-consent')
    expect(ask({}, { child: 'given', childUnderstands: true })).toBe('no-consent')
  })

  test('leaves its request as it was, frozen or not', () => {
    for (const request of ALL.slice(0, 500)) {
      const frozen = Object.freeze({ ...request, consent: Object.freeze({ ...request.consent }) })
      expect(decideDisclosure(frozen)).toEqual(decideDisclosure(request))
    }
  })
})

describe('laws', () => {
  test('D1: without need, threshold, status or consent nothing is shown but what is nothing personal', () => {
    const shown = ALL.filter(
      (request) =>
        request.threshold === 'none' &&
        request.status === 'none' &&
        request.consent.carer !== 'given' &&
        request.consent.child !== 'given' &&
        shows(request) === 1,
    )
    const kinds = new Set(shown.map((request) => request.information))
    expect(kinds).toEqual(new Set(['existence', 'check', 'carer-factors']))
    for (const request of shown) if (request.information === 'carer-factors') expect(request.needToKnow).toBe(true)
    const needless = ALL.filter((request) => !request.needToKnow && shows(request) === 1)
    expect(new Set(needless.map((request) => request.information))).toEqual(new Set(['existence', 'check']))
  })

  test('D2: a higher threshold, a stronger status or a need to know never shows less', () => {
    for (const request of ALL) {
      const stronger: readonly DisclosureRequest[] = [
        ...THRESHOLDS.slice(THRESHOLDS.indexOf(request.threshold)).map((threshold) => ({ ...request, threshold })),
        ...STATUSES.slice(STATUSES.indexOf(request.status)).map((status) => ({ ...request, status })),
        { ...request, needToKnow: true },
        { ...request, consent: { ...request.consent, carer: 'given' } },
        { ...request, consent: { ...request.consent, child: 'given' } },
      ]
      const shown = shows(request)
      const fewer = stronger.filter((one) => shows(one) < shown)
      if (fewer.length > 0) expect(fewer).toEqual([])
    }
  })

  test('D4: withdrawing consent never shows more', () => {
    for (const request of ALL) {
      const shown = shows(request)
      for (const who of ['carer', 'child'] as const) {
        const withdrawn: DisclosureRequest = { ...request, consent: { ...request.consent, [who]: 'withdrawn' } }
        if (shows(withdrawn) > shown) expect({ request, withdrawn }).toBe('no more than before')
      }
    }
  })

  test('D9: expired, refused, withdrawn and not sought are one: not given', () => {
    const notGiven = STATES.filter((state) => state !== 'given')
    for (const request of ALL) {
      for (const who of ['carer', 'child'] as const) {
        if (request.consent[who] === 'given') continue
        const answers = notGiven.map((state) =>
          JSON.stringify(decideDisclosure({ ...request, consent: { ...request.consent, [who]: state } })),
        )
        if (new Set(answers).size !== 1) expect({ request, answers }).toBe('one answer')
      }
    }
  })

  test('no consent, however refused, blocks rules 4 to 6, and none decides them', () => {
    for (const request of ALL) {
      const decision = decideDisclosure(request)
      if (![4, 5, 6].includes(ruleOf(decision.basis))) continue
      const refused: Consent = { carer: 'refused', child: 'refused', childUnderstands: true }
      expect(decideDisclosure({ ...request, consent: refused }).basis).toBe(decision.basis)
    }
  })

  test('a duty is claimed by significant harm alone, never by rules 5 and 6, nor where nothing is permitted', () => {
    for (const request of ALL) {
      const { duty, permitted, basis } = decideDisclosure(request)
      if (!duty) continue
      expect([permitted, request.status, basis]).toEqual([true, 'significant-harm', 'significant-harm'])
    }
  })

  test('every permit comes with its obligations, a denial with none', () => {
    for (const request of ALL) {
      const { permitted, basis, obligations } = decideDisclosure(request)
      const expected = permitted ? ['record-the-reason', 'tell-the-family-unless-that-raises-the-risk'] : []
      if ([4, 5, 6].includes(ruleOf(basis))) expected.push('record-why-without-consent')
      if (JSON.stringify(obligations) !== JSON.stringify(expected)) expect({ request, obligations }).toBe(expected)
    }
  })
})

describe('a basis', () => {
  const reached = [...new Set(ALL.map((request) => decideDisclosure(request).basis))]

  test('is described for people: permitted or denied, the rule and its source', () => {
    expect(reached).toHaveLength(13)
    expect(new Set(reached.map(describeBasis)).size).toBe(13)
    for (const basis of reached) {
      const { permitted } = decideDisclosure(ALL.find((request) => decideDisclosure(request).basis === basis)!)
      expect(describeBasis(basis)).toMatch(
        new RegExp(`^${permitted ? 'Permitted' : 'Denied'} by rule ${ruleOf(basis)}: .+ \\(.+\\)\\.$`),
      )
    }
    expect(describeBasis('significant-harm')).toMatch(/duty.*section 47/)
    expect(describeBasis('no-explicit-consent')).toMatch(/SI 2007\/2182 regulation 11\(3\)/)
  })

  test('of rules 5 and 6 says that no statute demands the sharing', () => {
    for (const basis of ['child-in-need', 'carer-factors'] as const) {
      expect(describeBasis(basis)).toMatch(/no statute demands the sharing.*asked for in MPS 2003/)
    }
  })
})

describe('parseDisclosureRequest', () => {
  const request = ALL[1234]!

  test('answers every valid request as it came', () => {
    for (const one of ALL) expect(parseDisclosureRequest(one)).toEqual(one)
  })

  test.each([
    [undefined, null],
    [undefined, 'Secretkey'],
    [undefined, []],
    ['information', {}],
    [undefined, { ...request, Secretkey: 1 }],
    [undefined, JSON.parse(`{"__proto__":{},${JSON.stringify(request).slice(1)}`)],
    ['information', { ...request, information: 'Secretkey' }],
    ['information', { ...request, information: 'toString' }],
    ['threshold', { ...request, threshold: 'review' }],
    ['threshold', { ...request, threshold: undefined }],
    ['status', { ...request, status: null }],
    ['needToKnow', { ...request, needToKnow: 'true' }],
    ['needToKnow', { ...request, needToKnow: 1 }],
    ['consent', { ...request, consent: 'given' }],
    ['consent', { ...request, consent: { ...request.consent, age: 16 } }],
    ['consent.carer', { ...request, consent: { ...request.consent, carer: true } }],
    ['consent.child', { ...request, consent: { carer: 'given', childUnderstands: true } }],
    ['consent.childUnderstands', { ...request, consent: { carer: 'given', child: 'given' } }],
  ])('refuses, naming %s: %#', (field, input) => {
    let refusal: unknown
    try {
      parseDisclosureRequest(input)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toMatchObject({ code: 'ERR_REQUEST_INVALID', field })
    expect(String(refusal)).not.toContain('Secretkey')
  })

  test('whatever comes in, a request or a coded refusal comes out', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        expect(() => parseDisclosureRequest(input)).toThrow(expect.objectContaining({ code: 'ERR_REQUEST_INVALID' }))
      }),
    )
  })
})
