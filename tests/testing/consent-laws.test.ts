import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ConsentRecord, consentFor } from '../../src/case/consent.js'
import { checkConsentLaws } from '../../src/testing/disclosure/check-consent-laws.js'
import { type ConsentLawId, type ConsentRule, consentLaws } from '../../src/testing/disclosure/consent-laws.js'
import { consentRecords } from '../../src/testing/disclosure/consent-records.js'

const SEED = 20_260_304

const isIn = (kinds: readonly string[], { kind }: ConsentRecord): boolean => kinds.includes(kind)

/** For each law a mistake that somebody could make and that breaks it. */
const MISTAKES: Readonly<Record<ConsentLawId, Readonly<Record<string, ConsentRule>>>> = {
  C1: {
    'what was withdrawn is forgotten, and with it that the child understands': (records, ...rest) =>
      consentFor(
        records.filter(({ withdrawnAt }) => withdrawnAt === undefined),
        ...rest,
      ),
    'a carer who withdraws leaves it to the others': (records, ...rest) =>
      consentFor(
        records.filter(({ by, withdrawnAt }) => by === 'child' || withdrawnAt === undefined),
        ...rest,
      ),
  },
  C2: {
    'what has ended is forgotten': (records, decision, at) =>
      consentFor(
        records.filter(({ until = at + 1 }) => until > at),
        decision,
        at,
      ),
  },
  C3: {
    'whoever takes the service has agreed': (records, ...rest) =>
      consentFor(
        records.map((record) => (isIn(['service'], record) ? { ...record, kind: 'data-protection' as const } : record)),
        ...rest,
      ),
    'a child who may decide on treatment understands': (records, ...rest) => ({
      ...consentFor(records, ...rest),
      childUnderstands: records.some(({ kind, given }) => kind === 'medical' && given),
    }),
  },
  C4: {
    'one agency is like another': (records, decision, at) =>
      consentFor(
        records.map((record) => ({ ...record, decision: { ...record.decision, to: decision.to } })),
        decision,
        at,
      ),
  },
  C5: {
    'whoever consents consents to everything': (records, decision, at) =>
      consentFor(
        records.map((record) => ({
          ...record,
          decision: { ...record.decision, information: decision.information as 'identity' },
        })),
        decision,
        at,
      ),
  },
  C6: {
    'a new word of any carer is the word of the carers': (records, ...rest) =>
      consentFor(
        records.map((record) => (record.by === 'carer' ? { ...record, carer: 1, given: !record.given } : record)),
        ...rest,
      ),
  },
  C7: {
    'one yes is enough': (records, ...rest) => {
      const said = consentFor(records, ...rest)
      return records.some(({ by, given }) => by === 'carer' && given) ? { ...said, carer: 'given' } : said
    },
  },
  C8: {
    'understanding is of the last word': (records, ...rest) => ({
      ...consentFor(records, ...rest),
      childUnderstands: records.some(
        ({ withdrawnAt, understanding }) => withdrawnAt === undefined && understanding?.understands === true,
      ),
    }),
  },
}

describe('laws of consents on record', () => {
  test('are C1 to C8, each with a title and a reason', () => {
    expect(consentLaws.map(({ id }) => id)).toEqual(Array.from({ length: 8 }, (_, index) => `C${index + 1}`))
    for (const { title, rationale } of consentLaws) {
      expect(title).toMatch(/^[A-Z].*[^.]$/)
      expect(rationale).toMatch(/^[A-Z].*\.$/)
    }
  })

  test('hold of the library', () => {
    const report = checkConsentLaws()
    expect(report.results.filter(({ outcome }) => outcome === 'failed')).toEqual([])
    expect(report).toMatchObject({ held: 8, failed: 0 })
  })

  const mistakes = Object.entries(MISTAKES).flatMap(([id, all]) =>
    Object.entries(all).map(([mistake, rule]) => [id, mistake, rule] as const),
  )
  test.each(mistakes)('%s is broken: %s', (id, _, rule) => {
    const [result] = checkConsentLaws(rule, { only: [id as ConsentLawId], seed: SEED, runs: 5_000 }).results
    expect(result).toMatchObject({ outcome: 'failed', seed: SEED })
    expect(result?.reason).toMatch(/\w+ \w+/)
    const { records, decision, at, more } = result?.counterexample ?? expect.fail('no counterexample')
    const law = consentLaws.find((one) => one.id === id)
    expect(law?.complaint(rule, { records, decision, at, more })).toBe(result?.reason)
  })

  test('a rule that throws has failed', () => {
    const report = checkConsentLaws(
      () => {
        throw new TypeError('not thought of')
      },
      { seed: SEED, runs: 50 },
    )
    expect(report.failed).toBeGreaterThanOrEqual(7)
    expect(report.results[1]).toMatchObject({ outcome: expect.any(String) })
    expect(report.results.find(({ id }) => id === 'C3')).toMatchObject({ outcome: 'failed', reason: 'not thought of' })
  })
})

test('records drawn at random are numbered in order, and every sort comes up', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(consentRecords(), (records) => {
      expect(records.map(({ number }) => number)).toEqual(records.map((_, index) => index + 1))
      for (const { by, kind, given, until, withdrawnAt, understanding } of records)
        for (const word of [by, kind, given, until && 'until', withdrawnAt && 'withdrawn', understanding?.understands])
          seen.add(String(word))
    }),
    { numRuns: 300 },
  )
  for (const word of ['child', 'carer', 'data-protection', 'service', 'medical', 'until', 'withdrawn', 'true', 'false'])
    expect(seen).toContain(word)
})
