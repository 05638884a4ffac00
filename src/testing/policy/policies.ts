import fc from 'fast-check'
import { parsePolicy } from '../../policy/parse.js'
import { DISTINCT, FLAGS, type Flag, type Policy, THRESHOLDS } from '../../policy/policy.js'

export interface PolicyOptions {
  /** Default 3. */
  readonly levelsMax?: number
  /** Default 4. */
  readonly indicators?: number
  /** Default 2. */
  readonly incidents?: number
}

const DIMENSIONS = ['d0', 'd1', 'd2']
const DOMAINS = ['o0', 'o1']
const KINDS = ['police', 'health']
const WINDOW_DAYS_MAX = 8

/** A number that hits something: points of some codes together, at some weight, give or take one. */
interface Target {
  readonly codes: readonly number[]
  readonly permille: number
  readonly off: number
}

const target: fc.Arbitrary<Target> = fc.record({
  codes: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
  permille: fc.constantFrom(1000, 1000, 500),
  off: fc.constantFrom(0, -1, 1),
})

/**
 * Small policies in which something happens: few codes, windows of days, caps that bite, totals that can be reached.
 *
 * In some a single indicator of significant harm reaches the highest level, in some each level implies those below, so
 * that every law has policies to which it applies.
 */
export function policies(options: PolicyOptions = {}): fc.Arbitrary<Policy> {
  const { levelsMax = 3, indicators = 4, incidents = 2 } = options
  const codes = Array.from({ length: indicators }, (_, index) => `i${index}`)
  const incidentCodes = Array.from({ length: incidents }, (_, index) => `e${index}`)
  return fc
    .record(
      {
        indicators: fc.tuple(...codes.map(() => indicator)),
        incidents: fc.tuple(...incidentCodes.map(() => incident)),
        horizonDays: fc.integer({ min: 1, max: 10 }),
        rules: fc.array(ruleOver(codes, incidentCodes), { minLength: 1, maxLength: levelsMax }),
        harmSuffices: fc.boolean(),
        nested: fc.boolean(),
        thresholds: fc.array(fc.constantFrom(...THRESHOLDS), { minLength: levelsMax, maxLength: levelsMax }),
        perAgencyIndicator: fc.option(fc.nat(3), { nil: undefined, freq: 2 }),
        perAgency: fc.option(target, { nil: undefined, freq: 2 }),
        perDimension: fc.option(target, { nil: undefined, freq: 2 }),
        decay: fc.option(decay, { nil: undefined, freq: 2 }),
      },
      { noNullPrototype: true },
    )
    .map((drawn) => parsePolicy(written(drawn, codes, incidentCodes)))
}

interface Drawn {
  readonly indicators: readonly { readonly points: number }[]
  readonly incidents: readonly { readonly points: number }[]
  readonly horizonDays: number
  readonly rules: readonly object[]
  readonly harmSuffices: boolean
  readonly nested: boolean
  readonly thresholds: readonly (typeof THRESHOLDS)[number][]
  readonly perAgencyIndicator: number | undefined
  readonly perAgency: Target | undefined
  readonly perDimension: Target | undefined
  readonly decay: readonly object[] | undefined
}

function written(drawn: Drawn, codes: readonly string[], incidentCodes: readonly string[]): object {
  const weights = [...drawn.indicators, ...drawn.incidents].map(({ points }) => points)
  const rules = drawn.rules.map((rule) => aimed(rule, weights))
  if (drawn.harmSuffices) rules.push({ any: [HARM_SUFFICES, ...rules.splice(-1)] })
  if (drawn.nested) for (let at = rules.length - 2; at >= 0; at -= 1) rules[at] = { any: [rules[at], rules[at + 1]] }
  const thresholds = drawn.thresholds.map((one) => THRESHOLDS.indexOf(one)).sort((a, b) => a - b)
  const cap = (aim: Target | undefined): number | undefined => (aim === undefined ? undefined : hit(aim, weights, 0))
  return defined({
    id: 'generated',
    version: 1,
    title: 'A generated policy',
    horizonDays: drawn.horizonDays,
    indicators: Object.fromEntries(drawn.indicators.map((one, index) => [codes[index], one])),
    incidents: Object.fromEntries(drawn.incidents.map((one, index) => [incidentCodes[index], one])),
    caps: defined({
      perAgencyIndicator: drawn.perAgencyIndicator,
      perAgency: cap(drawn.perAgency),
      perDimension: cap(drawn.perDimension),
    }),
    decay: drawn.decay,
    levels: rules.map((reachedWhen, index) => {
      const height = thresholds[index] ?? 0
      const opens = ['identity', 'carers'].slice(0, height)
      return { name: `level-${index}`, threshold: THRESHOLDS[height], opens, reachedWhen }
    }),
  })
}

const HARM_SUFFICES = {
  count: { atLeast: 1, withinDays: WINDOW_DAYS_MAX, where: { flags: ['significant-harm'] satisfies Flag[] } },
}

function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** A rule whose targets have become numbers. */
function aimed(rule: object, weights: readonly number[]): object {
  return JSON.parse(JSON.stringify(rule), (key, value) =>
    key === 'atLeast' && typeof value === 'object' ? hit(value, weights, 1) : value,
  )
}

function hit({ codes, permille, off }: Target, weights: readonly number[], min: number): number {
  const sum = codes.reduce((total, index) => total + (weights[index % weights.length] ?? 0), 0)
  return Math.max(min, Math.floor((sum * permille) / 1000) + off)
}

const flags = fc.subarray([...FLAGS])
const indicator = fc.record(
  {
    label: fc.constant('an indicator'),
    domain: fc.constantFrom(...DOMAINS),
    dimension: fc.constantFrom(...DIMENSIONS),
    severity: fc.constantFrom(1, 2, 3, 4),
    points: fc.nat(12),
    flags,
  },
  { requiredKeys: ['label', 'domain', 'dimension', 'severity', 'points'], noNullPrototype: true },
)
const incident = fc.record({ label: fc.constant('an incident'), points: fc.nat(6) }, { noNullPrototype: true })

const decay = fc
  .tuple(
    fc.uniqueArray(fc.nat(WINDOW_DAYS_MAX), { minLength: 1, maxLength: 3 }),
    fc.array(fc.nat(1_000), { minLength: 3, maxLength: 3 }),
  )
  .map(([days, permilles]) => {
    permilles.sort((a, b) => b - a)
    return days.sort((a, b) => a - b).map((upToDays, index) => ({ upToDays, permille: permilles[index] }))
  })

function ruleOver(codes: readonly string[], incidents: readonly string[]): fc.Arbitrary<object> {
  const atom = atomOver(whereOver(codes, incidents))
  return fc.letrec<{ rule: object; rules: object[] }>((tie) => ({
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
  })).rule
}

function atomOver(where: fc.Arbitrary<object>): fc.Arbitrary<object> {
  const withinDays = fc.integer({ min: 1, max: WINDOW_DAYS_MAX })
  const measure = <AtLeast>(atLeast: fc.Arbitrary<AtLeast>): fc.Arbitrary<object> =>
    fc.record({ atLeast, withinDays, where }, { requiredKeys: ['atLeast', 'withinDays'], noNullPrototype: true })
  const few = fc.integer({ min: 1, max: 3 })
  return fc.oneof(
    measure(few).map((count) => ({ count })),
    measure(target).map((points) => ({ points })),
    fc.tuple(measure(few), fc.constantFrom(...DISTINCT)).map(([rest, of]) => ({ distinct: { of, ...rest } })),
  )
}

function whereOver(codes: readonly string[], incidents: readonly string[]): fc.Arbitrary<object> {
  const some = (from: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...from], { minLength: 1 })
  const every = fc.record({
    indicators: some(codes),
    incidents: some(incidents),
    dimensions: some(DIMENSIONS),
    domains: some(DOMAINS),
    flags: some(FLAGS),
    notFlags: fc.subarray([...FLAGS], { minLength: 1, maxLength: 2 }),
    agencyKinds: some(KINDS),
    severityAtLeast: fc.nat(4),
  })
  // A filter in every field would match nothing: at most two of them.
  return fc
    .tuple(every, fc.nat(2), fc.nat(7))
    .map(([all, keep, from]) =>
      Object.fromEntries([...Object.entries(all), ...Object.entries(all)].slice(from, from + keep)),
    )
}
