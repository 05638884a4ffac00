import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.js'
import { acceptsVocabulary, policyHash, vocabularyHash } from '../../src/policy/hash.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { policyData } from './fixtures.js'

const small = {
  id: 'p',
  version: 1,
  title: 't',
  horizonDays: 1,
  indicators: {
    b: { label: 'é', domain: 'd', dimension: 'e', outcome: 'safe', severity: 2, points: 1, flags: [] },
    A: { label: 'x', domain: 'd', dimension: 'e', severity: 4, points: 9, retired: true },
  },
  incidents: { i: { label: 'y', points: 0, agencyKinds: ['police'] } },
  levels: [{ name: 'l', threshold: 'none', opens: [], reachedWhen: { count: { atLeast: 1, withinDays: 1 } } }],
}

// Written out by hand after RFC 8785: names by UTF-16 code units, no spaces, nothing escaped that need not be.
const POLICY =
  '{"horizonDays":1,"id":"p","incidents":{"i":{"agencyKinds":["police"],"label":"y","points":0}},"indicators":{' +
  '"A":{"dimension":"e","domain":"d","label":"x","points":9,"retired":true,"severity":4},' +
  '"b":{"dimension":"e","domain":"d","flags":[],"label":"é","outcome":"safe","points":1,"severity":2}},' +
  '"levels":[{"name":"l","opens":[],"reachedWhen":{"count":{"atLeast":1,"withinDays":1}},"threshold":"none"}],' +
  '"title":"t","version":1}'
const VOCABULARY =
  '{"incidents":{"i":{"label":"y"}},"indicators":{"A":{"dimension":"e","domain":"d","label":"x"},' +
  '"b":{"dimension":"e","domain":"d","label":"é","outcome":"safe"}}}'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

test('a policy is named by the SHA-256 of its canonical JSON', () => {
  expect(toHex(policyHash(parsePolicy(small)))).toBe(sha256(POLICY))
  const backwards = Object.fromEntries(Object.entries(small).reverse())
  expect(policyHash(parsePolicy(JSON.stringify(backwards, null, 4)))).toEqual(policyHash(parsePolicy(small)))
})

describe('a vocabulary', () => {
  test('is named by the SHA-256 of its codes and what they mean', () => {
    expect(toHex(vocabularyHash(parsePolicy(small)))).toBe(sha256(VOCABULARY))
  })

  test.each([
    ['points', { points: 2 }, true],
    ['severity', { severity: 3 }, true],
    ['flags', { flags: ['vulnerability'] }, true],
    ['retirement', { retired: true }, true],
    ['label', { label: 'z' }, false],
    ['domain', { domain: 'z' }, false],
    ['dimension', { dimension: 'z' }, false],
    ['outcome', { outcome: 'z' }, false],
  ])('%s of an indicator: the same vocabulary is %s', (_, change, same) => {
    const changed = parsePolicy({
      ...small,
      indicators: { ...small.indicators, b: { ...small.indicators.b, ...change } },
    })
    expect(toHex(vocabularyHash(changed)) === sha256(VOCABULARY)).toBe(same)
  })

  test('is accepted if it is the policy’s own or one that it lists', () => {
    const listed = 'ab'.repeat(32)
    const policy = parsePolicy({ ...small, vocabularies: [listed] })
    expect(acceptsVocabulary(policy, vocabularyHash(policy))).toBe(true)
    expect(acceptsVocabulary(policy, fromHex(listed))).toBe(true)
    expect(acceptsVocabulary(policy, vocabularyHash(parsePolicy(policyData())))).toBe(false)
    expect(acceptsVocabulary(parsePolicy(small), fromHex(listed))).toBe(false)
    expect(acceptsVocabulary(policy, new Uint8Array())).toBe(false)
  })
})
