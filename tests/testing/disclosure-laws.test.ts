import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type DisclosureDecision,
  type DisclosureRequest,
  decideDisclosure,
  parseDisclosureRequest,
} from '../../src/disclosure/decide.js'
import { checkDisclosureLaws } from '../../src/testing/disclosure/check-laws.js'
import { type Decide, type DisclosureLawId, disclosureLaws } from '../../src/testing/disclosure/laws.js'
import {
  consents,
  disclosureRequests,
  everyConsent,
  everyDisclosureRequest,
} from '../../src/testing/disclosure/requests.js'

const denied = { permitted: false, basis: 'no-consent', duty: false, obligations: [] } as const
const permitted = {
  permitted: true,
  basis: 'consent-of-carer',
  duty: false,
  obligations: ['record-the-reason'],
} as const

/** The library's answer, unless a mistake is made. */
function deciding(
  mistake: (request: DisclosureRequest, answer: DisclosureDecision) => DisclosureDecision | undefined,
): Decide {
  return (request) => mistake(request, decideDisclosure(request)) ?? decideDisclosure(request)
}

function besides(request: DisclosureRequest, field: string): unknown {
  return new Map(Object.entries({ ...request.consent, ...request })).get(field)
}

/** For each law mistakes that somebody could make and that break it. */
const MISTAKES: Readonly<Partial<Record<DisclosureLawId, Readonly<Record<string, Decide>>>>> = {
  D1: {
    'identity is shown to whoever asks': deciding(({ information }) =>
      information === 'identity' ? permitted : undefined,
    ),
    'carer factors are shown without a need': deciding(({ information }) =>
      information === 'carer-factors' ? permitted : undefined,
    ),
  },
  D2: {
    'what serves to prevent crime is for the police only': deciding(({ status }) =>
      status === 'crime-prevention' ? denied : undefined,
    ),
    'with child protection at work others stay out': deciding(({ threshold }) =>
      threshold === 'child-protection' ? denied : undefined,
    ),
    'whoever needs it has it already': deciding(({ needToKnow, information }) =>
      information === 'existence' && needToKnow ? denied : undefined,
    ),
    'a child that consents is told to wait': deciding(({ consent }) =>
      consent.child === 'given' ? denied : undefined,
    ),
  },
  D4: {
    'a carer who withdraws is hiding something': deciding(({ consent }) =>
      consent.carer === 'withdrawn' ? permitted : undefined,
    ),
    'a child who withdraws does not understand': deciding((request) =>
      request.consent.child === 'withdrawn'
        ? decideDisclosure({ ...request, consent: { ...request.consent, childUnderstands: false, carer: 'given' } })
        : undefined,
    ),
  },
  D5: {
    'a refusal is respected even then': deciding(({ consent, threshold }) =>
      consent.carer === 'refused' && threshold === 'child-protection' ? denied : undefined,
    ),
    'with significant harm everybody needs to know': deciding(({ status }) =>
      status === 'significant-harm' ? permitted : undefined,
    ),
  },
  D7: {
    'more checks, more shown': deciding((request) => (besides(request, 'checks')?.toString() ? permitted : undefined)),
  },
  D8: { 'a flag hides a concern': deciding((request) => (besides(request, 'flags')?.toString() ? denied : undefined)) },
  D9: {
    'consent that ran out last week will do': deciding((request, answer) =>
      request.consent.carer === 'expired' && request.information === 'identity' && answer.basis === 'no-consent'
        ? permitted
        : undefined,
    ),
    'a refusal has a basis of its own': deciding(({ consent }, answer) =>
      consent.child === 'refused' && answer.basis === 'no-consent'
        ? { ...denied, basis: 'no-explicit-consent' }
        : undefined,
    ),
  },
  D10: {
    'nothing is said of a concern': (request) =>
      request.information === 'concern' ? (undefined as never) : decideDisclosure(request),
    'every other answer is another': (() => {
      let calls = 0
      return (request) => (calls++ % 2 === 0 ? decideDisclosure(request) : denied)
    })(),
    'a basis of its own': deciding((_, answer) => ({ ...answer, basis: 'common-sense' as never })),
    'a basis that says no to a yes': deciding((_, answer) => ({ ...answer, basis: 'no-consent' })),
    'neither yes nor no': deciding((_, answer) => ({ ...answer, permitted: 'perhaps' as never })),
    'no word on duty': deciding(({ ...answer }) => ({ ...decideDisclosure(answer), duty: undefined as never })),
    'obligations with a denial': deciding((_, answer) => ({ ...answer, obligations: ['record-the-reason'] })),
    'an obligation of its own': deciding((_, answer) => ({
      ...answer,
      obligations: [...answer.obligations, 'smile' as never],
    })),
    'no reason recorded': deciding((_, answer) => ({ ...answer, obligations: [] })),
  },
  D11: {
    'twelve is old enough': deciding((request) =>
      Number(besides(request, 'age')) > 12
        ? decideDisclosure({
            ...request,
            consent: { ...request.consent, childUnderstands: !request.consent.childUnderstands },
          })
        : undefined,
    ),
  },
  D12: {
    'a sensitive service is like any other': deciding((request) =>
      request.information === 'sensitive-involvement'
        ? decideDisclosure({ ...request, information: 'involvement' })
        : undefined,
    ),
    'the carer may speak for a child that understands': deciding(({ information, consent }) =>
      information === 'sensitive-involvement' && consent.carer === 'given' ? permitted : undefined,
    ),
    'sensitive services are never named': deciding(({ information }) =>
      information === 'sensitive-involvement' ? denied : undefined,
    ),
  },
  D13: {
    'child in need is a duty': deciding((_, answer) =>
      answer.basis === 'child-in-need' ? { ...answer, duty: true } : undefined,
    ),
    'nothing is a duty': deciding((_, answer) => ({ ...answer, duty: false })),
    'a duty that is denied': deciding((_, answer) => (answer.duty ? { ...denied, duty: true } : undefined)),
    'a duty to share what is denied': deciding((_, answer) =>
      answer.basis === 'no-need-to-know' ? { ...answer, duty: true } : undefined,
    ),
  },
}

describe('disclosure laws', () => {
  test('are D1 to D13; D3 and D6 say who keeps them', () => {
    expect(disclosureLaws.map(({ id }) => id)).toEqual(Array.from({ length: 13 }, (_, index) => `D${index + 1}`))
    const { results } = checkDisclosureLaws()
    const elsewhere = results.filter(({ outcome }) => outcome === 'not-applicable')
    expect(elsewhere.map(({ id, requests }) => [id, requests])).toEqual([
      ['D3', 0],
      ['D6', 0],
    ])
    for (const { reason } of elsewhere) expect(reason).toMatch(/roster|journal/)
    for (const { title, rationale } of disclosureLaws) {
      expect(title).toMatch(/^[A-Z].*[^.]$/)
      expect(rationale).toMatch(/^[A-Z].*\.$/)
    }
  })

  test('hold of the rules of the library, on every question', () => {
    const report = checkDisclosureLaws()
    expect(report.results.filter(({ outcome }) => outcome === 'failed')).toEqual([])
    expect(report).toMatchObject({ held: 11, failed: 0, notApplicable: 2 })
    for (const { outcome, requests } of report.results) if (outcome === 'held') expect(requests).toBe(7_200)
  })

  const mistakes = Object.entries(MISTAKES).flatMap(([id, all]) =>
    Object.entries(all).map(([mistake, decide]) => [id, mistake, decide] as const),
  )
  test.each(mistakes)('%s is broken: %s', (id, _, decide) => {
    const [result] = checkDisclosureLaws(decide, { only: [id as DisclosureLawId] }).results
    if (result === undefined) throw new Error(`there is no law ${id}`)
    expect(result.outcome).toBe('failed')
    expect(result.reason).toMatch(/\w+ \w+/)
    const { request } = result.counterexample!
    expect(parseDisclosureRequest(request)).toEqual(request)
    expect(result.requests).toBeGreaterThan(0)
    expect(everyDisclosureRequest()[result.requests - 1]).toEqual(request)
  })

  test('every law that applies has a mistake here', () => {
    const applying = disclosureLaws.filter(({ applies }) => applies === true).map(({ id }) => id)
    expect(Object.keys(MISTAKES).sort()).toEqual([...applying].sort())
  })

  test('a rule that throws has failed', () => {
    const { results } = checkDisclosureLaws((request) => {
      if (request.consent.child === 'expired') throw new TypeError('not thought of')
      return decideDisclosure(request)
    })
    const total = results.find(({ id }) => id === 'D10')!
    expect(results).toHaveLength(13)
    expect(total).toMatchObject({ outcome: 'failed', reason: 'it throws: not thought of' })
    expect(total.counterexample).toMatchObject({ request: { consent: { child: 'expired' } } })
    expect(total.counterexample).not.toHaveProperty('decision')
  })
})

describe('questions', () => {
  test('are all there are, each once', () => {
    expect(everyConsent()).toHaveLength(50)
    const all = everyDisclosureRequest()
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(7_200)
    expect(all[0]).toEqual({
      information: 'existence',
      threshold: 'none',
      status: 'none',
      needToKnow: false,
      consent: { carer: 'not-sought', child: 'not-sought', childUnderstands: false },
    })
  })

  test('drawn at random are questions, and every value comes up', () => {
    const seen = new Set<unknown>()
    fc.assert(
      fc.property(disclosureRequests(), consents(), (request, consent) => {
        expect(parseDisclosureRequest({ ...request, consent })).toEqual({ ...request, consent })
        for (const [field, value] of Object.entries({ ...request, ...request.consent })) seen.add(`${field} ${value}`)
      }),
      { numRuns: 500 },
    )
    seen.delete('consent [object Object]')
    expect(seen.size).toBe(8 + 3 + 3 + 2 + 5 + 5 + 2)
  })
})
