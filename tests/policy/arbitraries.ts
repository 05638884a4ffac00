import fc from 'fast-check'
import type { AssessedCheck } from '../../src/policy/history.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { DISTINCT, FLAGS, isAtom, measureOf, membersOf, type Policy, type Rule } from '../../src/policy/policy.js'
import { DAY, T } from './fixtures.js'

const CODES = ['i0', 'i1', 'i2', 'i3']
const INCIDENTS = ['e0', 'e1']
const DIMENSIONS = ['d0', 'd1', 'd2']
const DOMAINS = ['o0', 'o1']
const KINDS = ['police', 'health']
const flags = fc.subarray([...FLAGS])
const some = (from: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...from], { minLength: 1 })

const indicator = fc.record(
  {
    label: fc.constant('label'),
    domain: fc.constantFrom(...DOMAINS),
    dimension: fc.constantFrom(...DIMENSIONS),
    severity: fc.constantFrom(1, 2, 3, 4),
    points: fc.nat(12),
    flags,
  },
  { requiredKeys: ['label', 'domain', 'dimension', 'severity', 'points'] },
)
const incident = fc.record({ label: fc.constant('label'), points: fc.nat(6) })

const where = fc.record(
  {
    indicators: some(CODES),
    incidents: some(INCIDENTS),
    dimensions: some(DIMENSIONS),
    domains: some(DOMAINS),
    flags: fc.subarray([...FLAGS], { minLength: 1 }),
    notFlags: fc.subarray([...FLAGS], { minLength: 1, maxLength: 2 }),
    agencyKinds: some(KINDS),
    severityAtLeast: fc.nat(4),
  },
  { requiredKeys: [] },
)
// A filter in every field would match nothing: keep at most two of them.
const sparse = fc
  .tuple(where, fc.nat(2), fc.nat())
  .map(([full, keep, skip]) =>
    Object.fromEntries([...Object.entries(full).slice(skip % 6), ...Object.entries(full)].slice(0, keep)),
  )
const measure = (max: number): fc.Arbitrary<object> =>
  fc.record(
    { atLeast: fc.integer({ min: 1, max }), withinDays: fc.integer({ min: 1, max: 8 }), where: sparse },
    { requiredKeys: ['atLeast', 'withinDays'] },
  )
const atom: fc.Arbitrary<object> = fc.oneof(
  measure(4).map((count) => ({ count })),
  measure(40).map((points) => ({ points })),
  fc.tuple(measure(3), fc.constantFrom(...DISTINCT)).map(([rest, of]) => ({ distinct: { of, ...rest } })),
)
const { rule } = fc.letrec<{ rule: object; rules: object[] }>((tie) => ({
  rules: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }),
  rule: fc.oneof(
    { maxDepth: 2 },
    { weight: 3, arbitrary: atom },
    { weight: 1, arbitrary: tie('rules').map((all) => ({ all })) },
    { weight: 1, arbitrary: tie('rules').map((any) => ({ any })) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('rules'), fc.nat()).map(([of, k]) => ({ atLeast: 1 + (k % of.length), of })),
    },
  ),
}))

const decay = fc
  .tuple(
    fc.uniqueArray(fc.nat(8), { minLength: 1, maxLength: 3 }),
    fc.array(fc.nat(1000), { minLength: 3, maxLength: 3 }),
  )
  .map(([days, permilles]) => {
    permilles.sort((a, b) => b - a)
    return days.sort((a, b) => a - b).map((upToDays, index) => ({ upToDays, permille: permilles[index] }))
  })

/** Small policies in which something happens: few codes, windows of days, caps that bite. */
export const policies: fc.Arbitrary<Policy> = fc
  .record(
    {
      id: fc.constant('random'),
      version: fc.constant(1),
      title: fc.constant('random'),
      horizonDays: fc.integer({ min: 1, max: 10 }),
      indicators: fc
        .tuple(...CODES.map(() => indicator))
        .map((all) => Object.fromEntries(all.map((one, i) => [CODES[i], one]))),
      incidents: fc
        .tuple(...INCIDENTS.map(() => incident))
        .map((all) => Object.fromEntries(all.map((one, i) => [INCIDENTS[i], one]))),
      caps: fc.record(
        { perAgencyIndicator: fc.nat(3), perAgency: fc.nat(40), perDimension: fc.nat(40) },
        { requiredKeys: [] },
      ),
      decay,
      levels: fc
        .array(rule, { minLength: 1, maxLength: 3 })
        .map((rules) =>
          rules.map((reachedWhen, index) => ({ name: `level-${index}`, threshold: 'none', opens: [], reachedWhen })),
        ),
    },
    { requiredKeys: ['id', 'version', 'title', 'horizonDays', 'indicators', 'incidents', 'levels'] },
  )
  .map((data) => parsePolicy(data))

/** Days at which something about a policy changes: its windows, decay steps and horizon. */
export function edgesOf(policy: Policy): readonly number[] {
  const windows = policy.levels.flatMap((level) => windowsOf(level.reachedWhen))
  const steps = (policy.decay ?? []).flatMap(({ upToDays }) => [upToDays, upToDays + 1])
  return [0, policy.horizonDays, ...windows, ...steps]
}

function windowsOf(rule: Rule): readonly number[] {
  return isAtom(rule) ? [measureOf(rule).withinDays] : membersOf(rule).rules.flatMap(windowsOf)
}

/** Checks with the policy's own codes, dated at its edges before T, a millisecond to either side, and after T. */
export function histories(policy: Policy, kinds: readonly string[] = KINDS): fc.Arbitrary<readonly AssessedCheck[]> {
  const occurredAt = fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...edgesOf(policy)) }, { weight: 3, arbitrary: fc.nat(14) }),
      fc.constantFrom(-1, 0, 1, DAY / 3),
      fc.constantFrom(0, 0, 0, 1),
    )
    .map(([days, shift, later]) => T - (days - later) * DAY + shift)
  const agency = fc.constantFrom('A', 'B', 'C')
  const checks = fc.record(
    {
      agency,
      agencyKind: fc.constantFrom(...kinds),
      incident: fc.constantFrom(...Object.keys(policy.incidents)),
      indicators: fc.array(fc.constantFrom(...Object.keys(policy.indicators)), { maxLength: 4 }),
      occurredAt,
      withdrawn: fc.constantFrom(false, false, false, false, true),
      position: fc.nat(12),
    },
    { requiredKeys: ['agency', 'agencyKind', 'incident', 'indicators', 'occurredAt'] },
  )
  return fc.array(checks, { maxLength: 12 }).map((all) => all.map((check, index) => ({ id: `c${index}`, ...check })))
}

export const policiesWithHistories: fc.Arbitrary<readonly [Policy, readonly AssessedCheck[]]> = policies.chain(
  (policy) => fc.tuple(fc.constant(policy), histories(policy)),
)
