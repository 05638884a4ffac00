import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCases } from '../../../src/policy/cases/parse.js'
import { caseOf } from '../../../src/policy/cases/write.js'
import type { Example } from '../../../src/policy/example.js'
import { DAY_MS } from '../../../src/policy/policy.js'
import { check, T } from '../fixtures.js'

function readBack(example: Example): unknown {
  const { cases } = parseCases(`{ "cases": [ ${caseOf(example, 'raised', 'an example')} ] }`)
  const [{ name, expect: expected, ...rest } = { name: '', expect: undefined }] = cases
  expect({ name, expected }).toEqual({ name: 'an example', expected: { level: 'raised' } })
  return rest
}

test('is written as people write one', () => {
  const checks = [
    check({ id: 'check-1', indicators: ['H-2', 'H-4'], occurredAt: T - 3 * DAY_MS }),
    check({ id: 'z', agency: 'B “b”', occurredAt: T - 1, withdrawn: true, position: 4 }),
  ]
  expect(caseOf({ checks, asOf: T, closedAt: 3 }, 'none', 'a "name"')).toBe(`{
  "name": "a \\"name\\"",
  "asOf": "2026-03-02T09:00Z",
  "closedAt": 3,
  "checks": [
    {"agency":"A","kind":"health","incident":"seen","indicators":["H-2","H-4"],"daysBefore":3},
    {"id":"z","agency":"B “b”","kind":"health","incident":"seen","on":"2026-03-02T08:59:59.999Z","withdrawn":true,"position":4}
  ],
  "expect": {"level":"none"}
}`)
  expect(caseOf({ checks: [], asOf: Date.UTC(2026, 2, 2) }, 'none', 'empty')).toContain(
    '"asOf": "2026-03-02",\n  "checks": [],',
  )
})

test('a check dated after the instant has its date', () => {
  const example = { checks: [check({ id: 'check-1', occurredAt: T + DAY_MS })], asOf: T }
  expect(caseOf(example, 'none', 'later')).toContain('"on":"2026-03-03T09:00Z"')
  expect(readBack(example)).toEqual(example)
})

test('is read back as the same history', () => {
  const instant = fc.oneof(
    fc.integer({ min: -100_001, max: 100_001 }).map((days) => T - days * DAY_MS),
    fc.integer({ min: -1e15, max: 1e15 }),
    fc.constantFrom(0, -1, -62_167_219_200_000, -62_167_219_200_001, 253_402_300_799_999, 253_402_300_800_000),
  )
  const word = fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/)
  const printable = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((one) => !/\p{Cc}/u.test(one))
  const text = fc.oneof(word, printable, fc.constantFrom('check-1', 'check-2'))
  const checks = fc.array(
    fc.record(
      {
        id: text,
        agency: text,
        agencyKind: word,
        incident: word,
        indicators: fc.array(word, { maxLength: 3 }),
        occurredAt: instant,
        withdrawn: fc.boolean(),
        position: fc.nat(),
      },
      { requiredKeys: ['id', 'agency', 'agencyKind', 'incident', 'indicators', 'occurredAt'] },
    ),
    { maxLength: 5 },
  )
  const example = fc.record({ checks, asOf: instant, closedAt: fc.nat() }, { requiredKeys: ['checks', 'asOf'] })
  fc.assert(
    fc.property(example, (one) => {
      expect(readBack(one)).toEqual(one)
    }),
    { numRuns: 300 },
  )
})
