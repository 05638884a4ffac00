import { expect, test } from 'vitest'
import { NOW, poolOf } from '../../../src/policy/diff/pool.js'
import { shrunk } from '../../../src/policy/diff/shrink.js'
import type { Example } from '../../../src/policy/example.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { check, DAY, policyData } from '../fixtures.js'

const policy = parsePolicy(policyData())
const pool = poolOf(policy, policy)
const at = (days: number, parts: Parameters<typeof check>[0] = {}) => check({ occurredAt: NOW - days * DAY, ...parts })
const codes = ({ checks }: Example): string[] => checks.flatMap(({ indicators }) => indicators)

test('what is not needed is left out', () => {
  const needed = at(0, { id: 'needed', indicators: ['H-2'] })
  const example = { checks: [at(1), at(2), needed, at(3)], asOf: NOW }
  const small = shrunk(example, pool, ({ checks }) => checks.some(({ id }) => id === 'needed'))
  expect(small.checks).toEqual([{ ...needed, indicators: [] }])
})

test('two checks are said in one, where that will do', () => {
  const example = { checks: [at(0, { indicators: ['H-2'] }), at(0, { indicators: ['H-4', 'P-3'] })], asOf: NOW }
  const small = shrunk(example, pool, (tried) => ['H-2', 'P-3'].every((code) => codes(tried).includes(code)))
  expect(small.checks).toHaveLength(1)
  expect(codes(small).sort()).toEqual(['H-2', 'P-3'])
})

test('agencies become one, incidents plain, ages nothing, and time does not pass', () => {
  const example = {
    checks: [at(5, { agency: 'B', incident: 'called' }), at(7, { agency: 'C', agencyKind: 'police' })],
    asOf: NOW + DAY,
  }
  const small = shrunk(example, pool, ({ checks }) => checks.length === 2)
  expect(new Set(small.checks.map(({ agency, agencyKind }) => `${agency} ${agencyKind}`)).size).toBe(1)
  expect(new Set(small.checks.map(({ incident }) => incident))).toEqual(new Set(['seen']))
  expect(small.checks.map(({ occurredAt }) => small.asOf - occurredAt)).toEqual([0, 0])
})

test('what is needed stays', () => {
  const example = {
    checks: [at(0, { agency: 'A' }), at(3, { agency: 'B', incident: 'called', indicators: ['P-3'] })],
    asOf: NOW + DAY,
  }
  expect(shrunk(example, pool, (tried) => tried === example)).toBe(example)
})
