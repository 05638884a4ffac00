import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseCases } from '../../../src/policy/cases/parse.js'
import { runCases } from '../../../src/policy/cases/run.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import { survivingMutants } from '../../../src/policy/diff/mutants.js'

const policy = defaultPolicy()
const cases = parseCases(
  readFileSync(new URL('../../../policies/england-illustrative.cases.json', import.meta.url), 'utf8'),
)
const report = runCases(policy, cases)

test('the default policy finds what its cases say', () => {
  expect(cases.policy).toBe('england-illustrative')
  expect(report.results.filter(({ passed }) => !passed)).toEqual([])
  expect(report.passed).toBeGreaterThan(50)
})

test('they try every atom, on both sides of its boundary, and every level', () => {
  expect(report.coverage.complete).toBe(true)
  expect(report.coverage.atoms).toHaveLength(19)
  for (const { path, atBoundary, justBelow } of report.coverage.atoms) {
    expect(atBoundary, path).toBeGreaterThan(0)
    expect(justBelow, path).toBeGreaterThan(0)
  }
  expect(report.coverage.levels.every(({ expected }) => expected >= 10)).toBe(true)
})

test('they would notice a changed threshold, cap, decay step or horizon', () => {
  const examples = cases.cases.map((each) => ({ ...each, level: each.expect.level }))
  const survivors = survivingMutants(policy, examples).map(({ id }) => id)
  expect(survivors.filter((id) => /^(horizonDays|caps|decay)|atLeast [+-]1$/.test(id))).toEqual([
    // With these weights no rounding falls differently, and no window reaches past the last step.
    'decay[1].permille +1',
    'decay[2].upToDays +1',
    'decay[2].permille +1',
    // Police protection reaches child-protection anyway.
    'levels[1].reachedWhen.any[2].count.atLeast +1',
    // One agency gives at most 100 points, so 160 always come from two.
    'levels[2].reachedWhen.any[3].all[1].distinct.atLeast -1',
  ])
})
