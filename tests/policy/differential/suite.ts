import fc from 'fast-check'
import type { Example } from '../../../src/policy/example.js'
import { DISTINCT, type Policy } from '../../../src/policy/policy.js'
import { examplesOf, historiesOf } from '../../../src/testing/policy/histories.js'
import { policies } from '../../../src/testing/policy/policies.js'
import { T } from '../fixtures.js'
import { compare, note, type Tally } from './compare.js'
import { compareCaps, compareThresholds, compareTimeEdges } from './edges.js'

const EXAMPLES_PER_POLICY = 5

/** Random policies with random histories. Adds five comparisons for each policy. */
export function compareAtRandom(policyCount: number, seed: number, tally: Tally): void {
  const drawn = policies().chain((policy) =>
    fc.tuple(
      fc.constant(policy),
      fc.array(examplesOf(policy, { asOf: T }), { minLength: EXAMPLES_PER_POLICY, maxLength: EXAMPLES_PER_POLICY }),
    ),
  )
  fc.assert(
    fc.property(drawn, ([policy, examples]) => {
      for (const example of examples) note(policy, example, compare(policy, example, tally).rank, tally)
    }),
    { numRuns: policyCount, seed },
  )
}

/** Random histories of one policy. */
export function compareOn(policy: Policy, runs: number, seed: number, tally: Tally): void {
  fc.assert(
    fc.property(examplesOf(policy, { asOf: T }), (example) => {
      note(policy, example, compare(policy, example, tally).rank, tally)
    }),
    { numRuns: runs, seed },
  )
}

/** Every edge of random policies: windows, decay steps and horizon in time, thresholds and caps in number. */
export function compareAtEdges(policyCount: number, seed: number, tally: Tally): void {
  fc.assert(
    fc.property(edgeTrials, (trial) => compareEdgesOf(trial, tally)),
    { numRuns: policyCount, seed },
  )
}

/** A policy with a full history. */
export const edgeTrials: fc.Arbitrary<readonly [Policy, Example]> = policies().chain((policy) => {
  const history = historiesOf(policy, { asOf: T, withdrawn: false, future: false })
  return fc.tuple(history, history).map(([one, other]) => {
    const checks = [...one, ...other.map((check) => ({ ...check, id: `and-${check.id}` }))]
    return [policy, { checks, asOf: T }] as const
  })
})

export function compareEdgesOf([policy, example]: readonly [Policy, Example], tally: Tally): void {
  compareTimeEdges(policy, T, tally)
  compareThresholds(policy, example, tally)
  compareCaps(policy, example, tally)
  tally.add('policies with every edge tried')
}

const ATOMS = ['count', 'points', ...DISTINCT.map((of) => `distinct ${of}`)]
const STEPS = ['-1', '0', '+1']

/** What must have come up, or agreeing would mean little. */
const WORTH_TRYING: readonly string[] = [
  ...['level none', 'level between', 'level highest'],
  ...ATOMS.flatMap((atom) => [`atom ${atom} holds`, `atom ${atom} does not hold`]),
  ...['window', 'decay', 'horizon'].flatMap((kind) => [...STEPS, 'decides'].map((step) => `edge ${kind} ${step}`)),
  ...ATOMS.flatMap((atom) => [...STEPS, 'decides'].map((step) => `threshold ${atom} ${step}`)),
  ...['perAgencyIndicator', 'perAgency', 'perDimension'].flatMap((cap) =>
    [...STEPS, 'decides'].map((step) => `cap ${cap} ${step}`),
  ),
  'a closing lowers the level',
  'a level is reached again after a closing',
  'a withdrawal lowers the level',
  'the level falls with time',
  'a check is not yet due',
  'a check is sent again',
]

/** What came up less often than it should, with how often it did. */
export function poorlyCovered(tally: Tally, atLeast: number): readonly string[] {
  return WORTH_TRYING.filter((name) => tally.of(name) < atLeast).map((name) => `${name}: ${tally.of(name)}`)
}

/** Levels that make up less than a share of the random histories, in percent. */
export function rareLevels(tally: Tally, percent: number): readonly string[] {
  const names = ['level none', 'level between', 'level highest']
  const all = names.reduce((sum, name) => sum + tally.of(name), 0)
  return names.filter((name) => tally.of(name) * 100 < percent * all)
}
