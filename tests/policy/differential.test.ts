import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../../src/policy/compiled/compile.js'
import { defaultPolicy } from '../../src/policy/default.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { Policy } from '../../src/policy/policy.js'
import { Tally } from './differential/compare.js'
import {
  compareAtEdges,
  compareAtRandom,
  compareEdgesOf,
  compareOn,
  edgeTrials,
  poorlyCovered,
  rareLevels,
} from './differential/suite.js'

/*
 * The naive reading, the reference evaluator, the compiled one and the child kept up check by check, asked the same.
 * `npm run test:policy` does the same a great deal longer. A failure prints policy, history and seed.
 */

const SEED = Date.now() % 2 ** 31
const PATIENCE_MS = 120_000

describe(`every evaluator gives the same level, from seed ${SEED}`, () => {
  const tally = new Tally()

  test('on 5,000 histories of random policies', { timeout: PATIENCE_MS }, () => {
    compareAtRandom(1_000, SEED, tally)
    expect(tally.of('comparisons')).toBe(5_000)
  })

  test('on histories of the policy that comes with the package', { timeout: PATIENCE_MS }, () => {
    compareOn(defaultPolicy(), 200, SEED, tally)
  })

  test('at every edge of windows, decay, horizon, thresholds and caps, and one to either side', {
    timeout: PATIENCE_MS,
  }, () => {
    compareAtEdges(50, SEED, tally)
  })

  test('and everything worth trying came up', () => {
    expect(poorlyCovered(tally, 5)).toEqual([])
    expect(rareLevels(tally, 5)).toEqual([])
  })
})

test('what did not come up is named', () => {
  const tally = new Tally()
  expect(poorlyCovered(tally, 1)).toContain('cap perAgency decides: 0')
  tally.add('cap perAgency decides')
  tally.add('level none', 99)
  tally.add('level highest')
  expect(poorlyCovered(tally, 1)).not.toContain('cap perAgency decides: 0')
  expect(rareLevels(tally, 5)).toEqual(['level between', 'level highest'])
})

describe('an evaluator that is a little wrong is noticed', () => {
  const longer =
    (field: string, by = 1) =>
    (policy: Policy) => {
      const text = JSON.stringify(policy, (key, value) =>
        key === field && Number.isInteger(value) ? value + by : value,
      )
      return JSON.parse(text) as unknown
    }
  const atoms = (kind: string) => (policy: Policy) => {
    const text = JSON.stringify(policy, (key, value) =>
      key === kind && typeof value === 'object' ? { ...value, atLeast: value.atLeast + 1 } : value,
    )
    return JSON.parse(text) as unknown
  }
  const wrong: Readonly<Record<string, (policy: Policy) => unknown>> = {
    'windows a day longer': longer('withinDays'),
    'a horizon a day longer': longer('horizonDays'),
    'decay a day later': longer('upToDays'),
    'decay a tenth more': (policy) => ({
      ...policy,
      decay: policy.decay?.map(({ upToDays, permille }) => ({ upToDays, permille: Math.max(0, permille - 100) })),
    }),
    'one repeat more': longer('perAgencyIndicator'),
    'a point more for one agency': longer('perAgency'),
    'a point more for one dimension': longer('perDimension'),
    'one check more': atoms('count'),
    'one point more': atoms('points'),
    'one value more': atoms('distinct'),
  }

  test.each(Object.entries(wrong))('%s', (_, change) => {
    const defined = (policy: Policy) => JSON.parse(JSON.stringify(change(policy))) as unknown
    const tally = new Tally((policy) => ({ ...compilePolicy(parsePolicy(defined(policy))), policy }))
    const trials = fc.sample(edgeTrials, { numRuns: 40, seed: SEED })
    expect(() => trials.forEach((trial) => void compareEdgesOf(trial, tally))).toThrow(/the naive reading has \d/)
  })
})
