import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IndexError } from '../../src/errors.js'
import { toJsonBytes } from '../../src/json.js'
import { assess, levelAt } from '../../src/policy/assess.js'
import { defaultPolicy } from '../../src/policy/default.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { policies } from './arbitraries.js'
import { policyData, T } from './fixtures.js'

const one = { count: { atLeast: 1, withinDays: 1 } }
const level = { name: 'a', threshold: 'none', opens: [], reachedWhen: one }
const indicator = { label: 'x', domain: 'd', dimension: 'e', severity: 2, points: 1 }

function nested(depth: number): unknown {
  return depth === 1 ? one : { all: [nested(depth - 1)] }
}

function fieldOf(input: unknown): string | undefined {
  try {
    parsePolicy(input)
  } catch (error) {
    if (error instanceof IndexError && error.code === 'ERR_POLICY_INVALID') return error.field ?? ''
    throw error
  }
  return undefined
}

const rule = 'levels[0].reachedWhen'
const refused: readonly (readonly [what: string, input: unknown, field: string])[] = [
  ['nothing', undefined, ''],
  ['null', null, ''],
  ['a list', [], ''],
  ['text that is not JSON', '{', ''],
  [
    'a cycle',
    (() => {
      const a: Record<string, unknown> = {}
      a.a = a
      return a
    })(),
    '',
  ],
  ['a big integer', policyData({ horizonDays: 10n }), ''],
  ['more than 1 MiB', JSON.stringify(policyData()) + ' '.repeat(1_048_576), ''],
  ['brackets without end', '['.repeat(500_000) + ']'.repeat(500_000), ''],
  ['a name twice', JSON.stringify(policyData()).replace('"id":', '"id":"first","id":'), ''],
  ['a name twice, spelt differently', JSON.stringify(policyData()).replace('"H-2":', '"H-4":'), ''],
  ['a name twice by an escape', JSON.stringify(policyData()).replace('"seen":', '"\\u0063alled":'), ''],
  ['a prototype', JSON.stringify(policyData()).replace('"H-2":', '"__proto__":'), ''],
  ['an unknown field', policyData({ mitigations: [] }), 'mitigations'],
  ['no id', policyData({ id: undefined }), 'id'],
  ['an id with a space', policyData({ id: 'a b' }), 'id'],
  ['a version of another type', policyData({ version: true }), 'version'],
  ['an empty title', policyData({ title: '' }), 'title'],
  ['a title of 401 characters', policyData({ title: 'x'.repeat(401) }), 'title'],
  ['a control character', policyData({ title: 'a\u0007' }), 'title'],
  ['half of a surrogate pair', policyData({ title: '\ud800' }), 'title'],
  ['a horizon of 0', policyData({ horizonDays: 0 }), 'horizonDays'],
  ['a horizon of 100,001', policyData({ horizonDays: 100_001 }), 'horizonDays'],
  ['a number as text', policyData({ horizonDays: '30' }), 'horizonDays'],
  ['a code with a space', policyData({ indicators: { 'a b': indicator } }), 'indicators.*'],
  [
    'a code of 65 characters',
    policyData({ incidents: { ['x'.repeat(65)]: { label: 'x', points: 0 } } }),
    'incidents.*',
  ],
  ['an empty code', policyData({ incidents: { '': { label: 'x', points: 0 } } }), 'incidents.*'],
  [
    '2,001 codes',
    policyData({ indicators: Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`c${i}`, indicator])) }),
    'indicators',
  ],
  ['severity 0', policyData({ indicators: { A: { ...indicator, severity: 0 } } }), 'indicators["A"].severity'],
  ['severity 5', policyData({ indicators: { A: { ...indicator, severity: 5 } } }), 'indicators["A"].severity'],
  ['negative points', policyData({ indicators: { A: { ...indicator, points: -1 } } }), 'indicators["A"].points'],
  ['fractional points', policyData({ indicators: { A: { ...indicator, points: 0.5 } } }), 'indicators["A"].points'],
  ['huge points', policyData({ indicators: { A: { ...indicator, points: 1_000_001 } } }), 'indicators["A"].points'],
  ['infinite points', '{"points":1e999}', 'id'],
  ['an unknown flag', policyData({ indicators: { A: { ...indicator, flags: ['S'] } } }), 'indicators["A"].flags[0]'],
  [
    'an indicator without dimension',
    policyData({ indicators: { A: { ...indicator, dimension: undefined } } }),
    'indicators["A"].dimension',
  ],
  [
    'an unknown field of an indicator',
    policyData({ indicators: { A: { ...indicator, weight: 1 } } }),
    'indicators["A"].weight',
  ],
  ['an incident without points', policyData({ incidents: { a: { label: 'x' } } }), 'incidents.a.points'],
  [
    'an unknown field of an incident',
    policyData({ incidents: { a: { label: 'x', points: 0, severity: 1 } } }),
    'incidents.a.severity',
  ],
  ['an unknown cap', policyData({ caps: { perDay: 1 } }), 'caps.perDay'],
  ['a negative cap', policyData({ caps: { perAgency: -1 } }), 'caps.perAgency'],
  ['a huge cap', policyData({ caps: { perDimension: 2 ** 31 } }), 'caps.perDimension'],
  ['no decay steps', policyData({ decay: [] }), 'decay'],
  ['a decay above 1000', policyData({ decay: [{ upToDays: 1, permille: 1001 }] }), 'decay[0].permille'],
  [
    'a decay that rises',
    policyData({
      decay: [
        { upToDays: 1, permille: 500 },
        { upToDays: 2, permille: 501 },
      ],
    }),
    'decay[1].permille',
  ],
  [
    'decay steps out of order',
    policyData({
      decay: [
        { upToDays: 2, permille: 500 },
        { upToDays: 2, permille: 400 },
      ],
    }),
    'decay[1].upToDays',
  ],
  ['no levels', policyData({ levels: [] }), 'levels'],
  ['17 levels', policyData({ levels: Array.from({ length: 17 }, (_, i) => ({ ...level, name: `l${i}` })) }), 'levels'],
  ['a level named none', policyData({ levels: [{ ...level, name: 'none' }] }), 'levels[0].name'],
  ['two levels of one name', policyData({ levels: [level, level] }), 'levels[1].name'],
  ['a level without opens', policyData({ levels: [{ ...level, opens: undefined }] }), 'levels[0].opens'],
  ['an unknown group', policyData({ levels: [{ ...level, opens: ['all'] }] }), 'levels[0].opens[0]'],
  ['an unknown threshold', policyData({ levels: [{ ...level, threshold: 's47' }] }), 'levels[0].threshold'],
  [
    'a level of threshold none that opens',
    policyData({ levels: [{ ...level, opens: ['identity'] }] }),
    'levels[0].opens',
  ],
  [
    'a threshold that shrinks',
    policyData({
      levels: [
        { ...level, threshold: 'child-protection' },
        { ...level, name: 'b', threshold: 'child-in-need' },
      ],
    }),
    'levels[1].threshold',
  ],
  [
    'a threshold that shrinks to none',
    policyData({
      levels: [
        { ...level, threshold: 'child-in-need' },
        { ...level, name: 'b' },
      ],
    }),
    'levels[1].threshold',
  ],
  [
    'opens that shrink',
    policyData({
      levels: [
        { ...level, threshold: 'child-in-need', opens: ['carers'] },
        { ...level, name: 'b', threshold: 'child-in-need', opens: ['identity'] },
      ],
    }),
    'levels[1].opens',
  ],
  ['an empty rule', policyData({ rule: {} }), rule],
  ['an empty all', policyData({ rule: { all: [] } }), `${rule}.all`],
  ['an empty any', policyData({ rule: { any: [] } }), `${rule}.any`],
  ['an empty of', policyData({ rule: { atLeast: 1, of: [] } }), `${rule}.of`],
  ['an atLeast without of', policyData({ rule: { atLeast: 1 } }), rule],
  ['a rule of two forms', policyData({ rule: { ...one, any: [one] } }), rule],
  ['a rule of no form', policyData({ rule: { not: one } }), `${rule}.not`],
  ['k of 0', policyData({ rule: { atLeast: 0, of: [one] } }), `${rule}.atLeast`],
  ['k above the members', policyData({ rule: { any: [{ atLeast: 2, of: [one] }] } }), `${rule}.any[0].atLeast`],
  ['65 members', policyData({ rule: { any: Array(65).fill(one) } }), `${rule}.any`],
  ['a rule of depth 17', policyData({ rule: nested(17) }), `${rule}${'.all[0]'.repeat(16)}`],
  ['a rule of depth 50', policyData({ rule: nested(50) }), `${rule}${'.all[0]'.repeat(16)}`],
  ['a rule of depth 1,000', policyData({ rule: nested(1_000) }), ''],
  [
    '1,001 rules',
    policyData({ rule: { any: Array(20).fill({ all: Array(50).fill(one) }) } }),
    `${rule}.any[19].all[29]`,
  ],
  ['atLeast 0', policyData({ rule: { count: { atLeast: 0, withinDays: 1 } } }), `${rule}.count.atLeast`],
  ['atLeast 2^31', policyData({ rule: { points: { atLeast: 2 ** 31, withinDays: 1 } } }), `${rule}.points.atLeast`],
  [
    'a window of 0',
    policyData({ rule: { all: [{ points: { atLeast: 1, withinDays: 0 } }] } }),
    `${rule}.all[0].points.withinDays`,
  ],
  ['a fractional window', policyData({ rule: { count: { atLeast: 1, withinDays: 1.5 } } }), `${rule}.count.withinDays`],
  ['distinct of nothing', policyData({ rule: { distinct: { atLeast: 1, withinDays: 1 } } }), `${rule}.distinct.of`],
  [
    'distinct of something else',
    policyData({ rule: { distinct: { of: 'flag', atLeast: 1, withinDays: 1 } } }),
    `${rule}.distinct.of`,
  ],
  ['count with of', policyData({ rule: { count: { of: 'day', atLeast: 1, withinDays: 1 } } }), `${rule}.count.of`],
  ...['indicators', 'incidents', 'dimensions', 'domains', 'flags', 'notFlags', 'agencyKinds'].map(
    (field) =>
      [
        `an empty ${field}`,
        policyData({ rule: { count: { ...one.count, where: { [field]: [] } } } }),
        `${rule}.count.where.${field}`,
      ] as const,
  ),
  [
    'an unknown filter',
    policyData({ rule: { count: { ...one.count, where: { agencies: ['A'] } } } }),
    `${rule}.count.where.agencies`,
  ],
  [
    'severityAtLeast 5',
    policyData({ rule: { count: { ...one.count, where: { severityAtLeast: 5 } } } }),
    `${rule}.count.where.severityAtLeast`,
  ],
  [
    'a filter on an unknown indicator',
    policyData({ rule: { any: [one, { count: { ...one.count, where: { indicators: ['H-2', 'constructor'] } } }] } }),
    `${rule}.any[1].count.where.indicators[1]`,
  ],
  [
    'a filter on an unknown incident',
    policyData({ rule: { distinct: { of: 'day', ...one.count, where: { incidents: ['H-2'] } } } }),
    `${rule}.distinct.where.incidents[0]`,
  ],
  [
    'a determination by one officer',
    policyData({ levels: [level, { ...level, name: 'b' }], determination: { from: 'a', to: 'b', officers: 1 } }),
    'determination.officers',
  ],
  [
    'a determination from none',
    policyData({ levels: [level], determination: { from: 'none', to: 'a', officers: 2 } }),
    'determination.from',
  ],
  [
    'a determination to an unknown level',
    policyData({ levels: [level], determination: { from: 'a', to: 'b', officers: 2 } }),
    'determination.to',
  ],
  [
    'a determination to its own level',
    policyData({ levels: [level], determination: { from: 'a', to: 'a', officers: 2 } }),
    'determination.to',
  ],
  [
    'a determination downward',
    policyData({ levels: [level, { ...level, name: 'b' }], determination: { from: 'b', to: 'a', officers: 2 } }),
    'determination.to',
  ],
  ['a vocabulary in upper case', policyData({ vocabularies: ['A'.repeat(64)] }), 'vocabularies[0]'],
  ['a vocabulary of 63 digits', policyData({ vocabularies: ['a'.repeat(63)] }), 'vocabularies[0]'],
]

test.each(refused)('refuses %s', (_, input, field) => {
  expect(fieldOf(input)).toBe(field)
})

test.each([
  ['the fixture', {}],
  ['an empty filter', { rule: { count: { ...one.count, where: {} } } }],
  ['no flags', { indicators: { A: { ...indicator, flags: [] } } }],
  ['a horizon below a window', { horizonDays: 1, rule: { count: { atLeast: 1, withinDays: 365 } } }],
  ['a dimension in two domains', { indicators: { A: indicator, B: { ...indicator, domain: 'other' } } }],
  [
    'a filter on a dimension that nothing has',
    { rule: { count: { ...one.count, where: { dimensions: ['nowhere'] } } } },
  ],
  [
    'codes that are words of JavaScript',
    { indicators: { constructor: indicator, toString: { ...indicator, retired: true } } },
  ],
  ['no codes', { indicators: {}, incidents: {} }],
  ['caps of 0', { caps: { perAgencyIndicator: 0, perAgency: 0, perDimension: 0 } }],
  ['a rule of depth 16', { rule: nested(16) }],
  ['1,000 rules', { rule: { any: [...Array(19).fill({ all: Array(50).fill(one) }), { all: Array(29).fill(one) }] } }],
  ['a version as text', { version: '2026-03' }],
  ['the longest of everything', { horizonDays: 100_000, title: 'x'.repeat(400), id: 'x'.repeat(64) }],
  ['k of all', { rule: { atLeast: 2, of: [one, one] } }],
  ['accepted vocabularies', { vocabularies: ['0123456789abcdef'.repeat(4)] }],
  [
    'levels without threshold below others',
    { levels: [level, { ...level, name: 'b', threshold: 'child-protection', opens: ['carers'] }] },
  ],
])('accepts %s', (_, parts) => {
  const data = policyData(parts)
  expect(parsePolicy(data)).toEqual(data)
  expect(parsePolicy(JSON.stringify(data, null, 2))).toEqual(data)
})

describe('a parsed policy', () => {
  test('is a frozen copy', () => {
    const data = policyData({ caps: { perAgency: 3 } })
    const policy = parsePolicy(data)
    ;(data.caps as { perAgency: number }).perAgency = 9
    expect(policy.caps).toEqual({ perAgency: 3 })
    const everything: object[] = [policy]
    for (const value of everything) {
      expect(Object.isFrozen(value)).toBe(true)
      for (const member of Object.values(value)) if (typeof member === 'object') everything.push(member)
    }
  })

  test('says nothing of what stood in the input', () => {
    const values = policyData({ id: 'Planted Name', title: 'Planted'.repeat(100) })
    const keysOfAnotherFile = { Planted: { 'Planted-Name': 1 }, indicators: { Planted: { points: -1 } } }
    const numbers = policyData({ indicators: { '9990000018': { ...indicator, points: -1 } }, '9990000018': 1 })
    for (const input of [values, keysOfAnotherFile, [keysOfAnotherFile], numbers]) {
      try {
        parsePolicy(input)
        expect.unreachable()
      } catch (error) {
        expect(String(error)).not.toMatch(/Planted|999/)
      }
    }
  })

  test('but names the code that is wrong, where the document is a policy', () => {
    expect(() => parsePolicy(policyData({ indicators: { 'A.B-2': { ...indicator, points: 1.5 } } }))).toThrow(
      'policy: indicators["A.B-2"].points must be of type int',
    )
    expect(() => parsePolicy(policyData({ rule: { count: { atleast: 1, withinDays: 1, atLeast: 1 } } }))).toThrow(
      'policy: levels[0].reachedWhen.count.atleast does not belong there',
    )
  })

  test('reads a minus zero as the zero that the canonical form writes', () => {
    const policy = parsePolicy(JSON.stringify(policyData()).replace('"points":0', '"points":-0'))
    expect(Object.is(policy.incidents.seen?.points, 0)).toBe(true)
  })

  test('T18: survives being printed, in any order of its fields', () => {
    expect(parsePolicy(new TextDecoder().decode(toJsonBytes(defaultPolicy())))).toEqual(defaultPolicy())
    fc.assert(
      fc.property(policies, (policy) => {
        expect(parsePolicy(JSON.stringify(policy))).toEqual(policy)
      }),
    )
  })

  test('reaches no level on no checks', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(levelAt(policy, [], T)).toBe('none')
      }),
    )
  })

  test('or a coded refusal: nothing else ever comes of any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.jsonValue(), fc.string(), fc.anything()), (input) => {
        expect(fieldOf(input)).toBeTypeOf('string')
      }),
    )
  })

  test('or a coded refusal, also of a valid policy with one value replaced', () => {
    fc.assert(
      fc.property(policies, fc.nat(), fc.jsonValue(), (policy, at, junk) => {
        let left = at % 60
        const text = JSON.stringify(policy, (_, value) => {
          left -= 1
          return left === -1 ? junk : value
        })
        const field = fieldOf(text)
        if (field !== undefined) expect(field).toBeTypeOf('string')
        else expect(() => assess(parsePolicy(text), [], T).explanation).not.toThrow()
      }),
    )
  })

  test('assesses whatever it is given in codes that it has, at any time and in any number, without failing', () => {
    const times = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(Number.NaN, Number.MAX_SAFE_INTEGER, -1e300))
    const odd = fc.record(
      { id: fc.string(), agency: fc.string(), agencyKind: fc.string(), occurredAt: times, position: times },
      { requiredKeys: ['id', 'agency', 'agencyKind', 'occurredAt'] },
    )
    const drawn = policies.chain((policy) =>
      fc.tuple(fc.constant(policy), fc.uniqueArray(odd, { selector: ({ id }) => id, maxLength: 20 }), fc.nat(), times),
    )
    fc.assert(
      fc.property(drawn, ([policy, some, seed, asOf]) => {
        const codes = Object.keys(policy.indicators)
        const incidents = Object.keys(policy.incidents)
        const checks = some.map((one, at) => ({
          ...one,
          incident: incidents[(seed + at) % incidents.length] ?? '',
          indicators: codes.slice((seed + at) % codes.length),
        }))
        const verdict = assess(policy, checks, asOf)
        expect(() => [verdict.explanation, verdict.support]).not.toThrow()
      }),
    )
  })
})
